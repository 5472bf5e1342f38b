"""The five cases of docs/cost.md: their arithmetic adds up, and the tool comes to the same results to 0.1 %."""

import math
import re
from datetime import date
from pathlib import Path

import pytest

from outweigh.insight.costing import cost
from outweigh.insight.emissions import carbon
from outweigh.insight.savings import savings
from outweigh.insight.switching import switch
from outweigh.interop.deployment_toml import parse
from outweigh.records import Hosted

DOCUMENT = Path(__file__).parents[2] / "docs" / "cost.md"
CASES = DOCUMENT.read_text("utf-8").split("## Five cases by hand")[1].split("\n## Sources")[0].split("\n### ")[1:]
TODAY = date(2025, 4, 1)
WITHIN = 1e-3


def blocks(text, kind):
    return re.findall(rf"```{kind}\n(.*?)```", text, flags=re.S)


def steps():
    return [line for case in CASES for block in blocks(case, "steps") for line in block.strip().splitlines()]


def number(text):
    return float(text.replace(",", ""))


def computed(expression):
    code = expression.replace("×", "*").replace("^", "**").replace("10**6", "1e6")
    assert re.fullmatch(r"[\d\s.+\-*/()elnxp]+", code), code
    return eval(code, {"__builtins__": {}}, {"exp": math.exp, "ln": math.log})


def results():
    for place, case in enumerate(CASES, start=1):
        for path, value in re.findall(r"^\| ([a-z]+\.\S.*?) \| ([\d.]+) \|$", case, flags=re.M):
            yield place, path, number(value)


@pytest.fixture(scope="module")
def documents():
    return [outcome(case) for case in CASES]


def outcome(case):
    """Everything that the verbs say of a case, as they print it."""
    plans = [parse(text, DOCUMENT.parent, "case") for text in blocks(case, "toml")]
    last = plans[-1].deployment
    found = {"cost": cost(last, today=TODAY, draws=200).model_dump(mode="json")}
    found["savings"] = [each.model_dump(mode="json") for each in savings(plans[-1], draws=200)]
    if last.place is not None and last.place.grid is not None:
        found["carbon"] = carbon(last, draws=200).model_dump(mode="json")
    if len(plans) > 1 and isinstance(plans[0].deployment.hardware, Hosted):
        found["return"] = switch(plans[0].deployment, last, today=TODAY, draws=200).model_dump(mode="json")
    return found


def test_there_are_five_cases_with_steps_and_results():
    assert len(CASES) == 5
    assert all(blocks(case, "toml") and blocks(case, "steps") for case in CASES)
    assert {place for place, *_ in results()} == {1, 2, 3, 4, 5}
    assert len(steps()) > 70


@pytest.mark.parametrize("line", steps())
def test_every_step_adds_up(line):
    expression, said = line.rsplit(": ", maxsplit=1)[1].rsplit(" = ", maxsplit=1)
    assert computed(expression) == pytest.approx(number(said), rel=1e-5)


@pytest.mark.parametrize(("place", "path", "by_hand"), list(results()))
def test_the_tool_comes_to_the_result_by_hand(documents, place, path, by_hand):
    found = documents[place - 1]
    for key in path.split("."):
        found = found[int(key)] if isinstance(found, list) else found[key]
    value = found["value"] if isinstance(found, dict) else found
    assert float(value) == pytest.approx(by_hand, rel=WITHIN)
