"""The letter protocol: the choices are listed with letters, and the model writes the letter of one.

For models whose likelihoods cannot be had. It measures more than knowledge, since a model must also keep to the form,
so its scores stand beside those of the likelihood protocol and are never paired with them. The listing is MMLU's
(Hendrycks et al. 2020, arXiv:2009.03300); an answer is read as MMLU-Pro (arXiv:2406.01574) and simple-evals do: the
letter that the text begins with, else the last that it calls its answer, else the only one in brackets.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from string import ascii_uppercase

from outweigh.benchmarks.benchmark import Benchmark, Loaded, Metric, Prompting, Rows
from outweigh.benchmarks.prompting import Wording
from outweigh.records import (
    Decoding,
    Generate,
    Generated,
    Protocol,
    Request,
    Response,
    Sample,
    Score,
    UserError,
    digest,
)

ACC = Metric("acc", headline=True)
SUFFIX = " by letter"  # of titles and groups
VERSION = "1.0"  # of this form and its reading
_TASK = "Answer with the letter of the right choice alone.\nAnswer:"
_TOKENS = 64
_WORDING = Wording()

_OTHER = r"(?![)\]]?,?\s+(?:or|and)\s+[(\[]?[A-Z]\b)"  # several letters are none
_END = rf"{_OTHER}(?=\s*$|\s*[).:,;*\]\n\"'`]|\s+(?:because|since|as)\b)"
_BEGINS = re.compile(rf"^[\s*_(\[\"'`]*([A-Z]){_END}")
_ALONE = re.compile(r"^[\s*_(\[]*([a-z])[\s*_.)\]]*$")
_CALLED = re.compile(
    rf"\b(?i:answer|choice|option)\b[\s*_\"']*(?:(?i:is)\b|:)?[\s*_:\"'`]*(?i:\\boxed\{{|option\b)?[\s*_]*[(\[]?([A-Z])"
    rf"(?:\}}|{_END})"
)
_BRACKETED = re.compile(r"[(\[]([A-Z])[)\]]")


def letters(benchmark: Benchmark) -> Benchmark:
    """The letter form of a multiple-choice benchmark. Raises UserError where no single choice is right."""
    if benchmark.protocol is not Protocol.LIKELIHOOD or not benchmark.headline.binary:
        raise UserError(
            f"{benchmark.id}: has no single right choice, so it cannot be asked by letter; leave it out, naming the "
            "others with --benchmark"
        )
    return replace(
        benchmark,
        version=f"{benchmark.version}, letter {VERSION}",
        title=benchmark.title + SUFFIX,
        protocol=Protocol.LETTER,
        metrics=(ACC,),
        load=_loads(benchmark.load),
        ask=ask,
        mark=mark,
        group=benchmark.group + SUFFIX if benchmark.group else None,
    )


def ask(sample: Sample, shots: Sequence[Sample], prompting: Prompting) -> Request:
    """Ask for a short text after the listed choices. In plain text, what would be the next question is not written."""
    prompt = _WORDING.context(sample, shots, prompting)
    stop = () if prompting.chat else ("\n\n",)
    return Generate(prompt=prompt, stop=stop, decoding=Decoding(max_tokens=_TOKENS))


def mark(sample: Sample, response: Response) -> tuple[Score, ...]:
    """1 where the letter is the target's. An unreadable answer is wrong, and carries no `answer`."""
    assert isinstance(response, Generated) and isinstance(sample.target, int)
    letter = read(response.text, len(sample.choices))
    value = float(letter == sample.choices[sample.target])
    return (Score(sample_id=sample.id, metric=ACC.name, value=value, answer=letter),)


def read(text: str, choices: int) -> str | None:
    """The letter that a text names, of the first `choices` of the alphabet; None where it names none of them."""
    text = text.rpartition("</think>")[2]
    if found := _BEGINS.match(text) or _ALONE.match(text):
        letter = found[1].upper()
    elif called := _CALLED.findall(text):
        letter = called[-1]
    else:
        bracketed = set(_BRACKETED.findall(text))
        letter = bracketed.pop() if len(bracketed) == 1 else ""
    return letter if letter and letter in ascii_uppercase[:choices] else None


def _loads(load: Callable[[Rows], Loaded]) -> Callable[[Rows], Loaded]:
    def listed(rows: Rows) -> Loaded:
        loaded = load(rows)
        # TruthfulQA's right choice always comes first: as listed, "A" would be right everywhere.
        mixed = len(loaded.samples) > 1 and len({sample.target for sample in loaded.samples}) == 1
        samples, pool = (tuple(_listed(each, mixed) for each in part) for part in (loaded.samples, loaded.pool))
        return replace(loaded, samples=samples, pool=pool)

    return listed


def _listed(sample: Sample, mixed: bool) -> Sample:
    """The sample with its choices in the question and letters for choices; `mixed` into an order of the text's own."""
    options, letters = _options(sample), tuple(ascii_uppercase)
    if not isinstance(sample.target, int) or len(options) > len(letters):
        raise UserError(f"sample {sample.id} cannot be asked by letter: it has {len(options)} choices")
    if options == letters[: len(options)]:  # MMLU lists its choices itself
        return sample.but(question=f"{sample.question.removesuffix('Answer:')}{_TASK}")
    order = list(range(len(options)))
    if mixed:
        order.sort(key=lambda place: digest(f"{sample.question}\n{options[place]}"))
    listed = [f"{letter}. {options[place].strip()}" for letter, place in zip(letters, order, strict=False)]
    return sample.but(
        question="\n".join([sample.question.strip(), *listed, _TASK]),
        choices=letters[: len(options)],
        target=order.index(sample.target),
    )


def _options(sample: Sample) -> tuple[str, ...]:
    """What stands to choose. WinoGrande's choices are sentences up to the blank; its options fill it."""
    if {"option1", "option2"} <= sample.details.keys():
        return (sample.details["option1"], sample.details["option2"])
    return sample.choices
