"""Line protocol is what an independent parser reads back."""

import math

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from line_protocol_parser import parse_line

from outweigh.interop.influx import influx_lines
from outweigh.records import Estimate, Machine, UserError, Workload


def test_a_measurement_is_one_line(measurement, when):
    [line] = influx_lines([measurement()]).splitlines()
    point = parse_line(line)
    assert point["measurement"] == "outweigh"
    assert point["tags"] == {
        "model": "tiny",
        "revision": "f" * 12,
        "precision": "float32",
        "arrival": "batch",
        "batch_size": "4",
        "prompt_tokens": "256",
        "output_tokens": "64",
        "cpu": "Some CPU @ 2.20GHz",
    }
    assert point["fields"]["ttft_seconds_p50"] == 0.05
    assert point["fields"]["ttft_seconds_p50_low"] == 0.049
    assert point["fields"]["ttft_seconds_p50_high"] == 0.0525
    assert point["fields"]["requests"] == 40
    assert isinstance(point["fields"]["requests"], int)
    assert point["fields"]["energy_source"] == "processor power table"
    assert point["fields"]["energy_estimated"] is True
    assert point["time"] == int(when.timestamp()) * 10**9 + when.microsecond * 1000


def test_tags_stand_in_order(measurement):
    tags = influx_lines([measurement()]).replace("\\ ", "_").split(" ")[0].split(",")[1:]
    assert tags == sorted(tags)


def test_a_bound_that_is_not_finite_has_no_field(measurement):
    fields = parse_line(influx_lines([measurement()]).strip())["fields"]
    assert "ttft_seconds_p99_low" in fields
    assert "ttft_seconds_p99_high" not in fields


def test_points_that_would_overwrite_each_other_are_refused(measurement):
    with pytest.raises(UserError, match="two measurements of model tiny"):
        influx_lines([measurement(), measurement(requests=41)])
    assert len(influx_lines([measurement(), measurement(workload=Workload(batch_size=8))]).splitlines()) == 2


def test_a_tag_without_a_value_is_left_out(measurement):
    nameless = Machine(cpu=" \\", cores=1, memory_bytes=1, system="s")
    assert ",cpu=" not in influx_lines([measurement(machine=nameless)])


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(cpu=TEXT, source=TEXT, value=st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
@example(cpu="a\\,b =\\\\c", source='in "quotes", with a \\ at the end\\', value=1.0)
def test_any_text_and_any_number_come_back(measurement, cpu, source, value):
    figure = Estimate(
        metric="cpu_seconds", value=value, low=value, high=value, standard_error=None, count=1, method="m"
    )
    plain = measurement()
    changed = measurement(
        machine=Machine(cpu=cpu, cores=1, memory_bytes=1, system="s"),
        figures=(figure,),
        energy=plain.energy.but(source=source),
    )
    lines = influx_lines([changed])
    assert lines.count("\n") == 1
    point = parse_line(lines.removesuffix("\n"))
    known = " ".join(cpu.split()).rstrip("\\")
    assert point["tags"].get("cpu", "") == known
    assert ("cpu" in point["tags"]) == bool(known)
    assert point["fields"]["energy_source"] == " ".join(source.split())
    assert math.isclose(point["fields"]["cpu_seconds"], value, rel_tol=1e-15)
