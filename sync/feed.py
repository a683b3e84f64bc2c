"""Which phones receive what: scopes, the changes of a record's scope, and how one page of a pull is cut.

A scope (here the commune) decides what a phone receives, never what the server accepts. A cursor is a number of the
project's change counter, so a page that is read by it can never skip what was committed later.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.merge import EntityState
from sync.protocol import DEFAULT_UPSERTS, EVERY_PHONE, MAX_UPSERTS


def scopes_of(state: EntityState, scope_property: str) -> tuple[str, ...]:
    """Return the scopes a record belongs to, sorted; () when it has none and goes to every phone.

    There are several while the scope itself is in open conflict: the phones of every head keep the record, so that
    either side can still see and correct it.
    """
    found = {_to_scope(state.values.get(scope_property, ""))}
    for conflict in state.conflicts:
        if conflict.property == scope_property and conflict.open:
            found.update(_to_scope(head.value) for head in conflict.candidates)
    return tuple(sorted(found - {""}))


def place(state: EntityState, scope_property: str) -> frozenset[str]:
    """Return under which scope keys phones find a record: its scopes, "*" when it has none, nothing when it is gone."""
    if is_gone(state) or state.merged_into is not None:
        return frozenset()
    return frozenset(scopes_of(state, scope_property) or (EVERY_PHONE,))


def is_gone(state: EntityState) -> bool:
    """Tell whether there is nothing to show: she was deleted, or all that was said of her was taken back by edits."""
    return state.deleted or (state.merged_into is None and not state.values)


def _to_scope(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


@dataclass(frozen=True, slots=True)
class Changes:
    """What to tell after an action: the keys under which a record is `present` now, and those it is `gone` from."""

    present: tuple[str, ...]
    gone: tuple[str, ...]


def changes(before: frozenset[str], after: frozenset[str]) -> Changes:
    """Compare where phones found a record (`place`) before and after an action.

    Every key of `present` gets the new version. A record that moved is gone from the old key and present under the new
    one; a phone that holds both must drop it only if it holds it under the key it is gone from.
    """
    return Changes(tuple(sorted(after)), tuple(sorted(before - after)))


@dataclass(frozen=True, slots=True)
class Read:
    """One scope to read in a pull: entries with a change number above `after`."""

    scope: str
    after: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pull answers with: scopes to forget, scopes that are new to the phone, and what to read, in this order."""

    drop: tuple[str, ...]
    add: tuple[str, ...]
    reads: tuple[Read, ...]


def plan_pull(
    agent_scopes: Iterable[str], cursors: Mapping[str, int], *, phone_era: int | None, era: int, counter: int
) -> Plan:
    """Plan a pull from the agent's scopes and the phone's cursors.

    Every phone also reads "*". A scope the agent no longer has is dropped and not read; a scope the phone does not
    know is added and read from 0. From 0 is everything read as well by a phone of another era, and what its cursor
    says to be above the project's `counter`, for no server ever gave that. The scope that is furthest behind comes
    first, so that a large one cannot keep the others waiting for ever.
    """
    wanted = {*agent_scopes, EVERY_PHONE}
    fresh = phone_era != era
    reads = []
    for scope in sorted(wanted):
        after = cursors.get(scope, 0)
        reads.append(Read(scope, after if not fresh and 0 <= after <= counter else 0))
    reads.sort(key=lambda read: (read.after, read.scope))
    return Plan(tuple(sorted(set(cursors) - wanted)), tuple(sorted(wanted - set(cursors))), tuple(reads))


def decide_limit(asked: int | None) -> int:
    """Return how many upserts one pull may give, whatever was asked for."""
    return DEFAULT_UPSERTS if asked is None else max(1, min(asked, MAX_UPSERTS))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a scope's feed: a record that is there (an upsert) or gone."""

    change: int
    gone: bool


@dataclass(frozen=True, slots=True)
class Page:
    """How much of one scope goes into an answer: its first `take` entries, the cursor after them, and if more wait."""

    take: int
    upserts: int
    cursor: int
    more: bool


def cut_page(entries: Sequence[Entry], left: int, read: Read, *, exhausted: bool, newest: int) -> Page:
    """Cut the page of one scope.

    `entries` are its next ones by change number, `exhausted` tells that there are no others; `left` is what remains of
    the pull's limit, counted in upserts over all its scopes. Entries that are gone cost nothing but are not given past
    the last upsert that fits. Entries of one change are never torn apart, for the cursor could not tell them: the page
    may be larger for it. When all was given the cursor is `newest`, the counter that the reading transaction saw; a
    scope that had no room at all keeps its cursor and says there is more.
    """
    take = upserts = 0
    for entry in entries:
        if not entry.gone and upserts >= left and not (take and entries[take - 1].change == entry.change):
            break
        upserts += not entry.gone
        take += 1
    if take == len(entries) and exhausted:
        return Page(take, upserts, max(newest, read.after), False)
    end = take
    if take == len(entries):
        # More of the last change may not have been read.
        end = next((at for at in range(take, 0, -1) if entries[at - 1].change != entries[-1].change), take)
    upserts = sum(not entry.gone for entry in entries[:end])
    return Page(end, upserts, entries[end - 1].change if end else read.after, True)
