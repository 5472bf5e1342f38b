"""How near the meter's figures come to the kernel's, and what sampling costs. Prints a Markdown table.

python benchmarks/metering.py [--repeats 5] [--seconds 5] [--json]
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from statistics import median

from outweigh.metering.laps import Laps
from outweigh.metering.meter import Meter

# A child that touches so many bytes and computes for so many processor seconds within a meter, and is gone at once.
# What stood before (the interpreter, its imports) is no part of the stretch: the kernel's figure is taken less that.
CHILD = """
import json, os, sys, time
from outweigh.metering.meter import Meter
size, wanted = int(sys.argv[1]), float(sys.argv[2])
with Meter():
    pass  # what is imported on the first use
before = time.process_time()
with Meter() as meter:
    held = bytearray(size)
    held[::4096] = b"x" * len(range(0, size, 4096))
    while time.process_time() - before < wanted:
        sum(range(1000))
found = meter.stretch
print(json.dumps([found.memory.resident_bytes, found.cpu_seconds, before]), flush=True)
os._exit(0)
"""


@dataclass(frozen=True)
class Line:
    """One figure against the kernel's: the median and the largest relative error."""

    figure: str
    against: str
    repeats: int
    median_error: float
    largest_error: float


def child(size: int, seconds: float, *before: str) -> tuple[float, float, float, float, str]:
    """Peak bytes and processor seconds of a child, as it measured them and as the kernel counts them."""
    command = [*before, sys.executable, "-c", CHILD, str(size), str(seconds)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout is not None and run.stderr is not None
    output, said = run.stdout.read(), run.stderr.read()
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    peak, processor, before = json.loads(output)
    return peak, used.ru_maxrss * 1024, processor, used.ru_utime + used.ru_stime - before, said


def against_kernel(repeats: int, seconds: float) -> list[Line]:
    """Peak memory and processor time of children of 50 to 400 MB."""
    memory, processor, timed = [], [], []
    gnu = shutil.which("time")
    for repeat in range(repeats):
        size = (50 + 350 * repeat // max(1, repeats - 1)) * 10**6
        peak, kernel, used, counted, _ = child(size, seconds)
        memory.append(peak / kernel - 1)
        processor.append(used / counted - 1)
        if gnu:
            peak, _, _, _, said = child(size, seconds, gnu, "-v")
            found = re.search(r"Maximum resident set size \(kbytes\): (\d+)", said)
            assert found is not None
            timed.append(peak / (int(found.group(1)) * 1024) - 1)
    return [
        Line(name, other, len(errors), median(errors), max(errors, key=abs))
        for name, other, errors in (
            ("peak resident bytes", "wait4", memory),
            ("peak resident bytes", "time -v", timed),
            ("processor seconds", "wait4", processor),
        )
        if errors
    ]


def costs(repeats: int, seconds: float) -> list[float]:
    """The sampler's own processor time over the wall time, idle and at work in turns."""
    found = []
    for repeat in range(repeats):
        end = time.perf_counter() + seconds
        with Meter() as meter:
            while time.perf_counter() < end:
                if repeat % 2:
                    sum(range(1000))
                else:
                    time.sleep(0.01)
        found.append(meter.stretch.samples.cost)
    return found


def lap_cost(laps: int = 300) -> float:
    """Processor seconds that the beginning and the end of one lap take."""
    with Laps("cpu") as clock:
        clock.begin()  # what is read once
        before = time.thread_time()
        for _ in range(laps):
            clock.begin()
            clock.end(1)
        return (time.thread_time() - before) / laps


def main() -> None:
    """Print both."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--repeats", type=int, default=5)
    words.add_argument("--seconds", type=float, default=5.0)
    words.add_argument("--json", action="store_true")
    asked = words.parse_args()
    lines, cost = against_kernel(asked.repeats, asked.seconds), costs(asked.repeats, asked.seconds)
    lap = lap_cost()
    if asked.json:
        print(json.dumps({"lines": [asdict(line) for line in lines], "sampling_cost": cost, "lap_seconds": lap}))
        return
    print("| figure | against | children | median error | largest error |\n|---|---|---|---|---|")
    for line in lines:
        errors = f"{line.median_error:+.2%} | {line.largest_error:+.2%}"
        print(f"| {line.figure} | {line.against} | {line.repeats} | {errors} |")
    print(f"\nSampling costs {median(cost):.2%} of a core at 10 samples a second (at most {max(cost):.2%}).")
    print(f"A lap of an evaluation, of half a second or more where nobody sets a batch size, costs {1e3 * lap:.2f} ms.")


if __name__ == "__main__":
    main()
