"""The nouns: frozen, typed, fingerprinted values that every other room speaks in. No input or output here."""

from outweigh.records.asking import (
    Decoding,
    Failed,
    Finish,
    Generate,
    Generated,
    Likelihood,
    Likelihoods,
    Request,
    Response,
    Sample,
    Score,
    Transcript,
)
from outweigh.records.base import Record, canonical_json, digest
from outweigh.records.comparison import Comparison, Difference, Row, Verdict
from outweigh.records.errors import UserError
from outweigh.records.machine import Accelerator, Machine
from outweigh.records.models import (
    ChatTemplate,
    ModelCard,
    ModelFormat,
    ModelSource,
    ModelSpec,
    Precision,
)
from outweigh.records.results import Area, Estimate, Evaluation, Outcome, Protocol, Result, Run, Stopping, Usage

__all__ = [
    "Accelerator",
    "Area",
    "ChatTemplate",
    "Comparison",
    "Decoding",
    "Difference",
    "Estimate",
    "Evaluation",
    "Failed",
    "Finish",
    "Generate",
    "Generated",
    "Likelihood",
    "Likelihoods",
    "Machine",
    "ModelCard",
    "ModelFormat",
    "ModelSource",
    "ModelSpec",
    "Outcome",
    "Precision",
    "Protocol",
    "Record",
    "Request",
    "Response",
    "Result",
    "Row",
    "Run",
    "Sample",
    "Score",
    "Stopping",
    "Transcript",
    "Usage",
    "UserError",
    "Verdict",
    "canonical_json",
    "digest",
]
