"""Likely duplicates: found as phones send, decided by officers, remembered; and the register searched in either script."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.auth import COMMAND
from server.database import db
from server.models import IndexProgress, LinkageKey, LinkagePair, RecordIndex
from server.services import deletion, duplicates, entities, erasure, identity, indexing
from tests.builders import registration, visit

BOTH_DATABASES = True
LIST = "artisanes"
ARABIC_ONLY = {"nom_fr": "", "prenom_fr": "", "telephone": "", "nin": ""}
OTHER = {"nom_fr": "Saidi", "prenom_fr": "Halima", "nom_ar": "سعيدي", "prenom_ar": "حليمة", "prenom_pere": "رابح", "annee": "1961",
         "telephone": "0770111222", "nin": ""}  # fmt: skip


def register(phone: Any, **answers: str) -> str:
    xml, instance_id, woman = registration(**answers)
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    return woman


@pytest.fixture
def twins(phone: Any) -> tuple[str, str]:
    """One woman registered by two agents: in both scripts, and in Arabic alone with a year that is one off."""
    return register(phone), register(phone, **ARABIC_ONLY, prenom_ar="فاطمه", nom_ar="بنعلي")


def fresh() -> None:
    db.session.remove()


def seen(twins: tuple[str, str]) -> str:
    return duplicates.seen_of(*(entities.get_entity(1, each) for each in twins))


def decided() -> str:
    fresh()
    at = db.session.scalars(select(LinkagePair.decided_at)).one()
    return str(at.isoformat())


def counts() -> dict[str, int]:
    fresh()
    assert indexing.catch_up(1, seconds=60) == 0
    return duplicates.count_pairs(1, LIST)


def test_catch_up_finds_what_a_push_brought_and_the_push_itself_writes_nothing_of_it(twins: tuple[str, str], phone: Any) -> None:
    fresh()
    assert db.session.scalar(select(func.count()).select_from(RecordIndex)) == 0
    register(phone, **OTHER)
    assert counts() == {"sure": 1, "likely": 0, "different": 0}
    [pair] = duplicates.list_pairs(1, LIST, "sure").rows
    assert {pair.left.id, pair.right.id} == set(twins)
    assert {"given", "family", "father", "birth_year", "place"} <= set(pair.reasons)


def test_catch_up_looks_again_at_a_record_that_changed(twins: tuple[str, str], phone: Any) -> None:
    assert counts()["sure"] == 1
    xml, instance_id = visit(twins[0], base=1, trunk=1, nom_fr="Saidi", prenom_fr="Zineb", commune="3110", localite="Kara")
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    before = duplicates.list_pairs(1, LIST, "sure").rows[0].score
    after = counts()
    fresh()
    scores = db.session.scalars(select(LinkagePair.score)).all()
    assert after["sure"] == 0 or scores[0] < before


def test_catch_up_is_taken_up_again_where_it_ended(twins: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "FIRST", {"index": 1, "pairs": 1})
    assert indexing.catch_up(1, seconds=-1) > 0
    assert counts()["sure"] == 1


def test_more_pairs_than_anybody_works_through_are_not_counted_to_their_end(
    twins: tuple[str, str], phone: Any, as_role: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(phone)
    assert counts()["sure"] == 3
    monkeypatch.setattr(duplicates, "COUNTED", 2)
    assert counts()["sure"] == 2
    assert duplicates.count_pairs(1, LIST, to_the_end=True)["sure"] == 3
    page = duplicates.list_pairs(1, LIST, "sure")
    assert page.total == 2 and len(page.rows) == 3
    assert ">2+</span>" in as_role("officer").get("/duplicates", headers={"Accept": "text/html"}).text


def test_not_the_same_is_remembered_and_taken_back(twins: tuple[str, str]) -> None:
    counts()
    duplicates.say_different(1, *twins, COMMAND, seen=seen(twins))
    assert counts() == {"sure": 0, "likely": 0, "different": 1}
    indexing.reindex(1)
    entities.rebuild_entities(1)
    assert counts() == {"sure": 0, "likely": 0, "different": 1}
    duplicates.take_back(1, twins[1], twins[0], COMMAND, seen=decided())
    assert counts() == {"sure": 1, "likely": 0, "different": 0}


def test_a_merge_takes_a_pair_off_and_an_unmerge_puts_it_back(twins: tuple[str, str]) -> None:
    counts()
    identity.merge_entities(1, twins[1], twins[0], 1, 1, COMMAND)
    assert counts()["sure"] == 0
    identity.unmerge_entity(1, twins[1], entities.get_entity(1, twins[0]).version, COMMAND)
    assert counts()["sure"] == 1


def test_a_deleted_record_is_in_no_pair_until_it_is_restored(twins: tuple[str, str]) -> None:
    counts()
    deletion.delete_entity(1, twins[0], 1, COMMAND)
    assert counts()["sure"] == 0
    deletion.restore_entity(1, twins[0], entities.get_entity(1, twins[0]).version, COMMAND)
    assert counts()["sure"] == 1


def test_an_erasure_leaves_nothing_of_her_in_the_index(twins: tuple[str, str]) -> None:
    counts()
    duplicates.say_different(1, *twins, COMMAND, seen=seen(twins))
    erasure.erase_entity(1, twins[0], COMMAND)
    counts()
    for model, column in ((RecordIndex, RecordIndex.entity_id), (LinkageKey, LinkageKey.entity_id)):
        assert db.session.scalars(select(model).where(column == twins[0])).all() == []
    assert db.session.scalars(select(LinkagePair)).all() == []


def test_roles_that_a_form_declares_anew_have_all_taken_in_again(app: Flask, twins: tuple[str, str]) -> None:
    counts()
    before = set(db.session.scalars(select(IndexProgress.basis).where(IndexProgress.list == LIST)))
    [nin] = [p for p in entities.list_properties(1, LIST) if p.name == "nom_fr"]
    nin.role = "none"
    db.session.commit()
    counts()
    after = set(db.session.scalars(select(IndexProgress.basis).where(IndexProgress.list == LIST)))
    assert len(after) == len(before) and not after & before


def test_the_queue_names_the_reasons_and_takes_a_decision(twins: tuple[str, str], as_role: Any) -> None:
    officer = as_role("officer")
    page = officer.get("/duplicates", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "même prénom" in page.text and "991980312000010099" not in page.text
    left, right = sorted(twins)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    shown = page.text.split('name="seen" value="')[1].split('"')[0]
    url, fields = f"/women/{left}/different/{right}", {"csrf_token": token, "next": "/duplicates?band=sure"}
    stale = officer.post(url, data={**fields, "seen": "1.9"}, follow_redirects=True, headers={"Accept": "text/html"})
    assert "a changé entre-temps" in stale.text and counts()["different"] == 0  # one of them changed since the page was read
    done = officer.post(url, data={**fields, "seen": shown})
    assert done.status_code == 303 and done.headers["Location"].endswith("/duplicates?band=sure")
    kept = officer.get("/duplicates?band=different", headers={"Accept": "text/html"})
    assert f"/women/{left}/different/{right}/undo" in kept.text and "même prénom" in kept.text
    elsewhere = officer.post(f"/women/{left}/different/{right}/undo", data={"csrf_token": token, "next": "//evil.example"})
    assert counts()["different"] == 1  # what she undoes is not what she saw
    assert elsewhere.headers["Location"] == "/duplicates"
    assert officer.post(f"/women/{left}/different/{left}", data={"csrf_token": token}).status_code == 400
