"""Push and pull through HTTP: outcomes, what is shown, what never reaches a phone."""

from __future__ import annotations

import gzip
import json
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.database import db
from server.models import Audit, EntityVersion, ListProperty, Quarantined, Submission
from server.services import entities
from tests.builders import registration, visit

BOTH_DATABASES = True


def test_push_accepts_and_numbers_a_registration(phone: Any) -> None:
    xml, instance_id, woman = registration()
    answer = phone.push(phone.item(xml, instance_id))
    assert answer["results"] == [
        {"instanceId": instance_id, "status": "accepted", "entities": [{"id": woman, "version": 1, "conflicts": []}]}
    ]
    assert (answer["missing"], answer["attachmentsWanted"], answer["device"], answer["era"]) == ([], [], "ok", 1)
    assert phone.women()[woman]["data"]["nom_fr"] == "Benali"


def test_push_keeps_the_xml_byte_for_byte(phone: Any) -> None:
    xml, instance_id, _ = registration(localite="Kehaïlia \r\n 2")
    phone.push(phone.item(xml, instance_id))
    assert db.session.get(Submission, (1, instance_id)).xml == xml.encode()


def test_push_answers_a_repeat_with_the_original_result(phone: Any) -> None:
    xml, instance_id, woman = registration()
    item = phone.item(xml, instance_id)
    first = phone.push(item)["results"][0]
    again = phone.push(item)["results"][0]
    assert again == {**first, "status": "duplicate"}
    assert phone.women()[woman]["version"] == 1


def test_push_sets_a_variant_aside_when_the_id_is_taken(phone: Any) -> None:
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    other, _, _ = registration(woman, instance_id=instance_id, nom_fr="Autre")
    for _ in range(2):
        result = phone.push(phone.item(other, instance_id))["results"][0]
        assert (result["status"], result["error"]["code"]) == ("quarantined", "409.1")
    assert phone.women()[woman]["data"]["nom_fr"] == "Benali"
    assert db.session.scalars(select(Quarantined)).one().content == other.encode()


def test_push_takes_a_batch_of_a_hundred_with_one_bad_item(phone: Any) -> None:
    items = [phone.item(*registration()[:2]) for _ in range(100)]
    items[41]["xml"] = "<data id='cam_a_inscription' version='2026112701'><meta>"
    results = phone.push(*items)["results"]
    assert [r["instanceId"] for r in results] == [i["instanceId"] for i in items]
    assert [r["status"] for r in results].count("accepted") == 99
    assert (results[41]["status"], results[41]["error"]["code"]) == ("quarantined", "400.1")
    assert len(phone.women()) == 99


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"instanceId": "uuid:1", "xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a id='f'>&b;</a>"}, "400.1"),
        ({"instanceId": "uuid:2", "xml": "no xml"}, "400.1"),
        (
            {
                "instanceId": "uuid:3",
                "xml": "<data id='nobody' version='1'><meta><instanceID>uuid:3</instanceID></meta></data>",
            },
            "404.6",
        ),
        ({"instanceId": "uuid:4", "xml": "<data id='x'/>"}, "422.50"),
        ({"instanceId": "uuid:5"}, "422.50"),
        ({"xml": 5}, "422.50"),
        ("words", "422.50"),
        (None, "422.50"),
        ([], "422.50"),
        ({"instanceId": "uuid:6", "xml": "\ud800", "seq": "x", "attachments": 7, "finalizedAt": {}}, "400.1"),
        ({"instanceId": "a\0b", "xml": "<a>\0</a>"}, "400.1"),
        ({"instanceId": "uuid:7" + "x" * 5000, "xml": "<a/>"}, "422.50"),
    ],
)
def test_push_quarantines_what_it_cannot_apply(phone: Any, item: Any, code: str) -> None:
    good, instance_id, _ = registration()
    results = phone.push(item, phone.item(good, instance_id))["results"]
    assert (results[0]["status"], results[0]["error"]["code"]) == ("quarantined", code)
    assert results[0]["error"]["message"]
    assert results[1]["status"] == "accepted"
    assert phone.push(item)["results"][0]["status"] == "quarantined"
    assert len(db.session.scalars(select(Quarantined)).all()) == 1


def test_push_tells_which_numbers_never_arrived(phone: Any) -> None:
    items = [phone.item(*registration()[:2]) for _ in range(5)]
    assert phone.push(items[0], items[4])["missing"] == [2, 3, 4]
    assert phone.push(items[2])["missing"] == [2, 4]
    assert phone.push(items[1], items[3])["missing"] == []


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {"Content-Type": "application/json"}, 400, "400.1"),
        (b"[]", {"Content-Type": "application/json"}, 400, "400.1"),
        (b"not gzip", {"Content-Encoding": "gzip"}, 400, "400.1"),
        (gzip.compress(b"{}", mtime=0)[:-6], {"Content-Encoding": "gzip"}, 400, "400.1"),
        (gzip.compress(b" " * 200_000_000, 9, mtime=0), {"Content-Encoding": "gzip"}, 413, "413.1"),
        (b"{}", {"Content-Encoding": "br"}, 415, "415.1"),
        (b"{}", {}, 400, "400.8"),
        (b'{"deviceId":"d","protocol":2,"submissions":[]}', {}, 400, "400.51"),
        (json.dumps({"deviceId": "d", "submissions": [{}] * 501}).encode(), {}, 413, "413.1"),
        (b"[" * 100_000, {}, 400, "400.1"),
    ],
)
def test_push_refuses_a_bad_envelope_clearly(
    client: FlaskClient, phone: Any, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = client.post("/v1/projects/1/sync/push", data=body, headers={**phone.headers, **headers})
    assert answer.status_code == status
    assert answer.json["code"] == code
    assert answer.json["requestId"] == answer.headers["X-Request-Id"]
    assert "Traceback" not in answer.text
    if status == 413:
        assert {"limit_bytes", "limit_items"} <= set(answer.json["details"])


def test_push_is_refused_without_storing_when_the_token_is_unknown(client: FlaskClient, phone: Any) -> None:
    phone.token = "nobody"
    assert phone.push(phone.item(*registration()[:2]), status=401)["code"] == "401.2"
    assert db.session.scalars(select(Submission)).all() == []
    assert db.session.scalars(select(Quarantined)).all() == []


def test_push_of_a_revoked_phone_is_kept_aside_and_told(phone: Any) -> None:
    from server.auth import COMMAND
    from server.services.actors import revoke_app_user

    revoke_app_user(1, phone.app_user_id, COMMAND)
    answer = phone.push(phone.item(*registration()[:2]))
    assert answer["device"] == "revoked"
    assert answer["results"][0]["status"] == "quarantined"
    assert phone.pull()["device"] == "revoked"
    assert phone.women() == {}


def test_two_phones_disagree_and_the_officer_settles(make_phone: Any) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    xml, instance_id, woman = registration()
    one.push(one.item(xml, instance_id))
    first, id1 = visit(woman, base=1, trunk=1, branch=str(uuid4()), metier="patisserie", localite="Tafraoui")
    second, id2 = visit(woman, base=1, trunk=1, branch=str(uuid4()), metier="couture_trad", prenom_fr="Fatma")
    one.push(one.item(first, id1))
    result = two.push(two.item(second, id2))["results"][0]
    assert result["entities"] == [{"id": woman, "version": 3, "conflicts": ["metier"]}]
    shown = one.women()[woman]
    assert shown["open"] == ["metier"]
    assert shown["data"]["localite"] == "Tafraoui"
    assert shown["data"]["prenom_fr"] == "Fatma"
    assert shown["data"]["nb_visites"] == "2"
    assert [(e["formId"], e["byName"]) for e in shown["events"]][-1] == ("cam_a_inscription", "Amina")
    officer = _officer()
    version = entities.settle_conflict(1, woman, 3, {"metier": "couture_trad"}, officer)
    assert version == 4
    for phone in (one, two):
        assert phone.women()[woman]["open"] == []
        assert phone.women()[woman]["data"]["metier"] == "couture_trad"
    assert entities.rebuild_entities(1)[1] == 0


def test_settle_is_refused_when_the_record_changed_since(make_phone: Any) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    xml, instance_id, woman = registration()
    one.push(one.item(xml, instance_id))
    for phone, trade in ((one, "patisserie"), (two, "couture_trad")):
        phone.push(phone.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), metier=trade)))
    one.push(
        one.item(
            *visit(
                woman,
                base=3,
                trunk=3,
                branch=str(uuid4()),
                metier="ameublement",
                seen={"metier": "couture_trad", "nb_visites": "2"},
            )
        )
    )
    from server.errors import Problem

    with pytest.raises(Problem) as caught:
        entities.settle_conflict(1, woman, 3, {"metier": "patisserie"}, _officer())
    assert caught.value.code == "409.51"


def _officer() -> Any:
    from server.auth import sign_in

    return sign_in("officer@example.dz", "a long enough password")


def test_a_woman_created_offline_and_visited_the_same_day_is_one(phone: Any) -> None:
    xml, instance_id, woman = registration()
    branch = str(uuid4())
    follow_up, follow_id = visit(woman, base=1, trunk="", branch=branch, localite="Sidi Ghalem")
    for item in (phone.item(follow_up, follow_id), phone.item(xml, instance_id)):  # the visit arrives first
        assert phone.push(item)["results"][0]["status"] == "accepted"
    shown = phone.women()[woman]
    assert (shown["version"], shown["open"], shown["data"]["localite"]) == (2, [], "Sidi Ghalem")
    assert shown["data"]["nb_visites"] == "1"


def test_version_rows_record_who_stands_behind_each_value(phone: Any) -> None:
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    row = db.session.get(EntityVersion, (1, woman, 1)).row
    assert row["nom_fr"]["value"] == "Benali"
    assert row["nom_fr"]["by"] == [f"{instance_id}#0"] or row["nom_fr"]["by"]


def test_a_refusal_registers_nobody(phone: Any) -> None:
    xml, instance_id, _ = registration(consent="non")
    result = phone.push(phone.item(xml, instance_id))["results"][0]
    assert (result["status"], result["entities"]) == ("accepted", [])
    assert phone.women() == {}


def test_an_entity_that_cannot_be_is_noted_and_the_submission_kept(phone: Any) -> None:
    xml, instance_id, _ = registration("not-a-uuid")
    result = phone.push(phone.item(xml, instance_id))["results"][0]
    assert (result["status"], result["entities"]) == ("accepted", [])
    assert db.session.get(Submission, (1, instance_id)).problem


def test_an_edit_replaces_its_original_whichever_comes_first(make_phone: Any) -> None:
    for swapped in (False, True):
        phone = make_phone(f"Agente {swapped}")
        xml, instance_id, woman = registration()
        phone.push(phone.item(xml, instance_id))
        first, first_id = visit(woman, base=1, trunk=1, branch=str(uuid4()), localite="Faute")
        edit, edit_id = visit(woman, base=1, trunk=1, branch=str(uuid4()), localite="Juste", deprecated_id=first_id)
        items = [phone.item(first, first_id), phone.item(edit, edit_id)]
        for item in reversed(items) if swapped else items:
            phone.push(item)
        shown = phone.women()[woman]
        assert (shown["data"]["localite"], shown["open"], shown["data"]["nb_visites"]) == ("Juste", [], "1"), swapped
        assert db.session.get(Submission, (1, first_id)).superseded
        assert not db.session.get(Submission, (1, edit_id)).superseded


def test_pull_continues_from_a_cursor_in_pages(phone: Any) -> None:
    women = set()
    for _ in range(3):
        xml, instance_id, woman = registration()
        women.add(woman)
        phone.push(phone.item(xml, instance_id))
    scopes: dict[str, int] = {}
    seen: list[str] = []
    for _ in range(60):
        page = phone.pull(scopes=scopes, limit=2)
        assert sum(len(p["upserts"]) for p in page["scopes"].values()) <= 2
        seen += [u["id"] for p in page["scopes"].values() for u in p["upserts"] if u["list"] == "artisanes"]
        scopes = {scope: p["cursor"] for scope, p in page["scopes"].items()}
        if not any(p["more"] for p in page["scopes"].values()):
            break
    assert set(seen) == women
    assert len(seen) == 3
    empty = phone.pull(scopes=scopes)
    assert all(not p["upserts"] and not p["gone"] for p in empty["scopes"].values())
    assert (empty["addScopes"], empty["dropScopes"]) == ([], [])


def test_pull_tells_both_sides_when_a_woman_moves(make_phone: Any) -> None:
    here, there = make_phone("Ici", ("3112",)), make_phone("Là", ("3105",))
    xml, instance_id, woman = registration(commune="3112")
    here.push(here.item(xml, instance_id))
    cursors = {s: p["cursor"] for s, p in here.pull()["scopes"].items()}
    assert woman not in there.women()
    here.push(here.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), commune="3105")))
    assert here.pull(scopes=cursors)["scopes"]["3112"]["gone"] == [{"id": woman}]
    assert there.women()[woman]["data"]["commune"] == "3105"


def test_pull_gives_a_woman_to_both_communes_while_the_commune_is_disputed(make_phone: Any) -> None:
    here, there = make_phone("Ici", ("3112",)), make_phone("Là", ("3105",))
    xml, instance_id, woman = registration(commune="3110")
    here.push(here.item(xml, instance_id))
    for commune in ("3112", "3105"):
        here.push(
            here.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), commune=commune, seen={"commune": "3110"}))
        )
    assert here.women()[woman]["open"] == ["commune"]
    assert there.women()[woman]["open"] == ["commune"]


def test_pull_names_scopes_added_and_dropped(phone: Any) -> None:
    answer = phone.pull(scopes={"3112": 0, "3126": 4})
    assert answer["dropScopes"] == ["3126"]
    assert answer["addScopes"] == ["*", "3110"]
    assert len(answer["scopes"]["*"]["upserts"]) == 25


def test_pull_starts_again_when_the_era_is_another(phone: Any) -> None:
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    cursors = {s: p["cursor"] for s, p in phone.pull()["scopes"].items()}
    assert phone.pull(scopes=cursors, era=1)["scopes"]["3112"]["upserts"] == []
    assert phone.pull(scopes=cursors, era=7)["scopes"]["3112"]["upserts"][0]["id"] == woman


def test_pull_offers_forms_by_hash_and_says_which_are_withdrawn(client: FlaskClient, phone: Any) -> None:
    forms = {f["formId"]: f for f in phone.pull()["forms"]}
    assert set(forms) == {"cam_a_inscription", "cam_b_presence", "cam_e_visite"}  # C and D are the office's
    known = {form_id: f["hash"] for form_id, f in forms.items()}
    answer = phone.pull(forms={**known, "gone_form": "x"})
    assert (answer["forms"], answer["withdrawn"]) == ([], ["gone_form"])
    form = forms["cam_e_visite"]
    got = client.get(f"/v1/projects/1/forms/cam_e_visite/versions/{form['version']}.xml", headers=phone.headers)
    assert got.status_code == 200
    assert b"cam_e_visite" in got.data


def test_an_office_value_never_reaches_an_app_user(app: Flask, client: FlaskClient, make_phone: Any) -> None:
    """Every answer that an app user can get is searched for every office value."""
    one, two = make_phone("Amina", ("3112",)), make_phone("Houria", ("3112",))
    secrets = {"nin": "991980312000077799", "telephone": "0699887766", "remarques": "secret words of the office"}
    xml, instance_id, woman = registration(nin=secrets["nin"], telephone="0699887711")
    one.push(one.item(xml, instance_id))
    follow, follow_id = visit(
        woman, base=1, trunk=1, branch=str(uuid4()), telephone=secrets["telephone"], remarques=secrets["remarques"]
    )
    one.push(one.item(follow, follow_id))
    hidden = db.session.scalars(select(ListProperty.name).where(ListProperty.visibility == "office")).all()
    assert set(hidden) == {"nom_marital", "date_naissance", "nin", "telephone", "notes"}
    texts = [json.dumps(two.pull(), ensure_ascii=False), json.dumps(two.pull(era=9), ensure_ascii=False)]
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/v1/") or "GET" not in (rule.methods or ()):
            continue
        values = {
            "project_id": 1,
            "form_id": "cam_e_visite",
            "version": "2026112702",
            "instance_id": follow_id,
            "upload_id": "x",
            "token": two.token,
            "list_name": "artisanes",
            "entity_id": woman,
        }
        for name in ("x.jpg", "artisanes.csv"):
            asked = {k: {**values, "name": name}.get(k, "x") for k in rule.arguments}
            texts.append(client.get(rule.build(asked)[1], headers=two.headers).text)
    texts.append(json.dumps(two.push(two.item(follow, follow_id))))
    office = [*secrets.values(), "0699887711"]
    for text in texts:
        for value in office:
            assert value not in text
    assert woman in texts[0]
    assert sum(text.startswith("name,label,__version") and woman in text for text in texts) == 2


def test_a_submission_from_outside_the_scope_is_applied_and_flagged(make_phone: Any) -> None:
    phone = make_phone("Ailleurs", ("3101",))
    xml, instance_id, woman = registration(commune="3112")
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    assert db.session.get(Submission, (1, instance_id)).outside_scope
    assert woman not in phone.women()


def test_an_agent_reaches_no_other_project(client: FlaskClient, phone: Any) -> None:
    answer = client.post("/v1/projects/2/sync/pull", json={}, headers=phone.headers)
    assert answer.status_code == 403


def test_enrolment_code_works_once(client: FlaskClient, app: Flask) -> None:
    from server.auth import COMMAND
    from server.services.actors import create_app_user

    made = create_app_user(1, "Nouvelle", ("3112",), COMMAND)
    answer = client.post("/v1/enrol", json={"code": made.code.lower(), "deviceId": str(uuid4())})
    assert answer.status_code == 200
    assert answer.json["appUser"] == {"id": made.id, "name": "Nouvelle"}
    assert answer.json["scopes"] == [{"value": "3112", "labels": {"fr": "Tafraoui", "ar": "طفراوي"}}]
    pulled = client.post(
        "/v1/projects/1/sync/pull", json={}, headers={"Authorization": f"Bearer {answer.json['token']}"}
    )
    assert pulled.status_code == 200
    again = client.post("/v1/enrol", json={"code": made.code, "deviceId": str(uuid4())})
    assert (again.status_code, again.json["code"]) == (404, "404.50")
    assert made.token not in "".join(str(a.details) for a in db.session.scalars(select(Audit)))


def test_an_edit_that_takes_back_her_consent_takes_her_off_the_phones(phone: Any) -> None:
    for edit_first in (False, True):
        xml, instance_id, woman = registration()
        edit, edit_id, _ = registration(woman, consent="non")
        edit = edit.replace("<instanceID>", f"<deprecatedID>{instance_id}</deprecatedID><instanceID>")
        items = [phone.item(xml, instance_id), phone.item(edit, edit_id)]
        for item in reversed(items) if edit_first else items:
            assert phone.push(item)["results"][0]["status"] == "accepted"
        assert phone.women() == {}
    assert entities.rebuild_entities(1)[1] == 0


def test_an_edit_that_names_another_woman_moves_the_visit_to_her(phone: Any) -> None:
    women = []
    for name in ("Benali", "Mokhtari"):
        xml, instance_id, woman = registration(nom_fr=name)
        phone.push(phone.item(xml, instance_id))
        women.append(woman)
    wrong, wrong_id = visit(women[0], base=1, trunk=1, branch=str(uuid4()), localite="Sidi Ghalem")
    right, right_id = visit(
        women[1],
        base=1,
        trunk=1,
        branch=str(uuid4()),
        localite="Sidi Ghalem",
        deprecated_id=wrong_id,
        seen={"nom_fr": "Mokhtari"},
    )
    phone.push(phone.item(wrong, wrong_id))
    phone.push(phone.item(right, right_id))
    shown = phone.women()
    assert (shown[women[0]]["data"]["localite"], shown[women[0]]["open"]) == ("Kehaïlia", [])
    assert shown[women[0]]["data"].get("nb_visites", "") in ("", "0")
    assert (shown[women[1]]["data"]["localite"], shown[women[1]]["open"]) == ("Sidi Ghalem", [])
    assert shown[women[1]]["data"]["nb_visites"] == "1"
    assert entities.rebuild_entities(1)[1] == 0
