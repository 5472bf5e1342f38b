"""Mark the answers of a run again with the present scorers. No model is asked, and what answering took stays as it was.

Answers come first and results second, so a stop in between leaves results that the next call brings up to date. Not
covered: a run of another process that is just storing its result, which the next call brings up to date as well.
"""

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib.metadata import version

from outweigh.benchmarks.benchmark import Benchmark
from outweigh.benchmarks.catalogue import BENCHMARKS
from outweigh.benchmarks.letters import letters
from outweigh.benchmarks.sources import rows_here
from outweigh.engine import reading
from outweigh.engine.summary import estimates, priced, unreadable
from outweigh.records import (
    Estimate,
    Failed,
    Generated,
    Likelihoods,
    Protocol,
    Result,
    Sample,
    Score,
    Transcript,
    UserError,
    canonical_json,
)
from outweigh.store import runs
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal

_MARKED = "marked again by "


@dataclass(frozen=True)
class Remarked:
    """What became of one result of the run.

    `changed` samples have other marks now; `estimates` are the pairs, old and new, that differ. `others` counts the
    results of other runs that hold the same answers and were updated too. A `problem` says why nothing was done.
    """

    result: Result
    changed: int = 0
    estimates: tuple[tuple[Estimate | None, Estimate | None], ...] = ()
    others: int = 0
    problem: str | None = None


def remark(name: str) -> Iterator[Remarked]:
    """Every result of the run that is meant, marked again and stored. Raises UserError only if there is no such run."""
    by_work: dict[str, list[Result]] = {}
    for result in reading.load(name).results:
        by_work.setdefault(result.evaluation.work, []).append(result)
    for work, results in by_work.items():
        try:
            found = list(_again(work, results))
        except UserError as error:
            found = [Remarked(result, problem=str(error)) for result in results]
        yield from found


def _again(work: str, results: Sequence[Result]) -> Iterator[Remarked]:
    benchmark = _benchmark(results[0])
    journal = Journal(Artifacts.default(), work)
    with journal.lock(timeout_seconds=1.0):
        held = journal.read()
        if journal.damaged:
            raise UserError(
                f"its journal is damaged ({', '.join(journal.damaged)}); run it again, which asks what is missing"
            )
        marked = _marked(benchmark, held)
        new = {name: each.scores for name, each in marked.items() if each.scores != held[name].scores}
        with runs.opened(reading=True) as session:
            stored = runs.of_work(session, work)
        fresh = [_recomputed(old, benchmark, marked, new.keys()) for old in stored]
        if new:
            journal.replace_scores(new)
        others = [after for before, after in zip(stored, fresh, strict=True) if after != before]
        if others:
            with runs.opened() as session:
                for result in others:
                    runs.replace_result(session, result)
    mine = {result.evaluation.fingerprint for result in results}
    elsewhere = sum(result.evaluation.fingerprint not in mine for result in others)
    by_evaluation = {result.evaluation.fingerprint: result for result in fresh}
    for old in results:
        changed = sum(each.sample.id in new for each in reading.transcripts(old))
        pairs = _pairs(old, by_evaluation.get(old.evaluation.fingerprint, old))
        yield Remarked(old, changed, pairs, elsewhere)


def _benchmark(result: Result) -> Benchmark:
    """The benchmark that can mark the answers. Raises UserError where this Outweigh has another or none."""
    evaluation = result.evaluation
    now = next((each for each in BENCHMARKS if each.id == evaluation.benchmark), None)
    if now is None:
        raise UserError(
            f"this Outweigh has no benchmark {evaluation.benchmark}, so the marks of {result.harness} stay; "
            "to mark again, use a version that has it"
        )
    if evaluation.protocol is Protocol.LETTER:
        now = letters(now)
    if evaluation.version == "unstated":
        raise UserError(f"its log does not state which version of {now.id} was asked: import it with its results file")
    if now.version != evaluation.version:
        raise UserError(
            f"these are answers to version {evaluation.version} of {now.id}, which is {now.version} now and may ask "
            "something else; run it again: what is asked in the same words is known already"
        )
    return now


def _marked(benchmark: Benchmark, held: Mapping[str, Transcript]) -> dict[str, Transcript]:
    """Every transcript with the marks that its answer gets now. Failed samples stay as they are."""
    answered = {name: each for name, each in held.items() if not isinstance(each.response, Failed)}
    foreign = [name for name, each in answered.items() if _imported(each)]
    ours = {each.position: each for each in benchmark.load(rows_here()).samples} if foreign else {}
    marked = dict(held)
    for name, each in answered.items():
        if _imported(each):
            sample = _same_sample(benchmark, ours.get(each.sample.position), each)
            scores = _merged(each.scores, benchmark.mark(sample, each.response))
            marked[name] = each.but(sample=sample, scores=scores)
        else:
            marked[name] = each.but(scores=benchmark.mark(each.sample, each.response))
    return marked


def _imported(transcript: Transcript) -> bool:
    """Whether the answer came from another tool's log: those do not say how many tokens were read."""
    response = transcript.response
    return not isinstance(response, Failed) and response.input_tokens == 0


def _same_sample(benchmark: Benchmark, ours: Sample | None, imported: Transcript) -> Sample:
    """Our own sample, whose target may be written otherwise than in the log. Raises UserError if it is another one."""
    response, theirs = imported.response, imported.sample
    generates = benchmark.protocol is not Protocol.LIKELIHOOD
    fits = (
        ours is not None
        and ours.reference == theirs.reference
        and canonical_json(ours.details) == canonical_json(theirs.details)
        and isinstance(response, Generated) == generates
        and (not isinstance(response, Likelihoods) or len(response.sums) == len(ours.choices))
    )
    if ours is None or not fits:
        raise UserError(
            f"these answers were imported, and sample {theirs.id} is not {benchmark.id}'s own: their marks stay; "
            "import a log of the same task and data"
        )
    return ours


def _merged(old: Sequence[Score], new: Sequence[Score]) -> tuple[Score, ...]:
    """The new scores, and those of the log's other metrics, in the log's order."""
    fresh = {(score.metric, score.filter): score for score in new}
    kept = [fresh.pop((score.metric, score.filter), score) for score in old]
    return (*kept, *fresh.values())


def _recomputed(old: Result, benchmark: Benchmark, marked: Mapping[str, Transcript], new: Set[str]) -> Result:
    """The result over the same samples; `old` itself where none of its marks is `new` and nothing differs."""
    transcripts = [marked[each.sample.id] for each in reading.transcripts(old)]
    if len(transcripts) != old.asked:
        raise UserError(f"{len(transcripts)} of its {old.asked} answers are at hand; run it again to ask the rest")
    answered = [each for each in transcripts if not isinstance(each.response, Failed)]
    imported = any(_imported(each) for each in answered)
    found = estimates(benchmark, answered, old.evaluation)
    if imported:  # the log's other metrics stay
        ours = {(each.metric, each.filter) for each in found}
        found = (*found, *(each for each in old.estimates if (each.metric, each.filter) not in ours))
    unread = sum(unreadable(benchmark, each) for each in answered)
    prices = old.costs, old.unpriced
    if old.usage.energy_joules is not None:
        prices = priced(benchmark, transcripts, old.evaluation, old.usage)
    fresh = old.but(
        estimates=found,
        costs=prices[0],
        unpriced=prices[1],
        unreadable=unread,
        notes=(
            *(note for note in old.notes if not note.startswith(_MARKED)),
            f"{_MARKED}outweigh {version('outweigh')}",
        ),
    )
    if any(each.sample.id in new for each in transcripts) or _pairs(old, fresh, imported):
        return fresh
    return old if imported or unread == old.unreadable else fresh  # a log counts its unreadable answers by its own rule


def _pairs(old: Result, new: Result, imported: bool = False) -> tuple[tuple[Estimate | None, Estimate | None], ...]:
    """(old, new) of every metric whose estimate differs."""
    before = {(each.metric, each.filter): each for each in old.estimates}
    after = {(each.metric, each.filter): each for each in new.estimates}
    return tuple(
        (before.get(key), after.get(key))
        for key in dict.fromkeys((*after, *before))
        if not _alike(before.get(key), after.get(key), imported)
    )


def _alike(old: Estimate | None, new: Estimate | None, imported: bool) -> bool:
    """Whether two estimates say the same. An imported interval is another tool's, and no reason to change it."""
    if old is None or new is None:
        return old is new
    names = ("value",) if imported else ("value", "low", "high")
    close = all(_close(getattr(old, name), getattr(new, name)) for name in names)
    return close and old.count == new.count and (imported or old.method == new.method)


def _close(first: float, second: float) -> bool:
    return math.isclose(first, second, abs_tol=1e-12) or (math.isnan(first) and math.isnan(second))
