"""When the models that are measured start anew: what differs between starts shows in no repeat of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from outweigh.stats.starts import FEWEST

if TYPE_CHECKING:
    from outweigh.engine.measure_config import MeasureConfig
    from outweigh.engine.measuring import Track

_SLICES = 10  # of the whole time: a start is measured for one of them, or for as long as starting takes
_FEWEST_REPEATS = 5  # of one start: of fewer its warm-up cannot be told
_FEWEST_WARMUPS = 2


class Starts:
    """The starts of models that take turns, all of them together; `number` is the present one's, from 0.

    `tracks` is the list that loses whoever fails. Moments are seconds since the measurement began.
    """

    def __init__(self, config: MeasureConfig, tracks: Sequence[Track]) -> None:
        self.number = 0
        self._repeats = config.repeats
        self._budget = config.budget_seconds * len(tracks)
        self._tracks = tracks
        self._first = 0
        self._since = 0.0

    @property
    def warmups(self) -> int:
        """Repeats after a further start that are not recorded: as many as the first start's warm-up took."""
        return max([_FEWEST_WARMUPS, *(track.seen.warmups for track in self._tracks if track.seen)])

    def begin(self, repeat: int, spent: float) -> None:
        """The start that was due is done, and this repeat will be its first."""
        self.number += 1
        self._first, self._since = repeat, spent

    def due(self, repeat: int, spent: float) -> bool:
        """Whether the present start was measured for long enough, and there is time for another one."""
        return repeat > self._first and spent - self._since >= self._slice(repeat, spent) and self._fit(repeat, spent)

    def enough(self, repeat: int, spent: float) -> bool:
        """Whether there were as many as an interval of what differs between them takes, or as many as can be."""
        return self.number + 1 >= FEWEST or not self._fit(repeat, spent)

    def _fit(self, repeat: int, spent: float) -> bool:
        """Whether another start fits into the time that is left; of a second one, whether a third does too."""
        a_round = self._round(repeat, spent)
        left = self._budget - spent if self._repeats is None else (self._repeats - repeat) * a_round
        # One more repeat, for a slice ends with the repeat that is under way.
        one = self._loading + (self.warmups + 1) * a_round + self._slice(repeat, spent)
        return left >= one * max(1, FEWEST - 1 - self.number)

    def _slice(self, repeat: int, spent: float) -> float:
        a_round = self._round(repeat, spent)
        whole = self._budget if self._repeats is None else self._repeats * a_round
        return max(self._loading, whole / _SLICES, _FEWEST_REPEATS * a_round)

    def _round(self, repeat: int, spent: float) -> float:
        """Seconds of one repeat of every model, as the present start has them."""
        return (spent - self._since) / (repeat - self._first)

    @property
    def _loading(self) -> float:
        return sum(track.worker.start_seconds for track in self._tracks)
