"""ARC-Challenge: the grade-school science questions that retrieval and co-occurrence got wrong.

Clark et al. 2018, arXiv:1803.05457. Licence CC BY-SA 4.0. Follows lm-evaluation-harness 0.4.13
`tasks/arc/arc_challenge.yaml`, version 1.0; rows and prompt are those of `arc_easy`.
"""

from dataclasses import replace

from outweigh.benchmarks.arc_easy import ARC_EASY, DATASET, read
from outweigh.benchmarks.rows import loads

_DATASET = replace(DATASET, config="ARC-Challenge")

ARC_CHALLENGE = replace(
    ARC_EASY,
    id="arc_challenge",
    title="ARC-Challenge",
    load=loads(_DATASET, read),
    dataset=_DATASET,
    about="Grade-school science questions, the harder part.",
)
