"""Results with their transcripts into the columns of a comparison: one a model, named so that no two are alike."""

from collections.abc import Sequence

from outweigh.insight.alignment import Scored
from outweigh.records import ModelSource, ModelSpec, Result, Transcript

Held = Sequence[tuple[Result, Sequence[Transcript]]]


def scored(result: Result, transcripts: Sequence[Transcript]) -> Scored:
    """The headline scores of a result by sample id."""
    headline = result.headline
    scores = {
        each.sample.id: score.value
        for each in transcripts
        if headline and (score := each.score(headline.metric, headline.filter)) is not None
    }
    return Scored(result, scores, {each.sample.id: each.sample.cluster for each in transcripts})


def _marks(spec: ModelSpec) -> tuple[str, ...]:
    """What may tell two columns of one title apart, the most telling first."""
    template = "chat" if spec.chat_template == "on" else "no chat template"
    revision = spec.revision or "unknown revision"
    revision = f"run {revision}" if spec.source is ModelSource.ENDPOINT else revision[:8]
    return (spec.precision or "unknown precision", template, spec.quantization or "not quantized", revision, spec.name)


def labels(results: Sequence[Result]) -> dict[str, str]:
    """A name for each model, by the fingerprint of its spec: its title, and what tells it from others of that title."""
    specs = {result.evaluation.model.fingerprint: (result.model, result.evaluation.model) for result in results}
    found = {}
    for fingerprint, (title, spec) in specs.items():
        others = [other for key, (name, other) in specs.items() if name == title and key != fingerprint]
        telling = [
            mark for place, mark in enumerate(_marks(spec)) if any(_marks(other)[place] != mark for other in others)
        ]
        found[fingerprint] = f"{title} ({', '.join(telling)})" if telling else title
    return found


def columns(held: Held) -> dict[str, list[Scored]]:
    """The columns of a comparison. A benchmark that a model answered twice in the same way counts once, the latest."""
    names = labels([result for result, _ in held])
    latest: dict[tuple[str, str], tuple[Result, Sequence[Transcript]]] = {}
    for result, transcripts in held:
        latest[names[result.evaluation.model.fingerprint], result.evaluation.fingerprint] = (result, transcripts)
    found: dict[str, list[Scored]] = {}
    for (name, _), (result, transcripts) in latest.items():
        found.setdefault(name, []).append(scored(result, transcripts))
    return found
