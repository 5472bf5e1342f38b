"""Builds the report's page record from a run and its comparison."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from outweigh.dashboard import (
    describe,
    drawing,
    figures,
    measured_build,
    measured_commands,
    report_board,
    report_method,
    report_relations,
    words,
)
from outweigh.dashboard.charts import NARROW, WIDE, WIDE_DENSE, Figure
from outweigh.dashboard.decision_build import decision_page
from outweigh.dashboard.evidence import Evidence
from outweigh.dashboard.figures import Cast
from outweigh.dashboard.reading import Family, Layers, Standing, between, drawable, layers, leader, standing
from outweigh.dashboard.report_page import Chart, FamilyView, Key, Place, ReportPage, Table
from outweigh.dashboard.report_samples import ReportSample, sample_views
from outweigh.records import Comparison, Row, Run, UserError

_FEW = 3  # models that the calmer palette tells apart
_LONG = 90  # letters from which a heading is set smaller


def page(
    run: Run,
    comparison: Comparison | None,
    disagreements: Sequence[ReportSample],
    made_at: datetime,
    commands: Sequence[str],
    evidence: Evidence,
) -> ReportPage:
    """Everything that the report says.

    Raises UserError for a comparison without models, and for a run that was neither compared nor measured.
    """
    if comparison is None:
        return _decided(_measured_only(run, made_at, commands, evidence), evidence)
    if not comparison.models:
        raise UserError("the comparison has no model: compare at least one model with a result, then report")
    rows = layers(run, comparison)
    everyone = measured_build.everyone(run, comparison.models, leader(comparison, rows))
    cast = everyone.compared
    measured = measured_build.part(run, everyone, evidence) if run.measurements else None
    keys = report_method.keys(run, cast)
    finding, rest = describe.headline(comparison.finding)
    scope = describe.scope(comparison, rows, sum(result.asked for result in run.results))
    again = (*report_method.commands(run, cast), *measured_commands.commands(run))
    base = _base(run, (finding, rest or _lede(rows, cast), scope), made_at, everyone.count)
    whole = replace(
        _with_scores(base, comparison, rows, cast, keys),
        banners=(*base.banners, *report_board.trouble(comparison.rows), *(measured.banners if measured else ())),
        notes=report_method.notes(run, comparison.notes),
        commands=tuple(commands) or again,
        method=report_method.method(run, cast),
        samples=sample_views(disagreements, keys, {row.name: row.title for row in comparison.rows}),
        measured=measured,
    )
    return _decided(whole, evidence)


def _decided(whole: ReportPage, evidence: Evidence) -> ReportPage:
    """The page under the answer to the question, where one was asked; what was its heading stands below that."""
    if evidence.decision is None:
        return whole
    keys = (*whole.keys, *(whole.measured.keys if whole.measured else ()))
    found = decision_page(evidence.decision, {key.title: key.series for key in keys})
    if found.pick is None and evidence.decision.recommendation is None:
        return replace(whole, decision=found)
    answer, rest = describe.headline(found.finding)
    lede = f"{rest} {whole.finding}. {whole.lede}".strip()
    return replace(whole, decision=found, finding=answer, long=len(answer) > _LONG, lede=lede)


def _with_scores(
    base: ReportPage, comparison: Comparison, rows: Layers, cast: Cast, keys: tuple[Key, ...]
) -> ReportPage:
    """The page with all that benchmarks say."""
    drawn, top = _drawn_scores(rows), _top(rows)
    compared = _compared(rows) if len(cast.models) > 1 else ()
    return replace(
        base,
        keys=keys,
        grey=not all(cast.series),
        top=top.title if top else "Models",
        places=_places(top, cast, keys),
        verdict=describe.gap(top, cast) if top and drawable(top) else "",
        tally=_tally(rows, cast),
        scores=_scores(drawn, cast, "scores") if drawn else None,
        scores_title="Overall and by area" if rows.overall else "By area" if rows.areas else "By benchmark",
        guessing=any(row.chance for row in drawn),
        gaps=_gaps(compared, cast, "gaps") if any(map(drawable, compared)) else None,
        board=report_board.board(rows.listed, cast, caption="Scores by benchmark") if rows.listed else None,
        families=tuple(_family(family, cast, index) for index, family in enumerate(rows.families)),
        relations=report_relations.relations(comparison),
        pairs=report_board.pairs(comparison, compared),
        problems=report_board.problems(comparison.rows, cast),
        methods=_methods(comparison),
    )


def _measured_only(run: Run, made_at: datetime, commands: Sequence[str], evidence: Evidence) -> ReportPage:
    """The report of a run whose models answered no benchmark."""
    if not run.measurements:
        raise UserError(f"run {run.name} has neither a result nor a measurement: run or measure something first")
    everyone = measured_build.everyone(run, (), 0)
    part = measured_build.part(run, everyone, evidence)
    base = _base(run, (part.finding, part.lede, part.scope), made_at, everyone.count)
    again = tuple(commands) or measured_commands.commands(run)
    return replace(base, banners=(*base.banners, *part.banners), commands=again, measured=part)


def _base(run: Run, said: tuple[str, str, str], made_at: datetime, models: int) -> ReportPage:
    """What every report has; `said` are its finding, its lede and its scope."""
    finding, lede, scope = said
    return ReportPage(
        run=run.name,
        suite=run.suite or "",
        finding=finding,
        long=len(finding) > _LONG,
        lede=lede,
        scope=scope,
        made_at=words.day(made_at),
        palette="few" if models <= _FEW else "several",
        machines=report_method.machines(run),
        software=report_method.software(run),
        notes=report_method.notes(run, ()),
        commands=(),
        banners=report_method.remote_code(run),
    )


def _drawn_scores(rows: Layers) -> tuple[Row, ...]:
    """Rows of the first chart: overall and areas, or every benchmark if there are neither."""
    top = tuple(row for row in (rows.overall, *rows.areas) if row is not None) or rows.listed
    return tuple(filter(drawable, top))


def _compared(rows: Layers) -> tuple[Row, ...]:
    """Rows of the chart of differences: overall first, then every benchmark and group that was compared."""
    found = (rows.overall, *rows.listed) if rows.overall else rows.listed
    return tuple(row for row in found if row.differences)


def _lede(rows: Layers, cast: Cast) -> str:
    """What a finding leaves out: on how many benchmarks each model leads."""
    return describe.differences(rows.listed, cast) if len(cast.models) > 1 and rows.listed else ""


def _top(rows: Layers) -> Row | None:
    """The row that stands for everything: overall, else the only benchmark, else the only area."""
    alone = [found[0] for found in (rows.listed, rows.areas) if len(found) == 1]
    return rows.overall or next(iter(alone), None)


def _places(row: Row | None, cast: Cast, keys: Sequence[Key]) -> tuple[Place, ...]:
    """Models by their score in the top row, best first; ties with the first are said."""
    if row is None or not drawable(row):
        return ()
    place = standing(row, cast.models)
    order = sorted(range(len(keys)), key=lambda index: (index != place.best, *_value(row, index)))
    return tuple(
        Place(keys[i], words.score(row.estimates[i]), _rank(i, place), bool(_rank(i, place)) and bool(place.tied))
        for i in order
    )


def _value(row: Row, index: int) -> tuple[bool, float]:
    """Sorts models without an estimate last, then better scores first."""
    estimate = row.estimates[index]
    if estimate is None or not words.known(estimate.value):
        return True, 0.0
    return False, -estimate.value if estimate.higher_is_better else estimate.value


def _rank(index: int, place: Standing) -> str:
    """What stands beside a model at the top: that it is first, or that it shares the first place."""
    if place.tied and (index == place.best or index in place.tied):
        return "tied for first"
    return "first" if index == place.best and place.behind else ""


def _tally(rows: Layers, cast: Cast) -> tuple[tuple[int, str], ...]:
    """On how many benchmarks each model leads, with its symbol; -1 stands for ties."""
    if len(cast.models) < 2:
        above, guessed = describe.above_chance(rows.listed)
        said = f"clearly above guessing on {above} of {guessed}, where guessing is possible"
        return ((cast.series[0], said),) if guessed else ()
    *counts, (_, ties) = describe.tally(rows.listed, cast)
    total = ties + sum(count for _, count in counts)
    ahead = "ahead" if len(cast.models) == 2 else "clearly first"
    lines = [
        (cast.series[index], f"{ahead} on {count} of {total}")
        for index, count in counts
        if (count and cast.series[index]) or len(cast.models) == 2
    ]
    tie = "tie" if len(cast.models) == 2 else "no clear first"
    return (*lines, (-1, f"{tie} on {ties} of {total}"))


def _chart(figure: Figure, name: str, said: tuple[str, str], data: Table) -> Chart:
    """A figure drawn in both widths."""
    from markupsafe import Markup

    wide = drawing.svg(figure, WIDE_DENSE if figure.dense else WIDE)
    narrow = drawing.svg(figure, NARROW)
    return Chart(name, *said, Markup(wide), Markup(narrow), data)


def _scores(rows: Sequence[Row], cast: Cast, name: str, family: Family | None = None) -> Chart:
    """The chart of scores side by side."""
    title = family.title if family else ""
    figure = figures.scores(rows, cast, dense=bool(family), family=title)
    if family and len(cast.models) > 1:
        said = describe.differences(family.members, cast, "subject", title)
        return _chart(figure, name, (said, said), report_board.score_table(rows, cast, title))
    under = describe.fronts([row for row in rows if row.kind != "overall"], cast, title)
    whole = describe.scores(rows, cast, title)
    return _chart(figure, name, (whole, under or whole), report_board.score_table(rows, cast, title))


def _gaps(rows: Sequence[Row], cast: Cast, name: str, family: Family | None = None) -> Chart:
    """The chart of paired differences."""
    title = family.title if family else ""
    figure = figures.gaps(rows, cast, dense=bool(family), family=title)
    noun = "subject" if family else "benchmark"
    counted = [row for row in rows if row.kind not in (("group", "overall") if family else ("overall",))]
    sentence = describe.differences(counted, cast, noun, title)
    return _chart(figure, name, (sentence, sentence), report_board.gap_table(rows, cast, title))


def _family(family: Family, cast: Cast, index: int) -> FamilyView:
    """A group's own section: its row first, then its members, widest gap first."""
    members = sorted(family.members, key=lambda row: _by_gap(row, cast))
    rows = (family.row, *members) if family.row else tuple(members)
    draw = _gaps if len(cast.models) == 2 and any(row.differences for row in rows) else _scores
    return FamilyView(
        name=family.name,
        title=family.title,
        summary=describe.family(family, cast),
        chart=draw(rows, cast, f"family-{index}", family),
        board=report_board.board(rows, cast, caption=f"{family.title} by subject", family=family.title),
    )


def _by_gap(row: Row, cast: Cast) -> float:
    """Sorts members by the first two models' difference, or by the first model's score."""
    if len(cast.models) == 2:
        difference = between(row, *cast.models)
        return -difference.value if difference and words.known(difference.value) else 0.0
    estimate = row.estimates[cast.leader]
    return -estimate.value if estimate and words.known(estimate.value) else 0.0


def _methods(comparison: Comparison) -> tuple[str, ...]:
    """Every statistical method that was used, once."""
    single = [e.method for row in comparison.rows for e in row.estimates if e]
    paired = [d.method for row in comparison.rows for d in row.differences]
    return tuple(dict.fromkeys([*single, *paired]))
