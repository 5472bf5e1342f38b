"""Models side by side on the same samples: rows of estimates, every pair's difference, and one sentence about it."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from outweigh.insight.agreement import agreement, effect
from outweigh.insight.alignment import HEADS, Node, Scored, align
from outweigh.insight.caveats import caveats
from outweigh.insight.findings import finding
from outweigh.insight.lineage import lineage
from outweigh.insight.stopped import adaptive, difference
from outweigh.records import Comparison, Difference, Estimate, Matchup, Row, UserError, Verdict, digest
from outweigh.stats.multiplicity import holm
from outweigh.stats.paired import Paired, Part, combine, part
from outweigh.stats.unpaired import Mean, Unpaired, unpaired

__all__ = ["Scored", "compare"]

Pair = tuple[int, int]
Found = Paired | Unpaired


def compare(columns: Mapping[str, Sequence[Scored]], *, alpha: float = 0.05) -> Comparison:
    """Compare models (title -> results) on the samples that both of a pair answered, or unpaired where there are none.

    Benchmarks are matched by id, version, shots, protocol, seed, data, judge and metric; what does not match has a row
    of its own. A model wins a row only if its Holm-adjusted p-value is below `alpha`. UserError if there is no result.
    """
    if not any(columns.values()):
        raise UserError("nothing to compare: expected at least one model with a result; evaluate a model first")
    models = tuple(columns)
    nodes = align(columns)
    pairs = list(combinations(range(len(models)), 2))
    tested = {pair: _tested(nodes, pair, alpha) for pair in pairs}
    adjusted = _adjusted(tested)
    rows = tuple(
        _row(
            node,
            tuple(
                _difference(node, pair, models, tested[pair][node], (adjusted[pair, node], alpha))
                for pair in pairs
                if node in tested[pair]
            ),
        )
        for node in nodes
    )
    heads = tuple(row for row, node in zip(rows, nodes, strict=True) if node.family == HEADS)
    return Comparison(
        models=models,
        rows=rows,
        finding=finding(models, rows, heads),
        notes=caveats(columns, nodes, heads),
        matchups=tuple(_matchup(models[one], models[other], heads) for one, other in pairs),
        lineage=lineage(columns, rows, heads),
    )


def _tested(nodes: Sequence[Node], pair: Pair, alpha: float) -> dict[Node, Found]:
    """The pair's difference in every row that both have: paired where they share samples of every benchmark in it."""
    drawn = {
        node.name: made
        for node in nodes
        if node.kind == "benchmark" and not adaptive(node, *pair) and (made := _part(node, *pair))
    }
    counts = {name: item.differences.count for name, item in drawn.items()}
    found: dict[Node, Found] = {}
    for node in nodes:
        names = [leaf.name for leaf in node.leaves]
        if adaptive(node, *pair):
            if sequential := difference(node, *pair):
                found[node] = sequential
        elif all(name in drawn for name in names):
            weights = node.weights(counts)
            found[node] = combine([drawn[name] for name in names], [weights[name] for name in names], alpha=alpha)
        elif (one := node.estimates[pair[0]]) and (other := node.estimates[pair[1]]):
            found[node] = unpaired(_mean(one), _mean(other), alpha=alpha)
    return found


def _mean(estimate: Estimate) -> Mean:
    return Mean(estimate.value, estimate.low, estimate.high, estimate.count)


def _adjusted(tested: Mapping[Pair, Mapping[Node, Found]]) -> dict[tuple[Pair, Node], float]:
    """P-values corrected by family: for each pair of models, or for all together as soon as a run stopped by them."""
    together = any(adaptive(node, *pair) for pair, found in tested.items() for node in found)
    families: dict[tuple[str, Pair | None], list[tuple[Pair, Node]]] = {}
    for pair, found in tested.items():
        for node in found:
            families.setdefault((node.family, None if together else pair), []).append((pair, node))
    adjusted: dict[tuple[Pair, Node], float] = {}
    for tests in families.values():
        adjusted |= zip(tests, holm([tested[pair][node].p_value for pair, node in tests]), strict=True)
    return adjusted


def _part(line: Node, first: int, second: int) -> Part | None:
    """Both models' scores on the samples that both answered; None if there are none."""
    one, other = line.cells[first], line.cells[second]
    ids = [sample for sample in one.scores if sample in other.scores] if one and other else []
    if not (one and other and ids):
        return None
    scores, others = [one.scores[sample] for sample in ids], [other.scores[sample] for sample in ids]
    return part(
        scores,
        others,
        binary={*scores, *others} <= {0, 1},
        clusters=[one.clusters.get(sample) for sample in ids],
        seed=int(digest(line.name)[:12], 16),
    )


def _difference(
    node: Node, pair: Pair, models: Sequence[str], found: Found, significance: tuple[float, float]
) -> Difference:
    """Scores of which less is better keep their sign; wins, losses and verdict say who did better."""
    metric, more_is_better = _metric(node)
    adjusted, alpha = significance
    verdict = Verdict.TIE
    if adjusted < alpha:
        verdict = Verdict.FIRST if (found.value > 0) == more_is_better else Verdict.SECOND
    sides = (found.wins, found.losses) if isinstance(found, Paired) else (None, None)
    alike = agreement(node, *pair)
    one, other = (node.estimates[model] for model in pair)
    return Difference(
        first=models[pair[0]],
        second=models[pair[1]],
        benchmark=node.name,
        metric=metric,
        value=found.value,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        adjusted_p_value=adjusted,
        count=found.count,
        wins=sides[0] if more_is_better else sides[1],
        losses=sides[1] if more_is_better else sides[0],
        draws=found.draws if isinstance(found, Paired) else None,
        minimum_detectable=found.minimum_detectable,
        method=found.method,
        verdict=verdict,
        paired=isinstance(found, Paired),
        effect=effect(one.value, other.value) if one and other else None,
        same=alike.same if alike else None,
        kappa=alike.kappa if alike else None,
    )


def _matchup(first: str, second: str, heads: Sequence[Row]) -> Matchup:
    """How two models stand on the rows that count as one benchmark each."""
    found = [each.verdict for row in heads for each in row.differences if (each.first, each.second) == (first, second)]
    return Matchup(
        first=first,
        second=second,
        wins=found.count(Verdict.FIRST),
        losses=found.count(Verdict.SECOND),
        ties=found.count(Verdict.TIE),
        unknown=len(heads) - len(found),
    )


def _row(node: Node, differences: tuple[Difference, ...]) -> Row:
    columns = zip(*(leaf.cells for leaf in node.leaves), strict=True)
    results = [[cell.result for cell in column if cell] for column in columns]
    return Row(
        name=node.name,
        title=node.title,
        area=node.area,
        kind=node.kind,
        metric=_metric(node)[0],
        chance=_chance(node),
        estimates=node.estimates,
        differences=differences,
        failed=tuple(sum(result.failed for result in column) for column in results),
        truncated=tuple(sum(result.truncated for result in column) for column in results),
        unreadable=tuple(sum(result.unreadable for result in column) for column in results),
    )


def _metric(node: Node) -> tuple[str, bool]:
    """The row's metric, and whether more of it is better."""
    known = next((estimate for estimate in node.estimates if estimate), None)
    return (known.metric, known.higher_is_better) if known else ("", True)


def _chance(node: Node) -> float | None:
    """What guessing scores in this row; None if any benchmark in it cannot be guessed."""
    results = {leaf.name: [cell.result for cell in leaf.cells if cell] for leaf in node.leaves}
    chances = {name: of[0].chance for name, of in results.items()}
    weights = node.weights({name: max(1, *(result.asked for result in of)) for name, of in results.items()})
    known = [weights[name] * chance for name, chance in chances.items() if chance is not None]
    return sum(known) if len(known) == len(chances) else None
