"""Builds what stands behind the numbers: models, how they were asked, speed, machines and commands."""

import shlex
from collections.abc import Callable, Sequence

from outweigh.benchmarks import letters
from outweigh.dashboard import words
from outweigh.dashboard.figures import Cast
from outweigh.dashboard.reading import of_model, specs
from outweigh.dashboard.report_page import Banner, Fact, Facts, Key, Method, Table
from outweigh.records import (
    ChatTemplate,
    Evaluation,
    Machine,
    ModelCard,
    ModelSource,
    ModelSpec,
    Outcome,
    Protocol,
    Result,
    Run,
)

_TEMPLATES = {
    ChatTemplate.ON: "on: prompts pass through the model's chat template",
    ChatTemplate.OFF: "off: prompts are plain text",
    ChatTemplate.AUTO: "auto: used where the model has one",
}


def keys(run: Run, cast: Cast) -> tuple[Key, ...]:
    """Each model's symbol and names."""
    found = specs(run, cast.models)
    return tuple(
        Key(series, model, spec.name if spec else model)
        for series, model, spec in zip(cast.series, cast.models, found, strict=True)
    )


def remote_code(run: Run) -> tuple[Banner, ...]:
    """A warning for models whose own code was allowed to run."""
    models = (*(each.evaluation.model for each in run.results), *(each.model for each in run.measurements))
    trusted = list(dict.fromkeys(model.name for model in models if model.remote_code))
    if not trusted:
        return ()
    text = (
        f"{words.listed(trusted)} ran with remote code on: Python code from the model's own repository was"
        " executed on the machine that made these results. Read that code before you trust or repeat them."
    )
    return (Banner("Remote code was on", text),)


def method(run: Run, cast: Cast) -> Method:
    """Everything behind the numbers."""
    return Method(
        models=model_facts(run, cast),
        asked=asked(run),
        protocols=protocols(run),
        speed=speed(run, cast),
        speed_details=speed_details(run, cast),
    )


def model_facts(run: Run, cast: Cast) -> tuple[Facts, ...]:
    """What is known of every model."""
    found = specs(run, cast.models)
    return tuple(
        Facts(key.title, known(spec, [result.card for result in of_model(run, spec)]) if spec else (), key)
        for key, spec in zip(keys(run, cast), found, strict=True)
    )


def known(spec: ModelSpec, cards: Sequence[ModelCard | None]) -> tuple[Fact, ...]:
    """One model's facts; what its card does not say is left out, but for the licence."""
    card = next((each for each in cards if each), None)
    facts = [
        Fact("Name", f"{spec.name} ({spec.source})"),
        _revision(spec),
        Fact("Licence", (card.license if card else None) or "not stated"),
        *_card(card),
        Fact("Precision", spec.precision or "not recorded"),
    ]
    facts += [
        Fact(label, value)
        for label, value in (
            ("Format", spec.format),
            ("Quantization", spec.quantization),
            ("Adapter", spec.adapter),
        )
        if value
    ]
    facts.append(Fact("Chat template", _TEMPLATES[spec.chat_template]))
    remote = "on: the model's own code was executed" if spec.remote_code else "off"
    return (*facts, Fact("Remote code", remote, warn=spec.remote_code))


def _revision(spec: ModelSpec) -> Fact:
    if spec.source is ModelSource.ENDPOINT:
        return Fact("Revision", f"what the server had in run {spec.revision}")
    return Fact("Revision", spec.revision or "not pinned", code=spec.revision is not None)


def _card(card: ModelCard | None) -> tuple[Fact, ...]:
    """What a model card adds."""
    if card is None:
        return ()
    said = (
        ("Parameters", words.parameters(card.parameters) if card.parameters else None),
        ("Size on disk", words.size(card.bytes_on_disk) if card.bytes_on_disk else None),
        ("Architecture", card.architecture),
        ("Context", f"{card.context_length:,} tokens" if card.context_length else None),
        ("Derived from", card.parent),
    )
    return tuple(Fact(label, value) for label, value in said if value)


def asked(run: Run) -> Table:
    """How each benchmark was asked; subjects that were asked alike share a line."""
    lines: dict[tuple[str, ...], list[Result]] = {}
    for result in run.results:
        lines.setdefault((result.group or result.evaluation.benchmark, *_settings(result)), []).append(result)
    rows = []
    for (name, *settings), results in lines.items():
        members = dict.fromkeys(result.evaluation.benchmark for result in results)
        digests = dict.fromkeys(result.evaluation.data[:12] for result in results)
        data = " ".join(digests) if len(digests) == 1 else f"{len(digests)} digests, one a subject"
        title = results[0].title if len(members) == 1 else f"{name}, {len(members)} subjects"
        rows.append((title, name if len(members) > 1 else next(iter(members)), *settings, data or "not recorded"))
    heads = ("Benchmark", "Id", "Version", "Asked as", "Shots", "Samples", "Metric", "Seed", "Data")
    return Table("How each benchmark was asked", heads, tuple(rows), frozenset({4, 7}))


def protocols(run: Run) -> tuple[tuple[str, str], ...]:
    """What each way of asking that was used means."""
    used = dict.fromkeys(result.evaluation.protocol for result in run.results)
    return tuple(words.PROTOCOLS[protocol] for protocol in used)


def _settings(result: Result) -> tuple[str, ...]:
    """The settings that two results of a group must share to be shown as one."""
    evaluation = result.evaluation
    how = words.PROTOCOLS[evaluation.protocol][0]
    if evaluation.decoding:
        decoding = evaluation.decoding
        warm = f"temperature {decoding.temperature:g}" if decoding.temperature else "greedy"
        how = f"{how}, {warm}, at most {decoding.token_limit:,} tokens"
    if evaluation.judge:
        how = f"{how}, judged by {evaluation.judge}"
    metric = result.headline
    named = "none" if metric is None else metric.metric
    if metric and metric.filter != "none":
        named = f"{named} ({metric.filter})"
    limit = "all" if evaluation.limit is None else f"first {evaluation.limit:,}"
    stopping = evaluation.stopping
    if stopping and stopping.outcome is not Outcome.EXHAUSTED:
        limit = f"{limit}, in random order until {stopping.outcome}"
    return (evaluation.version, how, str(evaluation.shots), limit, named, str(evaluation.seed))


def _total(results: Sequence[Result], read: Callable[[Result], float | int | None]) -> float | None:
    """A sum over results; None as soon as one was not measured, because a part is not a total."""
    values = [read(result) for result in results]
    if not values or any(value is None for value in values):
        return None
    return sum(value for value in values if value is not None)


def _speed(results: Sequence[Result]) -> tuple[str, ...]:
    """Time, samples, rate, tokens: totals of these results."""
    seconds = _total(results, lambda result: result.usage.seconds)
    samples = sum(result.asked - result.cached for result in results)  # the others took no time
    tokens = _total(results, lambda result: result.usage.input_tokens)
    written = _total(results, lambda result: result.usage.output_tokens)
    return (
        f"{samples:,}",
        words.duration(seconds),
        words.significant(samples / seconds if seconds else None),
        words.whole(None if tokens is None else int(tokens)),
        words.whole(None if written is None else int(written)),
    )


_SPEED_HEADS = ("Samples", "Time", "Samples a second", "Tokens read", "Tokens written")


def speed(run: Run, cast: Cast) -> Table:
    """What answering took, a line a model."""
    rows = []
    for model, spec in zip(cast.models, specs(run, cast.models), strict=True):
        results = of_model(run, spec)
        peaks = [r.usage.peak_memory_bytes for r in results if r.usage.peak_memory_bytes]
        rows.append(
            (
                model,
                *_speed(results),
                words.size(max(peaks)) if peaks else words.NOT_MEASURED,
                _energy(results),
            )
        )
    heads = ("Model", *_SPEED_HEADS, "Peak memory", "Energy")
    return Table("What answering took", heads, tuple(rows), frozenset(range(1, 8)))


def _energy(results: Sequence[Result]) -> str:
    """All joules of these results as watt-hours with their bounds, and what they were counted by or estimated from."""
    joules = _total(results, lambda result: result.usage.energy_joules)
    low = _total(results, lambda result: result.usage.energy_low_joules)
    high = _total(results, lambda result: result.usage.energy_high_joules)
    if joules is None:
        return words.NOT_MEASURED
    said = words.significant(joules / 3600, "Wh")
    if low is not None and high is not None and low < high:
        said += f", {words.significant(low / 3600)} to {words.significant(high / 3600)}"
    sources = words.listed(sorted({r.usage.energy_source for r in results if r.usage.energy_source}))
    return f"{said} ({sources})" if sources else said


def speed_details(run: Run, cast: Cast) -> Table:
    """What answering took, a line a benchmark and model."""
    rows = tuple(
        (result.title, model, *_speed([result]))
        for model, spec in zip(cast.models, specs(run, cast.models), strict=True)
        for result in of_model(run, spec)
    )
    heads = ("Benchmark", "Model", *_SPEED_HEADS)
    return Table("What answering took, by benchmark", heads, rows, frozenset(range(2, 7)))


def machines(run: Run) -> tuple[Facts, ...]:
    """Every machine that made a result or a measurement."""
    found = list(dict.fromkeys(_hardware(machine) for _, machine in _made(run) if machine))
    return tuple(
        Facts("Machine" if len(found) == 1 else f"Machine {index}", facts) for index, facts in enumerate(found, 1)
    )


def _made(run: Run) -> list[tuple[str, Machine | None]]:
    """What made each result and each measurement: a program and a machine."""
    results = [(each.harness, each.machine) for each in run.results]
    return results + [(each.harness, each.machine) for each in run.measurements]


def _hardware(machine: Machine) -> tuple[Fact, ...]:
    """One machine's facts, without its software."""
    cards = [
        f"{card.name} ({words.size(card.memory_bytes)})" if card.memory_bytes else card.name
        for card in machine.accelerators
    ]
    return (
        Fact("Processor", f"{machine.cpu}, {words.many(machine.cores, 'core')}"),
        Fact("Memory", words.size(machine.memory_bytes)),
        Fact("Accelerator", words.listed(cards) or "none"),
        Fact("System", machine.system),
    )


def software(run: Run) -> Table | None:
    """Every program and version that took part; None if none was recorded."""
    versions: dict[str, dict[str, None]] = {}
    for _, machine in _made(run):
        for name, version in (machine.software if machine else {}).items():
            versions.setdefault(name, {})[version] = None
    rows = [(name, ", ".join(found)) for name, found in sorted(versions.items())]
    harness = dict.fromkeys(program for program, _ in _made(run))
    rows = [("Made by", ", ".join(harness)), *rows] if harness else rows
    return Table("Software", ("Program", "Version"), tuple(rows)) if rows else None


def commands(run: Run, cast: Cast) -> tuple[str, ...]:
    """The commands that make these results and this report again, a line an argument.

    Not covered: a share as limit, settings that differ between benchmarks, and models that Outweigh did not load.
    """
    found = [spec for spec in specs(run, cast.models) if spec]
    parts = ["outweigh run", *(shlex.quote(_argument(spec)) for spec in found)]
    evaluations = [result.evaluation for result in run.results]
    if run.suite:
        parts.append(f"--suite {shlex.quote(run.suite)}")
    else:
        names = (result.group or result.evaluation.benchmark for result in run.results)
        ids = dict.fromkeys(name.removesuffix(letters.SUFFIX) for name in names)
        parts += [f"--benchmark {shlex.quote(name)}" for name in ids]
        parts += _shared("--num-fewshot", [each.shots for each in evaluations])
    parts += ["--protocol letter"] if any(each.protocol is Protocol.LETTER for each in evaluations) else []
    parts += _shared("--limit", [each.limit for each in evaluations])
    parts += _stopping(evaluations)
    parts += _shared("--seed", [each.seed for each in evaluations])
    parts += _shared("--precision", [spec.precision for spec in found])
    parts += _shared("--chat-template", [spec.chat_template for spec in found])
    sampled = [each.decoding for each in evaluations if each.decoding]
    parts += _shared("--temperature", [each.temperature or None for each in sampled])
    parts += _shared("--max-tokens", [each.max_tokens for each in sampled])
    parts += ["--trust-remote-code"] if any(spec.remote_code for spec in found) else []
    return (" \\\n  ".join(parts), f"outweigh report {shlex.quote(run.name)}")


def _stopping(evaluations: Sequence[Evaluation]) -> list[str]:
    """The flags of an adaptive run."""
    found = [each.stopping for each in evaluations if each.stopping]
    decided = ["--until-decided"] if any(each.until_decided for each in found) else []
    return decided + _shared("--until-halfwidth", [each.until_halfwidth for each in found])


def _argument(spec: ModelSpec) -> str:
    """A model as the command line names it."""
    if spec.source is ModelSource.PACKAGE:
        return f"package:{spec.name}"
    pinned = spec.source is ModelSource.HUB and spec.revision
    return f"{spec.name}@{spec.revision}" if pinned else spec.name


def _shared(flag: str, values: Sequence[float | str | None]) -> list[str]:
    """A flag for a setting that all share; nothing for one that they do not."""
    distinct = set(values)
    value = next(iter(distinct)) if len(distinct) == 1 else None
    return [] if value is None else [f"{flag} {value}"]


def notes(run: Run, said: Sequence[str]) -> tuple[str, ...]:
    """Every note once: the comparison's, the run's, then each result's with its benchmark."""
    by_note: dict[str, dict[str, None]] = {}
    for result in run.results:
        for note in result.notes:
            by_note.setdefault(note, {})[result.title] = None
    own = [
        f"{words.listed(list(titles)) if len(titles) < 4 else words.many(len(titles), 'benchmark')}: {note}"
        for note, titles in by_note.items()
    ]
    return tuple(dict.fromkeys([*said, *run.notes, *own]))
