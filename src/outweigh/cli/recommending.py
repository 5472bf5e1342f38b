"""What `outweigh recommend` and `pareto` read, and what they print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outweigh.cli.output import percent, table

if TYPE_CHECKING:
    from rich.console import Console

    from outweigh.records import Area, Candidate, Front, Need, Ranked, Recommendation

_SHOWN = 10
_AREAS = {
    "leaderboard_bbh": "reasoning",
    "leaderboard_math_hard": "reasoning",
    "leaderboard_musr": "reasoning",
    "leaderboard_gpqa": "knowledge",
    "leaderboard_mmlu_pro": "knowledge",
}  # instructions followed (IFEval) are no area of ours


@dataclass(frozen=True)
class Found:
    """Candidates, the need with its load, and by benchmark the command that evaluates MODEL on it."""

    candidates: "Sequence[Candidate]"
    need: "Need"
    commands: Mapping[str, str]
    notes: tuple[str, ...] = ()


def need(path: Path | None, flags: Mapping[str, Any], *, interview: bool) -> "Need":
    """The need of a file, changed by flags, or by answers."""
    from outweigh.interop import need_toml, toml_text

    values = toml_text.values(toml_text.read(path), str(path)) if path else {}
    if interview:
        from outweigh.cli.interview import asked

        values = asked(values)
    where = str(path) if path else "the need"
    limits = {name: value for name, value in flags["limits"].items() if value not in (None, {}, [])}
    own = values.get("limits", {})
    weights = flags["weights"] or values.get("weights", {})
    changed = {"utility": flags["utility"]} if flags.get("utility") else {}
    merged = {"limits": {**own, **limits}} if isinstance(own, dict) else {}
    return need_toml.made({**values, **changed, **merged, "weights": weights}, where)


def candidates(runs: Sequence[str], wanted: "Need", leaderboard: Path | None, deployment: Path | None) -> Found:
    """The models of a leaderboard, or of runs, with costs where a deployment is given."""
    from outweigh.records import UserError

    if leaderboard is None:
        return _of_runs(runs, wanted, deployment)
    if runs or deployment:
        which = "RUN" if runs else "--deployment"
        raise UserError(f"{which} does not go with --leaderboard, whose models were not measured here: leave out one")
    return _of_leaderboard(leaderboard, wanted)


def _of_leaderboard(path: Path, wanted: "Need") -> Found:
    from outweigh.insight.candidates import of_standings
    from outweigh.interop.open_llm_leaderboard import read_leaderboard

    provenance, standings = read_leaderboard(path)
    benchmarks = sorted({name for each in standings for name in each.scores})
    scored = [each for each in standings if each.scores]
    found = of_standings(scored, _areas(benchmarks))
    task = "lm_eval --model outweigh --model_args pretrained=MODEL --tasks {}"
    note = f"scores are those of {provenance.name}, read {provenance.read_at}: {provenance.protocol}"
    return Found(found, wanted, {name: task.format(name) for name in benchmarks}, (note,))


def _areas(benchmarks: Sequence[str]) -> "dict[str, Area]":
    """The area of each benchmark that has one."""
    from outweigh.benchmarks.catalogue import BENCHMARKS, GROUPS
    from outweigh.records import Area

    own = {each.id: each.area for each in BENCHMARKS}
    own |= {group: own[members[0]] for group, members in GROUPS.items()}
    own |= {name: Area(area) for name, area in _AREAS.items()}
    return {name: own[name] for name in benchmarks if name in own}


def _of_runs(names: Sequence[str], wanted: "Need", deployment: Path | None) -> Found:
    from datetime import UTC, datetime

    from outweigh.benchmarks.catalogue import BENCHMARKS, GROUPS
    from outweigh.engine import reading
    from outweigh.insight.candidates import of_runs
    from outweigh.insight.deployed import deployed
    from outweigh.interop import deployment_toml

    runs = [reading.load(name) for name in names or ["latest"]]
    held = [each for run in runs for each in reading.held(run)]
    measurements = [each for run in runs for each in run.measurements]
    found = of_runs(held, measurements, wanted)
    notes: tuple[str, ...] = ()
    if deployment is not None:
        plan = deployment_toml.read(deployment)
        found, notes = deployed(found, measurements, plan.deployment, wanted, datetime.now(UTC).date())
    commands = {name: f"outweigh run MODEL --benchmark {name}" for name in GROUPS}
    commands |= {each.id: f"outweigh run MODEL --benchmark {each.id} --limit LIMIT" for each in BENCHMARKS}
    return Found(found, wanted, commands, notes)


def print_recommendation(out: "Console", found: "Recommendation") -> None:
    """The answer first; then why, what is given up, what would change it, who was removed, and what to run next."""
    out.print(found.answer, style="bold", markup=False)
    if found.ranked:
        out.print()
        out.print(_ranking(found.ranked))
    _lines(out, "Why", found.reasons)
    _lines(out, "What is given up", found.trade_offs)
    _lines(out, "What would change it", _changes(found))
    _lines(out, "Removed by limits", _removed(found))
    _lines(out, "What to run next", _next(found))
    _lines(out, "How to deploy it", _guidance(found))
    for note in (found.method, *found.notes):
        out.print(f"Note: {note}", style="dim", markup=False)


def _ranking(ranked: "Sequence[Ranked]") -> Any:
    costs = sorted({name for each in ranked[:_SHOWN] for name in each.costs})
    goals = [goal.name for goal in ranked[0].goals]
    right = tuple(range(1, 4 + len(goals) + len(costs)))
    made = table("model", "best %", "worth [95 %]", "front %", *goals, *costs, right=right)
    for each in ranked[:_SHOWN]:
        worth = each.fitness
        told = [f"{100 * goal.value:.1f}{_MARKS[goal.known]}" for goal in each.goals]
        made.add_row(
            each.model,
            percent(each.confidence),
            f"{100 * worth.value:.1f} [{100 * worth.low:.1f}, {100 * worth.high:.1f}]",
            percent(each.on_front),
            *told,
            *(f"{each.costs[name].value:.4g}" if name in each.costs else "–" for name in costs),
        )
    return made


_MARKS = {"measured": "", "estimated": " (estimated)", "predicted": " (predicted)"}


def _lines(out: "Console", title: str, lines: "Sequence[str]") -> None:
    if lines:
        out.print()
        out.print(f"{title}:", markup=False)
        for each in lines:
            out.print(f"  {each}", markup=False)


def _changes(found: "Recommendation") -> list[str]:
    shift, lines = found.shift, []
    if found.rivals:
        more = f" and {len(found.rivals) - 5} more" if len(found.rivals) > 5 else ""
        lines.append(f"with 95 % the best is this one or {', '.join(found.rivals[:5])}{more}")
    if shift is not None and shift.moved is not None:
        weights = ", ".join(f"{name} {percent(weight)} %" for name, weight in shift.weights.items())
        lines.append(f"moving {percent(shift.moved)} % of the weight makes {shift.to} as good: {weights}")
    elif shift is not None:
        lines.append(f"no weights do: {shift.why_not}")
    if found.knee is not None:
        lines.append(f"the knee of the Pareto front, whatever the weights, is {found.knee}")
    return lines


def _removed(found: "Recommendation") -> list[str]:
    lines = []
    for each in found.effects:
        if each.failing:
            unknown = f", of which {each.unknown:,} because it is not known" if each.unknown else ""
            lines.append(f"{each.limit}: {each.failing:,} models{unknown}; {each.alone:,} by it alone")
    perhaps = [each for each in found.removed if each.chance > 0]
    shown = perhaps if len(found.removed) > _SHOWN else found.removed
    return lines + [f"{each.model}: {each.limit} {each.told}" for each in shown[:_SHOWN]]


def _next(found: "Recommendation") -> list[str]:
    return [
        f"{each.command or f'{each.model} on {each.benchmark}'}   ({each.samples:,} more samples; lowers the expected "
        f"regret by {100 * each.lowers_regret:.2g} points, changes the answer with {each.changes_answer:.0%})"
        for each in found.next_evaluations
    ]


def _guidance(found: "Recommendation") -> list[str]:
    told = found.guidance
    if told is None:
        return []
    latency = None if told.latency_seconds is None else f"{told.latency_seconds:.3g} s"
    if latency and told.percentile:
        latency += f" for {told.percentile:g} % of the answers"
    named = {
        "precision": told.precision,
        "replicas": told.replicas,
        "machines": told.machines,
        "requests at a time": told.requests_at_a_time,
        "latency": latency,
    }
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return [*lines, *(f"{name}: not known, {why}" for name, why in told.unknown.items()), *told.notes]


def print_front(out: "Console", found: "Front") -> None:
    """One row a model that may be on the front, the likeliest first."""
    out.print(found.answer, style="bold", markup=False)
    out.print()
    made = table("model", "front %", "knee", *found.objectives, right=(1, *range(3, 3 + len(found.objectives))))
    for each in found.models[: 2 * _SHOWN]:
        told = ("–" if own is None else "{:.4g} [{:.4g}, {:.4g}]".format(*own) for own in each.values)
        made.add_row(each.model, percent(each.chance), "knee" if each.model == found.knee else "", *told)
    out.print(made)
    for note in found.notes:
        out.print(f"Note: {note}", style="dim", markup=False)
