"""Published standings as results without answers, so that models of a leaderboard can be compared by their means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

from outweigh.records import (
    Area,
    Evaluation,
    ModelCard,
    ModelSource,
    ModelSpec,
    Precision,
    Protocol,
    Provenance,
    Result,
    Standing,
)


def results(
    standings: Sequence[Standing], provenance: Provenance, titles: Mapping[str, str], areas: Mapping[str, Area | None]
) -> list[Result]:
    """One result a score, of `provenance`'s protocol; two rows of one model differ by revision or precision."""
    when = datetime.combine(provenance.read_at, time(), UTC)
    return [
        Result(
            evaluation=Evaluation(
                model=_spec(each),
                benchmark=name,
                version=provenance.name,
                protocol=Protocol.LIKELIHOOD,  # not told; equal for all, so nothing hangs on it
                shots=0,
            ),
            title=titles.get(name, name),
            area=areas.get(name),
            card=ModelCard(
                title=each.model,
                parameters=round(each.parameters) if each.parameters else None,
                architecture=each.architecture,
                license=each.license,
                parent=each.parent,
                tags=("merge",) if each.merged else (),
            ),
            estimates=(score.but(headline=True),),
            asked=score.count,
            samples_digest="",
            harness=f"{provenance.name}, read {provenance.read_at}: {provenance.protocol}",
            started_at=when,
            finished_at=when,
        )
        for each in standings
        for name, score in each.scores.items()
    ]


def _spec(standing: Standing) -> ModelSpec:
    precision = next((each for each in Precision if each == standing.precision), None)
    return ModelSpec(
        source=ModelSource.EXTERNAL,
        name=standing.model,
        revision=standing.revision,
        precision=precision,
        quantization=None if precision else standing.precision,
    )
