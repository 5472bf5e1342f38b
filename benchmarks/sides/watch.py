"""What both sides measure in the same way. Imports nothing but the standard library and torch."""

import threading
import time
from pathlib import Path
from types import TracebackType


def resident_bytes() -> int:
    """Memory of this process that is in RAM."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


class Watch:
    """Seconds of what runs inside, and the highest memory above what was resident at the start."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.over_bytes = 0
        self._done = threading.Event()

    def _sample(self, base: int) -> None:
        while not self._done.wait(0.01):
            self.over_bytes = max(self.over_bytes, resident_bytes() - base)

    def __enter__(self) -> "Watch":
        self._done.clear()
        self._thread = threading.Thread(target=self._sample, args=(resident_bytes(),), daemon=True)
        self._thread.start()
        self._begun = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.seconds += time.perf_counter() - self._begun
        self._done.set()
        self._thread.join()


def matrix_peak(dtype: str) -> float:
    """Floating-point operations a second of torch.mm on 2048 x 2048 matrices: the best of twenty."""
    import torch

    size = 2048
    left = torch.randn(size, size).to(getattr(torch, dtype))
    best = float("inf")
    for _ in range(20):
        begun = time.perf_counter()
        torch.mm(left, left)
        best = min(best, time.perf_counter() - begun)
    return 2 * size**3 / best
