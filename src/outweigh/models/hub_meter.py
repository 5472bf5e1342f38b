"""Download progress as words: a stand-in for the bars that huggingface_hub draws."""

import time
from typing import Any

from tqdm.auto import tqdm  # type: ignore[import-untyped]

from outweigh.models.staging import Progress, megabytes

_EVERY_SECONDS = 1.0


def meter(name: str, total: int, progress: Progress | None) -> type[Any]:
    """A class of bars that draw nothing and say at most once a second how many of `total` bytes are here."""
    most = 0
    told = time.monotonic()

    class Meter(tqdm):  # type: ignore[misc]
        """One bar; huggingface_hub makes one for files and one or two for bytes."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})
            self.counts_bytes = kwargs.get("unit") == "B"

        def update(self, n: float | None = 1) -> None:
            """Count, and tell."""
            nonlocal most, told
            self.n += n or 0
            now = time.monotonic()
            if progress and self.counts_bytes and self.n > most and now - told >= _EVERY_SECONDS:
                most, told = self.n, now
                progress(f"downloading {name}: {megabytes(int(most))} of {megabytes(total)}")

    return Meter
