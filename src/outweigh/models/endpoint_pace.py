"""How many requests a server gets at a time, and when the next try of one that failed is due.

As TCP finds its rate (Jacobson 1988): one more after every round without trouble, half as many after trouble. Tries
are spread by full jitter (Brooker 2015, "Exponential Backoff And Jitter").
"""

import random
import time
from dataclasses import dataclass

from outweigh.models.endpoint_trouble import Failure, Trouble

FIRST, MOST = 8, 64  # requests at a time
TRIES, TRIES_BUSY = 5, 10
LONGEST_WAIT = 120.0  # seconds; a server that asks for more is not waited for
_BASE, _CAP = 0.5, 30.0  # seconds
_TOO_MUCH = (Trouble.BUSY, Trouble.TIMEOUT)


@dataclass
class Pace:
    """What a server can take, as far as it is known. Times are of `time.monotonic`."""

    limit: float = FIRST
    resume: float = 0.0
    halved: float = 0.0

    @property
    def width(self) -> int:
        """How many requests may be under way now."""
        return int(self.limit)

    def fine(self) -> None:
        """One request was answered."""
        self.limit = min(MOST, self.limit + 1 / self.limit)

    def trouble(self, failure: Failure, sent: float) -> None:
        """One request that was sent at `sent` failed. Of those that were under way together, one counts."""
        now = time.monotonic()
        if failure.retry_after is not None:
            self.resume = max(self.resume, now + failure.retry_after)
        if failure.trouble in _TOO_MUCH and sent >= self.halved:
            self.limit, self.halved = max(1.0, self.limit / 2), now

    def wait(self, tries: int) -> float:
        """Seconds until a request that failed `tries` times is sent again, or first sent for 0."""
        pause = max(0.0, self.resume - time.monotonic())
        spread = min(_CAP, _BASE * 2 ** (tries - 1)) if tries else _BASE if pause else 0.0
        return pause + random.uniform(0, spread)

    def hopeless(self, failure: Failure, tries: int) -> bool:
        """Whether a request that failed `tries` times is not sent again."""
        too_long = failure.retry_after is not None and failure.retry_after > LONGEST_WAIT
        most = TRIES_BUSY if failure.trouble is Trouble.BUSY else TRIES
        return not failure.retryable or tries >= most or too_long
