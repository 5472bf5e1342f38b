"""Standings -> one family a row: fine-tunes, merges, quantizations and re-uploads of one base stay together.

Rows are joined by whatever betrays that they share weights: parameter counts that agree to the million, names and
parents, a series and size in a name (`series.py`), scores that only a copy would have (`copies.py`). A single row
with a wrong name or parent must not tie two bases together, so large groups are joined only where several rows say
so; a small group or a single row goes where most of its clues point. Where that leaves a doubt it joins: a family too
large makes a back-test harder, one too small lets copies leak from what is learnt into what is predicted.

Not covered: a model that hides its base behind other scores, another size and a name of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from outweigh.insight.copies import copies, lookalikes, nearest
from outweigh.insight.series import VAGUE, named_base, plain_name, series_of
from outweigh.records import Standing

Clue = tuple[str, ...]
_REMOVED = {"removed", "unknown", "none", "?"}
_UNREAD = {None, "?", "Unknown"}
_LARGE = 12  # rows from which on a group is joined to another large one only by several rows' word
_ROWS, _SHARE = 3, 0.05  # how many rows of a large group, and which share of it, that takes
_SMALL_SHARE = 0.25  # the share of a small group's rows that has to point to a large one
_PASSES = 8  # a child of a child of a base is found in as many passes


def families(standings: Sequence[Standing]) -> list[str]:
    """One family name for each standing, in their order: the base's, as most members tell it."""
    groups = Groups(len(standings))
    _join_shapes(groups, standings)
    votes = [_hearsay(standing) for standing in standings]
    _join_large(groups, votes)
    for _ in range(_PASSES):
        if not _attach_small(groups, votes):
            break
    _join_small(groups, votes)
    _follow_scores(groups, standings)
    return _named(groups, standings)


class Groups:
    """Which rows are one family so far."""

    def __init__(self, rows: int) -> None:
        self.of = list(range(rows))
        self.members = {row: [row] for row in range(rows)}

    def size(self, row: int) -> int:
        """How many rows its group has."""
        return len(self.members[self.of[row]])

    def join(self, rows: Iterable[int]) -> None:
        """Make the groups of all these rows one."""
        first, *others = sorted({self.of[row] for row in rows}, key=lambda group: (-len(self.members[group]), group))
        for other in others:
            for row in self.members.pop(other):
                self.of[row] = first
                self.members[first].append(row)

    def move(self, row: int, to: int) -> None:
        """Put one row into another's group, and leave the rest of its own where it is."""
        before, after = self.of[row], self.of[to]
        if before == after:
            return
        self.members[before].remove(row)
        if not self.members[before]:
            del self.members[before]
        self.of[row] = after
        self.members[after].append(row)

    def follow(self, one: int, other: int) -> None:
        """Put the row of the smaller group into that of the larger."""
        if self.size(one) < self.size(other):
            self.move(one, other)
        else:
            self.move(other, one)


def _shape(standing: Standing) -> Clue | None:
    """The count of parameters: to the million it tells a base by itself, in whole billions with the architecture.

    Not of adapters whose architecture nobody read: their count depends on how they were stored.
    """
    if not standing.parameters or standing.architecture in _UNREAD:
        return None
    millions = round(standing.parameters / 1e6)
    if millions % 1000:
        return ("millions", str(millions))
    return ("billions", str(millions // 1000), standing.architecture or "?")


def _join_shapes(groups: Groups, standings: Sequence[Standing]) -> None:
    """Join equal counts, and what was counted from packed files, two weights as one, to the count of the whole."""
    shapes: dict[Clue, list[int]] = defaultdict(list)
    for row, standing in enumerate(standings):
        if (shape := _shape(standing)) is not None:
            shapes[shape].append(row)
    for rows in shapes.values():
        groups.join(rows)
    for shape, rows in shapes.items():
        packed = 2 * int(shape[1]) if shape[0] == "millions" else 0
        for whole in range(packed - 1, packed + 2):
            others = shapes.get(("millions", str(whole)), [])
            if len(others) >= max(_LARGE, len(rows)):
                groups.join([rows[0], others[0]])


def _follow_scores(groups: Groups, standings: Sequence[Standing]) -> None:
    """Move single rows to where their scores say that they belong."""
    for one, other in copies(standings):
        groups.follow(one, other)
    orphans = [row for row, each in enumerate(standings) if groups.size(row) < _LARGE and not _has_parent(each)]
    for row, near in lookalikes(standings, orphans):
        groups.follow(row, near)
    lost = [row for row in orphans if len(_hearsay(standings[row])) == 1 and _shape(standings[row]) is None]
    for row, near in nearest(standings, lost, [series_of(standing.model) for standing in standings]):
        groups.move(row, near)


def _has_parent(standing: Standing) -> bool:
    return _parent(standing) not in (None, plain_name(standing.model))


def _parent(standing: Standing) -> str | None:
    said = (standing.parent or "").strip()
    return None if not said or said.lower() in _REMOVED else plain_name(said)


def _hearsay(standing: Standing) -> list[Clue]:
    """What a row says of its origin, which may be wrong: its name and its parent's, and the bases that these name."""
    own, parent = plain_name(standing.model), _parent(standing)
    found: list[Clue] = [("name", own)]
    if parent is not None and parent != own:
        found.append(("name", parent))
    mixed = (standing.architecture or "").startswith("Mixtral")
    for name in dict.fromkeys((own, parent or own)):
        if base := named_base(name, mixed=mixed):
            vague = base.rpartition(" ")[0] in VAGUE
            found.append(("base", base, standing.architecture or "?") if vague else ("base", base))
    return found


def _sayings(groups: Groups, votes: Sequence[list[Clue]]) -> dict[Clue, Counter[int]]:
    """For each clue, how many rows of each group have it."""
    found: dict[Clue, Counter[int]] = defaultdict(Counter)
    for row, said in enumerate(votes):
        for clue in said:
            found[clue][groups.of[row]] += 1
    return found


def _join_large(groups: Groups, votes: Sequence[list[Clue]]) -> None:
    """Join large groups that have a clue in common, if enough rows of each have it."""
    agreed = []
    for counts in _sayings(groups, votes).values():
        sure = [
            groups.members[group][0]
            for group, count in counts.items()
            if (size := len(groups.members[group])) >= _LARGE and count >= max(_ROWS, _SHARE * size)
        ]
        if len(sure) > 1:
            agreed.append(sure)
    for rows in agreed:
        groups.join(rows)


def _attach_small(groups: Groups, votes: Sequence[list[Clue]]) -> bool:
    """Join each small group to the large one to which most of its rows' clues point; whether there was any."""
    leading: dict[Clue, int] = {}
    for clue, counts in _sayings(groups, votes).items():
        large = {group: count for group, count in counts.items() if len(groups.members[group]) >= _LARGE}
        if large:
            leading[clue] = groups.members[max(large, key=lambda group: (large[group], -group))][0]
    attached = []
    for rows in groups.members.values():
        if len(rows) >= _LARGE:
            continue
        pointing = Counter(groups.of[leading[clue]] for row in rows for clue in votes[row] if clue in leading)
        for group, count in pointing.most_common(1):
            if count >= _SMALL_SHARE * len(rows):
                attached.append((rows[0], groups.members[group][0]))
    for pair in attached:
        groups.join(pair)
    return bool(attached)


def _join_small(groups: Groups, votes: Sequence[list[Clue]]) -> None:
    """Join small groups that share any clue, for they cannot hide much."""
    for counts in _sayings(groups, votes).values():
        rows = [groups.members[group][0] for group in counts if group in groups.members]
        small = [row for row in rows if groups.size(row) < _LARGE]
        if len(small) > 1:
            groups.join(small)


def _named(groups: Groups, standings: Sequence[Standing]) -> list[str]:
    """Each family under the base that its members name most often, made unique."""
    names: dict[int, str] = {}
    taken: Counter[str] = Counter()
    for group, rows in sorted(groups.members.items(), key=lambda item: (-len(item[1]), min(item[1]))):
        said = Counter(_called(standings[row]) for row in rows)
        name = min(said, key=lambda each: (-said[each], each))
        taken[name] += 1
        names[group] = name if taken[name] == 1 else f"{name} ({taken[name]})"
    return [names[group] for group in groups.of]


def _called(standing: Standing) -> str:
    own, parent = plain_name(standing.model), _parent(standing)
    return named_base(parent or own) or named_base(own) or series_of(parent or own) or parent or own
