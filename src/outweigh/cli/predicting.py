"""What `outweigh predict` learns from and about whom, and what it prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from outweigh.records import Estimate, Predicted, Provenance, Standing


@dataclass(frozen=True)
class Prediction:
    """Whom it is about and what comes out; `measured` is the score where the table has it: that row is not learnt from.

    `rows` of the table of this `provenance` were learnt from.
    """

    provenance: "Provenance"
    rows: int
    asked: "Standing"
    found: "Predicted"
    measured: "Estimate | None"


def predicted(
    model: str, benchmark: str, source: str | None, told: tuple[Mapping[str, Any], Sequence[str]]
) -> Prediction:
    """What a table that was imported, or a csv, lets expect of the model; `told` are its card and scores from flags."""
    from outweigh.cli import tables
    from outweigh.insight.prediction import Predictor
    from outweigh.records import UserError

    provenance, table = tables.learnt_from(source)
    there = {name for each in table for name in each.scores}
    benchmark = _meant(benchmark, there)
    if any(_meant(each.partition("=")[0], there) == benchmark for each in told[1]):
        raise UserError(f"--score {benchmark}: this is what is to be predicted; leave it out")
    asked = described(model, table, *told)
    others = [each for each in table if each.model.lower() != asked.model.lower()]
    names = sorted({name for each in others for name in each.scores})
    known = [name for name in names if name != benchmark and name in asked.scores]
    (found,) = Predictor(others, benchmark, known).predict([asked])
    rows = sum(benchmark in each.scores for each in others)
    return Prediction(provenance, rows, asked, found, asked.scores.get(benchmark))


def described(model: str, table: "Sequence[Standing]", card: Mapping[str, Any], scores: Sequence[str]) -> "Standing":
    """The model's row, or a new one for a model that the leaderboard lacks, with what was said about it put in."""
    from outweigh.records import Standing

    rows = [each for each in table if each.model.lower() == model.lower()]
    base = rows[-1] if rows else Standing(provenance="told", model=model)
    known = {name for each in table for name in each.scores}
    changed = base.but(**card)
    if changed.parameters is not None:
        check_parameters(changed.parameters)
    return changed.but(scores={**changed.scores, **dict(_score(each, known) for each in scores)})


def check_parameters(said: float) -> None:
    """UserError for what is no count of weights, such as billions."""
    from outweigh.records import UserError

    if not 1e5 <= said <= 1e14:
        raise UserError(f"--parameters {said:g}: give the number of weights, such as 7e9 for 7 billion")


def _meant(said: str, known: set[str]) -> str:
    """The benchmark of this name or title, in any case; what was said where there is none."""
    from outweigh.interop.leaderboard_tasks import TITLES

    names = {TITLES.get(name, name).casefold(): name for name in known} | {name.casefold(): name for name in known}
    return names.get(said.casefold(), said)


def _score(said: str, known: set[str]) -> "tuple[str, Estimate]":
    """A score as the flag gives it. Its interval is not known, so it has none to speak of."""
    from outweigh.records import Estimate, UserError

    name, equals, number = said.partition("=")
    name = _meant(name, known)
    if name not in known:
        raise UserError(
            f"--score {said}: {name!r} is no benchmark of this leaderboard: it has {', '.join(sorted(known))}"
        )
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not equals or not 0 <= value <= 1:
        raise UserError(f"--score {said}: give a share from 0 to 1, such as {name}=0.41")
    stated = "stated; interval not known"
    return name, Estimate(
        metric="score", value=value, low=value, high=value, standard_error=None, count=0, method=stated
    )


def print_prediction(out: "Console", made: Prediction) -> None:
    """The figure first, then what it rests on and what makes it doubtful."""
    model, found, measured, table = made.asked.model, made.found, made.measured, made.provenance
    interval = f"[{found.low:.1f}, {found.high:.1f}]"
    out.print(f"{found.metric} of {model}: {found.value:.1f} % {interval}, predicted", style="bold", markup=False)
    out.print(f"{found.level:.0%} interval for models of families that were not learnt from", markup=False)
    if measured is not None:
        ends = f"[{100 * measured.low:.1f}, {100 * measured.high:.1f}]"
        out.print(f"Measured: {100 * measured.value:.1f} % {ends}; the prediction was made without it", markup=False)
    out.print(f"Based on: {', '.join(found.basis)}", markup=False)
    told = f"{made.rows:,} evaluations of {table.name} ({table.protocol}), read on {table.read_at}"
    out.print(f"Learnt from: {told}", markup=False)
    for line in found.out_of_range:
        out.print(f"Out of range: {line}", style="yellow", markup=False)
    out.print(f"Method: {found.method}", style="dim", markup=False)
