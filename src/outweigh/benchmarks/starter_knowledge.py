"""Starter: knowledge. Countries and chemical elements, from well known to seldom asked.

Facts come from two packages, read when samples are made: countryinfo (MIT) for capitals, parts of the world,
land borders and areas, and periodictable (public domain) for elements. Which countries and elements are asked
about is written here: those whose facts are stable, undisputed and not given away by a shared name, so that
newer editions of the packages change nothing. The facts are old; the questions, with their wrong answers, are
drawn from a seed.

The four rungs: well-known countries; other countries and symbols that look alike; borders and the order of the
elements; comparisons of four.

A sample: question "What is the capital of Norway?", choices "Oslo", "Lima", "Hanoi", "Nairobi".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from random import Random
from typing import TYPE_CHECKING

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Draw
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.starter_samples import Draft, Ladder, pick, without
from outweigh.records import Area, Protocol

if TYPE_CHECKING:
    from countryinfo import CountryInfo

FAMOUS = (
    *("Argentina", "Australia", "Canada", "Chile", "China", "Colombia", "Cuba", "Egypt", "France"),
    *("Germany", "Greece", "India", "Iraq", "Ireland", "Italy", "Japan", "Kenya", "Nigeria", "Norway"),
    *("Peru", "Poland", "Portugal", "Spain", "Sweden", "Thailand", "Vietnam"),
)
OTHERS = (
    *("Angola", "Austria", "Bangladesh", "Belgium", "Bulgaria", "Costa Rica", "Croatia", "Denmark"),
    *("Ecuador", "Estonia", "Ethiopia", "Finland", "Ghana", "Haiti", "Honduras", "Hungary", "Jamaica"),
    *("Jordan", "Latvia", "Lebanon", "Libya", "Lithuania", "Malaysia", "Mongolia", "Mozambique"),
    *("Nepal", "Nicaragua", "Paraguay", "Qatar", "Romania", "Rwanda", "Senegal", "Slovakia"),
    *("Slovenia", "Somalia", "Uganda", "Uruguay", "Uzbekistan", "Venezuela", "Zambia", "Zimbabwe"),
)
REGIONS = {"Africa": "Africa", "Americas": "the Americas", "Asia": "Asia", "Europe": "Europe"}
ELEMENTS = (
    *("aluminum", "argon", "barium", "beryllium", "boron", "bromine", "calcium", "carbon", "chlorine"),
    *("chromium", "cobalt", "copper", "fluorine", "gold", "helium", "hydrogen", "iodine", "iron"),
    *("lead", "lithium", "magnesium", "manganese", "mercury", "neon", "nickel", "nitrogen", "oxygen"),
    *("phosphorus", "platinum", "potassium", "scandium", "silicon", "silver", "sodium", "sulfur"),
    *("tin", "titanium", "tungsten", "uranium", "vanadium", "zinc"),
)
_CLEARLY = 2.5


@dataclass(frozen=True)
class Country:
    """One country as countryinfo has it; `borders` are ISO codes of three letters."""

    code: str
    capital: str
    region: str
    area_km2: float
    borders: frozenset[str]


@cache
def countries() -> dict[str, Country]:
    """Each of `FAMOUS` and `OTHERS` by its English name."""
    from countryinfo import CountryInfo

    return {name: _country(CountryInfo(name)) for name in (*FAMOUS, *OTHERS)}


def _country(info: "CountryInfo") -> Country:
    borders = frozenset(info.borders())
    return Country(info.iso(3), info.capital() or "", info.region() or "", info.area() or 0, borders)


@cache
def elements() -> dict[str, tuple[str, int]]:
    """Symbol and atomic number of each of `ELEMENTS`, by name."""
    import periodictable

    return {each.name: (each.symbol, each.number) for each in periodictable.elements if each.name in ELEMENTS}


def _others(name: str, names: Iterable[str], *, same_region: bool) -> list[str]:
    known, region = countries(), countries()[name].region
    return [other for other in names if other != name and (known[other].region == region) is same_region]


def _capital(names: Sequence[str], same_region: bool, random: Random) -> Draft:
    name, known = pick(random, names), countries()
    wrong = random.sample(_others(name, names, same_region=same_region), 3)
    question = f"What is the capital of {name}?"
    return Draft("capital", question, known[name].capital, tuple(known[other].capital for other in wrong))


def _capital_of(random: Random) -> Draft:
    name = pick(random, FAMOUS)
    wrong = random.sample(_others(name, FAMOUS, same_region=False), 3)
    return Draft("capital of", f"{countries()[name].capital} is the capital of which country?", name, tuple(wrong))


def _region(random: Random) -> Draft:
    region = pick(random, tuple(REGIONS))
    name = pick(random, [name for name in (*FAMOUS, *OTHERS) if countries()[name].region == region])
    wrong = without(tuple(REGIONS.values()), REGIONS[region])
    return Draft("part of the world", f"In which part of the world is {name}?", REGIONS[region], wrong)


def _alike(name: str, taken: Callable[[str], str]) -> list[str]:
    """The other elements whose `taken` form begins as the name or the symbol does."""
    initials = {name[0].upper(), elements()[name][0][0]}
    return [other for other in ELEMENTS if other != name and taken(other)[0].upper() in initials]


def _symbol(random: Random) -> Draft:
    name = pick(random, [each for each in ELEMENTS if len(_alike(each, _symbol_of)) >= 3])
    wrong = random.sample(_alike(name, _symbol_of), 3)
    question = f"What is the chemical symbol of {name}?"
    return Draft("symbol", question, _symbol_of(name), tuple(map(_symbol_of, wrong)))


def _symbol_of(name: str) -> str:
    return elements()[name][0]


def _element(random: Random) -> Draft:
    name = pick(random, [each for each in ELEMENTS if len(_alike(each, str)) >= 3])
    wrong = random.sample(_alike(name, str), 3)
    return Draft("element", f"Which element has the symbol {_symbol_of(name)}?", name, tuple(wrong))


@cache
def _beside(name: str) -> tuple[list[str], list[str]]:
    """The countries of the same region that touch one, and those that do not; either country's own list counts."""
    known = countries()
    others = _others(name, known, same_region=True)
    touching = [
        other
        for other in others
        if known[other].code in known[name].borders or known[name].code in known[other].borders
    ]
    return touching, list(without(others, *touching))


def _border(random: Random) -> Draft:
    name = pick(random, [each for each in (*FAMOUS, *OTHERS) if _beside(each)[0]])
    touching, apart = _beside(name)
    question = f"Which country has a border with {name}?"
    return Draft("border", question, pick(random, touching), tuple(random.sample(apart, 3)))


@cache
def _light() -> list[str]:
    """The first thirty elements, in order."""
    return sorted((name for name in ELEMENTS if elements()[name][1] <= 30), key=lambda name: elements()[name][1])


def _number(random: Random) -> Draft:
    start = random.randrange(len(_light()) - 3)
    near = _light()[start : start + 4]
    name = pick(random, near)
    question = f"Which element has the atomic number {elements()[name][1]}?"
    return Draft("atomic number", question, name, without(near, name))


def _next(random: Random) -> Draft:
    place = random.randrange(len(_light()) - 1)
    near = [*_light()[max(0, place - 3) : place], *_light()[place + 2 : place + 5]]
    question = f"Which element comes right after {_light()[place]} in the periodic table?"
    return Draft("next element", question, _light()[place + 1], tuple(random.sample(near, 3)))


def _area(largest: bool, random: Random) -> Draft:
    known, names = countries(), (*FAMOUS, *OTHERS)
    while True:
        shown = random.sample(names, 4)
        order = sorted(shown, key=lambda name: known[name].area_km2, reverse=largest)
        first, second = (known[name].area_km2 for name in order[:2])
        if max(first, second) >= _CLEARLY * min(first, second):
            break
    word = "largest" if largest else "smallest"
    question = f"Which of these countries has the {word} area: {_listed(shown)}?"
    return Draft(f"{word} area", question, order[0], tuple(order[1:]))


def _heaviest(random: Random) -> Draft:
    shown = random.sample(ELEMENTS, 4)
    heaviest = max(shown, key=lambda name: elements()[name][1])
    question = f"Which of these elements has the highest atomic number: {_listed(shown)}?"
    return Draft("highest number", question, heaviest, without(shown, heaviest))


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


LADDER = Ladder(
    "starter_knowledge",
    (
        (partial(_capital, FAMOUS, False), _capital_of, _region),
        (partial(_capital, OTHERS, True), _symbol, _element),
        (_border, _number, _next),
        (partial(_area, True), partial(_area, False), _heaviest),
    ),
)


generate, load = LADDER.generate, LADDER.load

STARTER_KNOWLEDGE = Benchmark(
    id="starter_knowledge",
    version="1.0",
    title="Starter: knowledge",
    area=Area.KNOWLEDGE,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC,
    load=load,
    ask=choices.asks(Wording(question=lambda sample: f"Question: {sample.question}\nAnswer:")),
    mark=choices.marks(choices.ACC),
    draw=Draw.FIRST,
    shots=4,
    chance=0.25,
    about="Capitals, borders, cities, elements, and which of four is the largest.",
)
