from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.feed import Changes, Entry, Page, Read, changes, cut_page, decide_limit, place, plan_pull, scopes_of
from sync.merge import EntityState, Rule
from tests.sync.ledger import Ledger


def test_scopes_of_is_the_value_of_the_scope_property() -> None:
    assert scopes_of(Ledger().do("c", "create", saved={"commune": " 3112 "}), "commune") == ("3112",)


@pytest.mark.parametrize("saved", [{"name": "x"}, {"name": "x", "commune": ""}])
def test_scopes_of_is_empty_when_there_is_none(saved: dict[str, str]) -> None:
    state = Ledger().do("c", "create", saved=saved)
    assert scopes_of(state, "commune") == ()
    assert place(state, "commune") == {"*"}


def moved_twice(policy: str) -> EntityState:
    book = Ledger({"commune": Rule(policy, "select_one")})
    book.do("c", "create", saved={"commune": "1"})
    book.do("p", saved={"commune": "2"}, base=1)
    return book.do("q", saved={"commune": "3"}, base=1)


def test_scopes_of_names_every_head_while_the_scope_is_in_conflict() -> None:
    assert scopes_of(moved_twice("review"), "commune") == ("2", "3")


def test_scopes_of_names_the_shown_one_when_the_conflict_is_closed() -> None:
    assert scopes_of(moved_twice("last"), "commune") == ("3",)


def test_place_is_nowhere_when_deleted_or_merged() -> None:
    book = Ledger()
    book.do("c", "create", saved={"commune": "1"})
    assert place(book.do("d", "delete", base=1), "commune") == frozenset()
    assert place(EntityState({}, {}, (), False, (), merged_into="B"), "commune") == frozenset()


@pytest.mark.parametrize(
    ("before", "after", "present", "gone"),
    [
        ("", "a", "a", ""),
        ("a", "a", "a", ""),
        ("a", "b", "b", "a"),
        ("a", "ab", "ab", ""),
        ("ab", "b", "b", "a"),
        ("ab", "", "", "ab"),
    ],
)
def test_changes_tells_both_sides(before: str, after: str, present: str, gone: str) -> None:
    assert changes(frozenset(before), frozenset(after)) == Changes(tuple(present), tuple(gone))


def test_plan_pull_gives_everything_from_the_beginning_when_the_phone_has_nothing() -> None:
    plan = plan_pull(["b", "a"], {}, phone_era=None, era=0, counter=9)
    assert plan.add == ("*", "a", "b")
    assert plan.drop == ()
    assert set(plan.reads) == {Read("*", 0), Read("a", 0), Read("b", 0)}


def test_plan_pull_drops_and_adds_when_the_agent_moved() -> None:
    plan = plan_pull(["b", "c"], {"*": 5, "a": 5, "b": 3}, phone_era=0, era=0, counter=9)
    assert (plan.drop, plan.add) == (("a",), ("c",))
    assert plan.reads == (Read("c", 0), Read("b", 3), Read("*", 5))


def test_plan_pull_reads_from_the_beginning_when_the_era_is_another() -> None:
    plan = plan_pull(["a"], {"*": 5, "a": 5}, phone_era=0, era=1, counter=1_000_009)
    assert {read.after for read in plan.reads} == {0}


@pytest.mark.parametrize("cursor", [-1, 10, 10**18])
def test_plan_pull_reads_from_the_beginning_when_no_server_gave_the_cursor(cursor: int) -> None:
    plan = plan_pull(["a"], {"*": 9, "a": cursor}, phone_era=0, era=0, counter=9)
    assert plan.reads == (Read("a", 0), Read("*", 9))


@pytest.mark.parametrize(("asked", "limit"), [(None, 200), (0, 1), (-5, 1), (7, 7), (10**9, 1000)])
def test_decide_limit_is_kept_in_bounds(asked: int | None, limit: int) -> None:
    assert decide_limit(asked) == limit


UP, GONE = False, True


def entries(*kinds: bool) -> list[Entry]:
    return [Entry(n, gone) for n, gone in enumerate(kinds, start=1)]


def cut(lines: list[Entry], left: int, *, exhausted: bool = True) -> Page:
    return cut_page(lines, left, Read("a", 0), exhausted=exhausted, newest=50)


def test_cut_page_gives_all_and_the_newest_cursor_when_it_fits() -> None:
    assert cut(entries(UP, GONE, UP), 2) == Page(3, 2, 50, False)
    assert cut([], 0) == Page(0, 0, 50, False)


def test_cut_page_stops_at_the_limit_of_upserts() -> None:
    assert cut(entries(UP, GONE, UP, UP), 2) == Page(3, 2, 3, True)


def test_cut_page_gives_what_is_gone_when_no_upsert_is_left() -> None:
    assert cut(entries(GONE, GONE), 0) == Page(2, 0, 50, False)
    assert cut(entries(GONE, UP), 0) == Page(1, 0, 1, True)


def test_cut_page_keeps_the_cursor_when_there_is_no_room() -> None:
    assert cut_page(entries(UP), 0, Read("a", 0), exhausted=True, newest=50) == Page(0, 0, 0, True)


def test_cut_page_never_tears_a_change_apart() -> None:
    lines = [Entry(1, UP), Entry(2, UP), Entry(2, UP), Entry(3, UP)]
    assert cut(lines, 2) == Page(3, 3, 2, True)


def test_cut_page_waits_for_the_rest_of_a_change_when_more_may_follow() -> None:
    lines = [Entry(1, UP), Entry(2, UP), Entry(2, UP)]
    assert cut(lines, 9, exhausted=False) == Page(1, 1, 1, True)
    assert cut(lines[1:], 9, exhausted=False) == Page(2, 2, 2, True)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=30), st.integers(1, 5), st.integers(3, 9))
def test_cut_page_gives_everything_once_when_read_page_by_page(
    steps: list[tuple[int, bool]], limit: int, fetched: int
) -> None:
    lines: list[Entry] = []
    for step, gone in steps:
        change = (lines[-1].change if lines else 1) + step
        if len([line for line in lines if line.change == change]) < 3:
            lines.append(Entry(change, gone))
    given_out: list[Entry] = []
    cursor, more = 0, True
    while more:
        waiting = [line for line in lines if line.change > cursor]
        page = cut_page(
            waiting[:fetched],
            limit,
            Read("a", cursor),
            exhausted=len(waiting) <= fetched,
            newest=lines[-1].change if lines else 0,
        )
        given_out += waiting[: page.take]
        assert page.take or not page.more
        cursor, more = page.cursor, page.more
    assert given_out == lines


def test_place_is_nowhere_when_nothing_that_was_said_of_her_stands() -> None:
    book = Ledger()
    book.do("c", "create", saved={"commune": "1"})
    assert place(book.do("u", "undo", saved={}, target="c"), "commune") == frozenset()
