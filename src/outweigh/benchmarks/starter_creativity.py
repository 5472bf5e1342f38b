"""Starter: creativity. Write one line that keeps to given constraints; a program checks every one of them.

Written for Outweigh; nothing is downloaded. What is asked for is drawn from a seed, and every sample carries
a line that meets all of its constraints as its target, though any other line that does so counts as much.
`acc` is 1 where every constraint is met, `constraints` is the share of them that is. Rhymes and words are
looked up in the CMU Pronouncing Dictionary through `pronouncing`.

The four rungs: a word to use; a letter to avoid as well; two words, an exact length or a first letter; a
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

# Two words and a line with both.
LINES = (
    ("kettle", "kitchen", "Steam from the kettle covered the kitchen glass"),
    ("violin", "uncle", "Her uncle tunes the violin by ear"),
    ("lantern", "path", "One lantern was enough for the whole path"),
    ("letter", "drawer", "An unopened letter sleeps in his drawer"),
    ("ladder", "cherries", "Cherries taste better from a tall ladder"),
    ("pigeon", "bread", "Every pigeon in town knows our bread"),
    ("ribbon", "hair", "She lost the blue ribbon from her hair"),
    ("wagon", "hay", "Seven children rode home on a hay wagon"),
    ("mirror", "morning", "Be kind to your mirror each morning"),
    ("pebble", "pocket", "Keep a smooth pebble in your pocket"),
    ("feather", "wind", "Wind can write a poem with one feather"),
    ("compass", "north", "My compass points north when I am lost"),
    ("teapot", "guests", "Our cracked teapot has met many guests"),
    ("scarf", "winter", "Grandma knits the same scarf every winter"),
    ("turtle", "garden", "Nobody hurries the turtle across our garden"),
    ("basket", "apples", "Warm apples filled the basket by noon"),
    ("blanket", "stars", "Under one blanket we counted falling stars"),
    ("bottle", "sea", "The sea returned my bottle without a note"),
    ("bucket", "water", "Old songs echo when a bucket meets water"),
    ("button", "coat", "A brass button saved his wedding coat"),
    ("camera", "smile", "Dad dropped the camera and caught a smile"),
    ("candle", "storm", "We told stories by candle during the storm"),
    ("carpet", "dust", "Sunlight and dust danced above the carpet"),
    ("drum", "rain", "Rain is the oldest drum I know"),
    ("flute", "bamboo", "He carved a flute from river bamboo"),
    ("hammer", "nail", "That hammer misses every second nail"),
    ("jacket", "sleeves", "Yellow paint dried on both jacket sleeves"),
    ("kite", "beach", "Down the beach ran a kite without strings"),
    ("needle", "thread", "Thread is shy until a needle leads it"),
    ("pencil", "words", "Chew the pencil and the words will come"),
    ("piano", "family", "Upstairs a family moved its piano at midnight"),
    ("pillow", "dreams", "Turn the pillow and change your dreams"),
    ("puzzle", "table", "Half a puzzle waited on the table"),
    ("saddle", "horse", "Leather sighed as the horse accepted its saddle"),
    ("whistle", "train", "Far away a train answered my whistle"),
    ("clock", "hall", "In the hall a clock argued with silence"),
)
# A word to rhyme with, a word to use, and a line that does both.
RHYMES = (
    ("night", "window", "Frost on the window caught the early light"),
    ("plane", "ticket", "She kept the ticket from her very first train"),
    ("sea", "ladder", "Lean your ladder gently on the apple tree"),
    ("moon", "honey", "Stir the honey slowly with a wooden spoon"),
    ("day", "boats", "Small boats were sleeping in the quiet bay"),
    ("star", "rain", "Rain kept singing on the roof of our car"),
    ("stone", "grandson", "Her grandson finally answered the phone"),
    ("cold", "leaves", "October turned the lazy leaves to gold"),
    ("fire", "voices", "Forty shy voices made a fearless choir"),
    ("sky", "kitchen", "The kitchen smells of plums and pie"),
    ("wall", "dog", "Our dog has buried my brother's ball"),
    ("ring", "swallows", "Two swallows came back to us in spring"),
    ("cake", "swans", "White swans drew circles on the lake"),
    ("boat", "pocket", "There was a hole in the pocket of my coat"),
    ("hill", "river", "The river still turns that broken mill"),
    ("ground", "bells", "Across the valley bells let go their sound"),
    ("clock", "seals", "Grey seals were dozing on a sunny rock"),
    ("house", "cheese", "Leave some cheese for the patient mouse"),
    ("bed", "spider", "A spider repairs its door with silver thread"),
    ("chair", "branch", "From the highest branch he picked a pear"),
    ("town", "paper", "Cut from yellow paper it was still a crown"),
    ("door", "puppy", "The new puppy slipped across the floor"),
)
LETTERS = "bcgkmpuwy"
SHOTS = 4
_ALWAYS = ({"kind": "varied"}, {"kind": "known"})


def _draft(kind: str, demands: str, line: str, *constraints: Constraint) -> Draft:
    return Draft(kind, f"Write a line of {demands}.", line, details={"constraints": [*constraints, *_ALWAYS]})


def _length(random: Random) -> tuple[str, Constraint]:
    low, high = random.randrange(3, 6), random.randrange(10, 13)
    return f"{low} to {high} words", {"kind": "words", "low": low, "high": high}


def _uses(word: str) -> Constraint:
    return {"kind": "use", "word": word}


def _one_word(random: Random) -> Draft:
    (word, _, line), (size, length) = pick(random, LINES), _length(random)
    return _draft("one word", f"{size} with the word {word}", line, length, _uses(word))


def _avoid(random: Random) -> Draft:
    (word, _, line), (size, length) = pick(random, LINES), _length(random)
    letter = pick(random, [letter for letter in LETTERS if letter not in line.lower()])
    demands = f"{size} with the word {word} without the letter {letter}"
    return _draft("without a letter", demands, line, length, _uses(word), {"kind": "without", "letter": letter})


def _two_words(random: Random) -> Draft:
    (word, other, line), (size, length) = pick(random, LINES), _length(random)
    return _draft("two words", f"{size} with the words {word} and {other}", line, length, _uses(word), _uses(other))


def _exact(random: Random) -> Draft:
    word, _, line = pick(random, LINES)
    count = len(words(line))
    length = {"kind": "words", "low": count, "high": count}
    return _draft("exact length", f"exactly {count} words with the word {word}", line, length, _uses(word))


def _begin(random: Random) -> Draft:
    (word, _, line), (size, length) = pick(random, LINES), _length(random)
    demands = f"{size} with the word {word} that begins with the letter {line[0]}"
    return _draft("first letter", demands, line, length, _uses(word), {"kind": "begin", "letter": line[0].lower()})


def _rhyme(random: Random) -> Draft:
    (sound, _, line), (size, length) = pick(random, RHYMES), _length(random)
    demands = f"{size} that ends in a rhyme for {sound}"
    return _draft("rhyme", demands, line, length, {"kind": "rhyme", "word": sound})


def _rhyme_and_word(random: Random) -> Draft:
    (sound, word, line), (size, length) = pick(random, RHYMES), _length(random)
    demands = f"{size} with the word {word} that ends in a rhyme for {sound}"
    return _draft("rhyme and word", demands, line, length, _uses(word), {"kind": "rhyme", "word": sound})


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
