"""Starter: creativity. Write one line that keeps to given constraints; a program checks every one of them.

Written for Outweigh; nothing is downloaded. What is asked for is drawn from a seed, and every sample carries
a line that meets all of its constraints as its target, though any other line that does so counts as much.
`acc` is 1 where every constraint is met, `constraints` is the share of them that is. Rhymes and words are
looked up in the CMU Pronouncing Dictionary through `pronouncing`.

The four rungs: one word to use; two words; an exact length, a letter to avoid or a letter to begin with; a
rhyme at the end. Beyond what is asked for, a line must be the model's own (for each example, two of its words
stand neither in the request nor in that example), varied (at most a quarter of its words repeat) and made of
known words.

Not covered: whether the line is beautiful, or makes sense.

A sample: question "Write a line of 3 to 10 words with the word ribbon.", target "My sister keeps one ribbon
for luck", and in its details the constraints: [{"kind": "words", "low": 3, "high": 10}, {"kind": "use",
"word": "ribbon"}, ...].
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from outweigh.benchmarks import answers
from outweigh.benchmarks.benchmark import Benchmark, Draw, Loaded, Metric, Rows
from outweigh.benchmarks.prompting import Wording
from outweigh.benchmarks.starter_samples import COUNT, SEED, Draft, Ladder, pick, sealed
from outweigh.records import Area, Decoding, Generated, Protocol, Response, Sample, Score

Constraint = dict[str, Any]

NOUNS = (
    *("basket", "blanket", "bottle", "bucket", "button", "camera", "candle", "carpet", "compass", "drum"),
    *("feather", "flute", "hammer", "jacket", "kettle", "kite", "ladder", "lantern", "letter", "mirror"),
    *("needle", "pebble", "pencil", "piano", "pigeon", "pillow", "puzzle", "ribbon", "saddle", "scarf"),
    *("teapot", "turtle", "violin", "wagon", "whistle"),
)
PLACES = (
    *("bridge", "cellar", "harbour", "island", "kitchen", "library", "market", "meadow"),
    *("orchard", "station", "tower", "valley"),
)
RHYMES = (
    *(("night", "light"), ("plane", "train"), ("sea", "tree"), ("moon", "spoon"), ("day", "bay"), ("star", "car")),
    *(("stone", "phone"), ("cold", "gold"), ("fire", "choir"), ("sky", "pie"), ("wall", "ball"), ("ring", "spring")),
    *(("cake", "lake"), ("boat", "coat"), ("hill", "mill"), ("ground", "sound"), ("clock", "rock")),
    *(("house", "mouse"), ("bed", "thread"), ("chair", "pear"), ("town", "crown"), ("door", "floor")),
)
LINES = (
    "Nobody forgot the {noun}",
    "Bring your {noun} tomorrow",
    "Her {noun} smells of rain",
    "We painted that {noun} together",
    "My sister keeps one {noun} for luck",
    "Every morning a {noun} made him smile",
    "Such a lovely {noun} cannot be bought",
    "A {noun} fell near the {place}",
    "They carried his {noun} past the {place}",
    "My uncle left an old {noun} by our {place}",
    "Somebody lost a {noun} behind this {place}",
    "Grandmother painted her {noun} next to the {place}",
    "I drew one {noun} and one {place}",
    "Who brought this {noun} to our {place}",
    "Rain covers the {noun} beside that {place}",
    "Two children left a {noun} beside the {place}",
    "Every {noun} tells a story about some {place}",
    "In my dream the {noun} becomes our {place}",
    "After the storm we found your {noun} near the {place}",
    "Late one evening a {noun} was left near that {place}",
)
LETTERS = "bcgkmpuwy"
SHOTS = 4
_ANY_LENGTH = {"kind": "words", "low": 3, "high": 10}
_ALWAYS = ({"kind": "varied"}, {"kind": "known"})


def _draft(kind: str, question: str, line: str, *constraints: Constraint) -> Draft:
    return Draft(kind, question, line, details={"constraints": [*constraints, *_ALWAYS]})


def _lines(noun: str, place: str, slot: str = "{noun}") -> list[str]:
    return [line.format(noun=noun, place=place) for line in LINES if slot in line]


def _uses(word: str) -> Constraint:
    return {"kind": "use", "word": word}


def _one_word(random: Random) -> Draft:
    noun, place = pick(random, NOUNS), pick(random, PLACES)
    question = f"Write a line of 3 to 10 words with the word {noun}."
    return _draft("one word", question, pick(random, _lines(noun, place)), _ANY_LENGTH, _uses(noun))


def _two_words(random: Random) -> Draft:
    noun, place = pick(random, NOUNS), pick(random, PLACES)
    question = f"Write a line of 3 to 10 words with the words {noun} and {place}."
    line = pick(random, _lines(noun, place, "{place}"))
    return _draft("two words", question, line, _ANY_LENGTH, _uses(noun), _uses(place))


def _exact(random: Random) -> Draft:
    noun, length = pick(random, NOUNS), random.randrange(5, 9)
    fitting = [line for line in _lines(noun, pick(random, PLACES)) if len(words(line)) == length]
    question = f"Write a line of exactly {length} words with the word {noun}."
    exactly = {"kind": "words", "low": length, "high": length}
    return _draft("exact length", question, pick(random, fitting), exactly, _uses(noun))


def _avoid(random: Random) -> Draft:
    noun, place = pick(random, NOUNS), pick(random, PLACES)
    letter = pick(random, [letter for letter in LETTERS if letter not in noun])
    fitting = [line for line in _lines(noun, place) if letter not in line.lower()]
    question = f"Write a line of 3 to 10 words with the word {noun} without the letter {letter}."
    constraint = {"kind": "without", "letter": letter}
    return _draft("without a letter", question, pick(random, fitting), _ANY_LENGTH, _uses(noun), constraint)


def _begin(random: Random) -> Draft:
    noun = pick(random, NOUNS)
    line = pick(random, _lines(noun, pick(random, PLACES)))
    question = f"Write a line of 3 to 10 words with the word {noun} that begins with the letter {line[0]}."
    constraint = {"kind": "begin", "letter": line[0].lower()}
    return _draft("first letter", question, line, _ANY_LENGTH, _uses(noun), constraint)


def _rhyme(random: Random) -> Draft:
    word, place = pick(random, RHYMES)
    line = pick(random, _lines(pick(random, NOUNS), place, "{place}"))
    question = f"Write a line of 3 to 10 words that ends in a rhyme for {word}."
    return _draft("rhyme", question, line, _ANY_LENGTH, {"kind": "rhyme", "word": word})


def _rhyme_and_word(random: Random) -> Draft:
    (word, place), noun = pick(random, RHYMES), pick(random, NOUNS)
    line = pick(random, _lines(noun, place, "{place}"))
    question = f"Write a line of 3 to 10 words with the word {noun} that ends in a rhyme for {word}."
    return _draft("rhyme and word", question, line, _ANY_LENGTH, _uses(noun), {"kind": "rhyme", "word": word})


LADDER = Ladder(
    "starter_creativity",
    ((_one_word,), (_avoid,), (_two_words, _exact, _begin), (_rhyme, _rhyme, _rhyme_and_word)),
)


def _drawn(seed: int, count: int) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Samples and shots; each sample's constraints end with the examples that its line must not repeat."""
    samples, shots = LADDER.drawn(seed, count)
    own = {"kind": "own", "examples": [shot.reference for shot in shots[:SHOTS]]}
    return tuple(_constrained(sample, own) for sample in samples), shots


def _constrained(sample: Sample, constraint: Constraint) -> Sample:
    constraints = [*sample.details["constraints"], constraint]
    return sample.but(details=sample.details | {"constraints": constraints})


def generate(seed: int, count: int) -> tuple[Sample, ...]:
    """The first `count` samples of a seed."""
    return _drawn(seed, count)[0]


def load(_rows: Rows) -> Loaded:
    """The samples of the standard seed; no rows are read."""
    return sealed(*_drawn(SEED, COUNT), SEED)


def words(text: str) -> list[str]:
    """The words of a text in lower case: letters, with apostrophes inside."""
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text.lower().replace("’", "'"))


@dataclass(frozen=True)
class Line:
    """What was written, as words, and the words of what was asked."""

    words: tuple[str, ...]
    asked: frozenset[str]


def _own(line: Line, constraint: Constraint) -> bool:
    new = set(line.words) - line.asked
    return all(len(new - set(words(example))) >= 2 for example in constraint["examples"])


def _rhymes(line: Line, constraint: Constraint) -> bool:
    import pronouncing

    return line.words[-1] in pronouncing.rhymes(constraint["word"])


def _known(line: Line, _constraint: Constraint) -> bool:
    import pronouncing

    return all(pronouncing.phones_for_word(word) for word in line.words)


CHECKS: dict[str, Callable[[Line, Constraint], bool]] = {
    "words": lambda line, constraint: constraint["low"] <= len(line.words) <= constraint["high"],
    "use": lambda line, constraint: constraint["word"] in line.words,
    "without": lambda line, constraint: constraint["letter"] not in "".join(line.words),
    "begin": lambda line, constraint: line.words[0].startswith(constraint["letter"]),
    "rhyme": _rhymes,
    "own": _own,
    "varied": lambda line, constraint: 4 * len(set(line.words)) >= 3 * len(line.words),
    "known": _known,
}


def unmet(sample: Sample, text: str) -> list[Constraint]:
    """The constraints that a line does not meet; an empty line meets none."""
    constraints: Sequence[Constraint] = sample.details["constraints"]
    line = Line(tuple(words(text)), frozenset(words(sample.question)))
    if not line.words:
        return list(constraints)
    return [constraint for constraint in constraints if not CHECKS[constraint["kind"]](line, constraint)]


def mark(sample: Sample, response: Response) -> tuple[Score, ...]:
    """1 where every constraint is met, and the share of the constraints that is."""
    assert isinstance(response, Generated)
    missed = unmet(sample, response.text)
    share = 1.0 - len(missed) / len(sample.details["constraints"])
    reason = f"not met: {', '.join(constraint['kind'] for constraint in missed)}" if missed else None
    answer = response.text.strip() or None
    return tuple(
        Score(sample_id=sample.id, metric=metric, value=value, answer=answer, reason=reason)
        for metric, value in (("acc", float(not missed)), ("constraints", share))
    )


STARTER_CREATIVITY = Benchmark(
    id="starter_creativity",
    version="1.0",
    title="Starter: creativity",
    area=Area.CREATIVITY,
    protocol=Protocol.GENERATE,
    metrics=(Metric("acc", headline=True), Metric("constraints", binary=False)),
    load=load,
    ask=answers.asks(
        Wording(question=lambda sample: f"{sample.question}\nLine:"), stop=("\n",), decoding=Decoding(max_tokens=24)
    ),
    mark=mark,
    draw=Draw.FIRST,
    shots=SHOTS,
    chance=0.0,
    about="One line with given words, letters, length or rhyme, every constraint checked by program.",
)
