"""What the load generator itself takes: its processor time at a rate, with hundreds of streams under way.

    python benchmarks/load.py [--rate 100] [--streams 200] [--tokens 16] [--seconds 10] [--repeats 3] [--json]

A server of ours, in a process of its own, takes `streams / rate` seconds for an answer, its tokens evenly spaced. What
is counted is the processor time (user and system) of the whole client process while the load is steady: from when as
many are under way as there will be until the last is sent. `late` is how long after it was due a request was sent.
"""

import argparse
import cProfile
import json
import pstats
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from outweigh.engine.driving import Ended, Load, drive
from outweigh.models.endpoint_client import Endpoint
from outweigh.records import Arrival, Workload

SERVER = Path(__file__).parents[1] / "tests" / "streaming_server.py"


@dataclass(frozen=True)
class Line:
    """One load. `core_share` is processor seconds a second of the steady part."""

    rate: float
    streams: float
    tokens: int
    requests: int
    failed: int
    core_share: float
    microseconds_per_request: float
    late_median_ms: float
    late_p99_ms: float


def measure(rate: float, streams: int, tokens: int, seconds: float, profile: cProfile.Profile | None) -> Line:
    """One load against a server in a process of its own."""
    lasts = streams / rate
    told = json.dumps({"first": lasts / tokens, "gap": lasts / tokens})
    server = subprocess.Popen(
        [sys.executable, str(SERVER), told], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None and server.stdout is not None
    address = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
    marks: list[tuple[float, float, int]] = []

    def mark(ended: Ended) -> None:
        marks.append((ended.at, time.process_time(), ended.done))

    workload = Workload(arrival=Arrival.POISSON, rate=rate, prompt_tokens=256, output_tokens=tokens)
    load = Load(workload, seconds=2 * lasts + seconds)
    if profile is not None:
        profile.enable()
    timings = drive(Endpoint(address, "test"), load, chat=False, ended=mark).timings
    if profile is not None:
        profile.disable()
    server.stdin.close()
    server.wait()
    steady = [each for each in marks if 2 * lasts <= each[0] <= 2 * lasts + seconds]
    wall, used, done = (end - start for start, end in zip(steady[0], steady[-1], strict=True))
    late = np.array([1000 * (each.sent - each.due) for each in timings])
    under_way = sum((each.done or 0.0) - each.sent for each in timings) / (timings[-1].due - timings[0].due)
    return Line(
        rate=rate,
        streams=under_way,
        tokens=tokens,
        requests=len(timings),
        failed=sum(each.failed is not None for each in timings),
        core_share=used / wall,
        microseconds_per_request=1e6 * used / done,
        late_median_ms=float(np.median(late)),
        late_p99_ms=float(np.quantile(late, 0.99)),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="say where the time goes; slows the client down")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    profile = cProfile.Profile() if given.profile else None
    found = [measure(given.rate, given.streams, given.tokens, given.seconds, profile) for _ in range(given.repeats)]
    if given.json:
        print(json.dumps([asdict(line) for line in found]))
        return
    print("| requests/s | streams | tokens | requests | failed | of one core | µs a request | late, median / p99 |")
    print("|---|---|---|---|---|---|---|---|")
    for line in found:
        print(
            f"| {line.rate:g} | {line.streams:.0f} | {line.tokens} | {line.requests} | {line.failed} "
            f"| {line.core_share:.1%} | {line.microseconds_per_request:.0f} "
            f"| {line.late_median_ms:.2f} / {line.late_p99_ms:.2f} ms |"
        )
    print(f"\nmedian: {statistics.median(line.core_share for line in found):.1%} of one core")
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
