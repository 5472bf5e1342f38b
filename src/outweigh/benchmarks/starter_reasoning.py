from random import Random

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Draw
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.starter_samples import Draft, Series, pick
from outweigh.records import Area, Protocol

NAMES = (
    "Mira",
    "Tom",
    "Eva",
    "Ivo",
    "Lena",
    "Omar",
    "Nina",
    "Paul",
    "Rosa",
    "Sami",
    "Tara",
    "Yusuf",
    "Anna",
    "Hugo",
    "Ida",
    "Kofi",
    "Maya",
    "Noah",
    "Olga",
    "Ravi",
)
THINGS = (
    "kite",
    "drum",
    "boat",
    "lamp",
    "map",
    "flute",
    "basket",
    "ladder",
    "rope",
    "bell",
    "blanket",
    "camera",
    "hammer",
    "mirror",
    "radio",
    "shovel",
)
COL = ("red", "blue", "green", "yellow", "black", "white", "brown", "pink")
OPP = [
    ("hot", "cold"),
    ("up", "down"),
    ("day", "night"),
    ("big", "small"),
    ("early", "late"),
    ("open", "closed"),
    ("rich", "poor"),
    ("wet", "dry"),
    ("old", "young"),
    ("full", "empty"),
    ("loud", "quiet"),
    ("sweet", "sour"),
    ("fast", "slow"),
    ("light", "dark"),
    ("near", "far"),
    ("hard", "soft"),
    ("happy", "sad"),
    ("left", "right"),
    ("top", "bottom"),
    ("front", "back"),
    ("buy", "sell"),
    ("push", "pull"),
    ("win", "lose"),
    ("begin", "end"),
]
HOME = [
    ("dog", "puppy"),
    ("cat", "kitten"),
    ("cow", "calf"),
    ("sheep", "lamb"),
    ("horse", "foal"),
    ("duck", "duckling"),
    ("bear", "cub"),
    ("goat", "kid"),
    ("pig", "piglet"),
    ("frog", "tadpole"),
]
TOOL = [
    ("hammer", "nail"),
    ("pen", "paper"),
    ("key", "lock"),
    ("needle", "thread"),
    ("knife", "bread"),
    ("broom", "floor"),
    ("spoon", "soup"),
    ("oar", "boat"),
]


def others(r, t, ot):
    return tuple(str(x) for x in r.sample(sorted(set(ot) - {t}), 3))


def _alt(r, k):
    w = r.sample(THINGS, 4)
    L = 2 * k + r.randrange(k)
    return Draft(f"alt{k}", ", ".join(w[i % k] for i in range(L)) + ",", w[L % k], tuple(x for x in w if x != w[L % k]))


def _seq(r, steps):
    s = pick(r, steps)
    a = r.randrange(1, 40) if s > 0 else r.randrange(30, 60)
    xs = [a + s * k for k in range(5)]
    t = xs[4]
    return Draft(
        f"seq{s}", ", ".join(map(str, xs[:4])) + ",", str(t), others(r, t, {t + 1, t - 1, t + s, t + 10, t + 2})
    )


def _double(r):
    a = r.randrange(2, 13)
    xs = [a * 2**k for k in range(5)]
    t = xs[4]
    return Draft(
        "double", ", ".join(map(str, xs[:4])) + ",", str(t), others(r, t, {t + 1, t - 1, xs[3] + xs[2], t + 2, t + 10})
    )


def _ana(r, P, k):
    (a, b), (c, d), (_e, f_), (_g, h) = r.sample(P, 4)
    return Draft(k, f"{a} is to {b} as {c} is to", d, (f_, h, b))


def _order(r):
    n = r.sample(NAMES, 4)
    k = pick(r, (0, 3))
    return Draft(
        "order" + str(k),
        f"{n[0]} is older than {n[1]}. {n[1]} is older than {n[2]}. {n[2]} is older than {n[3]}. The {'youngest' if k else 'oldest'} is",
        n[k],
        tuple(x for x in n if x != n[k]),
    )


def _colour(r):
    t, c = r.sample(THINGS, 4), r.sample(COL, 4)
    i = r.randrange(4)
    return Draft(
        "colour",
        ", ".join(f"the {a} is {b}" for a, b in zip(t, c, strict=False)).capitalize() + f". So the {t[i]} is",
        c[i],
        tuple(x for x in c if x != c[i]),
    )


def _link(r):
    n, c = r.sample(NAMES, 4), r.sample(COL, 4)
    t = r.sample(THINGS, 4)
    i = r.randrange(4)
    return Draft(
        "link",
        " ".join(f"The {a} is {b}." for a, b in zip(t, c, strict=False))
        + f" {n[0]} has the {t[i]}. The colour of {n[0]}'s {t[i]} is",
        c[i],
        tuple(x for x in c if x != c[i]),
    )


def make(r: Random, rung: int, lot: int) -> Draft:
    if rung == 1:
        return _alt(r, (2, 3, 4)[lot])
    if rung == 2:
        return _double(r) if lot == 2 else _seq(r, ((2, 5), (3, 4, 6))[lot])
    if rung == 3:
        return _ana(r, (OPP, HOME, TOOL)[lot], ("opp", "home", "tool")[lot])
    return (_colour, _order, _link)[lot](r)


SERIES = Series("starter_reasoning", make, 3)
WORDING = Wording()
BENCHMARK = Benchmark(
    id="starter_reasoning",
    version="1.0",
    title="Starter: reasoning",
    area=Area.REASONING,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC,
    load=SERIES.load,
    ask=choices.asks(WORDING),
    mark=choices.marks(choices.ACC),
    draw=Draw.FIRST,
    shots=4,
    chance=0.25,
)
