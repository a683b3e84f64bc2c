"""Merge, separate, delete and restore records, with phones that know nothing of it yet."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.auth import COMMAND
from server.database import db
from server.models import Entity, EntityActionRow
from server.services import entities
from tests.builders import registration, visit

BOTH_DATABASES = True


@pytest.fixture
def officer(as_role: Any) -> FlaskClient:
    found: FlaskClient = as_role("officer")
    return found


def act(officer: FlaskClient, woman: str, what: str, **body: Any) -> Any:
    return officer.post(f"/v1/projects/1/entities/{woman}/{what}", json=body)


def read(officer: FlaskClient, woman: str) -> dict[str, Any]:
    answer = officer.get(f"/v1/projects/1/entities/{woman}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def register(phone: Any, **answers: str) -> str:
    xml, instance_id, woman = registration(**answers)
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    return woman


def merge(officer: FlaskClient, loser: str, winner: str) -> Any:
    versions = read(officer, loser)["version"], read(officer, winner)["version"]
    return act(officer, loser, "merge", into=winner, version=versions[0], intoVersion=versions[1])


def cursors(phone: Any) -> dict[str, int]:
    return {scope: page["cursor"] for scope, page in phone.pull(limit=1000)["scopes"].items()}


def told(phone: Any, since: dict[str, int]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    pages = phone.pull(scopes=since, limit=1000)["scopes"].values()
    return {u["id"]: u for p in pages for u in p["upserts"]}, [g for p in pages for g in p["gone"]]


def test_merge_tells_the_phones_and_keeps_what_both_said(phone: Any, officer: FlaskClient) -> None:
    one, two = register(phone, nom_fr="Benali", localite="Kehaïlia"), register(phone, nom_fr="Ben Ali", localite="Kehaïlia")
    before = cursors(phone)
    answer = merge(officer, two, one)
    assert (answer.status_code, answer.json["id"]) == (200, one)
    upserts, gone = told(phone, before)
    assert gone == [{"id": two, "mergedInto": one}]
    assert set(upserts) == {one}
    assert "nom_fr" in upserts[one]["open"]
    assert "localite" not in upserts[one]["open"]
    assert read(officer, two)["mergedInto"] == one
    assert set(phone.women()) == {one}
    assert {c.property for c, _ in entities.list_conflicts(1)} >= {"nom_fr"}
    assert {c.entity_id for c, _ in entities.list_conflicts(1)} == {one}
    assert entities.rebuild_entities(1)[1] == 0


def test_a_visit_sent_for_the_loser_numbers_the_winner(phone: Any, officer: FlaskClient) -> None:
    one, two = register(phone), register(phone)
    merge(officer, two, one)
    version = read(officer, one)["version"]
    xml, instance_id = visit(two, base=1, trunk=1, branch=str(uuid4()), localite="Sidi Ghalem")  # from before she knew
    result = phone.push(phone.item(xml, instance_id))["results"][0]
    assert result["entities"] == [{"id": one, "version": version + 1, "conflicts": result["entities"][0]["conflicts"]}]
    assert set(phone.women()) == {one}
    said = {"Sidi Ghalem", "Kehaïlia"}
    assert phone.women()[one]["data"]["localite"] in said
    assert entities.rebuild_entities(1)[1] == 0


def test_a_draft_pinned_on_the_loser_arrives_after_the_unmerge_too(phone: Any, officer: FlaskClient) -> None:
    one, two = register(phone), register(phone, nom_fr="Autre")
    before = read(officer, two)
    merge(officer, two, one)
    since = cursors(phone)
    answer = act(officer, two, "unmerge", version=read(officer, one)["version"])
    assert answer.status_code == 200, answer.text
    upserts, gone = told(phone, since)
    assert gone == []
    assert set(upserts) == {one, two}
    after = read(officer, two)
    assert {k: after[k] for k in ("data", "version", "mergedInto", "open")} == {
        k: before[k] for k in ("data", "version", "mergedInto", "open")
    }
    assert read(officer, one)["open"] == []
    xml, instance_id = visit(two, base=1, trunk=1, branch=str(uuid4()), localite="Sidi Ghalem", seen={"nom_fr": "Autre"})
    phone.push(phone.item(xml, instance_id))
    shown = phone.women()
    assert (shown[two]["data"]["localite"], shown[two]["open"], shown[two]["version"]) == ("Sidi Ghalem", [], 2)
    assert shown[one]["data"]["localite"] == "Kehaïlia"
    assert entities.rebuild_entities(1)[1] == 0


def test_what_was_written_while_two_were_one_stays_with_the_winner(phone: Any, officer: FlaskClient) -> None:
    one, two = register(phone), register(phone)
    merge(officer, two, one)
    version = read(officer, one)["version"]
    phone.push(phone.item(*visit(one, base=version, localite="Meanwhile")))
    act(officer, two, "unmerge", version=read(officer, one)["version"])
    shown = phone.women()
    assert (shown[one]["data"]["localite"], shown[two]["data"]["localite"]) == ("Meanwhile", "Kehaïlia")
    history = entities.find_history(1, entities.get_entity(1, two))
    assert [entry.action.kind for entry in history] == ["unmerge", "merge", "create"]


def test_merging_in_both_directions_makes_one_merge(phone: Any, officer: FlaskClient) -> None:
    one, two = register(phone), register(phone)
    versions = read(officer, one)["version"], read(officer, two)["version"]
    first = act(officer, two, "merge", into=one, version=versions[1], intoVersion=versions[0])
    second = act(officer, one, "merge", into=two, version=versions[0], intoVersion=versions[1])
    assert (first.json["id"], second.status_code, second.json["id"]) == (one, 200, one)
    merges = select(EntityActionRow.id).where(EntityActionRow.kind == "merge")
    assert len(db.session.scalars(merges).all()) == 1


def test_three_become_one_and_one_leaves_again(phone: Any, officer: FlaskClient) -> None:
    one, two, three = (register(phone) for _ in range(3))
    merge(officer, two, one)
    merge(officer, one, three)
    assert read(officer, two)["mergedInto"] == read(officer, one)["mergedInto"] == three
    assert len({e.component for e in db.session.scalars(select(Entity).where(Entity.list == "artisanes"))}) == 1
    act(officer, two, "unmerge", version=read(officer, three)["version"])
    assert (read(officer, two)["mergedInto"], read(officer, one)["mergedInto"]) == (None, three)
    assert set(phone.women()) == {two, three}
    act(officer, one, "unmerge", version=read(officer, three)["version"])
    assert set(phone.women()) == {one, two, three}
    assert entities.rebuild_entities(1)[1] == 0


def test_nothing_is_merged_on_stale_data(phone: Any, officer: FlaskClient) -> None:
    one, two, three = (register(phone) for _ in range(3))
    phone.push(phone.item(*visit(one, base=1, localite="Changed")))
    assert act(officer, two, "merge", into=one, version=1, intoVersion=1).json["code"] == "409.51"
    assert act(officer, two, "unmerge", version=1).json["code"] == "409.51"
    merge(officer, two, one)
    assert act(officer, two, "merge", into=three, version=1, intoVersion=1).json["code"] == "409.51"
    assert act(officer, two, "delete", version=1).json["code"] == "409.51"
    assert act(officer, two, "merge", into=str(uuid4()), version=1, intoVersion=1).json["code"] == "404.1"
    assert act(officer, three, "merge", into=three, version=1, intoVersion=1).json["code"] == "400.8"
    from server.errors import Problem

    with pytest.raises(Problem, match="meanwhile"):
        entities.settle_conflict(1, two, 1, {}, COMMAND)


def test_delete_and_restore_tell_the_phones(phone: Any, officer: FlaskClient) -> None:
    woman = register(phone)
    since = cursors(phone)
    assert act(officer, woman, "delete", version=9).json["code"] == "409.51"
    assert act(officer, woman, "delete", version=1).json["deleted"]
    assert told(phone, since) == ({}, [{"id": woman}])
    assert act(officer, woman, "delete", version=2).json["code"] == "409.51"
    since = cursors(phone)
    restored = act(officer, woman, "restore", version=2).json
    assert (restored["deleted"], restored["version"], restored["open"]) == (False, 3, [])
    upserts, gone = told(phone, since)
    assert (set(upserts), gone) == ({woman}, [])
    assert upserts[woman]["data"]["nom_fr"] == "Benali"
    assert entities.rebuild_entities(1)[1] == 0


def test_a_visit_that_the_deletion_had_not_seen_disputes_it_and_the_officer_settles(
    phone: Any, officer: FlaskClient
) -> None:
    for decision in ("true", ""):
        woman = register(phone)
        act(officer, woman, "delete", version=1)
        result = phone.push(phone.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), localite="Sidi Ghalem")))
        assert "_deleted" in result["results"][0]["entities"][0]["conflicts"]
        shown = phone.women()[woman]
        assert (shown["open"], shown["data"]["localite"]) == ([], "Sidi Ghalem")
        (entry,) = [c for c, _ in entities.list_conflicts(1, entity_id=woman) if c.property == "_deleted"]
        assert {c["value"] for c in entry.candidates} == {"true", ""}
        version = read(officer, woman)["version"]
        entities.settle_conflict(1, woman, version, {"_deleted": decision}, COMMAND)
        after = read(officer, woman)
        assert (after["deleted"], after["open"]) == (bool(decision), [])
        assert (woman in phone.women()) == (not decision)
    assert entities.rebuild_entities(1)[1] == 0


def test_an_officer_alone_decides_about_records(as_role: Any, phone: Any) -> None:
    woman = register(phone)
    viewer = as_role("viewer")
    for what in ("merge", "unmerge", "delete", "restore"):
        assert act(viewer, woman, what, version=1).status_code == 403
    assert viewer.get(f"/v1/projects/1/entities/{woman}").status_code == 403


def test_a_phone_that_returns_after_a_year_learns_everything(make_phone: Any, officer: FlaskClient) -> None:
    old, new = make_phone("Amina", ("3112",)), make_phone("Houria", ("3112", "3110"))
    stays, moves, merged, deleted = (register(new) for _ in range(4))
    since = cursors(old)
    assert len(old.women()) == 4
    new.push(new.item(*visit(moves, base=1, commune="3110")))
    merge(officer, merged, stays)
    act(officer, deleted, "delete", version=1)
    late = register(new)
    upserts, gone = told(old, since)
    assert set(upserts) == {stays, late}
    assert sorted(g["id"] for g in gone) == sorted([moves, merged, deleted])
    assert {g["id"]: g.get("mergedInto") for g in gone}[merged] == stays
    # and what she kept since then arrives, though all of it is old
    items = [
        old.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), remarques=f"year {n}"))
        for n, woman in enumerate((stays, moves, merged, deleted))
    ]
    results = old.push(*items)["results"]
    assert [r["status"] for r in results] == ["accepted"] * 4
    assert [r["entities"][0]["id"] for r in results] == [stays, moves, stays, deleted]
    assert entities.rebuild_entities(1)[1] == 0
