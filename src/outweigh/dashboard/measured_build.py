"""Builds the part of the page on measurements, and gives models one name and one symbol on the whole page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outweigh.dashboard import measured_board, measured_method, measured_tiles, measured_words, report_method
from outweigh.dashboard.evidence import Evidence
from outweigh.dashboard.figures import Cast
from outweigh.dashboard.measured_banners import banners
from outweigh.dashboard.measured_page import MeasuredPage
from outweigh.dashboard.measured_reading import measures
from outweigh.dashboard.measured_sections import sections
from outweigh.dashboard.reading import specs
from outweigh.dashboard.report_page import Facts, Key
from outweigh.records import ChatTemplate, ModelSpec, Run, names_apart


@dataclass(frozen=True)
class Everyone:
    """All models of a page: those that answered benchmarks, and those that were measured.

    `names` are those of the measured ones, by the fingerprints of their specs. A model that did both has one name and
    one symbol.
    """

    compared: Cast
    measured: Cast
    names: Mapping[str, str]

    @property
    def count(self) -> int:
        """How many there are."""
        return len({*self.compared.models, *self.measured.models})


def everyone(run: Run, compared: Sequence[str], leader: int) -> Everyone:
    """Who is on the page. `compared` are the names of those that answered benchmarks, `leader` is their first."""
    known = {
        spec.fingerprint: (name, spec)
        for name, spec in zip(compared, specs(run, tuple(compared)), strict=True)
        if spec is not None
    }
    names = _names(run, known)
    measured = tuple(dict.fromkeys(names.values()))
    every = tuple(dict.fromkeys((*compared, *measured)))
    series = dict(zip(every, Cast(every, leader).series, strict=True))
    return Everyone(
        Cast(tuple(compared), leader, tuple(series[name] for name in compared)),
        Cast(measured, 0, tuple(series[name] for name in measured)),
        names,
    )


def _names(run: Run, known: Mapping[str, tuple[str, ModelSpec]]) -> dict[str, str]:
    """The page's name of every measured model.

    A model that answered benchmarks keeps its name, even if it was asked through its chat template there and is not
    here. Another one of that name is told apart.
    """
    titles = {key: (name, spec) for key, (name, spec) in known.items()}
    titles |= {each.model.fingerprint: (each.title, each.model) for each in run.measurements}
    apart = names_apart(titles)
    alike = {_weights(spec): name for name, spec in known.values()}
    own = run.measured
    found: dict[str, str] = {key: known[key][0] for key in own if key in known}
    for each in run.measurements:
        key = each.model.fingerprint
        if key in found:
            continue
        same = alike.get(_weights(each.model))
        other = apart[key] if own[key] in {name for name, _ in known.values()} else own[key]
        found[key] = same if same and same not in found.values() else other
    return found


def _weights(spec: ModelSpec) -> str:
    """What a model is, however it is asked."""
    return spec.but(chat_template=ChatTemplate.OFF).fingerprint


def part(run: Run, who: Everyone, evidence: Evidence) -> MeasuredPage:
    """Everything that the report says of measurements."""
    found = measures(run, who.measured, who.names, evidence)
    models = {who.names[each.model.fingerprint]: each for each in run.measurements}
    keys = tuple(
        Key(series, name, models[name].model.name)
        for name, series in zip(who.measured.models, who.measured.series, strict=True)
    )
    facts = tuple(
        Facts(key.title, report_method.known(models[key.title].model, [models[key.title].card]), key)
        for key in keys
        if key.title not in who.compared.models
    )
    finding, lede = measured_words.headline(found)
    return MeasuredPage(
        finding=finding,
        lede=lede,
        scope=measured_words.scope(found),
        banners=banners(found),
        keys=keys,
        grey=not all(who.measured.series),
        tiles=measured_tiles.tiles(found, keys),
        board=measured_board.board(found, keys),
        pairs=measured_board.pairs(found),
        sections=sections(found),
        method=measured_method.method(found, facts),
    )
