"""Known wrong rules, each of which the laws must catch: a check that cannot fail proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import pytest

from sync import answers, branches, comparison, feed, merge, overlay, seeing, shown, trail
from sync.actions import PropertyRow
from sync.answers import Answer, Seen
from sync.feed import Entry, Page, Plan, Read
from sync.policies import Rule
from tests.sync import test_feed, vectors
from tests.sync.world import World

Patch = pytest.MonkeyPatch
LIMIT = 3_000
# Where to begin for those that do harm in few histories only.
BEGIN = {"forget_doubts": 750, "see_no_gaps": 750}


def _wrap_answers(patch: Patch, change: Callable[..., object]) -> None:
    true = answers.find_answer
    patch.setattr(seeing, "find_answer", lambda *given: change(true, *given))


def ignore_branches(patch: Patch) -> None:
    patch.setattr(branches.Branches, "enter", lambda self, record: None)


def overlay_every_step(patch: Patch) -> None:
    for module in (branches, trail):
        patch.setattr(module, "find_version", lambda record: trail.NEVER)


def overlay_no_blanks(patch: Patch) -> None:
    true = trail.Trail._lay

    def lay(self: trail.Trail, step: trail.Step) -> None:
        filled = {name: text for name, text in step.action.saved.items() if text}
        true(self, step._replace(action=replace(step.action, saved=filled)))

    patch.setattr(trail.Trail, "_lay", lay)


def see_no_creates(patch: Patch) -> None:
    patch.setattr(branches.Branches, "_find_creates", lambda self, chain, groups: [])


def see_no_gaps(patch: Patch) -> None:
    patch.setattr(branches.Branches, "has_gap", lambda self, record: False)


def replace_all_heads(patch: Patch) -> None:
    true = seeing.Sight.find_row
    patch.setattr(
        seeing.Sight,
        "find_row",
        lambda self, record: {n: PropertyRow(r.value, r.heads, r.heads) for n, r in true(self, record).items()},
    )


def resolve_only_what_is_shown(patch: Patch) -> None:
    true = seeing.Sight.find_row
    patch.setattr(
        seeing.Sight,
        "find_row",
        lambda self, record: {n: PropertyRow(r.value, r.by, r.by) for n, r in true(self, record).items()},
    )


def see_the_newest_row(patch: Patch) -> None:
    true = seeing._Rows.find
    patch.setattr(seeing._Rows, "find", lambda self, entity_id, version: true(self, entity_id, 1 << 60))


def write_only_what_differs(patch: Patch) -> None:
    _wrap_answers(patch, lambda true, action, *rest: true(replace(action, kind="update"), *rest))


def take_every_blank(patch: Patch) -> None:
    _wrap_answers(patch, lambda true, action, *rest: true(replace(action, blankable=frozenset(action.saved)), *rest))


def take_no_blank(patch: Patch) -> None:
    _wrap_answers(patch, lambda true, action, *rest: true(replace(action, blankable=frozenset()), *rest))


def end_at_untouched_answers(patch: Patch) -> None:
    def change(true: Callable[..., Answer | None], *given: object) -> Answer | None:
        answer = true(*given)
        return answer._replace(parents=()) if answer is not None and answer.text is None else answer

    _wrap_answers(patch, change)


def pass_through_blanks(patch: Patch) -> None:
    def change(true: Callable[..., Answer | None], action: object, name: str, text: str, seen: Seen, *rest: object):
        return true(action, name, text, seen, *rest) or Answer(seen[1], None)

    _wrap_answers(patch, change)


def write_what_is_repeated(patch: Patch) -> None:
    def change(true: Callable[..., Answer | None], action: object, name: str, text: str, *rest: object):
        answer = true(action, name, text, *rest)
        return answer._replace(text=text) if answer is not None and answer.text is None and text else answer

    _wrap_answers(patch, change)


def compare_letters(patch: Patch) -> None:
    patch.setattr(comparison.Comparison, "is_same", lambda self, type, one, other: one == other)


def count_nothing_whole(patch: Patch) -> None:
    for module in (answers, seeing):
        patch.setattr(module, "counts_whole", lambda action, name, rule: False)


def read_edits_as_news(patch: Patch) -> None:
    patch.setattr(seeing, "find_originals", lambda records, cancelled: {})


def keep_what_was_counted_before_an_edit(patch: Patch) -> None:
    true = seeing.find_edited_answer
    patch.setattr(
        seeing,
        "find_edited_answer",
        lambda action, name, text, told, *rest: true(action, name, text, told._replace(amount=comparison.ZERO), *rest),
    )


def let_removal_win(patch: Patch) -> None:
    patch.setattr(shown, "_find_seen_adds", lambda element, removers, graph: set(graph) if [*removers] else set())


def let_adds_win(patch: Patch) -> None:
    patch.setattr(shown, "_find_seen_adds", lambda element, removers, graph: set())


def delete_what_was_not_seen(patch: Patch) -> None:
    patch.setattr(merge._Record, "_find_unseen", lambda self, standing, deletions: [])


def restore_by_settling_something_else(patch: Patch) -> None:
    patch.setattr(merge._Record, "_knows_deletion", lambda self, record, deletions: False)


def break_ties_by_id(patch: Patch) -> None:
    patch.setattr(merge, "order", lambda record: record.action.id)


def swap_first_and_last(patch: Patch) -> None:
    patch.setitem(shown._POLICIES, "first", shown._show_last)
    patch.setitem(shown._POLICIES, "last", shown._show_first)


def show_the_smallest(patch: Patch) -> None:
    patch.setitem(shown._POLICIES, "max", shown._show_min)


def never_unmerge(patch: Patch) -> None:
    true = merge.find_links
    patch.setattr(merge, "find_links", lambda actions: true(a for a in actions if a.kind != "unmerge"))


def take_back_what_was_written_while_merged(patch: Patch) -> None:
    true = merge._collect
    patch.setattr(
        merge,
        "_collect",
        lambda history: {k: replace(r, numbered=r.action.entity_id) for k, r in true(history).items()},
    )


def forget_doubts(patch: Patch) -> None:
    patch.setattr(merge._Record, "_find_doubtful", lambda self, name, graph, writes: [])


MUTANTS = [
    ignore_branches,
    overlay_every_step,
    overlay_no_blanks,
    see_no_creates,
    see_no_gaps,
    replace_all_heads,
    resolve_only_what_is_shown,
    see_the_newest_row,
    write_only_what_differs,
    take_every_blank,
    take_no_blank,
    end_at_untouched_answers,
    pass_through_blanks,
    write_what_is_repeated,
    compare_letters,
    count_nothing_whole,
    read_edits_as_news,
    keep_what_was_counted_before_an_edit,
    let_removal_win,
    let_adds_win,
    delete_what_was_not_seen,
    restore_by_settling_something_else,
    break_ties_by_id,
    swap_first_and_last,
    show_the_smallest,
    never_unmerge,
    take_back_what_was_written_while_merged,
    forget_doubts,
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_laws_catch_a_wrong_rule(mutant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    mutant(monkeypatch)
    begin = BEGIN.get(mutant.__name__, 0)
    for seed in range(begin, begin + LIMIT):
        world = World(Random(seed))
        world.run(5 + seed % 40)
        if world.violations:
            return
    pytest.fail(f"{mutant.__name__} lived through {LIMIT} histories")


# The feed: a wrong page or plan must be noticed by the tests of `feed`.


def tear_a_change_apart(
    true: Callable[..., Page], entries: Sequence[Entry], left: int, read: Read, **given: Any
) -> Page:
    page = true(entries, left, read, **given)
    take = min(page.take, left)
    return replace(page, take=take, cursor=entries[take - 1].change, more=True) if 0 < take < page.take else page


def skip_to_the_newest(
    true: Callable[..., Page], entries: Sequence[Entry], left: int, read: Read, **given: Any
) -> Page:
    return replace(true(entries, left, read, **given), cursor=given["newest"])


def end_after_one_page(true: Callable[..., Page], *given: Any, **more: Any) -> Page:
    return replace(true(*given, **more), more=False)


def trust_what_was_fetched(true: Callable[..., Page], *given: Any, **more: Any) -> Page:
    return true(*given, **{**more, "exhausted": True})


@pytest.mark.parametrize(
    "mutant",
    [tear_a_change_apart, skip_to_the_newest, end_after_one_page, trust_what_was_fetched],
    ids=lambda mutant: mutant.__name__,
)
def test_laws_catch_a_wrong_page(mutant: Callable[..., Page], monkeypatch: Patch) -> None:
    monkeypatch.setattr(test_feed, "cut_page", partial(mutant, feed.cut_page))
    assert is_noticed(
        test_feed.test_cut_page_gives_everything_once_when_read_page_by_page,
        test_feed.test_cut_page_never_tears_a_change_apart,
        test_feed.test_cut_page_stops_at_the_limit_of_upserts,
    )


def believe_any_cursor(true: Callable[..., Plan], scopes: Any, cursors: Any, **given: Any) -> Plan:
    return true(scopes, cursors, **{**given, "counter": 1 << 62})


def believe_any_era(true: Callable[..., Plan], scopes: Any, cursors: Any, **given: Any) -> Plan:
    return true(scopes, cursors, **{**given, "phone_era": given["era"]})


def drop_no_scope(true: Callable[..., Plan], *given: Any, **more: Any) -> Plan:
    return replace(true(*given, **more), drop=())


@pytest.mark.parametrize(
    "mutant", [believe_any_cursor, believe_any_era, drop_no_scope], ids=lambda mutant: mutant.__name__
)
def test_laws_catch_a_wrong_plan(mutant: Callable[..., Plan], monkeypatch: Patch) -> None:
    monkeypatch.setattr(test_feed, "plan_pull", partial(mutant, feed.plan_pull))
    assert is_noticed(
        test_feed.test_plan_pull_drops_and_adds_when_the_agent_moved,
        test_feed.test_plan_pull_reads_from_the_beginning_when_the_era_is_another,
        partial(test_feed.test_plan_pull_reads_from_the_beginning_when_no_server_gave_the_cursor, 10),
    )


# The overlay: what a wrong screen shows differs from the vectors that the phone is tested against.


def add_nothing_up(true: Callable[..., str], rule: Rule, text: str, answer: Answer, *rest: Any) -> str:
    return answer.text or ""


def forget_what_is_taken_away(true: Callable[..., str], rule: Rule, text: str, answer: Answer, *rest: Any) -> str:
    return true(rule, text, answer._replace(removed=frozenset()), *rest)


def show_the_record_alone(true: Callable[..., str], rule: Rule, text: str, *rest: Any) -> str:
    return text


@pytest.mark.parametrize(
    "mutant", [add_nothing_up, forget_what_is_taken_away, show_the_record_alone], ids=lambda mutant: mutant.__name__
)
def test_vectors_catch_a_wrong_screen(mutant: Callable[..., str], monkeypatch: Patch) -> None:
    monkeypatch.setattr(overlay, "bring", partial(mutant, overlay.bring))
    assert vectors.to_text() != vectors.PATH.read_text(encoding="utf-8")


def is_noticed(*tests: Callable[[], None]) -> bool:
    """Tell whether one of the tests fails."""
    for test in tests:
        try:
            test()
        except (AssertionError, IndexError, BaseExceptionGroup):
            return True
    return False
