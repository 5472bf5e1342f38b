"""`outweigh recommend`: which model for a need, and how sure that is."""

from pathlib import Path
from typing import Annotated, Any

import typer

from outweigh.cli.output import AsJson
from outweigh.cli.pages import ReportFile, check_report, write_page

Runs = Annotated[
    list[str] | None,
    typer.Argument(metavar="RUN...", help="Runs by name. Default: the latest.", show_default=False),
]
Leaderboard = Annotated[
    str | None,
    typer.Option(help="A leaderboard that was imported, by its name, or a csv: its models are the candidates instead."),
]
NeedFile = Annotated[Path | None, typer.Option("--need", help="A TOML file: weights, limits, utility, load.")]
Weights = Annotated[
    list[str] | None,
    typer.Option("--weight", help="How much an area, benchmark or cost counts: reasoning=2; may be given often."),
]
DeploymentFile = Annotated[
    Path | None, typer.Option("--deployment", help="A TOML file as for `outweigh cost`: prices every measured model.")
]


def recommend(  # noqa: PLR0913 - each is a flag
    runs: Runs = None,
    need: NeedFile = None,
    weight: Weights = None,
    utility: Annotated[str | None, typer.Option(help="weighted, or max-min: the worst goal counts.")] = None,
    min_score: Annotated[
        list[str] | None, typer.Option(help="The least share of an area or benchmark: math=0.4; may be given often.")
    ] = None,
    max_memory: Annotated[str | None, typer.Option(help="8GB, 7.5GiB.")] = None,
    max_latency: Annotated[str | None, typer.Option(help="Longest time for a whole answer: 2s.")] = None,
    latency_percentile: Annotated[float | None, typer.Option(help="Of the answers that it holds for. [95]")] = None,
    max_joules_per_request: Annotated[float | None, typer.Option(help="Energy that an answer may take.")] = None,
    max_cost_per_month: Annotated[float | None, typer.Option(help="In the deployment's currency.")] = None,
    max_cost_per_million_tokens: Annotated[float | None, typer.Option(help="In the deployment's currency.")] = None,
    max_parameters: Annotated[str | None, typer.Option(help="8e9, 8B.")] = None,
    min_context: Annotated[int | None, typer.Option(help="Tokens that prompt and answer may have together.")] = None,
    license: Annotated[list[str] | None, typer.Option(help="A licence that is allowed; may be given often.")] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="A language that is needed: en; may be given often.")
    ] = None,
    where: Annotated[str | None, typer.Option(help="It is to run in the cloud, on-prem, on edge or a laptop.")] = None,
    requests_per_second: Annotated[float | None, typer.Option(help="The load, on average.")] = None,
    prompt_tokens: Annotated[float | None, typer.Option(help="The load: tokens of a prompt.")] = None,
    output_tokens: Annotated[float | None, typer.Option(help="The load: tokens of an answer.")] = None,
    deployment: DeploymentFile = None,
    leaderboard: Leaderboard = None,
    interview: Annotated[bool, typer.Option("--interview", help="Ask for the need, a few questions.")] = False,
    save: Annotated[Path | None, typer.Option(help="Also write the need as TOML to this file.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the worlds.", min=0)] = 1234,
    report: ReportFile = None,
    as_json: AsJson = False,
) -> None:
    """Recommend a model: which one, how sure, why, what would change it, and what to run next.

    Where no model keeps the limits, the exit code is 2.
    """
    from outweigh.cli.quantities import count, named, size
    from outweigh.engine.measure_config import seconds

    limits: dict[str, Any] = {
        "min_score": named(min_score or [], "min-score", "math=0.4"),
        "max_memory_bytes": size(max_memory, "max-memory") if max_memory else None,
        "max_latency_seconds": seconds(max_latency, "max-latency") if max_latency else None,
        "latency_percentile": latency_percentile,
        "max_joules_per_request": max_joules_per_request,
        "max_cost_per_month": max_cost_per_month,
        "max_cost_per_million_tokens": max_cost_per_million_tokens,
        "max_parameters": count(max_parameters, "max-parameters") if max_parameters else None,
        "min_context_tokens": min_context,
        "licences": license,
        "languages": language,
    }
    flags = {
        "weights": named(weight or [], "weight", "reasoning=2"),
        "utility": utility,
        "deployment": where,
        "limits": limits,
        "load": {
            "mean_requests_per_second": requests_per_second,
            "prompt_tokens": prompt_tokens,
            "output_tokens": output_tokens,
        },
    }
    _recommend(runs or [], flags, need, interview=interview, save=save, seed=seed, deployment=deployment,
               leaderboard=leaderboard, report=report, as_json=as_json)  # fmt: skip


def _recommend(runs: list[str], flags: dict[str, Any], need: Path | None, **asked: Any) -> None:
    from outweigh.cli import recommended, recommending
    from outweigh.cli.files import check_target, write_whole
    from outweigh.cli.output import console, print_json
    from outweigh.interop import need_toml

    check_report(asked["report"])
    if asked["save"] is not None:
        check_target(asked["save"], "need.toml")
    wanted = recommending.need(need, flags, interview=asked["interview"])
    found = recommending.candidates(runs, wanted, asked["leaderboard"], asked["deployment"])
    if asked["save"] is not None:
        write_whole(asked["save"], need_toml.written(wanted).encode("utf-8"))
    said = found.recommended(asked["seed"])
    if asked["as_json"]:
        print_json("recommendation", {"recommendation": said.model_dump(mode="json")})
    else:
        recommended.print_recommendation(console(), said)
    if asked["report"]:
        from outweigh.dashboard.recommend_build import recommend_page

        write_page(recommend_page(said, found.currency), asked["report"], quiet=asked["as_json"])
    if not said.ranked:
        raise typer.Exit(2)
