"""The likelihood protocol: every choice is scored as a continuation, the likeliest is picked.

Follows lm-evaluation-harness 0.4.13, `api/task.py` (`construct_requests`, `process_results`): `acc` picks the largest
sum of log-probabilities, `acc_norm` the largest sum per character of the choice (characters, though its
documentation says bytes), and the first of equals wins.
"""

from collections.abc import Callable, Sequence

import numpy as np

from outweigh.benchmarks.benchmark import Metric, Prompting
from outweigh.benchmarks.prompting import Wording
from outweigh.records import Likelihood, Likelihoods, Request, Response, Sample, Score

ACC = (Metric("acc", headline=True),)
ACC_AND_NORM = (Metric("acc"), Metric("acc_norm", headline=True))


def asks(wording: Wording) -> Callable[[Sample, Sequence[Sample], Prompting], Request]:
    """Ask for the likelihood of every choice after one shared context."""

    def ask(sample: Sample, shots: Sequence[Sample], prompting: Prompting) -> Request:
        delimiter = "" if prompting.chat else wording.answer_delimiter
        return Likelihood(
            contexts=(wording.context(sample, shots, prompting),),
            continuations=tuple(delimiter + choice for choice in sample.choices),
        )

    return ask


def picks(sample: Sample, response: Likelihoods) -> dict[str, int]:
    """The index picked under each metric."""
    sums = np.array(response.sums)
    lengths = np.array([float(len(choice)) for choice in sample.choices])
    with np.errstate(divide="ignore"):
        return {"acc": int(np.argmax(sums)), "acc_norm": int(np.argmax(sums / lengths))}


def marks(
    metrics: tuple[Metric, ...],
) -> Callable[[Sample, Response], tuple[Score, ...]]:
    """1 where the pick is the target, else 0; `answer` is the text of the pick."""

    def mark(sample: Sample, response: Response) -> tuple[Score, ...]:
        assert isinstance(response, Likelihoods)
        picked = picks(sample, response)
        return tuple(
            Score(
                sample_id=sample.id,
                metric=metric.name,
                value=float(picked[metric.name] == sample.target),
                answer=sample.choices[picked[metric.name]],
            )
            for metric in metrics
        )

    return mark
