"""Which tool wrote a file of measurements, and what it says: AIPerf, GuideLLM or optimum-benchmark."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from outweigh.interop.aiperf import read_aiperf
from outweigh.interop.guidellm import read_guidellm
from outweigh.interop.measured import Measured
from outweigh.interop.optimum_benchmark import read_optimum_benchmark
from outweigh.records import UserError

_NAMES = ("profile_export_aiperf.json", "benchmarks.json", "benchmark.json", "benchmark_report.json")


class Tool(StrEnum):
    """A tool whose measurements are read."""

    AIPERF = "aiperf"
    GUIDELLM = "guidellm"
    OPTIMUM_BENCHMARK = "optimum-benchmark"


def recognised(path: Path) -> Tool | None:
    """The tool that wrote a file, or a folder's results, by what the file says; None if it is none of them."""
    if path.is_dir():
        found = (recognised(path / name) for name in _NAMES if (path / name).is_file())
        return next((tool for tool in found if tool), None)
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text.partition("\n")[0] if path.suffix == ".jsonl" else text)
    except (OSError, ValueError):
        return None
    return _tool(content) if isinstance(content, dict) else None


def read_measurements(path: Path) -> list[Measured]:
    """Every measurement of a file or folder. Raises UserError where no known tool wrote it, or it is not whole."""
    match recognised(path):
        case Tool.AIPERF:
            return [read_aiperf(path)]
        case Tool.GUIDELLM:
            return read_guidellm(path)
        case Tool.OPTIMUM_BENCHMARK:
            return [read_optimum_benchmark(path)]
        case None:
            wanted = "a folder or file of AIPerf, GuideLLM (benchmarks.json) or optimum-benchmark (benchmark.json)"
            raise UserError(f"{path}: not recognised; expected {wanted}")


def _tool(content: dict[str, Any]) -> Tool | None:
    metadata = content.get("metadata")
    told = metadata if isinstance(metadata, dict) else {}
    if "aiperf_version" in content or "benchmark_phase" in told:
        return Tool.AIPERF
    if "guidellm_version" in told:
        return Tool.GUIDELLM
    report = content.get("report", content)
    targets = report.values() if isinstance(report, dict) else ()
    shaped = [isinstance(target, dict) and {"latency", "memory", "throughput"} <= target.keys() for target in targets]
    return Tool.OPTIMUM_BENCHMARK if shaped and all(shaped) else None
