"""The seeded order in which an adaptive run asks: known before any answer, and the same for every model."""

from hashlib import sha256


def rank(seed: int, benchmark: str, sample: str, cluster: str | None = None) -> str:
    """Where a sample stands in the order: 16 hexadecimal digits, compared as text. Equal within a cluster.

    It depends on nothing but its arguments, so a part of a benchmark keeps the order of the whole, and whoever holds
    some of the samples knows their order without the others.
    """
    unit = f"sample {sample}" if cluster is None else f"cluster {cluster}"
    return sha256(f"{seed}\n{benchmark}\n{unit}".encode()).hexdigest()[:16]
