"""The two real models that packages carry, converted once a machine and loaded once a process."""

import os
from functools import cache
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("OUTWEIGH_TEST_CACHE", Path.home() / ".cache" / "outweigh-tests"))

one_process = pytest.mark.xdist_group("real models")


@cache
def loaded(package):
    """The model of a package in float32 on the CPU."""
    return freshly(package, None)


def freshly(package, precision):
    """The same in any precision, loaded anew."""
    pytest.importorskip("torch")
    from outweigh.engine.candidates import find
    from outweigh.engine.config import RunConfig

    CACHE.mkdir(parents=True, exist_ok=True)
    return find(f"package:{package}", RunConfig(device="cpu", precision=precision), CACHE, lambda _: None).model()
