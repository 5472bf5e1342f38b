"""What lm-evaluation-harness logged is read whole, or refused with the file, line and field that are wrong."""

import gzip
import json
import re
from datetime import UTC, datetime

import pytest

from outweigh.interop.lm_eval_read import read
from outweigh.interop.lm_eval_write import write
from outweigh.records import (
    Decoding,
    Generate,
    Likelihood,
    ModelSource,
    Precision,
    Protocol,
    UserError,
)

STAMP = "2026-03-01T09-30-00.250000"
COLOURS, SUMS, RESULTS = f"samples_colours_{STAMP}.jsonl", f"samples_sums_{STAMP}.jsonl", f"results_{STAMP}.json"


def change_line(path, number, change):
    """Replace a line by what `change` makes of it: a text, or a dictionary."""
    lines = path.read_text(encoding="utf-8").splitlines()
    made = change(json.loads(lines[number - 1]))
    lines[number - 1] = made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def change_results(folder, change):
    """Change the results file in place."""
    content = json.loads((folder / RESULTS).read_text())
    change(content)
    (folder / RESULTS).write_text(json.dumps(content))


def test_an_evaluation_is_described(folder):
    colours, sums = read(folder)
    model = colours.result.evaluation.model
    assert (model.source, model.name, model.precision) == (ModelSource.HUB, "example/tiny", Precision.BFLOAT16)
    assert model.revision == "0123456789abcdef0123456789abcdef01234567"
    assert colours.result.evaluation.model_dump(exclude={"model"}) == {
        "benchmark": "colours", "version": "1.5", "protocol": Protocol.LIKELIHOOD, "shots": 1, "seed": 99, "limit": 4,
        "decoding": None, "data": "", "judge": None, "stopping": None,
    }  # fmt: skip
    assert (sums.result.evaluation.protocol, sums.result.evaluation.version) == (Protocol.GENERATE, "2")
    assert sums.result.evaluation.decoding == Decoding(max_tokens=24)
    assert colours.result.harness == "lm-evaluation-harness 0.4.13 (abc1234)"
    assert (colours.result.group, sums.result.group) == ("tiny_suite", None)
    assert (colours.result.asked, sums.result.asked, sums.result.unreadable) == (4, 3, 2)
    assert colours.result.started_at == datetime(2026, 3, 1, 9, 30, 0, 500000, tzinfo=UTC)
    assert (colours.result.finished_at - colours.result.started_at).total_seconds() == 12.5


def test_estimates_carry_their_normal_interval(folder):
    colours, sums = read(folder)
    acc, norm = colours.result.estimates
    assert (acc.metric, acc.value, acc.standard_error, acc.count) == ("acc", 0.75, 0.25, 4)
    assert (acc.low, acc.high) == (pytest.approx(0.26), 1.0)
    assert acc.method == "normal, from the imported standard error"
    assert (norm.metric, norm.value) == ("acc_norm", 0.5)
    assert [(one.filter, one.value) for one in sums.result.estimates] == [
        ("strict-match", pytest.approx(1 / 3)),
        ("flexible-extract", pytest.approx(2 / 3)),
    ]


def test_samples_requests_and_marks_are_read(folder):
    colours, sums = read(folder)
    first = colours.transcripts[0]
    assert isinstance(first.request, Likelihood)
    assert len(first.request.contexts) == 1
    assert first.request.continuations == (" green", " blue", " ultramarine")
    assert first.response.sums == (-1.5, -2.0, -2.5)
    assert (first.sample.id, first.sample.position, first.sample.target, first.sample.reference) == ("0", 0, 0, "0")
    assert first.sample.question == "What colour is grass?"
    assert first.sample.choices == ("green", "blue", "ultramarine")
    assert [(s.metric, s.value, s.answer) for s in first.scores] == [
        ("acc", 1.0, "green"),
        ("acc_norm", 0.0, "ultramarine"),
    ]
    second = sums.transcripts[1]
    assert isinstance(second.request, Generate)
    assert (second.request.stop, second.response.text) == (("Q:",), " I think it is 8")
    assert [(s.filter, s.value, s.answer) for s in second.scores] == [
        ("strict-match", 0.0, None),
        ("flexible-extract", 1.0, "8"),
    ]


def test_every_way_of_naming_the_files_reads_the_same(folder):
    whole = read(folder)
    assert read(folder.parent) == whole
    assert read(folder / RESULTS) == whole
    assert [read(folder / COLOURS)[0], read(folder / SUMS)[0]] == whole


def test_gzipped_samples_are_read(folder):
    whole = read(folder)
    for name in (COLOURS, SUMS):
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
        (folder / name).unlink()
    assert read(folder) == whole


def test_the_newest_results_of_a_folder_are_read(folder):
    for path in list(folder.iterdir()):
        newer = path.with_name(path.name.replace(STAMP, "2026-03-02T00-00-00"))
        newer.write_bytes(path.read_bytes())
    later = folder / "results_2026-03-02T00-00-00.json"
    later.write_text(later.read_text().replace('"abc1234"', '"later"'))
    assert {one.result.harness for one in read(folder)} == {"lm-evaluation-harness 0.4.13 (later)"}


def test_samples_alone_say_what_they_do_not_know(folder):
    whole = read(folder)
    (folder / RESULTS).unlink()
    (folder / COLOURS).rename(folder / "samples_colours.jsonl")
    (alone,) = read(folder / "samples_colours.jsonl")
    assert alone.result.evaluation.benchmark == "colours"
    assert alone.transcripts == whole[0].transcripts
    assert [(one.value, one.standard_error) for one in alone.result.estimates] == [
        (pytest.approx(one.value), pytest.approx(one.standard_error)) for one in whole[0].result.estimates
    ]
    assert alone.result.evaluation.model.source is ModelSource.EXTERNAL
    assert (alone.result.evaluation.model.name, alone.result.evaluation.version) == ("example__tiny", "unstated")
    assert any("without its results file" in note for note in alone.result.notes)
    assert alone.result.harness == "lm-evaluation-harness of an unstated version (commit not stated)"


def test_lines_survive_being_read_and_written(folder, tmp_path, when):
    _, *written = write(read(folder), tmp_path / "out", when=when)
    assert [path.read_text() for path in written] == [(folder / name).read_text() for name in (COLOURS, SUMS)]
    assert read(tmp_path / "out") == read(folder)


def test_lines_of_several_devices_may_come_in_any_order(folder):
    whole = read(folder / SUMS)
    change_results(folder, lambda content: content["task_hashes"].clear())
    lines = (folder / SUMS).read_text().splitlines()
    (folder / SUMS).write_text("\n".join([lines[1], lines[4], lines[0], lines[2], lines[3], lines[5]]))
    assert read(folder / SUMS) == whole


def test_a_prompt_logged_as_a_chat_request_is_read(folder):
    (folder / RESULTS).unlink()
    for number in range(1, 7):
        change_line(folder / SUMS, number, lambda line: as_chat(line))
    assert read(folder / SUMS)[0].transcripts[0].request.prompt == "Q: 2 + 3?\nA:"


def as_chat(line):
    line["arguments"]["gen_args_0"]["arg_0"] = [line["arguments"]["gen_args_0"]["arg_0"]]
    return line


def test_what_has_no_place_is_named_in_a_note(folder):
    (folder / RESULTS).unlink()
    for number in range(1, 7):
        change_line(folder / SUMS, number, with_more)
    (logged,) = read(folder / SUMS)
    assert "imported without generation setting top_k=5" in logged.result.notes
    assert "imported without parts of single samples, which is no single number" in logged.result.notes
    assert {score.metric for each in logged.transcripts for score in each.scores} == {"exact_match"}


def with_more(line):
    line["arguments"]["gen_args_0"]["arg_1"]["top_k"] = 5
    return line | {"metrics": ["exact_match", "parts"], "parts": [True, False]}


def test_marks_by_several_checks_are_kept_where_all_of_them_are_averaged(folder):
    marks = ([True, False], [True], [False])
    for number in range(1, 7):
        more = {"metrics": ["exact_match", "checked"], "checked": marks[(number - 1) % 3]}
        change_line(folder / SUMS, number, other(**more))
    told = {"checked,strict-match": 0.5, "checked_stderr,strict-match": "N/A", "checked,flexible-extract": 0.7}
    change_results(folder, lambda content: content["results"]["sums"].update(told))
    _, logged = read(folder)
    assert logged.checks == {("checked", "strict-match"): ((True, False), (True,), (False,))}
    assert "imported without checked of single samples, which is no single number" in logged.result.notes


def without(name):
    return lambda line: {key: value for key, value in line.items() if key != name}


def other(**fields):
    return lambda line: line | fields


def swapped_doc(line):
    line["doc"]["question"] = "What?"
    return line


def swapped_prompt(line):
    line["arguments"]["gen_args_0"]["arg_0"] += "!"
    return line


@pytest.mark.parametrize(
    ("name", "number", "change", "message"),
    [
        (COLOURS, 2, swapped_doc, ":2: doc_hash: "),
        (COLOURS, 3, swapped_prompt, ":3: prompt_hash: "),
        (COLOURS, 4, other(target="1"), ":4: target_hash: "),
        (SUMS, 6, other(target_hash="0" * 64), ":6: target_hash: 000000000000… is stated"),
        (COLOURS, 2, without("doc_hash"), ":2: doc_hash: field required"),
        (COLOURS, 2, without("filter"), ":2: filter: field required"),
        (COLOURS, 1, without("acc_norm"), ":1: acc_norm: named in `metrics`"),
        (COLOURS, 1, other(doc_id="0"), ":1: doc_id: "),
        (COLOURS, 3, lambda line: "{not json", ":3: not JSON: "),
        (COLOURS, 3, lambda line: "[1, 2]", ":3: line: "),
        (COLOURS, 4, other(doc_id=0), ":4: doc_id: 0 stands on line 1 already"),
        (SUMS, 6, other(doc_id=7), ":3: filter: sample 2 has no line for filter flexible-extract"),
        (SUMS, 5, other(resps=[["else"]]), ":5: resps: differs from line 2"),
        (COLOURS, 1, other(resps=[[["-1.5", "True"]]]), ":1: resps: 1 responses to 3 requests"),
        (
            COLOURS,
            3,
            other(resps=[[["x", "True"]], [["-1", "True"]]]),
            ":3: resps: expected a log-likelihood, found 'x'",
        ),
        (COLOURS, 3, other(resps=[[["-1", "yes"]], [["-1", "True"]]]), ":3: resps: expected .log-likelihood"),
        (COLOURS, 3, other(resps=[[["-1", "True"]] * 2, [["-1", "True"]]]), ":3: resps: several responses"),
        (COLOURS, 1, other(filtered_resps=[]), ":1: filtered_resps: differ"),
        (SUMS, 1, other(filtered_resps=["a", "b"]), ":1: filtered_resps: expected one text"),
        (COLOURS, 2, other(arguments={}), ":2: arguments: gen_args_0.arg_0 is missing"),
    ],
)
def test_a_wrong_line_is_named_with_its_field(folder, name, number, change, message):
    change_line(folder / name, number, change)
    with pytest.raises(UserError, match=re.escape(str(folder / name)) + message) as caught:
        read(folder)
    assert "\n" not in str(caught.value)


def test_an_unfiltered_text_must_be_the_response(folder):
    for number in (1, 2, 3):
        change_line(folder / SUMS, number, other(filter="none"))
    with pytest.raises(UserError, match=":1: filtered_resps: differs from `resps`"):
        read(folder)


def test_a_whole_text_likelihood_is_refused_by_name(folder):
    change_line(folder / COLOURS, 1, lambda line: line | {"arguments": {"gen_args_0": first_argument(line)}})
    with pytest.raises(UserError, match=r":1: arguments: .*whole-text likelihoods and images cannot be read"):
        read(folder)


def first_argument(line):
    return {"arg_0": line["arguments"]["gen_args_0"]["arg_0"]}


def set_value(content, *path):
    *keys, last, value = path
    for key in keys:
        content = content[key]
    content[last] = value


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("results", "colours", "acc,none", 0.7), "colours.acc,none: 0.7 is stated, its samples give 0.75"),
        (("results", "colours", "acc_stderr,none", 0.1), "colours.acc_stderr,none: 0.1 is stated"),
        (("results", "colours", {"alias": "colours"}), "results.colours: no acc,none"),
        (("results", "colours", "extra,none", "?"), "results.colours.extra,none: expected a number"),
        (("n-samples", "colours", "effective", 5), "4 samples, but n-samples says 5"),
        (("task_hashes", "colours", "0" * 64), "colours: task_hashes has 000000000000…"),
        (("results", []), "results: input should be a valid dictionary; expected a results file"),
        (("configs", {}), "results: no task in it"),
        (("outweigh", {"results": {}}), "outweigh.results: no result of colours"),
        (("outweigh", {"results": {"colours": {}}}), "outweigh.results.colours.evaluation: field required"),
    ],
)
def test_results_that_contradict_their_samples_are_refused(folder, change, message):
    change_results(folder, lambda content: set_value(content, *change))
    with pytest.raises(UserError, match=re.escape(message)):
        read(folder)


def test_an_aggregate_that_is_not_declared_a_mean_is_taken_as_stated(folder):
    change_results(folder, declare_median)
    acc = read(folder)[0].result.estimates[0]
    assert (acc.value, acc.standard_error, acc.count) == (0.9, None, 4)
    assert (acc.low, acc.high, acc.method) == (0.0, 1.0, "the whole range, for want of a standard error")


def declare_median(content):
    content["configs"]["colours"]["metric_list"][0]["aggregation"] = "median"
    content["results"]["colours"] |= {"acc,none": 0.9, "acc_stderr,none": "N/A"}


def test_own_results_that_disagree_with_the_rest_are_refused(make, tmp_path, when):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    results, _ = write([logged], tmp_path, when=when)
    content = json.loads(results.read_text())
    content["outweigh"]["results"]["colours"]["estimates"][0]["value"] = 0.5
    results.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"outweigh.results.colours: says something else"):
        read(tmp_path)


def test_own_results_that_count_other_samples_are_refused(make, tmp_path, when):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    results, _ = write([logged], tmp_path, when=when)
    content = json.loads(results.read_text())
    content["outweigh"]["results"]["colours"]["asked"] = 2
    results.write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"outweigh.results.colours: says something else"):
        read(tmp_path)


def test_a_temperature_without_sampling_is_greedy(folder):
    (folder / RESULTS).unlink()
    for number in range(1, 7):
        change_line(folder / SUMS, number, with_temperature)
    assert read(folder / SUMS)[0].result.evaluation.decoding == Decoding(max_tokens=24)


def with_temperature(line):
    line["arguments"]["gen_args_0"]["arg_1"]["temperature"] = 0.7
    return line


@pytest.mark.parametrize(("declared", "higher"), [(False, False), (True, True), (None, True)])
def test_a_metric_is_better_when_lower_only_if_that_is_declared(folder, declared, higher):
    change_results(folder, lambda content: set_value(content, "higher_is_better", "colours", "acc", declared))
    assert [one.higher_is_better for one in read(folder)[0].result.estimates] == [higher, True]


def test_a_group_is_the_outermost_one_that_has_a_score(folder):
    change_results(folder, lambda content: content["group_subtasks"].update(everything=["tiny_suite", "sums"]))
    assert [one.result.group for one in read(folder)] == ["tiny_suite", None]


def test_a_missing_samples_file_is_named(folder):
    (folder / SUMS).unlink()
    with pytest.raises(UserError, match=f"sums: no samples; expected {SUMS} beside it"):
        read(folder)


def test_a_task_name_cannot_lead_elsewhere(folder):
    text = (folder / RESULTS).read_text().replace('"sums"', '"../sums"')
    (folder / RESULTS).write_text(text)
    with pytest.raises(UserError, match=r"\.\./sums: .* without slashes"):
        read(folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("samples_x.jsonl", b"", "empty: a samples file"),
        ("samples_x.jsonl", b"\n\n", "empty: a samples file"),
        ("samples_x.jsonl", b"\xff\xfe\x00", ":1: not UTF-8 text"),
        ("samples_x.jsonl.gz", b"no gzip", ":1: cannot be read: Not a gzipped file"),
        ("samples_x.jsonl.gz", gzip.compress(b'{"doc_id": 0}' * 99, mtime=0)[:-12], ":1: cannot be read"),
        ("results_x.json", b"", ":1: not JSON"),
        ("results_x.json", b'{"results": {},\n oops', ":2: not JSON"),
        ("results_x.json", b"\xff", "not UTF-8 text"),
        ("results_x.json", b'{"name": "package"}', "results: field required; expected a results file"),
        ("results_x.json", b"[]", "file: input should be"),
        ("notes.txt", b"hello", "expected a folder, results_"),
    ],
)
def test_a_file_that_is_no_log_is_refused(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=re.escape(str(path)) + ".*" + re.escape(message)) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_an_empty_folder_and_a_missing_path_are_refused(tmp_path):
    with pytest.raises(UserError, match="no results_"):
        read(tmp_path)
    with pytest.raises(UserError, match="no such file or folder"):
        read(tmp_path / "absent")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"model_args": "pretrained=org/m,dtype=half,revision=v1"}, ("hub", "org/m", "v1", "float16", None)),
        ({"model_args": {"pretrained": "/models/m", "dtype": "auto"}}, ("external", "/models/m", None, None, None)),
        ({"model_args": {"pretrained": "./org/m"}}, ("external", "./org/m", None, None, None)),
        ({"model_args": {"pretrained": "gpt2", "revision": "main"}}, ("external", "gpt2", None, None, None)),
        ({"model_args": {"model": "org/m", "base_url": "x"}}, ("external", "org/m", None, None, None)),
        ({"model_args": {"pretrained": "org/m", "peft": "org/a"}}, ("hub", "org/m", None, None, "org/a")),
        ({"model_args": {}}, ("external", "example/tiny", None, None, None)),
    ],
)
def test_a_model_is_known_by_its_arguments(folder, config, expected):
    change_results(folder, lambda content: content.update(config=config))
    model = read(folder)[0].result.evaluation.model
    assert (model.source, model.name, model.revision, model.precision, model.adapter) == expected


@pytest.mark.parametrize(("limit", "expected"), [(None, None), (4.0, 4), (0.4, 4)])
def test_a_limit_is_a_number_of_samples(folder, limit, expected):
    change_results(folder, lambda content: set_value(content, "config", "limit", limit))
    assert read(folder)[0].result.evaluation.limit == expected
