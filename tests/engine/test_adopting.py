"""What another tool measured gets its figures from its own requests, or says why it has none."""

import json
from statistics import fmean, median

import numpy as np
import pytest

from measured_files import copied
from measurements import scored
from outweigh.engine.adopting import adopt, estimated
from outweigh.interop import Logged
from outweigh.interop.measurement_files import read_measurements


@pytest.fixture
def files(tmp_path):
    return copied(tmp_path / "measured")


def adopted(path):
    return [estimated(each) for each in read_measurements(path)]


def test_figures_are_those_of_the_requests_and_agree_with_the_tool(files):
    (found,) = adopted(files / "aiperf" / "concurrency")
    said = json.loads((files / "aiperf" / "concurrency" / "profile_export_aiperf.json").read_text())
    for metric, tag in (("ttft_seconds", "time_to_first_token"), ("e2e_seconds", "request_latency")):
        mean, middle = found.figure(f"{metric}_mean"), found.figure(f"{metric}_p50")
        assert mean.value == pytest.approx(said[tag]["avg"] / 1e3)
        assert middle.value == pytest.approx(said[tag]["p50"] / 1e3)
        for each in (mean, middle):
            assert each.low < each.value < each.high
    assert (found.machine, found.conditions, found.precise) == (None, None, None)


@pytest.mark.parametrize("place", ["aiperf/concurrency", "aiperf/poisson", "guidellm", "optimum/pytorch"])
def test_every_expected_figure_is_there_or_has_a_reason(files, place):
    stems = ("ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds")
    expected = {f"{stem}_{each}" for stem in stems for each in ("p50", "p90", "p95", "p99", "mean")}
    expected |= {"requests_per_second", "output_tokens_per_second", "peak_resident_bytes", "energy_joules"}
    for found in adopted(files / place):
        figures = {each.metric for each in found.figures}
        assert expected <= figures | found.unmeasured.keys()
        assert not figures & found.unmeasured.keys()
        assert all(found.unmeasured.values())


def test_without_requests_there_is_no_figure_but_what_the_tool_states_is_told(files):
    (files / "aiperf" / "concurrency" / "profile_export.jsonl").unlink()
    (found,) = adopted(files / "aiperf" / "concurrency")
    assert found.figures == ()
    assert found.unmeasured["e2e_seconds_p50"].startswith("AIPerf states 0.190965 s; imported without raw times")
    assert "no request was answered" not in found.unmeasured.values()
    assert found.unmeasured["cpu_seconds"] == "the files of AIPerf 0.13.0 do not have it"


def test_what_the_tool_knows_of_a_figure_goes_before_what_its_requests_say(files):
    path = files / "guidellm" / "benchmarks.json"
    report = json.loads(path.read_text())
    requests = report["benchmarks"][0]["requests"]
    requests["successful"] = requests["successful"][:-1]
    path.write_text(json.dumps(report))
    found, _ = adopted(path)
    assert found.figure("output_tokens_per_second") is None
    assert found.unmeasured["output_tokens_per_second"].startswith("GuideLLM states")
    kept = [each["request_latency"] for each in requests["successful"]]
    assert found.figure("e2e_seconds_mean").value == pytest.approx(fmean(kept))
    assert found.figure("e2e_seconds_p50").value == pytest.approx(median(kept))


# So many instructions have IFEval's 541 prompts. Those of one prompt are followed all or none, nearly.
INSTRUCTIONS = [1] * 305 + [2] * 179 + [3] * 57


def checked(rng):
    """A result whose one metric is the mean over all instructions, as lm-evaluation-harness logs it."""
    chances = rng.choice([0.02, 0.98], len(INSTRUCTIONS))
    rows = tuple(tuple((rng.random(n) < chance).tolist()) for n, chance in zip(INSTRUCTIONS, chances, strict=True))
    value = sum(map(sum, rows)) / sum(INSTRUCTIONS)
    (plain,) = scored().estimates
    estimate = plain.but(metric="inst_level_strict_acc", value=value, low=value, high=value, count=len(rows))
    return Logged(scored().but(estimates=(estimate,)), (), {("inst_level_strict_acc", "none"): rows})


def test_instructions_of_one_prompt_are_no_independent_samples():
    rng = np.random.default_rng(3)
    held = naive = 0
    for _ in range(400):
        (found,) = adopt(checked(rng)).estimates
        assert (found.method, found.count) == ("cluster-t", 834)
        held += found.low <= 0.5 <= found.high
        naive += abs(found.value - 0.5) <= 1.96 * np.sqrt(found.value * (1 - found.value) / 834)
    assert 0.92 <= held / 400 <= 0.98
    assert naive / 400 < 0.9


def test_what_is_marked_once_a_sample_keeps_its_imported_interval():
    result = scored()
    assert adopt(Logged(result, ())) == result
