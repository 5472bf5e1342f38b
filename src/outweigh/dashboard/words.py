"""How numbers and settings are said: one decimal for scores, never more digits than the interval supports."""

import math
import re
from dataclasses import dataclass
from datetime import datetime

from outweigh.records import Difference, Estimate, Protocol, Verdict

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"
NOT_MEASURED = "not measured"
PERCENT = 100.0

PROTOCOLS = {
    Protocol.LIKELIHOOD: ("likelihood", "the option that the model finds most likely counts as its answer"),
    Protocol.LETTER: ("letter", "the model names the letter of its choice"),
    Protocol.CHAT: ("chat", "the model answers in a conversation"),
    Protocol.GENERATE: ("written answer", "the answer is read out of the text that the model writes"),
}

_INTERVAL = re.compile(rf"(?<=\d){DASH}(?=\d)")
_UNITS = re.compile(r"(?<=\d) (?=(?:s|ms|µs|[TGMk]?B|m?J|µJ|tokens/s|requests/s)\b)")
_WIDE = 10.0  # points of half-width from which a decimal says more than the interval does


@dataclass(frozen=True)
class Said:
    """A mean in words: its value, and the interval that it never travels without."""

    value: str
    spread: str

    def __str__(self) -> str:
        spread = self.spread if self.spread.startswith("±") or not self.spread else f"({self.spread})"
        return f"{self.value} {spread}".strip()


def known(*values: float | None) -> bool:
    """Whether every value is a finite number."""
    return all(value is not None and math.isfinite(value) for value in values)


def fixed(points: float, decimals: int, *, sign: bool = False) -> str:
    """A number with a real minus sign and no negative zero; `sign` puts + before what is above zero."""
    text = f"{abs(points):,.{decimals}f}"
    if not text.strip("0."):
        return text
    return (MINUS if points < 0 else "+" if sign else "") + text


def decimals(low: float, high: float, factor: float = PERCENT) -> int:
    """Decimals that an interval supports: for percentages one, or none once it is wider than ±10 points."""
    half = (high - low) * factor / 2
    if round(half, 6) >= _WIDE:
        return 0
    return 1 if factor == PERCENT else min(4, 1 - math.floor(math.log10(half))) if half > 0 else 2


def span(low: float, high: float, places: int, factor: float = PERCENT) -> str:
    """An interval: with an en dash, or with "to" where a minus sign would collide."""
    ends = fixed(low * factor, places), fixed(high * factor, places)
    return f"{ends[0]} to {ends[1]}" if MINUS in "".join(ends) else DASH.join(ends)


def spread(value: float, low: float, high: float, factor: float = PERCENT, places: int | None = None) -> str:
    """± the half-width; a range where the two halves differ visibly."""
    places = decimals(low, high, factor) if places is None else places
    below, above = (value - low) * factor, (high - value) * factor
    if abs(above - below) > max(1.5 * 10.0**-places, 0.05 * (above + below)):
        return span(low, high, places, factor)
    return f"± {fixed((above + below) / 2, places)}"


def score(estimate: Estimate | None, factor: float = PERCENT) -> Said:
    """An estimate, such as 41.2 ± 1.9 or 2.0 (0.6–5.0); in percent unless `factor` is 1."""
    if estimate is None:
        return Said("no score", "")
    value, low, high = estimate.value, estimate.low, estimate.high
    if not known(value, low, high):
        return Said("unknown", "")
    places = decimals(low, high, factor)
    return Said(fixed(value * factor, places), spread(value, low, high, factor))


def gap(difference: Difference, factor: float = PERCENT) -> Said:
    """A difference with its interval, such as +4.1 (2.0–6.2); in points unless `factor` is 1."""
    value, low, high = difference.value, difference.low, difference.high
    if not known(value, low, high):
        return Said("unknown", "")
    places = decimals(low, high, factor)
    return Said(fixed(value * factor, places, sign=True), span(low, high, places, factor))


def lead(difference: Difference) -> str:
    """How far the better one is ahead in points, without a sign: "4.1 (2.0–6.2)"."""
    value, low, high = difference.value, difference.low, difference.high
    if not known(value, low, high):
        return "an unknown amount"
    if value < 0:
        value, low, high = -value, -high, -low
    places = decimals(low, high)
    return f"{fixed(value * PERCENT, places)} ({span(low, high, places)})"


def verdict(difference: Difference) -> str:
    """The verdict in words: "tie", or who is ahead."""
    match difference.verdict:
        case Verdict.FIRST:
            return f"{difference.first} ahead"
        case Verdict.SECOND:
            return f"{difference.second} ahead"
        case Verdict.TIE:
            return "tie"


def p_value(value: float) -> str:
    """A p-value to the digits that matter."""
    if not known(value):
        return "unknown"
    if value < 0.001:
        return "< 0.001"
    return f"{value:.3f}" if value < 0.0995 else f"{value:.2f}"


def share(value: float | None) -> str:
    """A share in percent without an interval, such as a chance level; empty where there is none."""
    if value is None or not known(value):
        return ""
    return f"{value * 100:.1f}".removesuffix(".0")


def effect(difference: Difference) -> str:
    """Cohen's h of two shares; empty for other scores."""
    return "" if difference.effect is None else f"{difference.effect:+.2f}".replace("-", MINUS)


def minimum(value: float, factor: float = PERCENT) -> str:
    """A smallest detectable gap, in points unless `factor` is 1."""
    return fixed(value * factor, decimals(-value, value, factor)) if known(value) else "unknown"


def whole(count: int | None) -> str:
    """A count with thousands separators."""
    return NOT_MEASURED if count is None else f"{count:,}"


def many(count: int, one: str, several: str | None = None) -> str:
    """A count with its noun: "1 tie", "2 ties"."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def listed(parts: list[str] | tuple[str, ...]) -> str:
    """Words joined as a person would: "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def significant(value: float | None, unit: str = "") -> str:
    """A single reading to two significant figures."""
    if value is None or not known(value):
        return NOT_MEASURED
    if value == 0:
        return f"0 {unit}".strip()
    places = 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, places):,.{max(places, 0)}f} {unit}".strip().replace("-", MINUS)


def duration(seconds: float | None) -> str:
    """A time in the two units that a person would say."""
    if seconds is None or not known(seconds):
        return NOT_MEASURED
    if seconds < 60:
        return significant(seconds, "s")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: int | None) -> str:
    """Bytes in decimal units."""
    value = float(count or 0)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return significant(value, unit)
        value /= 1000
    return significant(value, "TB")


def parameters(count: int | None) -> str:
    """A number of parameters: "135 M", "1.7 B"."""
    value = float(count or 0)
    for unit in ("", "k", "M", "B"):
        if value < 999.5:
            return f"{value:.3g} {unit}".strip()
        value /= 1000
    return f"{value:.3g} T"


def wrapped(text: str, width: int, lines: int = 2) -> list[str]:
    """Text on at most `lines` lines of about `width` characters; what is too long ends in an ellipsis."""
    out = [""]
    for word in text.split():
        room = width - len(out[-1]) - bool(out[-1])
        if len(word) <= room:
            out[-1] = f"{out[-1]} {word}".strip()
        elif out[-1]:
            out.append(word)
        else:
            out[-1] = word
    kept = out[:lines]
    if len(out) > lines:
        kept[-1] += "…"
    return [elided(line, width) for line in kept]


def elided(text: str, width: int) -> str:
    """Text cut in its middle, because the ends of model names tell them apart."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


def unbroken(text: str) -> str:
    """The same text, with numbers kept on one line with their units, signs and intervals."""
    joined = _UNITS.sub("\N{NO-BREAK SPACE}", _INTERVAL.sub(f"\N{WORD JOINER}{DASH}\N{WORD JOINER}", text))
    for loose in (" %", "± ", "× ", " + "):
        joined = joined.replace(loose, loose.replace(" ", "\N{NO-BREAK SPACE}"))
    return joined


def day(moment: datetime) -> str:
    """A date as a person writes it: "28 November 2026"."""
    return f"{moment.day} {moment:%B %Y}"
