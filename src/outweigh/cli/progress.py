"""A run as it goes: one bar an evaluation, with rate, time left and running score."""

from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from outweigh.cli.output import percent
from outweigh.records import Failed, Result, Transcript


class Bar:
    """Tells a person at a terminal how a run goes; on a pipe it prints one line an evaluation."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[score]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._sum = self._count = 0.0
        self._reused = 0
        self._asked: Counter[tuple[str, str]] = Counter()
        self._total = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, line: str) -> None:
        """A line above the bar."""
        self._console.print(line, style="dim", markup=False)

    def begin(self, model: str, benchmark: str, total: int, done: int) -> None:
        """A new bar."""
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        self._sum = self._count = 0.0
        self._reused += done
        self._total += total
        self._asked[model, benchmark] += total - done
        self._task = self._progress.add_task(f"{model} · {benchmark}", total=total, completed=done, rate="", score="")

    def advance(self, transcripts: Sequence[Transcript], scores: Sequence[float]) -> None:
        """Move the bar and the running score."""
        self._sum += sum(scores)
        self._count += len(scores)
        failed = sum(isinstance(each.response, Failed) for each in transcripts)
        seconds = sum(each.seconds for each in transcripts)
        cached = sum(each.cached for each in transcripts)
        self._reused += cached
        rate = f"{(len(transcripts) - cached) / seconds:.1f}/s" if seconds else ""
        score = f"score {percent(self._sum / self._count)}" if self._count else ""
        if failed:
            self._console.print(f"{failed} samples failed", style="yellow")
        self._progress.update(self._task, advance=len(transcripts), rate=rate, score=score)

    def end(self, result: Result) -> None:
        """One line for what is done."""
        headline = result.headline
        if headline is None:
            told = "no sample was answered"
        else:
            told = f"{percent(headline.value)} [{percent(headline.low)}, {percent(headline.high)}]"
        seconds = f" in {result.usage.seconds:.1f} s" if result.usage.seconds else ""
        if result.cached:
            seconds += f"; {result.cached:,} of {result.asked:,} answers were known already"
        seconds = seconds if self._asked[result.model, result.title] else " (answered before)"
        self._console.print(f"{result.model} · {result.title}: {told}, {result.asked} samples{seconds}", markup=False)

    def measuring(self) -> "MeasureBar":
        """A bar for the measuring that comes now, in place of this one."""
        self._progress.stop()
        return MeasureBar(self._console)

    def closing(self) -> str:
        """What was asked now and what was at hand."""
        asked = self._total - self._reused
        if self._reused == 0:
            return f"All {self._total} samples were asked now."
        if asked == 0:
            return f"All {self._total} samples had been answered before: nothing was asked."
        return f"{asked} samples were asked now, {self._reused} had been answered before."


class MeasureBar:
    """Tells a person at a terminal how a measurement goes: the share of the budget, and how sure the median is."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            TextColumn("of at most"),
            TextColumn("{task.fields[budget]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, line: str) -> None:
        """A line above the bar."""
        self._console.print(line, style="dim", markup=False)

    def begin(self, what: str, budget_seconds: float) -> None:
        """A new bar; on a pipe, a line."""
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        budget = f"{budget_seconds:.0f} s"
        self._task = self._progress.add_task(what, total=budget_seconds, told="", budget=budget)
        if not self._console.is_terminal:
            self.say(f"Measuring {what}, at most {budget}")

    def advance(self, seconds: float, repeats: int, reached: float | None) -> None:
        """Another round is done."""
        sure = "" if reached is None else f", ± {percent(reached)} %"
        self._progress.update(self._task, completed=seconds, told=f"{repeats} repeats{sure}")
