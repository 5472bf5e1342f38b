"""An amount for each right answer: joules, or whatever else has bounds, over a count that is itself uncertain."""

from outweigh.stats.intervals import Interval


def per_correct(amount: tuple[float, float, float], score: Interval) -> Interval | str:
    """The amount (value, low, high) over the number of right answers, or why there is none.

    `score` is the share that was right of its `count` answers. The interval runs over all amounts within the bounds
    and all numbers of right answers within the score's interval, so where both hold the truth it does, and it is at
    least as sure as the score's. There is none where nothing was right, or might not be.
    """
    value, low, high = amount
    if score.value <= 0:
        return "no answer was right"
    if score.low <= 0:
        return f"of {score.count:,} answers so few were right that there may be none in the long run"
    most, fewest = score.high * score.count, score.low * score.count
    return Interval(
        value=value / (score.value * score.count),
        low=low / (most if low >= 0 else fewest),
        high=high / (fewest if high >= 0 else most),
        standard_error=None,
        count=score.count,
        method=f"bounds over the score's interval ({score.method})",
    )
