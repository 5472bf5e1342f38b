"""An adaptive run: models are asked in rounds, each benchmark only until it is decided or known narrowly enough.

The looks come at planned sizes, so a run that is killed and started again stops where it would have stopped.
"""

from datetime import UTC, datetime
from itertools import combinations
from math import ceil

from outweigh.engine.candidates import Candidate, metered
from outweigh.engine.recording import recorded
from outweigh.engine.rounds import Head, Saving, heads, wanted
from outweigh.engine.run import Prepared, Reporter, afterwards, answer, around, keep
from outweigh.engine.summary import summarise
from outweigh.engine.work import Work
from outweigh.metering.machine import machine
from outweigh.records import Outcome, Precision, Stopping, UserError
from outweigh.stats import sequential
from outweigh.stats.intervals import LEVEL
from outweigh.stats.multiplicity import holm
from outweigh.stats.power import ALPHA
from outweigh.store.artifacts import Artifacts
from outweigh.store.journal import Journal

FIRST, GROWTH = 32, 1.5  # samples of the first look, and by how much every next one is larger
_BYTES = {Precision.FLOAT32: 4, Precision.BFLOAT16: 2, Precision.FLOAT16: 2}


def run(prepared: Prepared, reporter: Reporter) -> str:
    """Ask as many samples as it takes and store every result; the run's name. As safe to stop as a plain run."""
    candidates = tuple({each.spec.fingerprint: each for each in prepared.candidates}.values())
    if prepared.config.until_decided and len(candidates) < 2:
        raise UserError(f"--until-decided: {' and '.join(prepared.config.models)} are the same model; name another")
    with recorded(prepared.config, prepared.suite, prepared.candidates) as name:
        rounds = _Rounds(prepared, candidates, name, reporter)
        try:
            with metered(candidates, together=rounds.together):
                rounds.ask()
        finally:
            for candidate in candidates:
                candidate.close()
        rounds.store()
        afterwards(name, prepared, reporter)
    return name


class _Rounds:
    """The state of an adaptive run: what every model scored so far, every test's p-value, and who has stopped.

    `scores` has the headline score by sample id for each (model, benchmark); `stops` how far each head was asked.
    """

    def __init__(self, prepared: Prepared, candidates: tuple[Candidate, ...], name: str, reporter: Reporter) -> None:
        self.prepared, self.candidates, self.name, self.reporter = prepared, candidates, name, reporter
        self.together = _fit_together(candidates)
        self.heads = heads(prepared.chosen, prepared.config.seed)
        self.works: dict[tuple[int, int], Work] = {}
        self.scores: dict[tuple[int, int], dict[str, float]] = {}
        self.p_values: dict[tuple[Head, tuple[int, int]], float] = {}
        self.stops = dict.fromkeys(self.heads, 0)
        self.outcomes: dict[Head, Outcome] = {}
        self.looks: dict[Head, int] = {}
        self.started = datetime.now(UTC)

    def ask(self) -> None:
        """Round after round until nothing is open."""
        size, look = FIRST, 0
        while rest := [head for head in self.heads if head not in self.outcomes]:
            ends = {head: head.reach(size) for head in rest}
            size = ceil(size * GROWTH)
            if all(end == self.stops[head] for head, end in ends.items()):
                continue  # a large cluster, or a group with many members, was asked further than this already
            for model, candidate in enumerate(self.candidates):
                for head in rest:
                    self._answers(model, head, self.stops[head], ends[head])
                if not self.together:
                    candidate.close()
            look += 1
            for head in rest:
                self.stops[head], self.looks[head] = ends[head], look
            self._look(rest)

    def store(self) -> None:
        """Store every model's result on every benchmark."""
        asked = {index: head for head in self.heads for index in head.members}
        for model, candidate in enumerate(self.candidates):
            for index in range(len(self.prepared.chosen)):
                head, work = asked[index], self._work(model, index)
                found = Journal(Artifacts.default(), work.evaluation.work).read()
                mine = [sample for _, own, sample in head.order[: self.stops[head]] if own == index]
                transcripts = [found[sample.id] for sample in sorted(mine, key=lambda sample: sample.position)]
                stopping = self._stopping(head, len(work.chosen.samples))
                result = summarise(work, transcripts, around(candidate, self.started), stopping)
                keep(self.name, result, self.reporter)

    def _work(self, model: int, index: int) -> Work:
        if (model, index) not in self.works:
            candidate = self.candidates[model]
            chosen = self.prepared.chosen[index]
            self.works[model, index] = Work(chosen, candidate.spec, self.prepared.config, candidate.prompting())
        return self.works[model, index]

    def _answers(self, model: int, head: Head, start: int, stop: int) -> None:
        """One model's answers to a head's next samples."""
        for index in head.members:
            mine = [sample for _, own, sample in head.order[start:stop] if own == index]
            if not mine:
                continue
            mine.sort(key=lambda sample: sample.position)  # neighbours share more of their prompts
            work = self._work(model, index)
            found = answer(self.name, self.candidates[model], work, mine, self.reporter, self.prepared.config)
            metric = work.chosen.benchmark.headline
            scores = self.scores.setdefault((model, index), {})
            for sample in mine:
                if score := found[sample.id].score(metric.name, metric.filter):
                    scores[sample.id] = score.value

    def _look(self, rest: list[Head]) -> None:
        """Which heads are settled by now."""
        config = self.prepared.config
        if config.until_decided:
            for head in rest:
                for pair in combinations(range(len(self.candidates)), 2):
                    self.p_values[head, pair] = self._p_value(head, *pair)
        adjusted = dict(zip(self.p_values, holm(list(self.p_values.values())), strict=True))
        for head in rest:
            own = [p for (other, _), p in adjusted.items() if other is head]
            if outcome := self._outcome(head, own):
                self.outcomes[head] = outcome
                missed = wanted(config.until_decided, config.until_halfwidth)
                self.reporter.say(str(Saving(head.title, outcome, self.stops[head], len(head.order), missed)))
        if still := [head for head in rest if head not in self.outcomes]:
            most = max(self.stops[head] for head in still)
            self.reporter.say(f"After {most:,} samples: {len(self.outcomes)} of {len(self.heads)} settled")

    def _outcome(self, head: Head, p_values: list[float]) -> Outcome | None:
        """Why a head is asked no further; None if it is."""
        narrow = self.prepared.config.until_halfwidth
        if p_values and max(p_values) < ALPHA:
            return Outcome.DECIDED
        if narrow is not None and self._halfwidth(head) <= narrow:
            return Outcome.NARROW
        return Outcome.EXHAUSTED if self.stops[head] == len(head.order) else None

    def _p_value(self, head: Head, first: int, second: int) -> float:
        ranks, ones, others = [], [], []
        for place, index, sample in head.order[: self.stops[head]]:
            one, other = (self.scores[model, index].get(sample.id) for model in (first, second))
            if one is not None and other is not None:
                ranks.append(place)
                ones.append(one)
                others.append(other)
        return sequential.gaps(ones, others, ranks, head.largest).p_value if ranks else 1.0

    def _halfwidth(self, head: Head) -> float:
        """The widest model's."""
        widths = []
        for model in range(len(self.candidates)):
            scored = [
                (place, self.scores[model, index][sample.id])
                for place, index, sample in head.order[: self.stops[head]]
                if sample.id in self.scores[model, index]
            ]
            if not scored:
                return 0.5
            found = sequential.draws([value for _, value in scored], [place for place, _ in scored], head.largest)
            low, high = sequential.bounds(found, sequential.SCORES, 1 - LEVEL)
            widths.append((high - low) / 2)
        return max(widths)

    def _stopping(self, head: Head, pool: int) -> Stopping:
        config = self.prepared.config
        return Stopping(
            outcome=self.outcomes[head],
            until_decided=config.until_decided,
            until_halfwidth=config.until_halfwidth,
            alpha=ALPHA,
            order_seed=config.seed,
            through=head.order[self.stops[head] - 1][0],
            pool=pool,
            largest_cluster=head.largest,
            looks=self.looks[head],
        )


def _fit_together(candidates: tuple[Candidate, ...]) -> bool:
    """Whether all may stay loaded between rounds: twice their weights fit into the device's memory."""
    if len(candidates) == 1:
        return True
    here, needed = [each for each in candidates if each.device is not None], 0
    for candidate in here:
        parameters, precision = candidate.card.parameters, candidate.spec.precision
        if parameters is None or precision is None:
            return False
        needed += 2 * parameters * _BYTES[precision]
    if not here or here[0].device == "cpu":
        return needed <= machine().memory_bytes
    memories = [card.memory_bytes for card in machine(accelerators=True).accelerators]
    return bool(memories) and all(memory is not None and needed <= memory for memory in memories)
