"""The laws of the merge rule, tried on histories of a small world whose truth is kept outside the rule.

`HIRFA_TESTS=long` tries many more. A violation names its seed: `World(Random(seed), lossy=…).run(steps)` replays it.
"""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import merge
from sync.actions import Recorded
from sync.identity import find_linked
from sync.merge import EntityState
from tests.sync.ledger import Ledger, act
from tests.sync.world import World

LONG = os.environ.get("HIRFA_TESTS") == "long"
HISTORIES = 20_000 if LONG else 160
BATCH = 20

quick = settings(
    max_examples=2_000 if LONG else 40,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def run_world(seed: int, *, lossy: bool = False) -> World:
    world = World(Random(seed), lossy=lossy)
    world.run(5 + seed % 40)
    return world


@pytest.mark.parametrize("batch", range(HISTORIES // BATCH))
def test_state_says_what_people_did_when_everything_arrived(batch: int) -> None:
    """No write is lost, no conflict is false, sums and sets are right, derived writes are what people changed."""
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        assert run_world(seed).violations == [], f"seed {seed}"


@pytest.mark.parametrize("batch", range(HISTORIES // BATCH // 2))
def test_state_loses_nothing_when_steps_never_arrive(batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        assert run_world(seed, lossy=True).violations == [], f"seed {seed}"


@quick
@given(st.randoms(use_true_random=False), st.integers(3, 25), st.booleans())
def test_state_keeps_the_laws_when_chance_is_chosen_to_break_them(chance: Random, steps: int, lossy: bool) -> None:
    world = World(chance, lossy=lossy)
    world.run(steps)
    assert world.violations == []


@quick
@given(st.integers(0, 2**32), st.booleans(), st.randoms(use_true_random=False))
def test_state_is_the_same_when_the_facts_come_in_another_order_and_twice(
    seed: int, lossy: bool, chance: Random
) -> None:
    world = run_world(seed, lossy=lossy)
    for entity_id in world.entities:
        facts = world.ledger.group(entity_id)
        again = [*facts, *chance.sample(facts, len(facts) // 2)]
        chance.shuffle(again)
        assert merge.state(entity_id, again, world.ledger.rules) == world.ledger.state(entity_id)


@quick
@given(st.integers(0, 2**32), st.booleans())
def test_apply_serves_what_is_rebuilt_later(seed: int, lossy: bool) -> None:
    """What was served last is what comes out when all is computed from the beginning, and its row was recorded."""
    ledger = run_world(seed, lossy=lossy).ledger
    for entity_id, served in ledger.served.items():
        rebuilt: EntityState = ledger.state(entity_id)
        assert rebuilt == served
        recorded = max((r for r in ledger.history if r.numbered == entity_id), key=lambda r: r.version)
        assert recorded.row == rebuilt.row


@quick
@given(st.integers(0, 2**32), st.booleans())
def test_state_is_as_before_when_every_answer_is_edited_in_another_question(seed: int, lossy: bool) -> None:
    """An original is understood as any other answer is: what its author had seen does not change with its edit."""
    ledger = run_world(seed, lossy=lossy).ledger
    edits = [
        Recorded(act(f"{a.id} again", entity_id=a.entity_id, saved={"other": "x"}, edits=a.id), r.numbered, 10**6 + n, {})
        for n, r in enumerate(ledger.history)
        if (a := r.action).kind in ("create", "update")
    ]
    for entity_id, before in ledger.served.items():
        after = merge.state(entity_id, [*ledger.group(entity_id), *edits], ledger.rules)
        for name in before.row.keys() - {"_deleted"}:
            assert after.row[name] == before.row[name]


@quick
@given(st.integers(0, 2**32))
def test_apply_changes_nothing_when_the_action_is_known(seed: int) -> None:
    ledger = run_world(seed).ledger
    for record in ledger.history:
        group = ledger.group(record.numbered)
        again = merge.apply(record.numbered, group, record.action, ledger.rules, version=10**6)
        assert again == ledger.state(record.numbered)


@quick
@given(st.integers(0, 2**32), st.booleans())
def test_state_shows_a_head_when_values_are_listed(seed: int, lossy: bool) -> None:
    """Whoever stands behind a value is among the heads, and candidates differ and are not replaced."""
    world = run_world(seed, lossy=lossy)
    for entity_id in world.entities:
        state = world.ledger.state(entity_id)
        for shown in state.row.values():
            assert set(shown.by) <= set(shown.heads)
        for conflict in state.conflicts:
            assert conflict.candidates
            if conflict.property != "_deleted":
                assert {head.action_id for head in conflict.candidates} <= set(state.row[conflict.property].heads)


@quick
@given(st.data())
def test_state_is_total_when_what_is_recorded_makes_no_sense(data: st.DataObject) -> None:
    """Any bases, positions, targets and edits, circles included, give a state, whatever the order."""
    ids = [f"a{n}" for n in range(data.draw(st.integers(1, 8)))]
    entities = st.sampled_from("AB")
    some_id = st.none() | st.sampled_from(ids)
    number = st.none() | st.integers(-2, 12)
    ledger = Ledger({"paid": merge.Rule("sum", "integer"), "trades": merge.Rule("union", "select_multiple")})
    texts = st.sampled_from(["", " ", "1", "x y", "1e99", "nan", "\ud800", "٣"])
    saved = st.dictionaries(st.sampled_from(["name", "paid", "trades", "label", "_deleted"]), texts)
    for action_id in ids:
        ledger.receive(
            act(
                action_id,
                data.draw(st.sampled_from(["create", "update", "delete", "resolve", "merge", "unmerge", "undo", "?"])),
                entity_id=data.draw(entities),
                saved=data.draw(saved),
                branch=data.draw(st.none() | st.sampled_from("bc")),
                pos=data.draw(number),
                base=data.draw(number),
                device=data.draw(st.none() | st.just("d")),
                edits=data.draw(some_id),
                target=data.draw(some_id | entities),
                literal=data.draw(st.booleans()),
            )
        )
    for entity_id in "AB":
        facts = [record for record in ledger.history if record.numbered in find_linked(entity_id, [("A", "B")])]
        state = merge.state(entity_id, facts, ledger.rules)
        assert merge.state(entity_id, facts[::-1], ledger.rules) == state
        for shown in state.row.values():
            assert shown.heads
