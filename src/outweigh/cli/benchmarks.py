"""`outweigh benchmarks`: what can be asked."""

from typing import Annotated

import typer

from outweigh.cli.output import AsJson

app = typer.Typer(no_args_is_help=True, help="Look at benchmarks.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every benchmark and group."""
    from outweigh.benchmarks.catalogue import BENCHMARKS, GROUPS
    from outweigh.cli.output import console, print_json, table

    if as_json:
        rows = [
            {
                "id": b.id,
                "title": b.title,
                "version": b.version,
                "area": b.area,
                "protocol": b.protocol,
                "group": b.group,
            }
            for b in BENCHMARKS
        ]
        print_json("benchmarks", {"benchmarks": rows, "groups": {name: list(ids) for name, ids in GROUPS.items()}})
        return
    made = table("benchmark", "area", "protocol", "what it asks")
    for each in BENCHMARKS:
        if each.group is None:
            made.add_row(each.id, each.area, each.protocol, each.about)
    for name, ids in GROUPS.items():
        made.add_row(name, "knowledge", "likelihood", f"{len(ids)} benchmarks, such as {ids[0]}")
    console().print(made)


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="A benchmark or group.")], as_json: AsJson = False) -> None:
    """One benchmark: how it asks, how it marks, where its data come from."""
    from outweigh.benchmarks.catalogue import benchmarks
    from outweigh.cli.output import console, print_json

    found = benchmarks(name)
    rows = [
        {
            "id": each.id,
            "version": each.version,
            "title": each.title,
            "area": each.area,
            "protocol": each.protocol,
            "metrics": [f"{m.name},{m.filter}" for m in each.metrics],
            "headline": f"{each.headline.name},{each.headline.filter}",
            "shots": each.shots,
            "draw": each.draw,
            "chance": each.chance,
            "group": each.group,
            "data": f"{each.dataset.repository} ({each.dataset.config}), {each.dataset.split}"
            if each.dataset
            else "generated",
            "license": each.dataset.license if each.dataset else "Apache-2.0",
            "about": each.about,
        }
        for each in found
    ]
    if as_json:
        print_json("benchmarks", {"benchmarks": rows})
        return
    out = console()
    if len(rows) > 1:
        out.print(
            f"{name}: a group of {len(rows)} benchmarks: {', '.join(str(row['id']) for row in rows)}", markup=False
        )
        return
    for key, value in rows[0].items():
        shown = ", ".join(value) if isinstance(value, list) else value
        out.print(f"{key:>9}  {shown if shown is not None else '–'}", markup=False)
