"""One's own results as standings: in a table of their own, or among a public leaderboard's of the same protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outweigh.insight.alignment import HEADS, Node, Scored, align, averages
from outweigh.insight.columns import labels
from outweigh.insight.groups import pooled
from outweigh.records import Area, Asked, Estimate, Result, Standing

OWN = "own"


@dataclass(frozen=True)
class OwnTable:
    """Standings of one's own results, titles and areas of their benchmarks, and what could not be shown."""

    standings: tuple[Standing, ...]
    titles: Mapping[str, str]
    areas: Mapping[str, Area | None]
    notes: tuple[str, ...] = ()


def own_table(results: Sequence[Result], *, shared: bool = True) -> OwnTable:
    """Each model's scores by benchmark, a group as one. What was asked in two ways is two benchmarks.

    Where `shared`, benchmarks that not every model was asked are left out, as long as one is left.
    """
    names = labels(results)
    columns: dict[str, list[Scored]] = {}
    for result in results:
        columns.setdefault(names[result.evaluation.model.fingerprint], []).append(Scored(result, {}))
    heads = [node for node in align(columns) if node.family == HEADS]
    ranked = [node for node in heads if averages(node)]
    common = [node for node in ranked if all(node.estimates)]
    chosen = common if shared and common else ranked
    estimates = {node.name: node.estimates for node in chosen}
    standings = []
    for place, (title, scored) in enumerate(columns.items()):
        found = {name: estimate for name, held in estimates.items() if (estimate := held[place])}
        asked = [cell.result for node in chosen for leaf in node.leaves if (cell := leaf.cells[place])]
        standings.append(_standing(title, [each.result for each in scored], found).but(flaws=_flaws(asked)))
    return OwnTable(
        tuple(standings),
        {node.name: node.title for node in chosen},
        {node.name: node.area for node in chosen},
        tuple(_left_out(heads, ranked, chosen)),
    )


def _left_out(heads: Sequence[Node], ranked: Sequence[Node], chosen: Sequence[Node]) -> list[str]:
    told = []
    if other := [node.title for node in heads if node not in ranked]:
        told.append(f"Not averaged, because it is no share of which more is better: {', '.join(other)}.")
    if lacking := [node.title for node in ranked if node not in chosen]:
        several = ", ".join(lacking[:8]) + (f" and {len(lacking) - 8} more" if len(lacking) > 8 else "")
        told.append(f"Not shown, because not every model was asked: {several}; --all-benchmarks shows them too.")
    return told


def entrants(results: Sequence[Result], asked: Mapping[str, Asked], table: str) -> tuple[list[Standing], list[str]]:
    """Own models that may stand in a public table, and for the others, in a line each, why not.

    A model stands in a column if it was asked its very tasks, with the same shots, every sample.
    """
    standings, refused = [], []
    for title, held in _by_model(results).items():
        scores = {name: _score(held, how) for name, how in asked.items()}
        found = {name: score for name, score in scores.items() if isinstance(score, Estimate)}
        reasons = [f"{name}: {score}" for name, score in scores.items() if isinstance(score, str)]
        if found:
            tasks = [held[task] for name in found for task in asked[name].tasks]
            standing = _standing(title, list(held.values()), found)
            standings.append(standing.but(provenance=table, flaws=_flaws(tasks)))
        if reasons:
            refused.append(f"{title} has no {reasons[0]}" + (f"; and {len(reasons) - 1} more" if reasons[1:] else ""))
    return standings, refused


def _by_model(results: Sequence[Result]) -> dict[str, dict[str, Result]]:
    """Each model's results by task; of several of one task the largest, and the latest of those."""
    names = labels(results)
    found: dict[str, dict[str, Result]] = {}
    for result in results:
        held = found.setdefault(names[result.evaluation.model.fingerprint], {})
        task = result.evaluation.benchmark
        if task not in held or held[task].asked <= result.asked:
            held[task] = result
    return found


def _score(held: Mapping[str, Result], how: Asked) -> Estimate | str | None:
    """The score as the leaderboard makes it; why there is none; None where nothing of it was asked."""
    found = [held[task] for task in how.tasks if task in held]
    if not found:
        return None
    if lacking := [task for task in how.tasks if task not in held]:
        return f"{len(lacking)} of its {len(how.tasks)} tasks were not asked, such as {lacking[0]}"
    if other := [each.evaluation.shots for each in found if each.evaluation.shots != how.shots]:
        return f"asked with {other[0]} shots, the table with {how.shots}"
    if (count := sum(each.asked - each.failed for each in found)) != how.samples:
        return f"answered {count:,} samples, the table counts {how.samples:,}"
    parts = [part for metric in how.metrics if (part := pooled([_estimate(each, metric) for each in found]))]
    if len(parts) < len(how.metrics):
        return f"not every task has the metric {' and '.join(how.metrics)}"
    return parts[0] if len(parts) == 1 else _together(parts)


def _together(parts: Sequence[Estimate]) -> Estimate:
    """The plain mean of metrics of the same samples: they rise and fall together, so their intervals are averaged."""
    count = len(parts)
    return parts[0].but(
        metric=" and ".join(part.metric for part in parts),
        value=sum(part.value for part in parts) / count,
        low=sum(part.low for part in parts) / count,
        high=sum(part.high for part in parts) / count,
        standard_error=None,
        method=f"mean of {count} metrics of the same samples",
    )


def _estimate(result: Result, metric: str) -> Estimate | None:
    return next((each for each in result.estimates if each.metric == metric), None)


def _flaws(results: Sequence[Result]) -> tuple[str, ...]:
    """How many answers never came, were cut, or could not be read; nothing where all was well."""
    asked = sum(each.asked for each in results)
    counts = {name: sum(getattr(each, name) for each in results) for name in ("failed", "truncated", "unreadable")}
    return tuple(f"{count:,} of {asked:,} answers {name}" for name, count in counts.items() if count)


def _standing(title: str, results: Sequence[Result], scores: Mapping[str, Estimate]) -> Standing:
    """A model with what its results know of it; dated by the last of them."""
    last = max(results, key=lambda each: each.finished_at)
    spec, card = last.evaluation.model, last.card
    return Standing(
        provenance=OWN,
        model=title,
        revision=spec.revision,
        precision=spec.quantization or spec.precision,
        kind="own run",
        architecture=card.architecture if card else None,
        parameters=card.parameters if card else None,
        license=card.license if card else None,
        parent=card.parent if card else None,
        submitted=last.finished_at.date(),
        scores=dict(scores),
    )
