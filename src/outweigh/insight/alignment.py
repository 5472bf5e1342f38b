"""Models' results side by side: which are the same benchmark asked in the same way, and what averages they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from outweigh.insight.groups import averaged, pooled
from outweigh.insight.stopped import enclosed
from outweigh.records import Area, Estimate, Result

HEADS = "benchmarks"  # the family of the rows that count as one benchmark each


@dataclass(frozen=True)
class Scored:
    """One model's result on one benchmark with its headline score by sample id; failed samples are absent."""

    result: Result
    scores: Mapping[str, float]
    clusters: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Node:
    """A row to be, and what it is made of.

    A "benchmark" has `cells` (one a model, None where it has no result) and no children; a "group" has benchmarks, an
    "area" benchmarks and groups, "overall" areas. `family` names the tests that are corrected together.
    """

    name: str
    title: str
    kind: str
    area: Area | None
    family: str
    cells: tuple[Scored | None, ...] = ()
    children: tuple["Node", ...] = ()

    @property
    def leaves(self) -> tuple["Node", ...]:
        """The benchmarks below, or the node itself."""
        return tuple(leaf for child in self.children for leaf in child.leaves) or (self,)

    @property
    def present(self) -> tuple[bool, ...]:
        """For each model, whether it has a result on every benchmark below."""
        return tuple(all(cells) for cells in zip(*(leaf.cells for leaf in self.leaves), strict=True))

    @property
    def estimates(self) -> tuple[Estimate | None, ...]:
        """One for each model; None where a result is missing or has no score."""
        if not self.children:
            return tuple(cell.result.headline if cell else None for cell in self.cells)
        columns = zip(*(child.estimates for child in self.children), strict=True)
        if self.kind == "group":
            plain = [pooled(column) for column in columns]
        else:
            of = "areas" if self.kind == "overall" else "benchmarks"
            plain = [averaged(column, of=of) for column in columns]
        return tuple(enclosed(self, model, estimate) for model, estimate in enumerate(plain))

    def weights(self, counts: Mapping[str, int]) -> dict[str, float]:
        """Each benchmark's share in this node, by name; in a group it grows with its number of samples."""
        if not self.children:
            return {self.name: 1.0}
        shares = [1.0] * len(self.children)
        if self.kind == "group":
            shares = [float(counts[child.name]) for child in self.children]
        return {
            name: weight * share / sum(shares)
            for child, share in zip(self.children, shares, strict=True)
            for name, weight in child.weights(counts).items()
        }


def align(columns: Mapping[str, Sequence[Scored]]) -> tuple[Node, ...]:
    """Every row in order: benchmarks as they first appear, then groups, areas and overall."""
    lines = _lines(columns)
    by_group: dict[str, list[Node]] = {}
    for line in lines:
        if group := _group(line):
            by_group.setdefault(group, []).append(line)
    groups = {name: made for name, members in by_group.items() if (made := _grouped(name, members))}
    placed = [replace(line, family=f"members of {_group(line)}") if _group(line) in groups else line for line in lines]
    areas = _areas([line for line in placed if line.family == HEADS] + list(groups.values()))
    overall = [Node("overall", "Overall", "overall", None, "overall", children=tuple(areas))] if len(areas) > 1 else []
    return (*placed, *groups.values(), *areas, *overall)


def shared(nodes: Sequence[Node]) -> list[Node]:
    """The nodes that every model has which has any of them, so that an average means the same for all."""
    present = [node.present for node in nodes]
    taking_part = [any(column) for column in zip(*present, strict=True)]
    return [node for node, has in zip(nodes, present, strict=True) if list(has) == taking_part]


def averages(node: Node) -> bool:
    """True if the node's scores can stand in a mean of benchmarks: shares of 1, of which more is better."""
    known = [estimate for leaf in node.leaves for estimate in leaf.estimates if estimate]
    return all(estimate.higher_is_better and 0 <= estimate.value <= 1 for estimate in known)


def settings(scored: Scored) -> dict[str, str]:
    """What must be equal for two results to be paired, in words. A digest of the data is cut to eight digits."""
    asked = scored.result.evaluation
    headline = scored.result.headline
    return {
        "version": f"version {asked.version}",
        "protocol": str(asked.protocol),
        "shots": "1 shot" if asked.shots == 1 else f"{asked.shots} shots",
        "seed": f"seed {asked.seed}",
        "data": f"data {asked.data[:8] or 'unknown'}",
        "judge": f"judge {asked.judge}" if asked.judge else "no judge",
        "metric": " ".join((headline.metric, headline.filter)) if headline else "",
    }


def _lines(columns: Mapping[str, Sequence[Scored]]) -> list[Node]:
    """One node for each benchmark and way of asking it; a model's larger result counts where it has two."""
    everything = [(title, scored) for title, column in columns.items() for scored in column]
    metrics: dict[tuple[str, ...], str] = {}
    for _, scored in everything:
        if scored.result.headline:
            metrics.setdefault(_asked(scored), settings(scored)["metric"])
    rows: dict[tuple[str, ...], dict[str, Scored]] = {}
    for title, scored in everything:
        asked = _asked(scored)
        # A result without any score has no metric of its own and joins the first that has.
        row = rows.setdefault((*asked, settings(scored)["metric"] or metrics.get(asked, "")), {})
        if title not in row or row[title].result.asked < scored.result.asked:
            row[title] = scored
    variants: dict[str, list[Scored]] = {}
    for row in rows.values():
        scored = _scored_first(row)
        variants.setdefault(scored.result.evaluation.benchmark, []).append(scored)
    return [_line(row, variants, tuple(columns)) for row in rows.values()]


def _asked(scored: Scored) -> tuple[str, ...]:
    asked = scored.result.evaluation
    words = settings(scored)
    return (asked.benchmark, asked.data, *(words[name] for name in words if name != "metric"))


def _scored_first(row: Mapping[str, Scored]) -> Scored:
    """The result that speaks for the row: one with a score if there is any."""
    return next((scored for scored in row.values() if scored.result.headline), next(iter(row.values())))


def _line(row: Mapping[str, Scored], variants: Mapping[str, Sequence[Scored]], models: tuple[str, ...]) -> Node:
    """A benchmark's node; where it was asked in several ways, its title says what is special about this one."""
    speaker = _scored_first(row)
    name, title = speaker.result.evaluation.benchmark, speaker.result.title
    ways = variants[name]
    if len(ways) > 1:
        all_words = [settings(way) for way in ways]
        mine = settings(speaker)
        special = ", ".join(mine[key] for key in mine if mine[key] and len({words[key] for words in all_words}) > 1)
        title = f"{title} ({special})"
        name = name if speaker is ways[0] else f"{name} ({special})"
    return Node(name, title, "benchmark", speaker.result.area, HEADS, cells=tuple(row.get(model) for model in models))


def _first(line: Node) -> Scored:
    return next(cell for cell in line.cells if cell)


def _group(line: Node) -> str | None:
    return _first(line).result.group


def _grouped(name: str, members: Sequence[Node]) -> Node | None:
    """The group's node over the members that all its models have; None for fewer than two, or for mixed metrics."""
    common = shared(members)
    metrics = {estimate.metric for line in common for estimate in line.estimates if estimate}
    if len(common) < 2 or len(metrics) > 1:
        return None
    areas = {line.area for line in common}
    title = _common_words([line.title for line in common]) or name
    return Node(name, title, "group", areas.pop() if len(areas) == 1 else None, HEADS, children=tuple(common))


def _common_words(titles: Sequence[str]) -> str:
    """The words that all titles start with."""
    words = [title.split() for title in titles]
    same = takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))
    return " ".join(column[0] for column in same)


def _areas(heads: Sequence[Node]) -> list[Node]:
    """A node for each area in which at least one benchmark or group is shared."""
    by_area: dict[Area, list[Node]] = {}
    for head in heads:
        if head.area is not None and averages(head):
            by_area.setdefault(head.area, []).append(head)
    return [
        Node(area.value, area.value.capitalize(), "area", area, "areas", children=tuple(common))
        for area, members in by_area.items()
        if (common := shared(members))
    ]
