"""The short way for histories that are a line gives what the whole rule gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.actions import LABEL, EntityAction, Recorded
from sync.line import Place, continue_line, is_line
from sync.merge import apply
from sync.policies import Rule

WOMAN = "11111111-1111-4111-8111-111111111111"
BEGUN = datetime(2026, 11, 23, tzinfo=UTC)
RULES = {
    "name": Rule("review", "text"),
    "age": Rule("review", "integer"),
    "town": Rule("last", "select_one", ("a", "b")),
    "code": Rule("first", "text"),
    "most": Rule("max", "integer"),
    "soonest": Rule("min", "date"),
    "visits": Rule("sum", "calculate"),
    "trades": Rule("union", "select_multiple", ("b", "a", "c")),
    "notes": Rule("append", "text"),
    "phone": Rule("last", "text", office=True),
    "loan": Rule("review", "text", office=True),
}
TEXTS = st.sampled_from(["", " ", "a", "b a", "a b", "3", "03", "3.0", "-1", "2026-11-23", "x\ny"])
NAMES = [*RULES, LABEL, "unknown", "_deleted"]


def place_of(action: EntityAction, version: int) -> Place:
    return Place(
        action.id, action.entity_id, action.kind, action.branch, action.pos, action.base, action.edits, WOMAN, version
    )


@st.composite
def actions(draw: st.DrawFn, number: int, base: int | None) -> EntityAction:
    """Make an action that mostly continues the line."""
    saved = draw(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=6))
    prefilled = frozenset(draw(st.sets(st.sampled_from(NAMES))))
    blankable = frozenset(name for name in prefilled if draw(st.booleans()))
    usual = draw(st.integers(0, 9)) > 0
    branch = draw(st.sampled_from([None, f"branch {number}", "branch"]))
    at = BEGUN + timedelta(minutes=draw(st.integers(-3, 30)))
    seen = base if usual else draw(st.sampled_from([None, 0, base, max((base or 0) - 1, 0)]))
    return EntityAction(
        id=f"uuid:{number}#0",
        entity_id=WOMAN,
        list="women",
        kind="create" if number == 0 else draw(st.sampled_from(["update"] * 8 + ["create", "resolve", "delete"])),
        saved=saved,
        prefilled=prefilled,
        blankable=blankable,
        branch=branch,
        pos=None if branch is None or number == 0 else seen if usual else draw(st.sampled_from([None, 1, seen])),
        base=seen,
        at=at,
        author="agent",
        device="phone",
        form_id="form",
        form_version="1",
        edits=None if usual else draw(st.sampled_from([None, "uuid:0#0"])),
        literal=draw(st.booleans()),
    )


@given(st.data())
def test_continue_line_gives_what_the_rule_gives_when_every_author_saw_the_latest_row(data: st.DataObject) -> None:
    history: list[Recorded] = []
    version = 0
    for number in range(data.draw(st.integers(1, 6))):
        action = data.draw(actions(number, version or None))
        before = history[-1].row if history else {}
        places = [place_of(one.action, one.version) for one in history]
        version += data.draw(st.sampled_from([1, 1, 1, 1_000_000]))
        whole = apply(WOMAN, history, action, RULES, version=version)
        short = None
        if is_line([*places, place_of(action, version)]):
            short = continue_line(before, action, RULES)
        if short is not None:
            assert (short.values, short.row) == (whole.values, whole.row)
            assert list(short.row) == list(whole.row)
            assert (short.conflicts, short.deleted, short.forks, short.merged_into) == (
                whole.conflicts,
                whole.deleted,
                whole.forks,
                whole.merged_into,
            )
        history.append(Recorded(action, WOMAN, version, whole.row))


def make(number: int, kind: str, saved: dict[str, str], base: int | None) -> EntityAction:
    return EntityAction(
        id=f"uuid:{number}#0", entity_id=WOMAN, list="women", kind=kind, saved=saved, prefilled=frozenset(saved),
        blankable=frozenset(saved), branch=None, pos=None, base=base, at=BEGUN, author="agent", device="phone",
        form_id="form", form_version="1",
    )  # fmt: skip


def test_continue_line_answers_for_a_registration_and_plain_visits() -> None:
    first = make(0, "create", {"name": "Fatima", "trades": "a b", "visits": "1", LABEL: "Fatima"}, None)
    shown = continue_line({}, first, RULES)
    assert shown is not None
    assert shown.values == {"label": "Fatima", "name": "Fatima", "trades": "b a", "visits": "1"}
    visit = make(1, "update", {"name": "Fatima Z.", "trades": "b a", "visits": "2"}, 1)
    assert is_line([place_of(first, 1), place_of(visit, 2)])
    after = continue_line(shown.row, visit, RULES)
    assert after is not None and after.values["visits"] == "2" and after.row["name"].by == (visit.id,)
    assert after.row["trades"].by == (first.id,)


def test_is_line_refuses_when_somebody_had_not_seen_the_last_row() -> None:
    first, late = make(0, "create", {}, None), make(2, "update", {}, 1)
    between = make(1, "update", {}, 1)
    assert not is_line([place_of(first, 1), place_of(between, 2), place_of(late, 3)])
    assert not is_line([place_of(between, 1)])


def test_continue_line_leaves_to_the_rule_what_a_phone_was_never_sent() -> None:
    """An agent's telephone number replaces no other that stays in the office: both stand until somebody decides."""
    first = make(0, "create", {"phone": "0660"}, None)
    shown = continue_line({}, first, RULES)
    assert shown is not None
    assert continue_line(shown.row, make(1, "update", {"phone": "0770"}, 1), RULES) is None
    assert continue_line(shown.row, make(1, "update", {"name": "Fatima"}, 1), RULES) is not None
    left = continue_line(shown.row, make(1, "update", {"phone": "", "name": "Fatima"}, 1), RULES)
    assert left is not None
    assert left.row["phone"] == shown.row["phone"]


FIRST = place_of(make(0, "create", {}, None), 3)
NEXT = place_of(make(1, "update", {}, 3), 4)


def test_is_line_takes_branches_that_begin_on_the_last_row_and_have_one_step() -> None:
    assert is_line([])
    assert is_line([FIRST, NEXT, NEXT._replace(base=4, version=1_000_000)])
    begun = NEXT._replace(branch="b", pos=3)
    assert is_line([FIRST, begun, NEXT._replace(branch="c", pos=4, base=4, version=5)])
    assert is_line([FIRST._replace(branch="b"), NEXT])


@pytest.mark.parametrize(
    "places",
    [
        [FIRST._replace(edits="uuid:9#0")],
        [FIRST._replace(numbered="other")],
        [FIRST._replace(base=1)],
        [FIRST._replace(pos=1)],
        [FIRST._replace(kind="update")],
        [FIRST, NEXT._replace(edits="uuid:0#0")],
        [FIRST, NEXT._replace(numbered="other")],
        [FIRST, NEXT._replace(kind="resolve")],
        [FIRST, NEXT._replace(entity_id="other", numbered="other")],
        [FIRST, NEXT._replace(base=2)],
        [FIRST, NEXT._replace(version=3)],
        [FIRST, NEXT._replace(version=2)],
        [FIRST, NEXT._replace(branch="b", pos=4)],
        [FIRST, NEXT._replace(branch="b", pos=None)],
        [FIRST._replace(branch="b"), NEXT._replace(branch="b", pos=3)],
        [FIRST, NEXT._replace(branch="b", pos=3), NEXT._replace(branch="b", base=4, pos=4, version=5)],
    ],
)
def test_is_line_refuses_what_is_none(places: list[Place]) -> None:
    assert not is_line(places)


def test_continue_line_takes_a_blank_for_an_answer_as_the_rule_does() -> None:
    saved = {"name": "Fatima", "town": "a", "most": "3", "soonest": "2026-11-23", "visits": "4", LABEL: "Fatima"}
    first = make(0, "create", saved, None)
    before = apply(WOMAN, [], first, RULES, version=1).row
    for blank in ("", " "):
        visit = make(1, "update", dict.fromkeys(saved, blank), 1)
        short = continue_line(before, visit, RULES)
        whole = apply(WOMAN, [Recorded(first, WOMAN, 1, before)], visit, RULES, version=2)
        assert short is not None and (short.values, short.row) == (whole.values, whole.row)
        assert short.values == {**dict.fromkeys(saved, ""), LABEL: "Fatima", "visits": "0"}
