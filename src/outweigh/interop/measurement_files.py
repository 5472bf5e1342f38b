"""Which tool wrote a file of measurements, and what it says: AIPerf, GuideLLM or optimum-benchmark."""

from enum import StrEnum
from pathlib import Path
from typing import Any

from outweigh.interop.aiperf import read_aiperf
from outweigh.interop.guidellm import read_guidellm
from outweigh.interop.measured import Measured, json_of
from outweigh.interop.optimum_benchmark import read_optimum_benchmark
from outweigh.records import UserError

WANTED = (
    "a folder or file of AIPerf (profile_export_aiperf.json), GuideLLM (benchmarks.json) "
    "or optimum-benchmark (benchmark.json)"
)
_NAMES = ("profile_export_aiperf.json", "benchmarks.json", "benchmark.json", "benchmark_report.json")


class Tool(StrEnum):
    """A tool whose measurements are read."""

    AIPERF = "aiperf"
    GUIDELLM = "guidellm"
    OPTIMUM_BENCHMARK = "optimum-benchmark"


def recognised(path: Path) -> Tool | None:
    """The tool that wrote a file, or a folder's results, by what the file says; None if it is none of them."""
    if path.is_dir():
        found = (recognised(file) for file in _named(path))
        return next((tool for tool in found if tool), None)
    try:
        content = json_of(path)
    except UserError:
        return None
    return _tool(content) if isinstance(content, dict) else None


def places(path: Path) -> list[Path]:
    """The file or folder itself; of a folder without results of its own those folders in it that have some.

    A folder whose results are broken counts: it is to be named, not passed over.
    """
    if not path.is_dir() or _has_results(path):
        return [path]
    return [each for each in sorted(path.iterdir()) if each.is_dir() and _has_results(each)] or [path]


def read_measurements(path: Path, tool: Tool | None = None) -> list[Measured]:
    """Every measurement of a file, of a folder, or of each folder in it, as `tool` or whoever wrote it.

    Raises UserError where no known tool wrote it, it is not whole, or one model was measured twice under the same load:
    one of the two would be lost.
    """
    read: list[Measured] = []
    found: dict[str, Path] = {}
    chosen = [each for each in places(path) if tool is None or recognised(each) in (tool, None)]
    for place in chosen or [path]:
        for each in _read(place, tool or recognised(place)):
            key = each.measurement.key
            if key in found:
                told = f"{each.measurement.model.name} at {each.measurement.workload.described}"
                raise UserError(
                    f"{place}: {told} is in {found[key]} too; a run has one measurement of a model at a load"
                )
            found[key] = place
            read.append(each)
    return read


def unrecognised(path: Path, wanted: str) -> UserError:
    """What is the matter with a file or folder that no known tool wrote: it is broken, or something else."""
    files = _named(path) if path.is_dir() else [path] if path.suffix in (".json", ".jsonl") else []
    broken = next((why for file in files if (why := _broken(file))), None)
    return UserError(f"{broken}; the file is not whole" if broken else f"{path}: not recognised; expected {wanted}")


def _named(folder: Path) -> list[Path]:
    """The files of a folder that are called as a tool calls its results."""
    return [folder / name for name in _NAMES if (folder / name).is_file()]


def _has_results(folder: Path) -> bool:
    return any(recognised(file) or _broken(file) for file in _named(folder))


def _broken(file: Path) -> str | None:
    """Why a file is no JSON; None if it is."""
    try:
        json_of(file)
    except UserError as error:
        return str(error)
    return None


def _read(path: Path, tool: Tool | None) -> list[Measured]:
    match tool:
        case Tool.AIPERF:
            return [read_aiperf(path)]
        case Tool.GUIDELLM:
            return read_guidellm(path)
        case Tool.OPTIMUM_BENCHMARK:
            return [read_optimum_benchmark(path)]
        case None:
            raise unrecognised(path, WANTED)


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
