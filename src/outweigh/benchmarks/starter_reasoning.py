"""Starter: reasoning. Lines to be continued, from a plain repetition to a conclusion from several statements.

Written for Outweigh; nothing is downloaded. Every sample is put together from a seed, so the answers can be
reasoned out but not remembered. The four rungs: a row of words that repeats; a row of numbers with a rule; a
pair of words with a relation; four statements of which one decides.

A sample: question "kite, drum, lamp, kite, drum,", choices "lamp", "map", "kite", "drum", and details
{"rung": 1, "kind": "repeat 3", "rule": {...}} with the rule that its answer follows from.
"""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from random import Random

from outweigh.benchmarks import choices
from outweigh.benchmarks.benchmark import Benchmark, Draw
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.starter_samples import (
    NAMES,
    Draft,
    Ladder,
    neighbours,
    pick,
    shuffled,
    without,
)
from outweigh.records import Area, Protocol

THINGS = (
    *("basket", "bell", "blanket", "boat", "camera", "drum", "flute", "hammer"),
    *("kite", "ladder", "lamp", "map", "mirror", "radio", "rope", "shovel"),
)
COLOURS = ("black", "blue", "brown", "green", "pink", "red", "white", "yellow")
OPPOSITES = (
    *(("hot", "cold"), ("up", "down"), ("big", "small"), ("early", "late"), ("open", "closed"), ("rich", "poor")),
    *(("wet", "dry"), ("old", "young"), ("full", "empty"), ("loud", "quiet"), ("sweet", "sour"), ("fast", "slow")),
    *(("light", "dark"), ("near", "far"), ("happy", "sad"), ("left", "right"), ("front", "back"), ("buy", "sell")),
    *(("push", "pull"), ("win", "lose"), ("begin", "end")),
)
YOUNG = (
    *(("dog", "puppy"), ("cat", "kitten"), ("cow", "calf"), ("sheep", "lamb"), ("horse", "foal"), ("bear", "cub")),
    *(("goat", "kid"), ("hen", "chick"), ("frog", "tadpole"), ("deer", "fawn"), ("swan", "cygnet")),
)
TOOLS = (
    *(("hammer", "nail"), ("pen", "paper"), ("key", "lock"), ("needle", "thread"), ("knife", "bread")),
    *(("broom", "floor"), ("spoon", "soup"), ("oar", "boat"), ("saw", "wood"), ("bow", "arrow"), ("rake", "leaves")),
)
ORDERS = (("older", "oldest", "youngest"), ("taller", "tallest", "shortest"), ("faster", "fastest", "slowest"))


def _repeat(period: int, random: Random) -> Draft:
    words = random.sample(THINGS, 4)
    shown = 2 * period + random.randrange(period)
    row = [words[place % period] for place in range(shown)]
    target = words[shown % period]
    rule = {"period": period, "row": row}
    return Draft(f"repeat {period}", f"{', '.join(row)},", target, without(words, target), {"rule": rule})


def _step(steps: Sequence[int], random: Random) -> Draft:
    first, step = random.randrange(1, 40), pick(random, steps)
    return _numbers("step", [first + step * place for place in range(5)], random)


def _double(random: Random) -> Draft:
    first = random.randrange(2, 16)
    return _numbers("double", [first * 2**place for place in range(5)], random)


def _numbers(kind: str, row: list[int], random: Random) -> Draft:
    shown = ", ".join(map(str, row[:-1]))
    return Draft(kind, f"{shown},", str(row[-1]), neighbours(random, row[-1]), {"rule": {"row": row}})


def _pairs(kind: str, pairs: Sequence[tuple[str, str]], random: Random) -> Draft:
    shown, asked, *rest = random.sample(pairs, 4)
    wrong = (shown[1], rest[0][1], rest[1][1])
    question = f"{shown[0]} is to {shown[1]} as {asked[0]} is to"
    return Draft(kind, question, asked[1], wrong, {"rule": {"pair": list(asked)}})


def _colour(random: Random) -> Draft:
    things, colours, asked = random.sample(THINGS, 4), random.sample(COLOURS, 4), random.randrange(4)
    facts = ", ".join(f"the {thing} is {colour}" for thing, colour in zip(things, colours, strict=True))
    question = f"{facts.capitalize()}. So the {things[asked]} is"
    rule = {"facts": dict(zip(things, colours, strict=True)), "asked": things[asked]}
    return Draft("colour", question, colours[asked], without(colours, colours[asked]), {"rule": rule})


def _owner(random: Random) -> Draft:
    name = pick(random, NAMES)
    things, colours, asked = random.sample(THINGS, 4), random.sample(COLOURS, 4), random.randrange(4)
    facts = ", ".join(f"the {thing} is {colour}" for thing, colour in zip(things, colours, strict=True))
    question = f"{facts.capitalize()}. {name} has the {things[asked]}. What {name} has is"
    rule = {"facts": dict(zip(things, colours, strict=True)), "asked": things[asked]}
    return Draft("owner", question, colours[asked], without(colours, colours[asked]), {"rule": rule})


def _order(random: Random) -> Draft:
    names, (more, most, least) = random.sample(NAMES, 4), pick(random, ORDERS)
    facts = [f"{first} is {more} than {second}." for first, second in pairwise(names)]
    end = pick(random, (0, 3))
    question = f"{' '.join(shuffled(random, facts))} The {(most, least)[end == 3]} is"
    return Draft("order", question, names[end], without(names, names[end]), {"rule": {"order": names, "end": end}})


LADDER = Ladder(
    "starter_reasoning",
    (
        (partial(_step, (2, 5)), partial(_step, (3, 4, 6)), _double),
        (partial(_repeat, 2), partial(_repeat, 3), partial(_repeat, 4)),
        (
            partial(_pairs, "opposite", OPPOSITES),
            partial(_pairs, "young animal", YOUNG),
            partial(_pairs, "tool", TOOLS),
        ),
        (_colour, _order, _owner),
    ),
)


generate, load = LADDER.generate, LADDER.load

STARTER_REASONING = Benchmark(
    id="starter_reasoning",
    version="1.0",
    title="Starter: reasoning",
    area=Area.REASONING,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC,
    load=load,
    ask=choices.asks(Wording()),
    mark=choices.marks(choices.ACC),
    draw=Draw.FIRST,
    shots=8,
    chance=0.25,
    about="Go on with a pattern, a row of numbers or an analogy; conclude from statements.",
)
