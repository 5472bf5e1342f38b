import os

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Draw
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.starter_samples import Draft, Series, pick
from outweigh.records import Area, Protocol

WORDS = (
    "apple",
    "river",
    "stone",
    "cloud",
    "tiger",
    "bread",
    "candle",
    "garden",
    "silver",
    "window",
    "forest",
    "basket",
    "pepper",
    "rocket",
    "violin",
    "island",
)
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


def _draft(kind, lines, target, others):
    t = str(target)
    o = tuple(str(x) for x in others if str(x) != t)
    assert len(set(o)) == 3, (kind, t, others)
    return Draft(kind, "\n".join(lines), t, o)


def _greet(r):
    a, b = r.sample(NAMES, 2)
    w = pick(r, ("Hello", "Welcome", "Thanks", "Goodbye"))
    k = r.randrange(2)
    v = ("first", "second")
    return _draft(
        "greet",
        [f"first = {a!r}", f"second = {b!r}", f"print({w + ', '!r} + {v[k]})"],
        f"{w}, {(a, b)[k]}",
        [f"{w}, {x}" for x in (a, b, *v)],
    )


def _dictionary(r):
    v = r.sample(WORDS, 4)
    w = r.sample(range(10, 100), 4)
    i = r.randrange(4)
    return _draft(
        "dictionary",
        ["prices = {" + ", ".join(f"{a!r}: {b}" for a, b in zip(v, w, strict=False)) + "}", f"print(prices[{v[i]!r}])"],
        w[i],
        w,
    )


def _variable(r):
    v = r.sample(("animal", "colour", "city", "food", "name", "tool"), 4)
    w = r.sample(WORDS, 4)
    i = r.randrange(4)
    return _draft("variable", [f"{a} = {b!r}" for a, b in zip(v, w, strict=False)] + [f"print({v[i]})"], w[i], w)


def _case(r):
    w = pick(r, WORDS)
    k = r.randrange(4)
    e = (f"{w!r}.upper()", f"{w!r}.title()", f"{w!r}[::-1]", f"{w!r}.lower()")
    o = (w.upper(), w.title(), w[::-1], w)
    return _draft("case", [f"print({e[k]})"], o[k], o)


def _join(r):
    a, b = r.sample(WORDS, 2)
    k = r.randrange(4)
    e = ("a + b", "b + a", "a + a", "b + b")
    o = (a + b, b + a, a + a, b + b)
    return _draft("join", [f"a = {a!r}", f"b = {b!r}", f"print({e[k]})"], o[k], o)


def _item(r):
    w = r.sample(WORDS, 4)
    i = r.randrange(4)
    return _draft("item", [f"items = {w!r}", f"print(items[{i}])"], w[i], w)


def _branch(r):
    _a, _b = r.randrange(2, 60), r.randrange(2, 60)
    w = r.sample(WORDS, 4)
    n = r.randrange(0, 40)
    i = n // 10
    return _draft(
        "branch",
        [
            f"n = {n}",
            f"if n < 10: print({w[0]!r})",
            f"elif n < 20: print({w[1]!r})",
            f"elif n < 30: print({w[2]!r})",
            f"else: print({w[3]!r})",
        ],
        w[i],
        w,
    )


def _reassign(r):
    w = r.sample(WORDS, 4)
    i, j = r.sample(range(4), 2)
    v = "abcd"
    pick(r, (i, j))
    env = dict(zip(v, w, strict=False))
    env[v[i]] = env[v[j]]
    return _draft(
        "reassign", ["a, b, c, d = " + ", ".join(map(repr, w)), f"{v[i]} = {v[j]}", f"print({v[i]})"], env[v[i]], w
    )


def _largest(r):
    w = r.sample(range(10, 100), 4)
    k = pick(r, ("max", "min"))
    return _draft("largest", [f"ns = {w!r}", f"print({k}(ns))"], max(w) if k == "max" else min(w), w)


def near(r, t, *more):
    c = [t + 1, t - 1, t + 2, t - 2, t + 3, t - 3, t + 10, *more]
    c = sorted({x for x in c if x != t and len(str(x)) == len(str(t)) and x > 0})
    return [t, *r.sample(c, 3)]


def _sum(r):
    w = [r.randrange(1, 9) for _ in range(3)]
    t = sum(w)
    return _draft("sum", ["total = 0", f"for n in {w!r}:", "    total += n", "print(total)"], t, near(r, t))


def _function(r):
    a, b = r.randrange(2, 10), r.randrange(2, 10)
    t = a * b
    return _draft("function", ["def f(n):", f"    return n * {a}", f"print(f({b}))"], t, near(r, t))


def _length(r):
    w = r.sample(WORDS, r.randrange(2, 7))
    t = len(w)
    return _draft("length", [f"items = {w!r}", "print(len(items))"], t, near(r, t))


KINDS = (
    (_greet, _dictionary, _variable),
    (_case, _join, _item),
    (_branch, _reassign, _largest),
    (_sum, _function, _length),
)


def make(random, rung, lot):
    return KINDS[rung - 1][lot](random)


SERIES = Series("starter_code", make, 3)
F = os.environ.get("FORM", "prints")
WORDING = {
    "out": Wording(question=lambda s: f"Code:\n{s.question}\nOutput:"),
    "prints": Wording(question=lambda s: f"{s.question}\n# prints:"),
}[F]
BENCHMARK = Benchmark(
    id="starter_code",
    version="1.0",
    title="Starter: code",
    area=Area.CODE,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC,
    load=SERIES.load,
    ask=choices.asks(WORDING),
    mark=choices.marks(choices.ACC),
    draw=Draw.FIRST,
    shots=4,
    chance=0.25,
)
