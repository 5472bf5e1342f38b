"""Samples side by side: which ones a person asked to see."""

from collections.abc import Sequence
from dataclasses import dataclass

from outweigh.engine.asking import lost_tokens
from outweigh.engine.reading import Held
from outweigh.records import Failed, Generated, Likelihood, Likelihoods, Result, Score, Transcript, UserError


@dataclass(frozen=True)
class Side:
    """One model's transcript of a sample."""

    model: str
    result: Result
    transcript: Transcript

    @property
    def score(self) -> Score | None:
        """The headline score; None for a failed sample."""
        headline = self.result.headline
        return self.transcript.score(headline.metric, headline.filter) if headline else None

    @property
    def answer(self) -> str:
        """What the model said, or why it said nothing."""
        response = self.transcript.response
        if isinstance(response, Failed):
            return f"failed at {response.stage}: {response.message}"
        if isinstance(response, Generated):
            return response.text
        return (self.score.answer or "") if self.score else ""

    @property
    def unreadable(self) -> bool:
        """Whether nothing could be read out of the answer."""
        return self.score is not None and self.score.unreadable

    @property
    def mark(self) -> str:
        """✓, ✗, the score if it is neither right nor wrong, or ! for a failure."""
        if self.score is None:
            return "!"
        return {1.0: "✓", 0.0: "✗"}.get(self.score.value, f"{self.score.value:.2f}")

    @property
    def evidence(self) -> str:
        """The numbers behind the answer."""
        response, request = self.transcript.response, self.transcript.request
        if isinstance(response, Likelihoods) and isinstance(request, Likelihood):
            pairs = zip(request.continuations, response.sums, strict=True)
            return "\n".join(f"    {total:9.3f}  {text!r}" for text, total in pairs)
        return "\n".join(
            f"    {s.metric},{s.filter} = {s.value:g} (read: {s.answer!r})" for s in self.transcript.scores
        )


@dataclass(frozen=True)
class Filter:
    """Which samples are wanted; all conditions must hold."""

    benchmark: str | None = None
    model: str | None = None
    sample: str | None = None
    disagree: bool = False
    failed: bool = False
    unreadable: bool = False
    truncated: bool = False

    def wants(self, group: Sequence[Side]) -> bool:
        """Whether a sample is shown, given every model's side of it."""
        values = {side.score.value if side.score else None for side in group}
        return (
            (not self.disagree or len(values) > 1)
            and (not self.failed or any(side.score is None for side in group))
            and (not self.unreadable or any(side.unreadable for side in group))
            and (not self.truncated or any(lost_tokens(side.transcript.response) for side in group))
        )


def select(held: Held, wish: Filter) -> list[list[Side]]:
    """The samples that are wanted, each with all models' sides."""
    benchmarks = sorted({result.evaluation.benchmark for result, _ in held})
    if wish.benchmark and wish.benchmark not in benchmarks:
        raise UserError(f"--benchmark {wish.benchmark}: not in this run, which has {', '.join(benchmarks)}")
    groups: dict[tuple[str, str], list[Side]] = {}
    for result, transcripts in held:
        benchmark = result.evaluation.benchmark
        if wish.benchmark not in (None, benchmark) or (wish.model or "").lower() not in result.model.lower():
            continue
        for transcript in transcripts:
            if wish.sample in (None, transcript.sample.id):
                groups.setdefault((benchmark, transcript.sample.id), []).append(Side(result.model, result, transcript))
    return [group for group in groups.values() if wish.wants(group)]
