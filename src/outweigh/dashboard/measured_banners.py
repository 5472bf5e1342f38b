"""What a reader must know before the figures of a measurement."""

import re
from collections.abc import Sequence

from outweigh.dashboard import words
from outweigh.dashboard.measured_reading import Measures
from outweigh.dashboard.report_page import Banner
from outweigh.records import Arrival, Noise
from outweigh.stats.saturation import saturation

_NUMBER = re.compile(r"\d+")


def banners(found: Measures) -> tuple[Banner, ...]:
    """An unquiet machine, a server that does not keep up, requests that failed."""
    return tuple(each for each in (_restless(found), _saturated(found), _failed(found)) if each)


def _restless(found: Measures) -> Banner | None:
    """A machine whose own unrest is in the times."""
    seen = [(one.conditions, workload) for _, workload, one in found.every if one.conditions]
    restless = [(each, workload) for each, workload in seen if each.noise is not Noise.QUIET]
    if not restless:
        return None
    noisy = any(each.noise is Noise.NOISY for each, _ in restless)
    reasons = _ranges([reason for each, _ in restless for reason in each.reasons])
    count = len({workload.fingerprint for _, workload in restless})
    where = "" if len(found.workloads) == 1 else f" at {count} of {len(found.workloads)} workloads"
    text = f"{words.listed(reasons)}. Times may be off by more than their intervals say; see "
    title = f"The machine was {Noise.NOISY if noisy else Noise.UNSTEADY}{where}"
    return Banner(title, f"{text[:1].upper()}{text[1:]}", "#conditions", "what it did meanwhile")


def _ranges(reasons: Sequence[str]) -> list[str]:
    """Every kind of reason once, with the range of its number: "other processes took 4 to 9% of the processor"."""
    kinds: dict[str, list[str]] = {}
    for reason in reasons:
        kinds.setdefault(_NUMBER.sub("#", reason, count=1), []).append(reason)
    found = []
    for kind, alike in kinds.items():
        numbers = sorted({int(match[0]) for each in alike if (match := _NUMBER.search(each))})
        found.append(kind.replace("#", f"{numbers[0]} to {numbers[-1]}", 1) if len(numbers) > 1 else alike[0])
    return found


def _saturated(found: Measures) -> Banner | None:
    """Loads under which the queue grew without end."""
    loads = []
    for model, workload, one in found.every:
        timings = [each for each in found.timings.get(one.key, ()) if each.repeat == 0]
        closed = workload.arrival in (Arrival.BATCH, Arrival.CONCURRENCY)
        if closed or not timings or any(each.done is None or each.failed for each in timings):
            continue
        queue = saturation(timings)
        if queue and queue.saturated:
            loads.append(f"{model} with {found.short(workload)}")
    if not loads:
        return None
    text = f"{words.listed(loads)}: the queue grew all the time, so these times depend on how long the load went on."
    return Banner("The server did not keep up", text)


def _failed(found: Measures) -> Banner | None:
    """Requests without an answer."""
    failed, total = (sum(getattr(one, name) for _, _, one in found.every) for name in ("failed", "requests"))
    if not failed:
        return None
    text = f"{failed:,} of {total:,} are in no time and in no rate, but the time that they took is in the rates."
    return Banner("Some requests failed", text)
