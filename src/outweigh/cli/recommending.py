"""What `outweigh recommend` and `pareto` read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outweigh.engine.reading import Held
    from outweigh.records import Area, Candidate, Need, Recommendation, Run


@dataclass(frozen=True)
class Found:
    """Candidates, the need with its load, by benchmark the command that evaluates MODEL on it, and the runs read."""

    candidates: "Sequence[Candidate]"
    need: "Need"
    commands: Mapping[str, str]
    notes: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()

    def recommended(self, seed: int) -> "Recommendation":
        """Which one, with what to know about these candidates. UserError where the need names what none of them has."""
        from outweigh.insight.recommendation import recommend

        said = recommend(self.candidates, self.need, commands=self.commands, seed=seed)
        again: tuple[str, ...] = ()
        if self.runs and said.next_evaluations:
            again = (f"a further run counts where it is named too: outweigh recommend {' '.join(self.runs)} latest",)
        return said.but(notes=(*said.notes, *self.notes, *again))

    @property
    def currency(self) -> str | None:
        """In what the candidates' costs are, or else the need's limits."""
        own = (each.currency for each in self.candidates if each.currency)
        return next(own, self.need.limits.currency)


def need(path: Path | None, flags: Mapping[str, Any], *, interview: bool) -> "Need":
    """The need of a file, changed by flags, or by answers."""
    from outweigh.interop import need_toml, toml_text

    values = toml_text.values(toml_text.read(path), str(path)) if path else {}
    if interview:
        from outweigh.cli.interview import asked

        values = asked(values)
    where = str(path) if path else "the need"
    weights = flags["weights"] or values.get("weights", {})
    changed = {name: flags[name] for name in ("utility", "deployment") if flags.get(name)}
    for part in ("limits", "load"):
        own = values.get(part, {})
        said = {name: value for name, value in flags.get(part, {}).items() if value not in (None, {}, [])}
        if said and isinstance(own, dict):
            changed[part] = {**own, **said}
    return need_toml.made({**values, **changed, "weights": weights}, where)


def candidates(runs: Sequence[str], wanted: "Need", leaderboard: str | None, deployment: Path | None) -> Found:
    """The models of a leaderboard, or of runs by name, with costs where a deployment is given."""
    from outweigh.engine import reading
    from outweigh.records import UserError

    if leaderboard is None:
        found = [reading.load(name) for name in runs or ["latest"]]
        return of_runs(found, reading.held(*found), wanted, deployment)
    if runs or deployment:
        which = "RUN" if runs else "--deployment"
        raise UserError(f"{which} does not go with --leaderboard, whose models were not measured here: leave out one")
    return _of_leaderboard(leaderboard, wanted)


def _of_leaderboard(source: str, wanted: "Need") -> Found:
    from outweigh.cli import tables
    from outweigh.insight.candidates import of_standings

    provenance, standings = tables.shares(source)
    benchmarks = sorted({name for each in standings for name in each.scores})
    scored = [each for each in standings if each.scores]
    found = of_standings(scored, _areas(benchmarks))
    task = "lm_eval --model outweigh --model_args pretrained=MODEL --tasks {}"
    note = f"scores are those of {provenance.name}, read {provenance.read_at}: {provenance.protocol}"
    return Found(found, wanted, {name: task.format(name) for name in benchmarks}, (note,))


def _areas(benchmarks: Sequence[str]) -> "dict[str, Area]":
    """The area of each benchmark that has one."""
    from outweigh.benchmarks.catalogue import BENCHMARKS, GROUPS
    from outweigh.interop.leaderboard_tasks import AREAS

    own = {each.id: each.area for each in BENCHMARKS}
    own |= {group: own[members[0]] for group, members in GROUPS.items()}
    own |= AREAS
    return {name: own[name] for name in benchmarks if name in own}


def of_runs(runs: "Sequence[Run]", held: "Held", wanted: "Need", deployment: Path | None) -> Found:
    """The models of runs that were read already, `held` being their results with transcripts."""
    from datetime import UTC, datetime

    from outweigh.benchmarks.catalogue import BENCHMARKS, GROUPS
    from outweigh.insight import candidates as known
    from outweigh.insight.deployed import deployed
    from outweigh.interop import deployment_toml

    measurements = [each for run in runs for each in run.measurements]
    place = deployment_toml.read(deployment).deployment if deployment is not None else None
    asked = wanted.but(load=place.load) if place is not None and wanted.load is None else wanted
    found = known.of_runs(held, measurements, asked)
    notes: tuple[str, ...] = ()
    if place is not None:
        found, notes = deployed(found, measurements, place, asked, datetime.now(UTC).date())
    commands = {name: f"outweigh run MODEL --benchmark {name}" for name in GROUPS}
    commands |= {each.id: f"outweigh run MODEL --benchmark {each.id} --limit LIMIT" for each in BENCHMARKS}
    return Found(found, wanted, commands, notes, tuple(dict.fromkeys(run.name for run in runs)))
