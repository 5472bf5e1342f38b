"""Builds the tables of how models stand to one another: who beats whom, and what making one from another changed."""

from outweigh.dashboard import words
from outweigh.dashboard.report_page import Table
from outweigh.records import Comparison, Step


def relations(comparison: Comparison) -> tuple[Table, ...]:
    """Wins, ties and losses of more than two models, and the lineage where one was made from another."""
    return (*_matchups(comparison), *_lineage(comparison))


def _matchups(comparison: Comparison) -> tuple[Table, ...]:
    models = comparison.models
    if len(models) < 3 or not comparison.matchups:
        return ()
    known = comparison.sides
    rows = tuple(
        (name, *(words.DASH.join(map(str, known[name, other])) if other != name else "" for other in models))
        for name in models
    )
    caption = "Wins, ties and losses of each row's model against each column's, over benchmarks"
    return (Table(caption, ("", *models), rows, frozenset(range(1, len(models) + 1))),)


def _lineage(comparison: Comparison) -> tuple[Table, ...]:
    if not comparison.lineage:
        return ()
    heads = ("Made from another", "How", "Change, points", "Better on", "Worse on", "Ties")
    rows = tuple(
        (
            f"{step.parent} → {step.child}",
            ", ".join(kind.value for kind in step.kinds),
            _change(step),
            ", ".join(step.better),
            ", ".join(step.worse),
            str(step.ties),
        )
        for step in comparison.lineage
    )
    return (Table("Lineage: what each step changed", heads, rows, frozenset({2, 5})),)


def _change(step: Step) -> str:
    if step.change is None:
        return "not compared"
    said = words.gap(step.change, words.PERCENT if step.change.effect is not None else 1)
    return f"{said.value} ({said.spread})"
