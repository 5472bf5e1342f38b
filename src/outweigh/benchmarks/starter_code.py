"""Starter: code. What does a small program print? The model reads; nothing that it says is ever run.

Written for Outweigh; nothing is downloaded. Every program is put together from a seed, and its answer is
worked out beside it. The four rungs: look a value up; one operation; what a built-in does to its argument;
follow a branch, an assignment or a loop.

A sample: question "items = ['river', 'stone', 'cloud', 'tiger']\\nprint(items[2])", choices "cloud", "river",
"stone", "tiger".
"""

from collections.abc import Sequence
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
    without,
)
from outweigh.records import Area, Protocol

WORDS = (
    *("apple", "basket", "bread", "candle", "cloud", "forest", "garden", "island"),
    *("pepper", "river", "rocket", "silver", "stone", "tiger", "violin", "window"),
)
VARIABLES = ("animal", "city", "colour", "food", "name", "tool")
GREETINGS = ("Goodbye", "Hello", "Thanks", "Welcome")


def _draft(kind: str, lines: Sequence[str], target: str, printable: Sequence[str]) -> Draft:
    return Draft(kind, "\n".join(lines), target, without(printable, target))


def _greeting(random: Random) -> Draft:
    names, greeting, asked = random.sample(NAMES, 2), pick(random, GREETINGS), random.randrange(2)
    variables = ("first", "second")
    lines = [f"{variable} = {name!r}" for variable, name in zip(variables, names, strict=True)]
    printable = [f"{greeting}, {word}" for word in (*names, *variables)]
    return _draft("greeting", [*lines, f"print('{greeting}, ' + {variables[asked]})"], printable[asked], printable)


def _dictionary(random: Random) -> Draft:
    words, numbers, asked = random.sample(WORDS, 4), random.sample(range(10, 100), 4), random.randrange(4)
    prices = dict(zip(words, numbers, strict=True))
    lines = [f"prices = {prices!r}", f"print(prices[{words[asked]!r}])"]
    return _draft("dictionary", lines, str(numbers[asked]), [str(number) for number in numbers])


def _variable(random: Random) -> Draft:
    variables, words, asked = random.sample(VARIABLES, 4), random.sample(WORDS, 4), random.randrange(4)
    lines = [f"{variable} = {word!r}" for variable, word in zip(variables, words, strict=True)]
    return _draft("variable", [*lines, f"print({variables[asked]})"], words[asked], words)


def _item(random: Random) -> Draft:
    words, asked = random.sample(WORDS, 4), random.randrange(4)
    return _draft("item", [f"items = {words!r}", f"print(items[{asked}])"], words[asked], words)


def _join(random: Random) -> Draft:
    first, second = random.sample(WORDS, 2)
    printable = (first + second, second + first, first + first, second + second)
    asked = random.randrange(4)
    expression = ("a + b", "b + a", "a + a", "b + b")[asked]
    return _draft("join", [f"a = {first!r}", f"b = {second!r}", f"print({expression})"], printable[asked], printable)


def _function(random: Random) -> Draft:
    factor, argument = random.randrange(2, 10), random.randrange(2, 10)
    product = factor * argument
    lines = ["def f(n):", f"    return n * {factor}", f"print(f({argument}))"]
    return Draft("function", "\n".join(lines), str(product), neighbours(random, product))


def _case(random: Random) -> Draft:
    word, asked = pick(random, WORDS), random.randrange(4)
    printable = (word.upper(), word.title(), word[::-1], word)
    call = (".upper()", ".title()", "[::-1]", ".lower()")[asked]
    return _draft("case", [f"print({word!r}{call})"], printable[asked], printable)


def _length(random: Random) -> Draft:
    words = random.sample(WORDS, random.randrange(3, 8))
    return Draft("length", f"items = {words!r}\nprint(len(items))", str(len(words)), neighbours(random, len(words)))


def _extreme(random: Random) -> Draft:
    numbers, greatest = random.sample(range(10, 100), 4), random.random() < 0.5
    target = max(numbers) if greatest else min(numbers)
    lines = [f"numbers = {numbers!r}", f"print({'max' if greatest else 'min'}(numbers))"]
    return _draft("extreme", lines, str(target), [str(number) for number in numbers])


def _branch(random: Random) -> Draft:
    words, number = random.sample(WORDS, 4), random.randrange(40)
    lines = [
        f"n = {number}",
        f"if n < 10: print({words[0]!r})",
        f"elif n < 20: print({words[1]!r})",
        f"elif n < 30: print({words[2]!r})",
        f"else: print({words[3]!r})",
    ]
    return _draft("branch", lines, words[number // 10], words)


def _assignment(random: Random) -> Draft:
    words, (to, source) = random.sample(WORDS, 4), random.sample(range(4), 2)
    values = ", ".join(map(repr, words))
    lines = [f"a, b, c, d = {values}", f"{'abcd'[to]} = {'abcd'[source]}", f"print({'abcd'[to]})"]
    return _draft("assignment", lines, words[source], words)


def _loop(random: Random) -> Draft:
    numbers = [random.randrange(1, 9) for _ in range(3)]
    lines = ["total = 0", f"for n in {numbers!r}:", "    total += n", "print(total)"]
    return Draft("loop", "\n".join(lines), str(sum(numbers)), neighbours(random, sum(numbers)))


LADDER = Ladder(
    "starter_code",
    (
        (_greeting, _dictionary, _variable),
        (_item, _join, _function),
        (_case, _length, _extreme),
        (_branch, _assignment, _loop),
    ),
)


generate, load = LADDER.generate, LADDER.load

STARTER_CODE = Benchmark(
    id="starter_code",
    version="1.0",
    title="Starter: code",
    area=Area.CODE,
    protocol=Protocol.LIKELIHOOD,
    metrics=choices.ACC,
    load=load,
    ask=choices.asks(Wording(question=lambda sample: f"{sample.question}\n# prints:")),
    mark=choices.marks(choices.ACC),
    draw=Draw.FIRST,
    shots=4,
    chance=0.25,
    about="Small Python programs to read: what do they print?",
)
