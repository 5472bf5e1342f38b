"""Rows of a comparison in which an adaptive run chose the samples: only evidence that holds at any stop may be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from outweigh.records import Estimate
from outweigh.stats import sequential
from outweigh.stats.order import rank

if TYPE_CHECKING:
    from outweigh.insight.alignment import Node, Scored
    from outweigh.stats.paired import Paired
    from outweigh.stats.sequential import Draws, Gaps


def adaptive(node: Node, *models: int) -> bool:
    """Whether any of these models' results below was asked adaptively."""
    cells = (leaf.cells[model] for leaf in node.leaves for model in models)
    return any(cell is not None and cell.result.evaluation.stopping is not None for cell in cells)


def difference(node: Node, first: int, second: int) -> Paired | None:
    """The pair's difference in a row; None unless both answered a sample of every benchmark in it."""
    parts = [(weight, _gaps(head, first, second)) for weight, head in _heads(node)]
    found = [part for _, part in parts if part]
    return sequential.combine(found, [weight for weight, _ in parts]) if len(found) == len(parts) else None


def enclosed(node: Node, model: int, plain: Estimate | None) -> Estimate | None:
    """A combined row's estimate for one model, with an interval that holds wherever its benchmarks stopped."""
    heads = list(_heads(node))
    alone = len(heads) == 1 and node.kind != "group"  # then it stands as it is
    if plain is None or alone or not adaptive(node, model):
        return plain
    parts = [_draws(head, model) for _, head in heads]
    weights = [weight for weight, _ in heads]
    value, low, high = sequential.average(parts, weights)
    several = f", betting on {len(parts)} (Bonferroni)" if len(parts) > 1 else ", betting"
    return plain.but(
        value=value,
        low=min(value, low),
        high=max(value, high),
        count=sum(part.count for part in parts),
        method=f"{plain.method}{several}",
    )


def _heads(node: Node, weight: float = 1.0) -> Iterator[tuple[float, Node]]:
    """The benchmarks and groups that a row is the mean of, each with its weight."""
    if node.kind in ("benchmark", "group"):
        yield weight, node
        return
    for child in node.children:
        yield from _heads(child, weight / len(node.children))


def _gaps(head: Node, first: int, second: int) -> Gaps | None:
    """Both models' scores on what both answered; None where that is nothing of a benchmark."""
    cells = [(leaf.cells[first], leaf.cells[second]) for leaf in head.leaves]
    border = _through([cell for pair in cells for cell in pair])
    ranks: list[str] = []
    ones: list[float] = []
    others: list[float] = []
    for one, other in cells:
        if one is None or other is None or not one.scores.keys() & other.scores.keys():
            return None
        for sample in one.scores.keys() & other.scores.keys():
            place = _rank(one, sample)
            if border is None or place <= border:
                ranks.append(place)
                ones.append(one.scores[sample])
                others.append(other.scores[sample])
    if not ranks:
        return None
    return sequential.gaps(ones, others, ranks, _largest([cell for pair in cells for cell in pair], ranks))


def _draws(head: Node, model: int) -> Draws:
    cells = [cell for leaf in head.leaves if (cell := leaf.cells[model])]
    border = _through(cells)
    scored = [(_rank(cell, sample), value) for cell in cells for sample, value in cell.scores.items()]
    scored = [each for each in scored if border is None or each[0] <= border]
    ranks = [place for place, _ in scored]
    return sequential.draws([value for _, value in scored], ranks, _largest(cells, ranks))


def _rank(cell: Scored, sample: str) -> str:
    evaluation = cell.result.evaluation
    seed = evaluation.stopping.order_seed if evaluation.stopping else evaluation.seed
    return rank(seed, evaluation.benchmark, sample, cell.clusters.get(sample))


def _through(cells: Sequence[Scored | None]) -> str | None:
    """The rank up to which all of these were asked: a group is one sequence only as far as all its members go."""
    ends = [cell.result.evaluation.stopping.through for cell in cells if cell and cell.result.evaluation.stopping]
    return min(ends, default=None)


def _largest(cells: Sequence[Scored | None], ranks: Sequence[str]) -> int:
    """The most samples that one unit of these could have had. A plain result was asked whole, so what it has is all."""
    stopped = [cell.result.evaluation.stopping for cell in cells if cell]
    return max([*Counter(ranks).values(), *(each.largest_cluster for each in stopped if each)])
