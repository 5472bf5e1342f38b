"""Results and samples in the files that lm-evaluation-harness 0.4.13 writes, for the tools that read those.

Follows its `result_schema.py` and `loggers/evaluation_tracker.py`. What Outweigh does not know stands as null (seeds
other than the shots', batch size, rows of a limited split, a chat template's text) or is left out (most of a task's
configuration). The key `outweigh` carries the whole results, with what has no place elsewhere.
Not covered: failed samples have no line; truncation, timings, token counts and reasons are not in the lines either.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from outweigh.interop.lm_eval_estimates import mean_and_error
from outweigh.interop.lm_eval_lines import lines, options, plain, samples_name, task_hash
from outweigh.interop.lm_eval_run import name_of, run, sanitized
from outweigh.interop.logged import Logged
from outweigh.records import (
    Estimate,
    Generate,
    Likelihood,
    ModelSpec,
    Protocol,
    Result,
    UserError,
)


def write(
    logged: Sequence[Logged],
    folder: Path,
    *,
    groups: Mapping[str, Estimate] = {},
    when: datetime,
) -> list[Path]:
    """One model's evaluations as `folder/<model>/results_<when>.json` and a samples file each; paths, results first.

    `groups` are scores over the results whose `group` has that name. Raises UserError for several models, for a
    benchmark that comes twice and for one without any answer, before anything is written.
    """
    model = _one_model(logged)
    stamp = when.astimezone(UTC).replace(tzinfo=None).isoformat().replace(":", "-")
    home = folder / sanitized(name_of(model))
    samples = {one.result.evaluation.benchmark: lines(one.transcripts) for one in logged}
    texts = {
        home / samples_name(task, stamp): "".join(_json(line) + "\n" for line in found)
        for task, found in samples.items()
    }
    hashes = {task: task_hash(found) for task, found in samples.items()}
    summary = _summary(logged, groups) | run([one.result for one in logged], hashes)
    home.mkdir(parents=True, exist_ok=True)
    results = home / f"results_{stamp}.json"
    # the results come last: whoever finds them finds their samples
    for path, text in [*texts.items(), (results, _json(summary, indent=2))]:
        path.write_text(text, encoding="utf-8", newline="\n")
    return [results, *texts]


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, default=plain, ensure_ascii=False)


def _one_model(logged: Sequence[Logged]) -> ModelSpec:
    if not logged:
        raise UserError("nothing to write: expected at least one result with its samples")
    models = list(dict.fromkeys(one.result.evaluation.model for one in logged))
    if len(models) > 1:
        named = ", ".join(model.title for model in models)
        raise UserError(
            f"{named}: several models; lm-evaluation-harness has a results file for each, so write one at a time"
        )
    seen: set[str] = set()
    for one in logged:
        benchmark = one.result.evaluation.benchmark
        if benchmark in seen:
            raise UserError(f"{benchmark}: twice; a results file of lm-evaluation-harness has one result for a task")
        if one.result.evaluation.protocol is Protocol.LETTER:
            raise UserError(f"{benchmark}: was asked by letter, which is no task of lm-evaluation-harness")
        seen.add(benchmark)
        _check_completeness(one)
    return models[0]


def _check_completeness(logged: Logged) -> None:
    result, benchmark = logged.result, logged.result.evaluation.benchmark
    answered = sum(bool(each.scores) for each in logged.transcripts)
    if not answered:
        raise UserError(f"{benchmark}: no sample was answered, so there is nothing to write; leave it out")
    if answered != result.asked - result.failed:
        counted = result.asked - result.failed
        raise UserError(
            f"{benchmark}: {answered} marked samples for a result of {counted}; expected all of its samples"
        )


def _summary(logged: Sequence[Logged], groups: Mapping[str, Estimate]) -> dict[str, Any]:
    """What `evaluate` returns: numbers and configurations by task, groups among them."""
    results = {one.result.evaluation.benchmark: one.result for one in logged}
    members = {group: [task for task, one in results.items() if one.group == group] for group in groups}
    scores = {group: _group(group, estimate, results) for group, estimate in groups.items()}
    shots = {task: one.evaluation.shots for task, one in results.items()}
    better = {task: {e.metric: e.higher_is_better for e in one.estimates} for task, one in results.items()}
    for group, tasks in members.items():
        shared = {shots[task] for task in tasks}
        shots |= {group: shared.pop()} if len(shared) == 1 else {}
        better[group] = {groups[group].metric: groups[group].higher_is_better}
    configs = {one.result.evaluation.benchmark: _config(one) for one in logged}
    return {
        "results": {task: _task(one) for task, one in results.items()} | scores,
        **({"groups": scores} if scores else {}),
        "group_subtasks": members,
        "configs": dict(sorted(configs.items())),
        "versions": {task: _version(one.evaluation.version) for task, one in sorted(results.items())},
        "n-shot": dict(sorted(shots.items())),
        "higher_is_better": dict(sorted(better.items())),
        "n-samples": {task: _counts(one) for task, one in results.items()},
    }


def _numbers(estimates: Sequence[Estimate]) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    for one in estimates:
        error = one.standard_error
        numbers[f"{one.metric},{one.filter}"] = one.value
        numbers[f"{one.metric}_stderr,{one.filter}"] = "N/A" if error is None else error
    return numbers


def _task(result: Result) -> dict[str, Any]:
    name = result.evaluation.benchmark
    answered = result.asked - result.failed
    return {"name": name, "alias": name, "sample_len": answered, **_numbers(result.estimates)}


def _group(name: str, estimate: Estimate, results: Mapping[str, Result]) -> dict[str, Any]:
    members = [one for one in results.values() if one.group == name]
    return {
        "alias": name,
        "name": name,
        "sample_len": sum(one.asked - one.failed for one in members) or estimate.count,
        **_numbers([estimate]),
        "sample_count": {f"{estimate.metric},{estimate.filter}": estimate.count},
    }


def _counts(result: Result) -> dict[str, int | None]:
    limit, stopping = result.evaluation.limit, result.evaluation.stopping
    whole = stopping.pool if stopping else result.asked
    return {"original": whole if limit is None else None, "effective": result.asked - result.failed}


def _version(version: str) -> float | int | str:
    """A number where its text is the same again."""
    for number in (int, float):
        try:
            if str(number(version)) == version:
                return number(version)
        except ValueError:
            continue
    return version


def _config(logged: Logged) -> dict[str, Any]:
    evaluation, transcripts = logged.result.evaluation, logged.transcripts
    request = transcripts[0].request
    metrics = dict.fromkeys(one.metric for one in logged.result.estimates)
    config: dict[str, Any] = {
        "task": evaluation.benchmark,
        "num_fewshot": evaluation.shots,
        "metric_list": [_metric(metric, logged) for metric in metrics],
        "output_type": _output(request),
        "repeats": 1,
    }
    if isinstance(request, Generate):
        config["generation_kwargs"] = options(request)
    return config | {"metadata": {"version": _version(evaluation.version)}}


def _output(request: Likelihood | Generate) -> str:
    if isinstance(request, Generate):
        return "generate_until"
    return "multiple_choice" if len(request.continuations) > 1 else "loglikelihood"


def _metric(metric: str, logged: Logged) -> dict[str, Any]:
    """How the metric is made. An imported one need not be a mean, and is called one only if it is."""
    columns: dict[str, list[float]] = {}
    for score in (score for each in logged.transcripts for score in each.scores):
        if score.metric == metric:
            columns.setdefault(score.filter, []).append(score.value)
    made = [one for one in logged.result.estimates if one.metric == metric]
    mean = all(
        one.filter in columns and math.isclose(mean_and_error(columns[one.filter])[0], one.value, abs_tol=1e-9)
        for one in made
    )
    aggregation = {"aggregation": "mean"} if mean else {}
    return {"metric": metric, **aggregation, "higher_is_better": made[0].higher_is_better}
