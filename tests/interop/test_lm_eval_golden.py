"""Logs that lm-evaluation-harness 0.4.13 really wrote are read and written again without loss."""

import json

import pytest

from outweigh.interop.lm_eval_read import read
from outweigh.interop.lm_eval_write import write
from outweigh.records import UserError
from shared_data import GOLDEN, golden_logs, read_log, read_results

LOGS = golden_logs()


@pytest.mark.skipif(not LOGS, reason=f"no logs of lm-evaluation-harness at {GOLDEN}: set OUTWEIGH_SHARED")
@pytest.mark.parametrize("log", LOGS, ids=lambda path: path.name.removesuffix(".samples.jsonl.gz"))
class TestGoldenLogs:
    def test_every_line_is_the_same_after_reading_and_writing(self, log, tmp_path, when):
        _, samples = write(read(log), tmp_path, when=when)
        again = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
        lines = read_log(log)
        # the golden set sorts by sample, lm-evaluation-harness by filter: the lines are compared by both
        by_key = {(line["doc_id"], line["filter"]): line for line in again}
        assert len(again) == len(lines) == len(by_key)
        for line in lines:
            other = by_key[line["doc_id"], line["filter"]]
            assert other == line
            assert list(other) == list(line)
            assert json.dumps(other) == json.dumps(line)

    def test_means_and_standard_errors_are_the_stated_ones(self, log):
        (logged,) = read(log)
        stated = read_results(log)["metrics"]
        assert len(logged.result.estimates) == sum("_stderr," in key for key in stated)
        for one in logged.result.estimates:
            assert one.value == pytest.approx(stated[f"{one.metric},{one.filter}"], abs=1e-12)
            assert one.standard_error == pytest.approx(stated[f"{one.metric}_stderr,{one.filter}"], abs=1e-12)
            assert one.count == logged.result.asked == read_results(log)["samples"]

    def test_what_was_written_is_read_as_the_same(self, log, tmp_path, when):
        first = read(log)
        write(first, tmp_path, when=when)
        assert read(tmp_path) == first

    def test_a_single_altered_score_does_not_pass_beside_its_results(self, log, tmp_path, when):
        results, samples = write(read(log), tmp_path, when=when)
        plain = json.loads(results.read_text())
        del plain["outweigh"]  # as if lm-evaluation-harness had written it
        results.write_text(json.dumps(plain))
        assert read(tmp_path)[0].transcripts == read(log)[0].transcripts
        lines = samples.read_text(encoding="utf-8").splitlines()
        first = json.loads(lines[0])
        first[first["metrics"][0]] = 0.5
        samples.write_text("\n".join([json.dumps(first), *lines[1:]]), encoding="utf-8")
        with pytest.raises(UserError, match="its samples give"):
            read(tmp_path)
