"""The facts of starter_knowledge, recomputed from the packages and checked against ones that everybody knows."""

import re

import periodictable
import pytest
from countryinfo import CountryInfo
from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.benchmarks.starter_knowledge import ELEMENTS, FAMOUS, OTHERS, REGIONS, countries, elements, generate

NAMES = (*FAMOUS, *OTHERS)
KNOWN = {
    "What is the capital of Norway?": "Oslo",
    "What is the capital of Kenya?": "Nairobi",
    "Lima is the capital of which country?": "Peru",
    "In which part of the world is Vietnam?": "Asia",
    "In which part of the world is Uruguay?": "the Americas",
    "What is the chemical symbol of sodium?": "Na",
    "Which element has the symbol Pb?": "lead",
    "Which element has the atomic number 8?": "oxygen",
    "Which element comes right after helium in the periodic table?": "lithium",
}


def right(question, answer):
    """Whether an answer is right, by the packages themselves."""
    if match := re.fullmatch(r"What is the capital of (.+)\?", question):
        return CountryInfo(match[1]).capital() == answer
    if match := re.fullmatch(r"(.+) is the capital of which country\?", question):
        return CountryInfo(answer).capital() == match[1]
    if match := re.fullmatch(r"In which part of the world is (.+)\?", question):
        return REGIONS[CountryInfo(match[1]).region()] == answer
    if match := re.fullmatch(r"Which country has a border with (.+)\?", question):
        return _touch(match[1], answer)
    if match := re.search(r"the (largest|smallest) area: (.+)\?", question):
        return answer == (max if match[1] == "largest" else min)(_options(match[2]), key=_area)
    return _element(question, answer)


def _element(question, answer):
    if match := re.fullmatch(r"What is the chemical symbol of (.+)\?", question):
        return periodictable.elements.symbol(answer).name == match[1]
    element = periodictable.elements.name(answer)
    if match := re.fullmatch(r"Which element has the symbol (.+)\?", question):
        return element.symbol == match[1]
    if match := re.fullmatch(r"Which element has the atomic number (\d+)\?", question):
        return element.number == int(match[1])
    if match := re.fullmatch(r"Which element comes right after (.+) in the periodic table\?", question):
        return element.number == periodictable.elements.name(match[1]).number + 1
    match = re.search(r"the highest atomic number: (.+)\?", question)
    return answer == max(_options(match[1]), key=lambda name: periodictable.elements.name(name).number)


def _options(text):
    return re.split(r", | or ", text)


def _area(name):
    return CountryInfo(name).area()


def _touch(name, other):
    codes = {each: CountryInfo(each).iso(3) for each in (name, other)}
    return codes[other] in CountryInfo(name).borders() or codes[name] in CountryInfo(other).borders()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_target_is_right_and_no_other_choice_is(seed):
    for sample in generate(seed, 60):
        truths = [right(sample.question, choice) for choice in sample.choices]
        assert truths == [index == sample.target for index in range(4)], sample.question


@pytest.mark.parametrize(("question", "answer"), KNOWN.items())
def test_the_packages_know_what_everybody_knows(question, answer):
    assert right(question, answer)


def test_no_capital_is_given_away_by_its_country():
    assert [name for name in NAMES if countries()[name].capital[:4].lower() == name[:4].lower()] == []


def test_every_country_has_the_facts_that_it_is_asked_for():
    assert len(countries()) == len(set(NAMES)) == len(NAMES)
    assert all(country.capital and country.area_km2 > 0 and len(country.code) == 3 for country in countries().values())
    assert {country.region for country in countries().values()} == {*REGIONS, "Oceania"}


def test_every_element_is_one_and_the_first_thirty_are_all_there():
    assert len(elements()) == len(ELEMENTS)
    assert set(range(1, 31)) <= {number for _, number in elements().values()}


def test_areas_that_are_compared_differ_by_far():
    for sample in generate(5, 60):
        if "area" in sample.details["kind"]:
            target = _area(sample.choices[sample.target])
            ratios = [_area(choice) / target for choice in sample.choices if _area(choice) != target]
            assert all(ratio >= 2.5 or ratio <= 0.4 for ratio in ratios), sample.question
