"""Results with their transcripts into the columns of a comparison: one a model, named so that no two are alike."""

from collections.abc import Sequence

from outweigh.insight.alignment import Scored
from outweigh.records import Result, Transcript, names_apart

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


def labels(results: Sequence[Result]) -> dict[str, str]:
    """A name for each model, by the fingerprint of its spec: its title, and what tells it from others of that title."""
    return names_apart({each.evaluation.model.fingerprint: (each.model, each.evaluation.model) for each in results})


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
