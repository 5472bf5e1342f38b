"""What is exported is what Prometheus's own parsers read, number by number."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as text_families

from outweigh.interop.prometheus import openmetrics_json, openmetrics_text, prometheus_text
from outweigh.interop.series import QUANTITIES, families, labels
from outweigh.records import (
    Accelerator,
    Arrival,
    ChatTemplate,
    Estimate,
    Machine,
    ModelSource,
    ModelSpec,
    UserError,
    Workload,
)

FIXED = [
    *("ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds"),
    *("prompt_tokens_per_second", "output_tokens_per_second", "output_tokens_per_second_per_user"),
    *("requests_per_second", "goodput_requests_per_second", "peak_resident_bytes", "peak_device_bytes", "cpu_seconds"),
    *("cpu_utilisation", "gpu_utilisation", "energy_joules", "joules_per_token", "joules_per_request"),
]
LABELS = {
    "model": "tiny",
    "revision": "f" * 12,
    "precision": "float32",
    "arrival": "batch",
    "batch_size": "4",
    "prompt_tokens": "256",
    "output_tokens": "64",
    "cpu": "Some CPU @ 2.20GHz",
}


def samples(parsed):
    return {(sample.name, sample.labels.get("quantile")): sample for family in parsed for sample in family.samples}


def numbers(parsed):
    return {key: sample.value for key, sample in samples(parsed).items()}


def test_each_figure_has_a_name_with_its_unit_last_and_its_bounds_beside_it(measurement):
    found = numbers(text_families(prometheus_text([measurement()])))
    assert found["outweigh_ttft_seconds", "0.5"] == 0.05
    assert found["outweigh_ttft_low_seconds", "0.5"] == 0.049
    assert found["outweigh_ttft_high_seconds", "0.5"] == 0.0525
    assert found["outweigh_ttft_high_seconds", "0.99"] == float("inf")
    assert found["outweigh_ttft_mean_seconds", None] == 0.051
    assert found["outweigh_ttft_mean_low_seconds", None] == 0.05
    assert found["outweigh_output_tokens_per_second", None] == 123.5
    assert found["outweigh_output_low_tokens_per_second", None] == 120.0
    assert found["outweigh_low_requests_per_second", None] == 1.9
    assert found["outweigh_peak_resident_high_bytes", None] == 6.6e8
    assert found["outweigh_cpu_utilisation_ratio", None] == 1.75
    assert found["outweigh_requests", None] == 40
    assert found["outweigh_failed_requests", None] == 1


def test_every_fixed_metric_is_described():
    assert [one.metric for one in QUANTITIES] == FIXED


def test_labels_tell_one_measurement_from_another(measurement):
    found = samples(text_families(prometheus_text([measurement()])))
    assert found["outweigh_peak_resident_bytes", None].labels == LABELS


def test_load_and_accelerator_are_labels_where_there_are_any(measurement):
    work = Workload(arrival=Arrival.POISSON, rate=2.5, concurrency=8, prompt_tokens=16, output_tokens=4)
    gpu = Machine(cpu="c", cores=1, memory_bytes=1, system="s", accelerators=(Accelerator(name="H100", kind="cuda"),))
    found = samples(text_families(prometheus_text([measurement(workload=work, machine=gpu)])))
    told = found["outweigh_requests", None].labels
    assert (told["rate"], told["concurrency"], told["accelerator"]) == ("2.5", "8", "H100")
    assert "batch_size" not in told
    unknown = samples(text_families(prometheus_text([measurement(machine=None)])))
    assert "cpu" not in unknown["outweigh_requests", None].labels


def test_two_servers_of_one_model_are_told_apart(measurement):
    here, there = (
        measurement(model=ModelSpec(source=ModelSource.ENDPOINT, name=f"http://{host}:80/v1#m", revision="a-run"))
        for host in ("a", "b")
    )
    found = [
        sample for family in families([here, there]) if family.name == "outweigh_requests" for sample in family.samples
    ]
    assert [sample.labels["endpoint"] for sample in found] == ["http://a:80/v1", "http://b:80/v1"]


def test_another_tool_a_trace_and_a_chat_template_are_labels(measurement):
    work = Workload(arrival=Arrival.TRACE, trace="e" * 64, prompt_tokens=16, output_tokens=4)
    model = measurement().model.but(chat_template=ChatTemplate.ON)
    found = labels(measurement(model=model, workload=work, harness="AIPerf 0.13.0"))
    told = {name: found[name] for name in ("tool", "trace", "chat_template")}
    assert told == {"tool": "AIPerf", "trace": "e" * 12, "chat_template": "on"}
    assert "tool" not in labels(measurement(harness="outweigh 0.1.0"))


def test_the_source_stands_beside_every_figure_of_energy(measurement):
    found = samples(text_families(prometheus_text([measurement()])))
    energy = found["outweigh_joules_per_token", None].labels
    assert (energy["energy_source"], energy["estimated"]) == ("processor power table", "true")


def test_text_has_no_timestamps_but_says_when(measurement, when):
    found = samples(text_families(prometheus_text([measurement()])))
    assert all(sample.timestamp is None for sample in found.values())
    assert found["outweigh_measured_timestamp_seconds", None].value == pytest.approx(when.timestamp(), abs=1e-5)


def test_openmetrics_says_the_same_with_units_and_exact_times(measurement, when):
    text = openmetrics_text([measurement()])
    parsed = list(open_families(text))
    assert numbers(parsed) == numbers(text_families(prometheus_text([measurement()])))
    units = {family.name: family.unit for family in parsed}
    assert units["outweigh_ttft_low_seconds"] == "seconds"
    assert units["outweigh_output_tokens_per_second"] == "tokens_per_second"
    stamps = {str(sample.timestamp) for family in parsed for sample in family.samples}
    assert stamps == {f"{int(when.timestamp())}.{when.microsecond * 1000:09d}"}
    assert {family.type for family in parsed} == {"gauge"}


def test_json_has_the_shape_of_prom2json(measurement, when):
    listed = {family["name"]: family for family in json.loads(openmetrics_json([measurement()]))}
    ttft = listed["outweigh_ttft_seconds"]
    assert list(ttft) == ["name", "help", "type", "metrics"]
    assert ttft["type"] == "GAUGE"
    assert ttft["metrics"][0] == {
        "labels": LABELS | {"quantile": "0.5"},
        "timestamp_ms": str(int(when.timestamp() * 1000)),
        "value": "0.05",
    }
    assert listed["outweigh_ttft_high_seconds"]["metrics"][1]["value"] == "+Inf"


def test_several_measurements_share_their_families(measurement):
    other = measurement(workload=Workload(batch_size=8))
    parsed = list(open_families(openmetrics_text([measurement(), other])))
    names = [family.name for family in parsed]
    assert len(names) == len(set(names))
    requests = next(family for family in parsed if family.name == "outweigh_requests")
    assert [sample.labels["batch_size"] for sample in requests.samples] == ["4", "8"]


@pytest.mark.parametrize("export", [prometheus_text, openmetrics_text, openmetrics_json])
def test_measurements_that_labels_cannot_tell_apart_are_refused(measurement, export):
    with pytest.raises(UserError, match="two measurements of model tiny"):
        export([measurement(), measurement(requests=41)])


def test_a_metric_that_is_not_described_keeps_its_name(measurement):
    odd = Estimate(metric="odd_thing", value=1, low=0, high=2, standard_error=None, count=1, method="m")
    found = {family.name for family in families([measurement(figures=(odd,))])}
    assert {"outweigh_odd_thing", "outweigh_odd_thing_low", "outweigh_odd_thing_high"} <= found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    cpu=st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1),
    value=st.floats(allow_nan=False),
)
def test_any_text_and_any_number_come_back(measurement, cpu, value):
    figure = Estimate(
        metric="cpu_seconds", value=value, low=value, high=value, standard_error=None, count=1, method="m"
    )
    machine = Machine(cpu=cpu, cores=1, memory_bytes=1, system="s")
    one = [measurement(machine=machine, figures=(figure,))]
    for parsed in (text_families(prometheus_text(one)), open_families(openmetrics_text(one))):
        sample = samples(parsed)["outweigh_cpu_seconds", None]
        assert (sample.labels["cpu"], sample.value) == (cpu, value)
