"""Which of the compared models was made from which other, and what that step changed."""

from collections.abc import Mapping, Sequence

from outweigh.insight.alignment import Scored
from outweigh.records import Difference, ModelCard, ModelSpec, Row, Step, StepKind, Verdict

_MERGED = {"merge", "mergekit"}  # tags, as the Hub's tools write them
_WIDEST = ("overall", "area", "group", "benchmark")


def lineage(columns: Mapping[str, Sequence[Scored]], rows: Sequence[Row], heads: Sequence[Row]) -> tuple[Step, ...]:
    """Every step from a model to one made from it, where both are compared, in the order of the models."""
    known = {
        title: (each.evaluation.model, each.card) for title, of in columns.items() if of for each in [of[0].result]
    }
    steps = []
    for child, (spec, card) in known.items():
        for parent, (base, base_card) in known.items():
            kinds = _kinds(spec, card, base, base_card) if parent != child else ()
            if kinds:
                steps.append(_step(parent, child, kinds, rows, heads))
    return tuple(steps)


def _kinds(
    spec: ModelSpec, card: ModelCard | None, base: ModelSpec, base_card: ModelCard | None
) -> tuple[StepKind, ...]:
    """What leads from `base` to the model; nothing if it was not made from it."""
    one, other = (_name(each, of) for each, of in ((spec, card), (base, base_card)))
    same = one == other
    tuned = not same and card is not None and card.parent is not None and _plain(card.parent) in _names(base, base_card)
    if not (same or tuned):
        return ()
    kinds = []
    if tuned and not (spec.quantization and base.quantization is None and _stem(one) == _stem(other)):
        merged = card is not None and _MERGED & {tag.lower() for tag in card.tags}
        kinds.append(StepKind.MERGED if merged else StepKind.TUNED)
    if spec.adapter and not base.adapter:
        kinds.append(StepKind.ADAPTED)
    if spec.quantization and base.quantization is None:
        kinds.append(StepKind.QUANTIZED)
    return tuple(kinds)


def _step(parent: str, child: str, kinds: tuple[StepKind, ...], rows: Sequence[Row], heads: Sequence[Row]) -> Step:
    found = [(row, each) for row in heads if (each := _seen(row, child, parent))]
    widest = sorted(rows, key=lambda row: _WIDEST.index(row.kind))
    top = next((each for row in widest if (each := _seen(row, child, parent))), None)
    won = [row.title for row, each in found if each.verdict is Verdict.FIRST]
    lost = [row.title for row, each in found if each.verdict is Verdict.SECOND]
    return Step(
        parent=parent,
        child=child,
        kinds=kinds,
        change=top,
        better=tuple(won),
        worse=tuple(lost),
        ties=len(found) - len(won) - len(lost),
    )


def _seen(row: Row, child: str, parent: str) -> Difference | None:
    """The row's difference, child less parent."""
    for each in row.differences:
        if (each.first, each.second) == (child, parent):
            return each
        if (each.first, each.second) == (parent, child):
            return each.flipped
    return None


def _name(spec: ModelSpec, card: ModelCard | None) -> str:
    return _plain(spec.name) if spec.name.count("/") == 1 else _plain(card.title if card else spec.title)


def _names(spec: ModelSpec, card: ModelCard | None) -> set[str]:
    """All that a child's card may call this model, with and without its owner."""
    return {_plain(name) for name in (spec.name, spec.title, *((card.title,) if card else ()))}


def _plain(name: str) -> str:
    return name.rsplit("/", maxsplit=1)[-1].lower()


def _stem(name: str) -> str:
    """A name without what says that its weights were packed."""
    for mark in ("gguf", "awq", "gptq", "4bit", "8bit", "int4", "int8", "bnb"):
        name = name.replace(mark, "")
    return name.strip("-_.")
