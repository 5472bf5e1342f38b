"""`outweigh models`: what is known of a model before it is run."""

from typing import Annotated

import typer

from outweigh.cli.output import AsJson

app = typer.Typer(no_args_is_help=True, help="Look at models.")


@app.command("show")
def show(
    model: Annotated[
        str, typer.Argument(help="org/name\\[@revision], a path, package:NAME, or http://host:port/v1#model.")
    ],
    gguf_file: Annotated[str | None, typer.Option(help="Which GGUF file of a repository.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find a model, check its files, and show its card and exact revision."""
    from outweigh.cli.output import console, print_json, table
    from outweigh.models import endpoints
    from outweigh.models.sources import locate, parse
    from outweigh.records import ModelSource
    from outweigh.store.home import home

    out, spec = console(stderr=True), parse(model)
    if spec.source is ModelSource.ENDPOINT:
        (spec, card), files = endpoints.find(spec), None
    else:
        found = locate(spec, home() / "cache", gguf_file=gguf_file, progress=lambda line: out.print(line, style="dim"))
        spec, card, files = found.spec, found.card, str(found.file or found.folder)
    if as_json:
        print_json("model", {"spec": spec.model_dump(mode="json"), "card": card.model_dump(mode="json")})
        return
    size = f"{card.bytes_on_disk / 1e6:,.0f} MB" if card.bytes_on_disk else None
    template = {True: "yes", False: "no", None: None}[card.has_chat_template]
    made = table("", "")
    made.show_header = False
    for label, value in (
        ("name", card.title),
        ("source", f"{spec.source}:{spec.name}"),
        ("revision", spec.revision),
        ("format", spec.format),
        ("quantization", spec.quantization),
        ("parameters", f"{card.parameters:,}" if card.parameters else None),
        ("architecture", card.architecture),
        ("context length", f"{card.context_length:,} tokens" if card.context_length else None),
        ("license", card.license),
        ("chat template", template),
        ("size on disk", size),
        ("files", files),
    ):
        made.add_row(label, str(value) if value is not None else "not known")
    console().print(made)
