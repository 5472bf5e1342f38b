"""What is independent: samples, or clusters of samples that share a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Units:
    """The independent units of `count` values: each unit's sum and size, in an order that samples cannot alter.

    A unit is one sample unless two samples share a cluster.
    """

    mean: float
    sums: Floats
    sizes: Floats
    count: int
    clustered: bool

    @property
    def residuals(self) -> Floats:
        """Each unit's sum less what the mean would give it; these add up to 0."""
        return self.sums - self.mean * self.sizes

    @property
    def variance(self) -> float | None:
        """Cluster-robust variance of the mean with the factor G/(G-1); None for fewer than two units.

        Without clusters it is the sample variance over n (Miller 2024, arXiv:2411.00640).
        """
        groups = len(self.sums)
        if groups < 2:
            return None
        return groups / (groups - 1) * float((self.residuals**2).sum()) / self.count**2

    @property
    def variance_if_equal(self) -> float:
        """Variance of the mean if the true mean is 0 and the units' sizes are what they are."""
        return float((self.sums**2).sum()) / self.count**2


def units(values: Sequence[float], clusters: Sequence[str | None] | None = None) -> Units:
    """Values by independent unit; a cluster of None is its own. ValueError for no values or one that is not finite."""
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    if array.size == 0 or not np.isfinite(array).all():
        raise ValueError("scores must be finite numbers, and at least one")
    codes = _codes(clusters, array.size)
    mean = fsum(array) / array.size
    if codes is None:
        return Units(mean, np.sort(array), np.ones_like(array), array.size, clustered=False)
    # Rounded, so that the order in which samples are added up moves nothing.
    sums: Floats = np.bincount(codes, weights=array).astype(np.float64).round(12)
    sizes = np.bincount(codes).astype(np.float64)
    sorting = np.lexsort((sizes, sums))
    return Units(mean, sums[sorting], sizes[sorting], array.size, clustered=True)


def _codes(clusters: Sequence[str | None] | None, count: int) -> NDArray[np.intp] | None:
    """A number for each sample's cluster; None where no two samples share one."""
    import numpy as np

    if clusters is None:
        return None
    if len(clusters) != count:
        raise ValueError(f"{count} scores came with {len(clusters)} clusters")
    numbers: dict[str | int, int] = {}
    codes = [
        numbers.setdefault(index if cluster is None else cluster, len(numbers))
        for index, cluster in enumerate(clusters)
    ]
    return None if len(numbers) == count else np.array(codes)
