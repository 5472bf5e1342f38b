"""Packs compute every distinct token once, answer every request once, and let each token see its own past only."""

from hypothesis import given, settings
from hypothesis import strategies as st

from outweigh.models.attention import seen
from outweigh.models.planning import ROOT, Asked, plan, shared, spans, usable

TOKENS = st.lists(st.integers(0, 2), min_size=1, max_size=9).map(tuple)


@st.composite
def requests(draw):
    found = []
    for number, tokens in enumerate(draw(st.lists(TOKENS, min_size=1, max_size=12))):
        read = draw(st.integers(1, len(tokens)))
        targets = tuple(draw(st.lists(st.integers(0, 2), min_size=read, max_size=read)))
        found.append(Asked(number, tokens, targets))
    return found


def prefixes(asked):
    return {each.tokens[:depth] for each in asked for depth in range(1, len(each.tokens) + 1)}


def walk(asked, budget, carried=()):
    """Follow a plan as a model would: the path of every computed row, and every read."""
    path, rows, reads = list(carried), [], []
    for pack in plan(asked, budget=budget, carried=carried):
        assert pack.carried == len(path)
        known = [tuple(path[: depth + 1]) for depth in range(len(path))]
        for token, position, parent in zip(pack.tokens, pack.positions, pack.parents, strict=True):
            past = () if parent == ROOT else known[parent]
            assert position == len(past)
            known.append((*past, token))
        rows += known[len(path) :]
        reads += [(known[pack.carried + read.row], read) for read in pack.reads]
        path = [known[row][-1] for row in pack.keep]
        assert [known[row] for row in pack.keep] == [tuple(path[: depth + 1]) for depth in range(len(path))]
    return rows, reads, tuple(path)


@given(requests(), st.integers(1, 12))
def test_every_distinct_token_is_computed_exactly_once(asked, budget):
    rows, _, _ = walk(asked, budget)
    assert len(rows) == len(set(rows))
    assert set(rows) == prefixes(asked)


@given(requests(), st.integers(1, 12))
def test_every_target_of_every_request_is_read_once_after_its_own_past(asked, budget):
    _, reads, _ = walk(asked, budget)
    expected = [
        (each.tokens[: each.first_read + index + 1], each.request, index, target)
        for each in asked
        for index, target in enumerate(each.targets)
    ]
    found = [(past, read.request, read.index, read.target) for past, read in reads]
    assert sorted(found) == sorted(expected)


@given(requests(), st.integers(1, 12))
def test_no_pack_exceeds_the_budget(asked, budget):
    assert all(0 < len(pack.tokens) <= budget for pack in plan(asked, budget=budget))


@given(requests(), requests(), st.integers(1, 12))
def test_a_carried_path_is_never_computed_again(first, second, budget):
    _, _, path = walk(first, budget)
    carried = path[: usable(path, second)]
    rows, reads, _ = walk(second, budget, carried)
    computed_before = {carried[:depth] for depth in range(1, len(carried) + 1)}
    assert not computed_before & set(rows)
    assert prefixes(second) <= computed_before | set(rows)
    assert len(reads) == sum(len(each.targets) for each in second)


@given(requests(), st.integers(1, 12), st.integers(1, 6))
def test_a_token_sees_its_ancestors_and_itself_only(asked, budget, enough):
    path = []
    for pack in plan(asked, budget=budget):
        known = [tuple(path[: depth + 1]) for depth in range(len(path))]
        for token, parent in zip(pack.tokens, pack.parents, strict=True):
            known.append((*(() if parent == ROOT else known[parent]), token))
        own = known[pack.carried :]
        for span in spans(pack, enough):
            columns = known[: span.past] + own[span.start : span.stop]
            for row, allowed in zip(own[span.start : span.stop], seen(pack, span), strict=True):
                assert {columns[place] for place in allowed.nonzero()[0]} == {row[: d + 1] for d in range(len(row))}
        path = [known[row][-1] for row in pack.keep]


@given(requests(), st.integers(1, 12), st.integers(1, 6))
def test_spans_cover_every_row_once_and_only_branches_grow_beyond_enough(asked, budget, enough):
    for pack in plan(asked, budget=budget):
        found = spans(pack, enough)
        assert [row for span in found for row in range(span.start, span.stop)] == list(range(len(pack.tokens)))
        for span in found:
            leaving = [row for row in range(span.start, span.stop) if pack.parents[row] < pack.carried]
            assert len(leaving) == 1 or span.stop - span.start <= enough


@given(requests(), st.integers(1, 12))
def test_the_order_of_requests_changes_nothing(asked, budget):
    assert plan(asked, budget=budget) == plan(asked[::-1], budget=budget)


@settings(max_examples=200)
@given(TOKENS, TOKENS)
def test_shared_counts_the_common_beginning(left, right):
    common = shared(left, right)
    assert left[:common] == right[:common]
    assert common == min(len(left), len(right)) or left[common] != right[common]
