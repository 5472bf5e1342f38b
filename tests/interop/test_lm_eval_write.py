"""What is written is what lm-evaluation-harness 0.4.13 would have written."""

import hashlib
import json
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outweigh.interop.lm_eval_lines import lines
from outweigh.interop.lm_eval_read import read
from outweigh.interop.lm_eval_requests import request_of, response_of
from outweigh.interop.lm_eval_write import write
from outweigh.records import (
    Decoding,
    Estimate,
    Generate,
    Likelihood,
    Likelihoods,
    ModelSpec,
    Outcome,
    Protocol,
    Stopping,
    UserError,
)

LINE = [
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash", "prompt_hash",
    "target_hash",
]  # fmt: skip


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_files_are_named_by_model_task_and_date(make, tmp_path, when):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    paths = write([logged], tmp_path, when=when.astimezone(timezone(timedelta(hours=5))))
    stamp = "2026-03-02T10-00-00.000005"
    expected = [f"results_{stamp}.json", f"samples_colours_{stamp}.jsonl"]
    assert [path.relative_to(tmp_path / "example__tiny").as_posix() for path in paths] == expected


@pytest.mark.parametrize(
    ("name", "folder"), [("/models/a:b", "__models__a__b"), ("gpt2", "gpt2"), ('o/"<m>"[1]', "o__m__1__"), ("..", "__")]
)
def test_a_name_is_made_safe_as_lm_evaluation_harness_does(make, tmp_path, when, name, folder):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    renamed = logged.result.evaluation.but(model=ModelSpec(source="path", name=name))
    logged = type(logged)(logged.result.but(evaluation=renamed), logged.transcripts)
    assert write([logged], tmp_path, when=when)[0].parent == tmp_path / folder


def test_a_likelihood_line_has_every_column_in_order(make):
    (line,) = lines([make.choice(3, 1.0)])
    doc = {"n": 3, "tags": ["é", None, 0.1]}
    assert list(line) == [*LINE, "acc"]
    assert line["doc_id"] == 3
    assert line["doc"] == doc
    assert line["arguments"] == {
        "gen_args_0": {"arg_0": "Q?\nA:", "arg_1": " a"},
        "gen_args_1": {"arg_0": "Q?\nA:", "arg_1": " b"},
    }
    assert line["resps"] == [[["-0.25", "False"]], [["-1e-07", "True"]]]
    assert line["filtered_resps"] == [["-0.25", "False"], ["-1e-07", "True"]]
    assert line["doc_hash"] == sha256(json.dumps(doc, indent=2, ensure_ascii=False))
    assert (line["prompt_hash"], line["target_hash"]) == (sha256("Q?\nA:"), sha256("0"))
    assert line["metrics"] == ["acc"] and line["acc"] == 1.0


@pytest.mark.parametrize(
    ("decoding", "settings"),
    [
        ({}, {"until": ["\n"], "do_sample": False, "temperature": 0.0}),
        ({"max_tokens": 9}, {"until": ["\n"], "do_sample": False, "temperature": 0.0, "max_gen_toks": 9}),
        ({"temperature": 0.7}, {"until": ["\n"], "do_sample": True, "temperature": 0.7}),
        ({"temperature": 1.0, "top_p": 0.9}, {"until": ["\n"], "do_sample": True, "temperature": 1.0, "top_p": 0.9}),
    ],
)
def test_decoding_becomes_generation_settings(make, decoding, settings):
    (line,) = lines([make.text(0, "4", **decoding)])
    assert line["arguments"] == {"gen_args_0": {"arg_0": "Q?", "arg_1": settings}}
    assert list(line["arguments"]["gen_args_0"]["arg_1"]) == list(settings)


@pytest.mark.parametrize(
    ("filter", "answer", "logged"),
    [
        ("strict-match", "4", "4"),
        ("strict-match", None, "[invalid]"),
        ("strict-match", "", ""),
        ("none", "x", " the answer"),
    ],
)
def test_a_filter_logs_what_it_read(make, filter, answer, logged):
    (line,) = lines([make.text(0, answer, filter)])
    assert line["resps"] == [[" the answer"]]
    assert line["filtered_resps"] == [logged]


def test_all_samples_of_one_filter_come_before_the_next(make):
    both = [
        make.text(i, "4").but(scores=(*make.text(i, "4", "b").scores, *make.text(i, "4", "a").scores)) for i in (1, 0)
    ]
    assert [(line["filter"], line["doc_id"]) for line in lines(both)] == [("b", 0), ("b", 1), ("a", 0), ("a", 1)]


def test_a_failed_sample_is_counted_and_has_no_line(make, tmp_path, when):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0), make.failed(1), make.choice(2, 0.0)))
    results, samples = write([logged], tmp_path, when=when)
    content = json.loads(results.read_text())
    assert [json.loads(line)["doc_id"] for line in samples.read_text().splitlines()] == [0, 2]
    assert content["n-samples"]["colours"] == {"original": 3, "effective": 2}
    assert content["results"]["colours"]["sample_len"] == 2
    own = content["outweigh"]
    assert (own["failed"], own["truncated"], own["unreadable"]) == ({"colours": 1}, {"colours": 1}, {"colours": 1})
    assert own["precision"] == "float32"
    (again,) = read(tmp_path)
    assert again.result == logged.result
    assert [each.sample.position for each in again.transcripts] == [0, 2]


def test_numbers_stand_under_metric_and_filter(make, tmp_path, when):
    colours = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0), make.choice(1, 0.0)), group="tiny")
    sums = make.result("sums", Protocol.GENERATE, (make.text(0, "5"),))
    estimate = colours.result.estimates[0]
    results, *_ = write([colours, sums], tmp_path, groups={"tiny": estimate}, when=when)
    content = json.loads(results.read_text())
    group = {
        "alias": "tiny", "name": "tiny", "sample_len": 2, "acc,none": 0.5, "acc_stderr,none": 0.5,
        "sample_count": {"acc,none": 2},
    }  # fmt: skip
    assert content["results"] == {
        "colours": {"name": "colours", "alias": "colours", "sample_len": 2, "acc,none": 0.5, "acc_stderr,none": 0.5},
        "sums": {
            "name": "sums", "alias": "sums", "sample_len": 1,
            "exact_match,strict-match": 0.0, "exact_match_stderr,strict-match": "N/A",
        },
        "tiny": group,
    }  # fmt: skip
    assert content["groups"] == {"tiny": group}
    assert content["group_subtasks"] == {"tiny": ["colours"]}
    assert content["versions"] == {"colours": 1.0, "sums": 1.0}
    assert content["n-shot"] == {"colours": 0, "sums": 0, "tiny": 0}
    assert content["higher_is_better"] == {
        "colours": {"acc": True}, "sums": {"exact_match": True}, "tiny": {"acc": True},
    }  # fmt: skip
    assert [one.result for one in read(tmp_path)] == [colours.result, sums.result]


def test_the_run_is_described_with_lm_evaluation_harness_own_keys(make, tmp_path, when):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    results, samples = write([logged], tmp_path, when=when)
    content, line = json.loads(results.read_text()), json.loads(samples.read_text())
    assert content["config"]["model_args"] == {"pretrained": "example/tiny", "revision": "f" * 40, "dtype": "float32"}
    assert (content["config"]["fewshot_seed"], content["config"]["limit"]) == (1234, None)
    assert (content["model_name"], content["model_name_sanitized"]) == ("example/tiny", "example__tiny")
    assert content["total_evaluation_time_seconds"] == "90.0"
    assert content["date"] == logged.result.started_at.timestamp()
    joined = sha256(line["doc_hash"] + line["prompt_hash"] + line["target_hash"])
    assert content["task_hashes"] == {"colours": joined}
    assert content["configs"]["colours"]["output_type"] == "multiple_choice"
    assert "lm_eval_version" not in content


@pytest.mark.parametrize(("revision", "sha"), [("f" * 40, "f" * 40), ("step1000", None), (None, None)])
def test_only_a_commit_is_given_out_as_one(make, tmp_path, when, revision, sha):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    evaluation = logged.result.evaluation
    named = evaluation.but(model=evaluation.model.but(revision=revision))
    logged = type(logged)(logged.result.but(evaluation=named), logged.transcripts)
    config = json.loads(write([logged], tmp_path, when=when)[0].read_text())["config"]
    assert (config.get("model_sha"), config.get("model_revision")) == (sha, revision)


@pytest.mark.parametrize(("version", "logged"), [("2", "2"), ("1.0", "1.0"), ("v1", '"v1"'), ("1.10", '"1.10"')])
def test_a_version_is_a_number_where_that_loses_nothing(make, tmp_path, when, version, logged):
    one = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    one = type(one)(one.result.but(evaluation=one.result.evaluation.but(version=version)), one.transcripts)
    content = json.loads(write([one], tmp_path, when=when)[0].read_text())
    assert json.dumps(content["versions"]["colours"]) == logged


def test_rows_of_a_limited_split_are_not_made_up(make, tmp_path, when):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    limited = type(logged)(logged.result.but(evaluation=logged.result.evaluation.but(limit=1)), logged.transcripts)
    content = json.loads(write([limited], tmp_path, when=when)[0].read_text())
    assert content["n-samples"]["colours"] == {"original": None, "effective": 1}
    assert content["config"]["limit"] == 1


def stopped(make, largest_cluster):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    stopping = Stopping(
        outcome=Outcome.DECIDED,
        until_decided=True,
        until_halfwidth=None,
        alpha=0.05,
        order_seed=1234,
        through="8" * 16,
        pool=7,
        largest_cluster=largest_cluster,
        looks=1,
    )
    evaluation = logged.result.evaluation.but(stopping=stopping)
    return type(logged)(logged.result.but(evaluation=evaluation), logged.transcripts)


def test_what_an_adaptive_run_left_out_is_counted_and_comes_back(make, tmp_path, when):
    one = stopped(make, 1)
    path = write([one], tmp_path, when=when)[0]
    assert json.loads(path.read_text())["n-samples"]["colours"] == {"original": 7, "effective": 1}
    assert read(path)[0].result == one.result


def test_passages_that_an_adaptive_run_went_by_are_not_forgotten(make, tmp_path, when):
    path = write([stopped(make, 3)], tmp_path, when=when)[0]
    with pytest.raises(UserError, match="asked adaptively, in passages that these files do not name"):
        read(path)


def refused(make, case):
    good = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))
    other = make.result("sums", Protocol.GENERATE, (make.text(0, "5"),))
    moved = other.result.but(evaluation=other.result.evaluation.but(model=ModelSpec(source="path", name="other")))
    return {
        "nothing": [],
        "twice": [good, good],
        "models": [good, type(other)(moved, other.transcripts)],
        "failed": [good, make.result("dead", Protocol.LIKELIHOOD, (make.failed(0),))],
        "part": [type(good)(good.result.but(asked=7), good.transcripts)],
        "slash": [make.result("../colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0),))],
    }[case]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("nothing", "nothing to write"),
        ("twice", "colours: twice"),
        ("models", "tiny, other: several models"),
        ("failed", "dead: no sample was answered"),
        ("part", "colours: 1 marked samples for a result of 7"),
        ("slash", "../colours: .* without slashes"),
    ],
)
def test_what_has_no_form_is_refused_before_anything_is_written(make, tmp_path, when, case, message):
    with pytest.raises(UserError, match=message):
        write(refused(make, case), tmp_path, when=when)
    assert list(tmp_path.iterdir()) == []


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SUMS = st.floats(max_value=0.0, allow_nan=False)
PAIRS = st.lists(st.tuples(TEXT, TEXT, SUMS, st.booleans()), min_size=1, max_size=5)


@given(PAIRS)
def test_any_likelihood_survives_a_line(make_pairs):
    contexts, continuations, sums, greedy = zip(*make_pairs, strict=True)
    request = Likelihood(contexts=contexts, continuations=continuations)
    response = Likelihoods(sums=sums, is_greedy=greedy, token_counts=(0,) * len(sums))
    arguments = {f"gen_args_{i}": {"arg_0": a, "arg_1": b} for i, (a, b) in enumerate(request.pairs)}
    resps = [[[str(total), str(is_greedy)]] for total, is_greedy in zip(sums, greedy, strict=True)]
    again, ignored = request_of(json.loads(json.dumps(arguments)))
    assert again.pairs == request.pairs
    assert ignored == []
    assert response_of(again, json.loads(json.dumps(resps))) == response


@given(
    TEXT,
    st.lists(TEXT, max_size=3).map(tuple),
    st.one_of(
        st.builds(Decoding, max_tokens=st.none() | st.integers(1, 4096)),
        st.builds(
            Decoding,
            temperature=st.floats(0.01, 2.0),
            top_p=st.floats(0.01, 1.0),
            max_tokens=st.none() | st.integers(1, 4096),
        ),
    ),
)
def test_any_generation_survives_a_line(prompt, stop, decoding):
    from outweigh.interop.lm_eval_lines import options

    request = Generate(prompt=prompt, stop=stop, decoding=decoding)
    settings = json.loads(json.dumps({"gen_args_0": {"arg_0": prompt, "arg_1": options(request)}}))
    assert request_of(settings) == (request, [])


def test_an_aggregate_that_is_no_mean_is_not_called_one(make, tmp_path, when):
    logged = make.result("colours", Protocol.LIKELIHOOD, (make.choice(0, 1.0), make.choice(1, 0.0)))
    odd = Estimate(metric="acc", value=0.9, low=0.9, high=0.9, standard_error=None, count=2, method="imported")
    odd_logged = type(logged)(logged.result.but(estimates=(odd,)), logged.transcripts)
    content = json.loads(write([odd_logged], tmp_path, when=when)[0].read_text())
    assert content["configs"]["colours"]["metric_list"] == [{"metric": "acc", "higher_is_better": True}]
    assert read(tmp_path)[0].result.estimates == (odd,)
