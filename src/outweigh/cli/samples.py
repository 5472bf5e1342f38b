"""`outweigh samples`: single samples of a run, with prompts and answers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from outweigh.cli.output import AsJson

if TYPE_CHECKING:
    from outweigh.engine.comparing import Side


def samples(  # noqa: PLR0913 - each is a flag
    run: Annotated[str, typer.Argument(help="A run by name.")] = "latest",
    benchmark: Annotated[str | None, typer.Option(help="Only this benchmark.")] = None,
    model: Annotated[str | None, typer.Option(help="Only models whose name contains this.")] = None,
    sample: Annotated[str | None, typer.Option(help="Only the sample of this id.")] = None,
    disagree: Annotated[bool, typer.Option("--disagree", help="Only where models score differently.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only samples without an answer.")] = False,
    unreadable: Annotated[bool, typer.Option("--unreadable", help="Only answers that nothing was read from.")] = False,
    truncated: Annotated[bool, typer.Option("--truncated", help="Only prompts or answers that were cut.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most this many samples.")] = 10,
    full: Annotated[bool, typer.Option("--full", help="Whole prompts and answers.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at samples: what was asked, what each model answered, how it was marked."""
    from outweigh.cli.output import console, print_json
    from outweigh.engine import reading
    from outweigh.engine.comparing import Filter, select

    wish = Filter(benchmark, model, sample, disagree, failed, unreadable, truncated)
    groups = select(reading.held(reading.load(run)), wish)
    shown = groups[:limit]
    if as_json:
        print_json("samples", {"found": len(groups), "samples": [[_plain(s) for s in group] for group in shown]})
        return
    out = console()
    for group in shown:
        _print(group, full)
    out.print(f"{len(shown)} of {len(groups)} samples shown." if groups else "No sample is like that.", style="dim")


def _plain(side: "Side") -> dict[str, Any]:
    return {
        "model": side.model,
        "benchmark": side.result.evaluation.benchmark,
        "transcript": side.transcript.model_dump(mode="json"),
    }


def _clip(text: str, full: bool) -> str:
    return text if full or len(text) <= 600 else "… " + text[-600:]


def _print(group: "list[Side]", full: bool) -> None:
    from outweigh.cli.output import console
    from outweigh.records import Likelihood

    out = console()
    first = group[0].transcript
    out.rule(f"{group[0].result.evaluation.benchmark} · sample {first.sample.id}", align="left", style="dim")
    request = first.request
    prompt = request.contexts[0] if isinstance(request, Likelihood) else request.prompt
    out.print(_clip(prompt, full), markup=False)
    target = first.sample.target
    expected = first.sample.choices[target] if isinstance(target, int) and first.sample.choices else target
    out.print(f"expected: {expected if not isinstance(expected, tuple) else ' | '.join(expected[:5])}", markup=False)
    for side in group:
        out.print(f"{side.mark} {side.model}: {_clip(side.answer, full)}", markup=False)
        if full:
            out.print(side.evidence, style="dim", markup=False)
    out.print()
