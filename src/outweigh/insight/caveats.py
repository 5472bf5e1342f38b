"""What a reader of a comparison must know before trusting it, one sentence each."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from outweigh.insight.alignment import Node, Scored, averages
from outweigh.insight.findings import named
from outweigh.records import Result, Row

_NOTABLE = 0.05  # of the samples asked
_SHOWN = 5


def caveats(columns: Mapping[str, Sequence[Scored]], nodes: Sequence[Node], heads: Sequence[Row]) -> tuple[str, ...]:
    """Every note that applies, in a fixed order."""
    models = tuple(columns)
    lines = [node for node in nodes if node.kind == "benchmark"]
    return (
        *_adaptive(lines),
        *_settings(models, lines),
        *_unpaired(models, lines),
        *_incomplete(models, lines),
        *_loading(models, lines),
        *_remote_code(columns),
        *_completeness(models, lines),
        *_left_out(models, nodes),
        *_unscored(models, lines),
        *_guessing(models, heads),
    )


def _adaptive(lines: Sequence[Node]) -> list[str]:
    """Benchmarks that were asked only as far as it took."""
    stopped = []
    for line in lines:
        found = [cell.result for cell in line.cells if cell and cell.result.evaluation.stopping]
        most = max((result.asked for result in found), default=0)
        pool = max((each.pool for result in found if (each := result.evaluation.stopping)), default=0)
        if found:
            stopped.append(f"{line.title} ({most:,} of {pool:,})")
    if not stopped:
        return []
    return [
        f"Asked in random order until the run had seen enough: {_few(stopped)}. Intervals and p-values there hold "
        "whenever one stops, so they are wider than those of a fixed number of samples; p is corrected over all pairs "
        "of models, an average of several benchmarks adds up their intervals, and a gap that stopped a run looks a "
        "little larger than it is: trust its interval."
    ]


def _settings(models: Sequence[str], lines: Sequence[Node]) -> list[str]:
    """Benchmarks that were asked in more than one way."""
    by_id: dict[str, list[Node]] = {}
    for line in lines:
        by_id.setdefault(_any(line).result.evaluation.benchmark, []).append(line)
    notes = []
    for ways in by_id.values():
        if len(ways) > 1:
            asked = [f"{line.title} by {named(_having(models, line))}" for line in ways]
            notes.append(f"Not paired, because it was asked differently: {'; '.join(asked)}.")
    return notes


def _unpaired(models: Sequence[str], lines: Sequence[Node]) -> list[str]:
    """Benchmarks of which a pair shares no sample, so that only their means can be compared."""
    known = [cell for line in lines for cell in line.cells if cell]
    if len(models) > 1 and not any(cell.scores for cell in known):
        who = sorted({cell.result.harness for cell in known})
        return [
            f"Only means are known, not answers ({_few(who)}): models are compared as if their errors were "
            "independent, which sees less than a paired comparison."
        ]
    notes = []
    for first, second in combinations(range(len(models)), 2):
        cells = {line.title: (line.cells[first], line.cells[second]) for line in lines}
        apart = [title for title, pair in cells.items() if _apart(*pair)]
        if apart:
            notes.append(
                f"{models[first]} and {models[second]} share no sample of {_few(apart)}: their means are compared, as "
                "if their errors were independent, which sees less than a paired comparison."
            )
    return notes


def _apart(one: Scored | None, other: Scored | None) -> bool:
    if one is None or other is None or not (one.result.headline and other.result.headline):
        return False
    stopped = one.result.evaluation.stopping or other.result.evaluation.stopping
    return not stopped and not one.scores.keys() & other.scores.keys()


def _incomplete(models: Sequence[str], lines: Sequence[Node]) -> list[str]:
    """Samples that only one model of a pair answered."""
    notes = []
    for first, second in combinations(range(len(models)), 2):
        counts = {line.title: _unmatched(line.cells[first], line.cells[second]) for line in lines}
        missing = {title: count for title, count in counts.items() if count}
        if missing:
            total = sum(missing.values())
            samples = "1 sample" if total == 1 else f"{total:,} samples"
            notes.append(
                f"{models[first]} and {models[second]} are compared without {samples} that only one of them answered, "
                f"on {_few(list(missing))}."
            )
    return notes


def _unmatched(one: Scored | None, other: Scored | None) -> int:
    if one is None or other is None or _apart(one, other):
        return 0
    return len(one.scores.keys() ^ other.scores.keys())


def _loading(models: Sequence[str], lines: Sequence[Node]) -> list[str]:
    """Ways of loading or asking that differ on a benchmark and can move its scores by themselves."""
    ways: dict[str, Callable[[Result], str]] = {
        "The chat template": lambda result: str(result.evaluation.model.chat_template),
        "The precision": lambda result: str(result.evaluation.model.precision or "unknown"),
        "The quantization": lambda result: result.evaluation.model.quantization or "none",
        "The decoding": _decoding,
        "The program": lambda result: result.harness,
    }
    notes = []
    for what, way in ways.items():
        found: dict[str, set[str]] = {}
        for line in lines:
            values = {model: way(cell.result) for model, cell in zip(models, line.cells, strict=True) if cell}
            if len(set(values.values())) > 1:
                for model, value in values.items():
                    found.setdefault(model, set()).add(value)
        if found:
            said = ", ".join(f"{model} {' and '.join(sorted(values))}" for model, values in found.items())
            notes.append(f"{what} differs, which can move scores by itself: {said}.")
    return notes


def _decoding(result: Result) -> str:
    decoding = result.evaluation.decoding
    if decoding is None:
        return "as the benchmark has it"
    return f"temperature {decoding.temperature:g} with at most {decoding.max_tokens} tokens"


def _remote_code(columns: Mapping[str, Sequence[Scored]]) -> list[str]:
    """Models that ran code from their own repository."""
    running = [
        title
        for title, column in columns.items()
        if any(scored.result.evaluation.model.remote_code for scored in column)
    ]
    if not running:
        return []
    return [f"{named(running)} ran code that came with the model's files; read it before you deploy the model."]


def _completeness(models: Sequence[str], lines: Sequence[Node]) -> list[str]:
    """Benchmarks on which more than one sample in twenty failed, was cut short or could not be read."""
    notes = []
    for index, model in enumerate(models):
        said = []
        for line in lines:
            cell = line.cells[index]
            words = _losses(cell.result) if cell else []
            if cell and words:
                said.append(f"{line.title} ({', '.join(words)} of {cell.result.asked:,})")
        if said:
            notes.append(f"Not every answer of {model} is whole: {_few(said)}.")
    return notes


def _losses(result: Result) -> list[str]:
    counts = {"failed": result.failed, "truncated": result.truncated, "unreadable": result.unreadable}
    return [f"{count:,} {what}" for what, count in counts.items() if count > _NOTABLE * result.asked]


def _left_out(models: Sequence[str], nodes: Sequence[Node]) -> list[str]:
    """Rows that stand in no average, although they have an area."""
    inside = {(child.kind, child.name) for node in nodes for child in node.children}
    outside = [node for node in nodes if not node.children or node.kind == "group"]
    outside = [node for node in outside if node.area is not None and (node.kind, node.name) not in inside]
    partial = [f"{node.title} (only {named(_having(models, node))})" for node in outside if averages(node)]
    unfit = [node.title for node in outside if not averages(node)]
    notes = []
    if partial:
        notes.append(f"An average counts only what all its models have; left out: {_few(partial)}.")
    if unfit:
        notes.append(f"Left out of averages, because the scores are not shares of which more is better: {_few(unfit)}.")
    return notes


def _unscored(models: Sequence[str], lines: Sequence[Node]) -> list[str]:
    """Results without a score, which leave a gap in every average above them."""
    notes = []
    for index, model in enumerate(models):
        empty = [line.title for line in lines if (cell := line.cells[index]) and cell.result.headline is None]
        if empty:
            notes.append(f"{model} has no score on {_few(empty)}, so it has none in their averages either.")
    return notes


def _guessing(models: Sequence[str], heads: Sequence[Row]) -> list[str]:
    """Scores whose interval reaches down to what guessing earns."""
    said = []
    for index, model in enumerate(models):
        rows = [
            row.title
            for row in heads
            if row.chance is not None and (estimate := row.estimates[index]) and estimate.low <= row.chance
        ]
        if rows:
            said.append(f"{model} on {_few(rows)}")
    return [f"Not shown to be better than guessing: {'; '.join(said)}."] if said else []


def _any(line: Node) -> Scored:
    return next(cell for cell in line.cells if cell)


def _having(models: Sequence[str], node: Node) -> list[str]:
    return [model for model, has in zip(models, node.present, strict=True) if has]


def _few(names: Sequence[str]) -> str:
    """At most five by name."""
    if len(names) <= _SHOWN:
        return named(names)
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
