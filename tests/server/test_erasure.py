"""Erasure: nothing of her is left anywhere, nobody else loses anything, and nothing of her comes back."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from server.auth import COMMAND
from server.database import db, transaction
from server.errors import Problem
from server.models import Blob, Entity, EntityVersion, Quarantined, Submission, SubmissionAttachment
from server.services import corrections, entities, erasure, identity, questions
from server.services.actors import revoke_app_user
from server.services.exports import export_workbook
from server.services.forms import FormFile, publish_forms
from tests.builders import registration, visit

BOTH_DATABASES = True

HERS = {
    "nom_fr": "Zerroukiyya",
    "prenom_fr": "Quassimatou",
    "nom_ar": "زروقيةخاصة",
    "prenom_ar": "قاسيماتو",
    "prenom_pere": "عبدالمتفرد",
    "nin": "991980312000077799",
    "telephone": "0699887766",
    "localite": "Haouch Bouzegza",
}
NOTE = "words that only she would know"


def encodings(value: str) -> Iterator[bytes]:
    """Every way the value may stand in a file: text in any Unicode form and encoding, JSON, XML, base64."""
    for form in ("NFC", "NFD"):
        written = unicodedata.normalize(form, value)
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield written.encode(encoding)
        yield json.dumps(written).strip('"').encode()
        yield json.dumps(json.dumps(written).strip('"')).strip('"').encode()
        yield "".join(f"&#{ord(c)};" for c in written).encode()
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + written.encode())
            yield coded[4:-4]


def everything(app: Flask) -> bytes:
    """All bytes of the data folder, and of every row where the database is another server's."""
    db.session.rollback()
    settings = app.config["HIRFA"]
    found = [path.read_bytes() for path in Path(settings.data).rglob("*") if path.is_file()]
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):  # noqa: S608
                found.append("\n".join(v.hex() if isinstance(v, bytes) else str(v) for v in row).encode())
                found += [bytes(v) for v in row if isinstance(v, bytes | memoryview)]
                found.append(json.dumps([v for v in row if isinstance(v, dict | list)], ensure_ascii=False).encode())
    return b"\n".join(found)


def left_of(app: Flask, values: list[str]) -> set[str]:
    haystack = everything(app)
    return {value for value in values if any(coded in haystack for coded in encodings(value))}


def register(phone: Any, **answers: str) -> tuple[str, str]:
    xml, instance_id, woman = registration(**answers)
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    return woman, instance_id


def upload(client: FlaskClient, phone: Any, data: bytes) -> dict[str, Any]:
    sha256 = hashlib.sha256(data).hexdigest()
    coded = base64.b64encode(sha256.encode()).decode()
    tus = {**phone.headers, "Tus-Resumable": "1.0.0"}
    made = client.post(
        "/v1/projects/1/attachments",
        headers={**tus, "Upload-Length": str(len(data)), "Upload-Metadata": f"sha256 {coded}"},
    )
    sent = client.patch(
        made.headers["Location"],
        data=data,
        headers={**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
    )
    assert sent.status_code == 204
    return {"name": "", "sha256": sha256, "size": len(data), "contentType": "image/jpeg"}


@pytest.fixture
def story(app: Flask, client: FlaskClient, make_phone: Any, as_role: Any) -> dict[str, Any]:
    """A woman about whom everything that can be stored is stored, and another who must lose nothing."""
    one, two = make_phone("Amina"), make_phone("Houria")
    own, shared = upload(client, one, b"\xff\xd8\xffhers alone"), upload(client, one, b"\xff\xd8\xffshared")
    xml, first_id, woman = registration(**HERS, photo="own.jpg")
    one.push(one.item(xml, first_id, attachments=[{**own, "name": "own.jpg"}]))
    other_xml, other_id, other = registration(nom_fr="Autre", localite="Ailleurs", photo="shared.jpg")
    one.push(one.item(other_xml, other_id, attachments=[{**shared, "name": "shared.jpg"}]))
    for phone, trade in ((one, "patisserie"), (two, "couture_trad")):
        item = visit(
            woman, base=1, trunk=1, branch=str(uuid4()), metier=trade, remarques=NOTE, photo="shared.jpg",
            seen={k: HERS[k] for k in ("nom_fr", "prenom_fr", "localite")},
        )  # fmt: skip
        phone.push(phone.item(*item, attachments=[{**shared, "name": "shared.jpg"}]))
    edit, edit_id = visit(
        woman, base=1, trunk=1, branch=str(uuid4()), deprecated_id=item[1], remarques=f"{NOTE} again",
        seen={k: HERS[k] for k in ("nom_fr", "prenom_fr", "localite")},
    )  # fmt: skip
    two.push(two.item(edit, edit_id))
    wrong, wrong_id = visit(woman, base=1, localite="Wrongly hers", seen={k: HERS[k] for k in ("nom_fr", "prenom_fr")})
    one.push(one.item(wrong, wrong_id))
    moved, moved_id = visit(other, base=1, localite="Ailleurs 2", deprecated_id=wrong_id, seen={"nom_fr": "Autre"})
    one.push(one.item(moved, moved_id))
    twin, _ = register(one, **{**HERS, "nom_fr": "Zerroukiyyat", "localite": "Haouch Bouzegza 2"})
    version = entities.get_entity(1, woman).version
    identity.merge_entities(1, twin, woman, 1, version, COMMAND)
    db.session.rollback()
    bad = one.item("<data id='unknown' version='1'><x>" + HERS["nom_fr"] + f"</x><meta><entity id='{woman}'/><instanceID>uuid:q1</instanceID></meta></data>", "uuid:q1")
    one.push(bad)
    corrections.send_back(1, edit_id, f"call {HERS['nom_fr']}", COMMAND)
    if "metier" in entities.get_entity(1, woman).open:
        questions.ask(1, woman, "metier", f"what does {HERS['prenom_fr']} do?", COMMAND)
    return {
        "one": one, "two": two, "woman": woman, "twin": twin, "other": other, "first": (xml, first_id),
        "edit": (edit, edit_id), "own": own, "shared": shared, "other_id": other_id, "moved_id": moved_id,
    }  # fmt: skip


VALUES = [*HERS.values(), NOTE, "Zerroukiyyat", "Wrongly hers"]


def test_nothing_of_her_is_left_in_any_encoding(app: Flask, story: dict[str, Any]) -> None:
    assert left_of(app, VALUES) == set(VALUES)
    before = {k: dict(v) for k, v in (("other", entities.get_entity(1, story["other"]).data),)}
    versions = len(db.session.scalars(select(EntityVersion)).all())
    done = erasure.erase_entity(1, story["twin"], COMMAND)  # either id
    assert set(done.entity_ids) == {story["woman"], story["twin"]}
    assert done.scrubbed
    assert left_of(app, VALUES) == set()
    # what stays: ids, versions, forms, dates, her commune and trade, counts; the other woman's all
    assert len(db.session.scalars(select(EntityVersion)).all()) == versions
    data = entities.get_entity(1, story["woman"]).data
    assert (data["commune"], data["nb_visites"]) == ("3112", "2")
    assert set(data) <= {"commune", "metier", "nb_visites", "label"}
    assert dict(entities.get_entity(1, story["other"]).data) == before["other"]
    form = db.session.get_one(Submission, (1, story["first"][1]))
    assert form.form_id == "cam_a_inscription"
    assert b"2026-11-20T08:00" in form.xml and story["woman"].encode() in form.xml
    assert db.session.get(SubmissionAttachment, (1, story["first"][1], "own.jpg")) is None
    assert db.session.get(Blob, (1, story["own"]["sha256"])) is None
    assert db.session.get_one(SubmissionAttachment, (1, story["other_id"], "shared.jpg")).present
    assert db.session.get(Blob, (1, story["shared"]["sha256"])) is not None


def test_rebuild_reproduces_the_erased_state(app: Flask, story: dict[str, Any]) -> None:
    erasure.erase_entity(1, story["woman"], COMMAND)
    shown = {e.id: (dict(e.data), e.open, e.deleted, e.merged_into) for e in db.session.scalars(select(Entity))}
    db.session.rollback()
    assert entities.rebuild_entities(1)[1] == 0
    assert {e.id: (dict(e.data), e.open, e.deleted, e.merged_into) for e in db.session.scalars(select(Entity))} == shown
    assert left_of(app, VALUES) == set()


def test_phones_are_told_gone(story: dict[str, Any]) -> None:
    one = story["one"]
    since = {s: p["cursor"] for s, p in one.pull(limit=1000)["scopes"].items()}
    erasure.erase_entity(1, story["woman"], COMMAND)
    pulled = one.pull(scopes=since, limit=1000)
    gone = [g["id"] for p in pulled["scopes"].values() for g in p["gone"]]
    assert story["woman"] in gone
    assert set(one.women()) == {story["other"]}
    assert (pulled["corrections"], pulled["questions"]) == ([], [])


def test_what_comes_late_answers_duplicate_and_stores_nothing(
    app: Flask, client: FlaskClient, story: dict[str, Any], make_phone: Any
) -> None:
    one = story["one"]
    erasure.erase_entity(1, story["woman"], COMMAND)
    photo = b"\xff\xd8\xffanother of hers"
    sha256 = hashlib.sha256(photo).hexdigest()
    file = {"name": "p.jpg", "sha256": sha256, "size": len(photo), "contentType": "image/jpeg"}
    seen = {k: HERS[k] for k in ("nom_fr", "prenom_fr", "localite")}
    late = [
        one.item(*visit(story["woman"], base=1, seen=seen, remarques=NOTE, photo="p.jpg"), attachments=[file]),
        one.item(*visit(story["twin"], base=1, seen=seen, remarques=NOTE)),
        one.item(*story["first"], attachments=[{**story["own"], "name": "own.jpg"}]),  # a repeat
        one.item(story["first"][0].replace("Quassimatou", "Quassimatou2"), story["first"][1]),  # a variant
        one.item(*visit(story["woman"], base=1, seen=seen, deprecated_id=story["first"][1])),
        one.item(registration(**HERS, consent="non")[0].replace("<instanceID>", f"<deprecatedID>{story['first'][1]}</deprecatedID><instanceID>"), ""),
        one.item(f"<data id='nobody' version='3'><a>{NOTE}</a><meta><instanceID>uuid:n</instanceID><entity id='{story['woman']}'/></meta></data>", "uuid:n"),
        one.item(f"not even XML: {story['woman']} {NOTE}", "uuid:broken"),
        one.item(registration(story["woman"], **HERS)[0].encode("utf-16").decode("utf-16"), ""),
    ]
    late[2]["seq"] = late[3]["seq"] = 1  # the number it had
    late[5]["instanceId"] = late[8]["instanceId"] = None
    counted = len(db.session.scalars(select(Submission.instance_id)).all()), len(db.session.scalars(select(Quarantined.content_sha256)).all())
    answer = one.push(*late)
    assert [r["status"] for r in answer["results"]] == ["duplicate"] * len(late), answer["results"]
    assert answer["attachmentsWanted"] == []
    assert set(answer["missing"]) <= {10, 11}  # numbers this test leaves out
    upload(client, one, photo)
    upload(client, one, b"\xff\xd8\xffhers alone")
    assert left_of(app, VALUES) == set()
    for data in (photo, b"\xff\xd8\xffhers alone"):
        assert data not in everything(app)
    assert counted == (len(db.session.scalars(select(Submission.instance_id)).all()), len(db.session.scalars(select(Quarantined.content_sha256)).all()))
    # a revoked phone's, and a Collect's
    two = story["two"]
    files = {"xml_submission_file": (io.BytesIO(visit(story["woman"], base=1, seen=seen, remarques=NOTE, photo="p.jpg")[0].encode()), "s.xml"), "p.jpg": (io.BytesIO(photo), "p.jpg")}
    sent = client.post(f"/v1/key/{two.token}/projects/1/submission", data=files, headers={"X-OpenRosa-Version": "1.0"})
    assert sent.status_code == 201
    revoke_app_user(1, two.app_user_id, COMMAND)
    assert two.push(two.item(*visit(story["woman"], base=1, seen=seen, remarques=NOTE)))["results"][0]["status"] == "duplicate"
    assert left_of(app, VALUES) == set()
    assert photo not in everything(app)
    assert set(make_phone("Nouvelle").women()) == {story["other"]}


def test_officers_can_do_nothing_more_with_her(story: dict[str, Any], as_role: Any) -> None:
    erasure.erase_entity(1, story["woman"], COMMAND)
    version = entities.get_entity(1, story["woman"]).version
    officer = as_role("officer")
    for what, more in (("delete", {}), ("restore", {}), ("merge", {"into": story["other"], "intoVersion": 2})):
        answer = officer.post(f"/v1/projects/1/entities/{story['woman']}/{what}", json={"version": version, **more})
        assert answer.json["code"] == "409.53", what
    with pytest.raises(Problem, match="erased"):
        corrections.send_back(1, story["edit"][1], "x", COMMAND)
    assert officer.get(f"/women/{story['woman']}").status_code == 200
    assert officer.get(f"/submissions/{story['first'][1]}").status_code == 200


def test_the_workbook_shows_a_mark(app: Flask, story: dict[str, Any], tmp_path: Path) -> None:
    from exports.programme import Options

    erasure.erase_entity(1, story["woman"], COMMAND)
    options = Options(language="fr", labels=True, personal=True)
    (tmp_path / "w.xlsx").write_bytes(b"".join(export_workbook(1, COMMAND, options)))
    with zipfile.ZipFile(tmp_path / "w.xlsx") as book:
        content = b"".join(book.read(name) for name in book.namelist())
    assert "⌫ effacée".encode() in content
    assert not [value for value in VALUES if value.encode() in content]
    assert b"Autre" in content


def test_a_restore_forgets_it_and_the_list_brings_it_back(app: Flask, story: dict[str, Any]) -> None:
    erasure.erase_entity(1, story["woman"], COMMAND)
    late = story["one"].item(*visit(story["woman"], base=1, remarques=NOTE))
    with transaction() as session:  # as a backup of before would be: the list is not in the database
        session.execute(text("DELETE FROM erased"))
        session.execute(text("UPDATE entities SET erased_at = NULL"))
        session.execute(text("UPDATE submissions SET erased_at = NULL"))
    done = erasure.apply_erasures(1, COMMAND)
    assert set(done.entity_ids) == {story["woman"], story["twin"]}
    assert story["one"].push(late)["results"][0]["status"] == "duplicate"
    assert left_of(app, VALUES) == set()
    assert entities.rebuild_entities(1)[1] == 0


PRESENCE = """
| survey   |                  |         |       |          |                |
|          | type             | name    | label | save_to  | relevant       |
|          | text             | about   | About |          |                |
|          | begin_repeat     | woman   | Woman |          |                |
|          | text             | said    | Said  | said     |                |
|          | text             | commune | C     | commune  |                |
|          | image            | face    | F     |          |                |
|          | end_repeat       |         |       |          |                |
| entities |                  |         |       |          |                |
|          | list_name        | label   | repeat |         |                |
|          | goats            | ${said} | ${woman} |       |                |
| settings |                  |         |       |          |                |
|          | form_id          | version |       |          |                |
|          | presence         | 1       |       |          |                |
"""


def together(*women: tuple[str, str], about: str = "") -> tuple[str, str]:
    instance_id = f"uuid:{uuid4()}"
    passes = "".join(
        f"<woman><said>{said}</said><commune>3112</commune><face>{said[:4]}.jpg</face>"
        f"<meta><entity dataset='goats' create='1' id='{id_}'><label>{said}</label></entity></meta></woman>"
        for id_, said in women
    )
    return (
        f"<data id='presence' version='1'><about>{about}</about>{passes}<meta><instanceID>{instance_id}</instanceID>"
        f"<instanceName>{about}</instanceName></meta></data>",
        instance_id,
    )


def test_a_form_about_several_loses_her_part_alone(app: Flask, client: FlaskClient, phone: Any) -> None:
    publish_forms(1, [FormFile("p.md", PRESENCE.encode())], COMMAND)
    hers, others = str(uuid4()), str(uuid4())
    files = [{**upload(client, phone, f"\xff\xd8{n}".encode()), "name": f"{n}.jpg"} for n in ("hers", "kept")]
    xml, instance_id = together((hers, "hers and only hers"), (others, "kept as it is"), about="with hers and only hers")
    assert phone.push(phone.item(xml, instance_id, attachments=files))["results"][0]["status"] == "accepted"
    erasure.erase_entity(1, hers, COMMAND)
    assert left_of(app, ["hers and only hers"]) == set()
    stored = db.session.get_one(Submission, (1, instance_id))
    assert b"kept as it is" in stored.xml and others.encode() in stored.xml
    assert [a.name for a in db.session.scalars(select(SubmissionAttachment))] == ["kept.jpg"]
    assert entities.get_entity(1, others).data["said"] == "kept as it is"
    # a repeat changes nothing; a new one is stored without her
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "duplicate"
    new = str(uuid4())
    again, again_id = together((hers, "hers and only hers"), (new, "somebody new"))
    result = phone.push(phone.item(again, again_id, attachments=files))
    assert (result["results"][0]["status"], [e["id"] for e in result["results"][0]["entities"]]) == ("accepted", [new])
    assert result["attachmentsWanted"] == []
    assert left_of(app, ["hers and only hers"]) == set()
    assert entities.rebuild_entities(1)[1] == 0


def test_a_photograph_of_two_stays_with_the_other_also_when_it_comes_after_the_erasure(
    app: Flask, client: FlaskClient, phone: Any
) -> None:
    """Collect sends a file with the form that names it: before that is stored, nothing tells whose it is."""
    both = b"\xff\xd8\xffboth of them"
    xml, instance_id, hers = registration(**HERS, photo="both.jpg")
    phone.push(phone.item(xml, instance_id, attachments=[{**upload(client, phone, both), "name": "both.jpg"}]))
    erasure.erase_entity(1, hers, COMMAND)
    assert both not in everything(app)
    xml, instance_id, _ = registration(nom_fr="Autre", photo="both.jpg")
    files = {"xml_submission_file": (io.BytesIO(xml.encode()), "s.xml"), "both.jpg": (io.BytesIO(both), "both.jpg")}
    sent = client.post(f"/v1/key/{phone.token}/projects/1/submission", data=files, headers={"X-OpenRosa-Version": "1.0"})
    assert sent.status_code == 201
    (kept,) = db.session.scalars(select(SubmissionAttachment).where(SubmissionAttachment.instance_id == instance_id))
    assert (kept.sha256, kept.present) == (hashlib.sha256(both).hexdigest(), True)
    assert db.session.get(Blob, (1, kept.sha256)) is not None
    assert both in everything(app)


def test_commands_erase_and_apply(app: Flask, story: dict[str, Any]) -> None:
    runner = app.test_cli_runner()
    db.session.remove()
    refused = runner.invoke(args=["erase-entity", story["woman"]], input="n\n")
    assert refused.exit_code == 1
    done = runner.invoke(args=["erase-entity", story["woman"], "--yes", "--json"])
    assert done.exit_code == 0, done.output
    assert sorted(json.loads(done.output)["entities"]) == sorted([story["woman"], story["twin"]])
    assert runner.invoke(args=["erase-entity", str(uuid4()), "--yes"]).exit_code == 1
    again = runner.invoke(args=["apply-erasures", "--json"])
    assert json.loads(again.output)["submissions"] == 0
    lines = (app.config["HIRFA"].data / "erasures.jsonl").read_text()
    assert story["woman"] in lines
    assert datetime.now(UTC).date().isoformat()[:4] in lines


def test_no_row_kept_for_the_workbook_is_left(app: Flask, story: dict[str, Any], as_role: Any) -> None:
    with as_role("officer").get("/v1/projects/1/workbook.xlsx") as answer:
        assert answer.status_code == 200
        assert answer.data
    folder = app.config["HIRFA"].kept
    assert [path for path in folder.rglob("*") if path.is_file()]
    erasure.erase_entity(1, story["woman"], COMMAND)
    assert not [path for path in folder.rglob("*") if path.is_file()]
