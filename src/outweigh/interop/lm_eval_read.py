"""Results and samples as lm-evaluation-harness 0.4.13 writes them (`--output_path`, `--log_samples`).

Nothing is believed that can be counted: hashes, numbers of samples, means and standard errors are computed anew
from the samples and compared. Not covered: results without their samples, and what `lm_eval_transcripts` names.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from outweigh.interop.lm_eval_estimates import Table, averaged, estimates
from outweigh.interop.lm_eval_lines import samples_name
from outweigh.interop.lm_eval_results import ResultsFile, model_of, results_file
from outweigh.interop.lm_eval_transcripts import Samples, samples
from outweigh.interop.logged import Logged
from outweigh.records import (
    Decoding,
    Estimate,
    Evaluation,
    Generate,
    Generated,
    Protocol,
    Result,
    Transcript,
    UserError,
    digest,
)

_STAMP = re.compile(r"_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)\.jsonl?(?:\.gz)?$")
_NOT_LOGGED = "imported: the log states neither token counts nor truncated or failed samples"


def read(path: Path) -> list[Logged]:
    """Every evaluation of a results file, of a folder's newest (of each model's folder in it), or of one samples file.

    A samples file without its results tells no shots (0 stands for them), seed, version and model; a note says so.
    Files that Outweigh wrote give back the whole result. Raises UserError, and reads nothing, where anything is missing
    or contradicts itself.
    """
    if path.is_dir():
        return [logged for newest in _newest(path) for logged in _read_results(newest)]
    if not path.is_file():
        raise UserError(f"{path}: no such file or folder; expected what lm-evaluation-harness wrote")
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        return [_read_samples(path)]
    if path.name.endswith(".json"):
        return _read_results(path)
    raise UserError(f"{path}: expected a folder, results_*.json or samples_*.jsonl of lm-evaluation-harness")


def _newest(folder: Path) -> list[Path]:
    """The latest results file of the folder, or of each folder in it."""
    found = sorted(folder.glob("results_*.json")) or sorted(folder.glob("*/results_*.json"))
    if not found:
        raise UserError(f"{folder}: no results_*.json in it or one folder below; name the folder or file to read")
    latest = {file.parent: file for file in sorted(found, key=lambda file: file.name)}
    return [latest[parent] for parent in sorted(latest)]


def _read_results(path: Path) -> list[Logged]:
    file = results_file(path)
    found = {task: _samples_beside(path, task) for task in file.tasks}
    return [_logged(file, path, task, found[task]) for task in file.tasks]


def _read_samples(path: Path) -> Logged:
    """One samples file, with the results file of the same date where it lies beside it."""
    stamp = _STAMP.search(path.name)
    beside = path.with_name(f"results_{stamp[1]}.json") if stamp else None
    task = (path.name[: stamp.start()] if stamp else path.name.split(".")[0]).removeprefix("samples_")
    if beside is None or not beside.is_file():
        return _logged(None, path, task, path)
    file = results_file(beside)
    if task not in file.tasks:
        raise UserError(f"{beside}: results: no task {task}, whose samples are in {path.name}")
    return _logged(file, beside, task, path)


def _samples_beside(path: Path, task: str) -> Path:
    stamp = path.stem.rpartition("_")[2]
    name = samples_name(task, stamp)
    for beside in (path.with_name(name), path.with_name(f"{name}.gz")):
        if beside.is_file():
            return beside
    raise UserError(f"{path}: {task}: no samples; expected {name} beside it, which `--log_samples` writes")


def _logged(file: ResultsFile | None, path: Path, task: str, log: Path) -> Logged:
    """One task. `path` is the results file, or the samples file where there is none."""
    read = samples(log)
    if file is not None:
        _check_completeness(file, task, read, log)
    table = Table(path, task, file)
    found = estimates(table, read.transcripts)
    if file is not None and file.outweigh is not None:
        return Logged(_own(file.outweigh.results, table, found, read), read.transcripts)
    evaluation = _evaluation(file, path, task, read.transcripts)
    started, finished = _times(file, log)
    result = Result(
        evaluation=evaluation,
        title=str(table.entry.get("alias", task)).strip(" -"),
        group=file.group_of(task) if file else None,
        estimates=found,
        asked=len(read.transcripts),
        unreadable=_unreadable(found, read.transcripts),
        samples_digest=digest("".join(digest(one.model_dump_json()) for one in read.transcripts)),
        harness=file.harness if file else "lm-evaluation-harness of an unstated version (commit not stated)",
        notes=_notes(file, read),
        started_at=started,
        finished_at=finished,
    )
    return Logged(result, read.transcripts, averaged(found, read.checks))


def _check_completeness(file: ResultsFile, task: str, read: Samples, log: Path) -> None:
    stated, count = file.counts.get(task), len(read.transcripts)
    if stated and stated.effective is not None and count < stated.effective:
        raise UserError(f"{log}: {count} samples, but n-samples says {stated.effective}; the file is not whole")
    expected = file.task_hashes.get(task)
    if expected is not None and expected != read.hash:
        problem = f"task_hashes has {expected[:12]}…, these samples have {read.hash[:12]}…; take both files anew"
        raise UserError(f"{log}: {task}: {problem}")


def _own(results: dict[str, Result], table: Table, found: Sequence[Estimate], read: Samples) -> Result:
    """The whole result that Outweigh wrote, if the rest of the file agrees with it."""
    result = results.get(table.task)
    if result is None or result.evaluation.benchmark != table.task:
        raise UserError(f"{table.path}: outweigh.results: no result of {table.task}")
    stopping = result.evaluation.stopping
    if stopping and stopping.largest_cluster > 1:
        problem = "was asked adaptively, in passages that these files do not name; compare it where it was run"
        raise UserError(f"{table.path}: outweigh.results.{table.task}: {problem}")
    stated = {(one.metric, one.filter): one.value for one in result.estimates}
    counted = {(one.metric, one.filter): one.value for one in found}
    same = stated.keys() == counted.keys() and all(
        math.isclose(stated[key], counted[key], rel_tol=1e-9, abs_tol=1e-9)
        or (math.isnan(stated[key]) and math.isnan(counted[key]))
        for key in stated
    )
    if not same or result.asked - result.failed != len(read.transcripts):
        problem = "says something else than the results and samples beside it; write both anew"
        raise UserError(f"{table.path}: outweigh.results.{table.task}: {problem}")
    return result


def _evaluation(file: ResultsFile | None, path: Path, task: str, transcripts: Sequence[Transcript]) -> Evaluation:
    requests = [one.request for one in transcripts]
    decodings: list[Decoding] = [one.decoding for one in requests if isinstance(one, Generate)]
    limit = file.config.limit if file else None
    seed = file.config.fewshot_seed if file else None
    version = file.versions.get(task) if file else None
    return Evaluation(
        model=model_of(file, path.absolute().parent.name),
        benchmark=task,
        version="unstated" if version is None else str(version),
        protocol=Protocol.GENERATE if decodings else Protocol.LIKELIHOOD,
        shots=(file.shots.get(task) or 0) if file else 0,
        seed=1234 if seed is None else seed,
        # a fraction of the split was asked for where the limit is below 1
        limit=None if limit is None else int(limit) if limit >= 1 else len(transcripts),
        decoding=decodings[0] if decodings else None,
    )


def _unreadable(found: Sequence[Estimate], transcripts: Sequence[Transcript]) -> int:
    """Texts in which the first estimate's filter found no answer."""
    first = found[0].filter if found else None
    texts = [one for one in transcripts if isinstance(one.response, Generated)]
    return sum(any(s.filter == first and s.answer is None for s in one.scores) for one in texts)


def _notes(file: ResultsFile | None, read: Samples) -> tuple[str, ...]:
    notes = [_NOT_LOGGED]
    if file is None:
        notes.append(
            "imported without its results file: model, version, shots and seed are unknown, metrics taken as means"
        )
    return (*notes, *(f"imported without {what}" for what in read.left_out))


def _times(file: ResultsFile | None, log: Path) -> tuple[datetime, datetime]:
    """Start and end. Without a results file both are the date in the file's name, read as UTC, or the file's own."""
    if file is not None and file.date is not None:
        started = datetime.fromtimestamp(file.date, UTC)
        return started, started + timedelta(seconds=file.seconds or 0.0)
    stamp = _STAMP.search(log.name)
    if stamp is None:
        written = datetime.fromtimestamp(log.stat().st_mtime, UTC)
    else:
        day, _, clock = stamp[1].partition("T")
        written = datetime.fromisoformat(f"{day}T{clock.replace('-', ':')}").replace(tzinfo=UTC)
    return written, written
