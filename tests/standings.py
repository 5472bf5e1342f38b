"""Standings of models that were never asked, with whatever a test changes in them."""

from outweigh.records import Estimate, Standing

BENCHMARKS = ("bbh", "gpqa", "ifeval", "math", "mmlu_pro", "musr")


def score(value, count=1000):
    """A published share with a rough interval."""
    known = {"metric": "acc", "standard_error": 0.015, "count": count, "method": "wilson-published"}
    return Estimate(value=value, low=max(0.0, value - 0.03), high=min(1.0, value + 0.03), **known)


def standing(model, scores=None, **changes):
    """One row; `scores` are raw shares by benchmark, or a list of them in the order of `BENCHMARKS`."""
    shares = dict(zip(BENCHMARKS, scores, strict=False)) if isinstance(scores, list | tuple) else scores or {}
    known = {
        "provenance": "a test",
        "architecture": "LlamaForCausalLM",
        "parameters": 8.03e9,
        "scores": {name: score(value) for name, value in shares.items()},
        "normalized": {name: 100 * value for name, value in shares.items()},
    }
    return Standing(model=model, **(known | changes))
