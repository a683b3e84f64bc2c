"""Two people at the same moment, on both databases: one decides, nobody waits for ever, nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from server.auth import COMMAND
from server.database import db
from server.errors import Problem
from server.models import EntityActionRow
from server.services import deletion, entities, erasure, identity
from tests.builders import registration, visit

BOTH_DATABASES = True
ROUNDS = 4


def at_once(app: Flask, *works: Callable[[], Any]) -> list[Any]:
    """Run functions in threads that begin together; give what each returned, or the code of its problem."""
    db.session.rollback()
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[place] = work()
            except Problem as problem:
                results[place] = problem.code
            except Exception as error:  # noqa: BLE001 - told below
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "somebody waits for ever"
    for result in results:
        assert not isinstance(result, Exception), repr(result)
    db.session.rollback()
    db.session.expire_all()
    return results


def register(phone: Any, **answers: str) -> str:
    xml, instance_id, woman = registration(**answers)
    phone.push(phone.item(xml, instance_id))
    return woman


def test_two_officers_settle_the_same_conflict_and_one_is_told_it_changed(app: Flask, phone: Any) -> None:
    for _ in range(ROUNDS):
        woman = register(phone)
        for trade in ("patisserie", "couture_trad"):
            phone.push(phone.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), metier=trade)))
        results = at_once(
            app,
            lambda: entities.settle_conflict(1, woman, 3, {"metier": "patisserie"}, COMMAND),  # noqa: B023
            lambda: entities.settle_conflict(1, woman, 3, {"metier": "couture_trad"}, COMMAND),  # noqa: B023
        )
        assert sorted(map(str, results)) == ["4", "409.51"]
        assert entities.get_entity(1, woman).open == []
    assert entities.rebuild_entities(1)[1] == 0


def test_a_merge_and_visits_to_both_records_at_the_same_moment_lose_nothing(app: Flask, make_phone: Any) -> None:
    one, two, three = make_phone("Amina"), make_phone("Houria"), make_phone("Samia")
    for phone in (one, two, three):
        phone.client = app.test_client()
    for round_ in range(ROUNDS):
        winner, loser = register(one), register(one)
        if round_ % 2:
            winner, loser = loser, winner
        items = [
            phone.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), localite=f"{n}{round_}"))
            for n, (phone, woman) in enumerate(((one, loser), (two, winner), (three, loser)))
        ]
        results = at_once(
            app,
            lambda: identity.merge_entities(1, loser, winner, 1, 1, COMMAND),  # noqa: B023
            lambda: one.push(items[0])["results"][0]["status"],  # noqa: B023
            lambda: two.push(items[1])["results"][0]["status"],  # noqa: B023
            lambda: three.push(items[2])["results"][0]["status"],  # noqa: B023
        )
        assert results[1:] == ["accepted"] * 3
        assert results[0] == "409.51" or results[0][0] == winner
        if results[0] != "409.51":
            assert entities.get_entity(1, loser).merged_into == winner
        said = {c["value"] for e in (winner, loser) for c, _ in _candidates(e) for c in c} | {
            str(entities.get_entity(1, e).data.get("localite")) for e in (winner, loser)
        }
        assert {f"{n}{round_}" for n in range(3)} <= said
    assert entities.rebuild_entities(1)[1] == 0


def _candidates(entity_id: str) -> list[tuple[list[dict[str, Any]], str]]:
    listed = entities.list_conflicts(1, open_only=False, entity_id=entity_id)
    return [(list(entry.candidates), entry.property) for entry, _ in listed if entry.property == "localite"]


def test_two_officers_merge_in_both_directions(app: Flask, phone: Any) -> None:
    for _ in range(ROUNDS):
        one, two = register(phone), register(phone)
        results = at_once(
            app,
            lambda: identity.merge_entities(1, one, two, 1, 1, COMMAND)[0],  # noqa: B023
            lambda: identity.merge_entities(1, two, one, 1, 1, COMMAND)[0],  # noqa: B023
        )
        assert results[0] == results[1]
        merges = select(EntityActionRow.id).where(
            EntityActionRow.kind == "merge", EntityActionRow.named_id.in_([one, two])
        )
        assert len(db.session.scalars(merges).all()) == 1
        db.session.rollback()
    assert entities.rebuild_entities(1)[1] == 0


def test_an_erasure_and_a_visit_at_the_same_moment_leave_nothing_of_her(app: Flask, phone: Any) -> None:
    phone.client = app.test_client()
    for _ in range(2):
        woman = register(phone, nom_fr="Zerroukiyya")
        item = phone.item(*visit(woman, base=1, localite="Haouch Bouzegza", seen={"nom_fr": "Zerroukiyya"}))
        results = at_once(
            app,
            lambda: erasure.erase_entity(1, woman, COMMAND).entity_ids,  # noqa: B023
            lambda: phone.push(item)["results"][0]["status"],  # noqa: B023
        )
        assert results[0] == (woman,)
        assert results[1] in ("accepted", "duplicate")
        actions = db.session.scalars(select(EntityActionRow).where(EntityActionRow.entity_id == woman)).all()
        assert "Bouzegza" not in str([dict(action.saved) for action in actions])
        assert "Zerroukiyya" not in str([dict(action.saved) for action in actions])
        db.session.rollback()


def test_a_deletion_and_a_visit_at_the_same_moment_lose_no_visit(app: Flask, phone: Any) -> None:
    phone.client = app.test_client()
    for _ in range(ROUNDS):
        woman = register(phone)
        item = phone.item(*visit(woman, base=1, localite="Sidi Ghalem"))
        results = at_once(
            app,
            lambda: deletion.delete_entity(1, woman, 1, COMMAND),  # noqa: B023
            lambda: phone.push(item)["results"][0]["status"],  # noqa: B023
        )
        assert results[1] == "accepted"
        entity = entities.get_entity(1, woman)
        assert entity.data["localite"] == "Sidi Ghalem"
        assert (results[0] == "409.51") == ("_deleted" not in entity.open)
        assert not entity.deleted
    assert entities.rebuild_entities(1)[1] == 0
