"""Law 18-07 from the command line: what is due is shown before it is erased, the papers name what is here."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from server.auth import COMMAND
from server.blobs import blob_store
from server.database import db, transaction
from server.models import Audit, Entity, EntityVersion, Submission, SubmissionAttachment
from server.services import (
    audits,
    corrections,
    doctor,
    erasure,
    guardians,
    indexing,
    law,
    requests,
    submissions,
    watching,
)
from server.services.attachments import keep_file
from server.services.forms import FormFile, publish_forms
from sync.people import Person
from tests.builders import registration, visit
from tests.server.test_commands import data_of, run
from tests.server.test_erasure import upload

BOTH_DATABASES = True


def test_retention_shows_first_and_erases_what_nobody_heard_of_for_years(app: Flask, phone: Any) -> None:
    (old_xml, old_id, old), (new_xml, new_id, new) = registration(nom_fr="Ancienne"), registration(nom_fr="Recente")
    phone.push(phone.item(old_xml, old_id), phone.item(new_xml, new_id))
    assert data_of(run(app, "retention", "--json"))["due"] == []
    with transaction() as session:
        session.execute(
            update(EntityVersion).where(EntityVersion.entity_id == old).values(at=datetime.now(UTC) - timedelta(days=4 * 366))
        )
    due = data_of(run(app, "retention", "--json"))
    assert ([d["id"] for d in due["due"]], due["erased"]) == ([old], 0)
    assert data_of(run(app, "retention", "--years", "5", "--json"))["due"] == []
    db.session.remove()
    request = requests.open_request(1, old, "access", "she asks at last", COMMAND)
    waiting = data_of(run(app, "retention", "--apply", "--yes", "--json"))
    assert (waiting["due"], waiting["held"], waiting["erased"]) == ([], 1, 0)
    db.session.remove()
    requests.close_request(1, request, "done", "given", COMMAND)
    db.session.remove()
    assert db.session.get_one(Entity, (1, old)).erased_at is None
    assert run(app, "retention", "--apply").exit_code == 1  # nobody said yes
    assert data_of(run(app, "retention", "--apply", "--yes", "--json"))["erased"] == 1
    db.session.remove()
    assert db.session.get_one(Entity, (1, old)).erased_at is not None
    assert db.session.get_one(Entity, (1, new)).erased_at is None
    assert data_of(run(app, "retention", "--json"))["due"] == []
    assert db.session.query(Audit).filter_by(action="retention.apply").count() == 1


def test_the_record_of_processing_tells_what_leaves_the_office(app: Flask, phone: Any, tmp_path: Path) -> None:
    phone.push(phone.item(*registration()[:2]))
    out = tmp_path / "fiche.txt"
    said = data_of(run(app, "processing-record", "--out", str(out), "--dpo", "Mme K., 041 00 00 00", "--json"))
    text = out.read_text()
    assert said["women"] == 1
    assert "nin" in said["office"]
    phones = text.split("téléphones des agents :\n")[1].splitlines()[0]
    assert "commune" in phones
    assert "nin" not in phones.split(", ")
    assert "Mme K." in text
    assert "NON RÉGLÉES" in text
    assert run(app, "processing-record", "--out", "/nowhere/x").exit_code == 1


def test_a_breach_notice_lists_whom_a_lost_phone_touches(app: Flask, make_phone: Any, tmp_path: Path) -> None:
    phone, elsewhere = make_phone("Amina", ("3112",)), make_phone("Houria", ("3110",))
    xml, instance_id, woman = registration(commune="3112")
    phone.push(phone.item(xml, instance_id))
    out = tmp_path / "avis.txt"

    def write(*more: str) -> Any:
        return data_of(run(app, "breach", "--out", str(out), "--known", "2026-11-23 14:30", "--json", *more))

    assert write("--agent", str(phone.app_user_id))["affected"] == 1
    text = out.read_text()
    assert woman in text
    assert "28/11/2026 à 14:30" in text
    assert "26/11/2026 à 14:30" in text
    assert out.stat().st_mode & 0o077 == 0
    assert write("--agent", str(elsewhere.app_user_id))["affected"] == 0
    assert write()["affected"] == 1
    assert write("--since", "2099-01-01")["affected"] == 0
    assert run(app, "breach", "--out", str(out), "--agent", "999").exit_code == 1
    assert run(app, "breach", "--out", str(out), "--known", "yesterday").exit_code == 1


PICTURE = b"\xff\xd8\xff a product, as the camera made it, "


def age(years: float, *instance_ids: str) -> datetime:
    """Let some submissions have been received years ago; return when."""
    then = datetime.now(UTC) - timedelta(days=years * 366)
    with transaction() as session:
        session.execute(update(Submission).where(Submission.instance_id.in_(instance_ids)).values(received_at=then))
    db.session.remove()
    return then


def take(name: str, data: bytes = b"") -> dict[str, Any]:
    """Keep a picture as an upload does; return it as a phone announces it."""
    sha256, size = keep_file(1, BytesIO(PICTURE + (data or uuid4().bytes)), "image/jpeg")
    return {"name": name, "sha256": sha256, "size": size, "contentType": "image/jpeg"}


def with_picture(phone: Any, file: dict[str, Any], **answers: str) -> tuple[dict[str, Any], str, str]:
    """Push a registration with a photograph of a product: (the item, its instanceID, the woman)."""
    xml, instance_id, woman = registration(photo=file["name"], **answers)
    item = phone.item(xml, instance_id, attachments=[file])
    assert phone.push(item)["results"][0]["status"] == "accepted"
    return item, instance_id, woman


def place(instance_id: str, name: str = "p.jpg") -> SubmissionAttachment:
    db.session.remove()
    return db.session.get_one(SubmissionAttachment, (1, instance_id, name))


def keep(app: Flask, *more: str) -> Any:
    db.session.remove()
    return data_of(run(app, "retention", "--json", *more))


def test_photographs_go_after_their_time_and_the_form_stays(app: Flask, phone: Any, as_role: Any) -> None:
    old, new = take("p.jpg"), take("p.jpg")
    item, first, woman = with_picture(phone, old)
    _, second, _ = with_picture(phone, new)
    age(2.1, first)
    age(1.9, second)
    preview = keep(app)["photographs"]
    assert (preview["due"], preview["files"], preview["bytes"], preview["removed"]) == (1, 1, old["size"], 0)
    assert preview["questions"] == [{"formId": "cam_a_inscription", "question": "photo_produit", "count": 1}]
    assert place(first).present
    assert keep(app, "--photos-years", "3")["photographs"]["due"] == 0
    assert run(app, "retention", "--apply").exit_code == 1  # nobody said yes
    assert place(first).present

    assert keep(app, "--apply", "--yes")["photographs"]["removed"] == 1
    left, store = place(first), app.config["HIRFA"].blobs / "1"
    assert (left.sha256, left.present, left.removed_at is not None) == (None, False, True)
    assert not (store / old["sha256"][:2] / old["sha256"]).exists()
    assert (store / new["sha256"][:2] / new["sha256"]).exists()
    assert place(second).present
    row = db.session.get_one(Submission, (1, first))
    assert b"p.jpg" in row.xml
    assert b"Benali" in row.xml
    assert row.erased_at is None
    assert db.session.get_one(Entity, (1, woman)).erased_at is None
    (line,) = db.session.scalars(select(Audit).where(Audit.action == "retention.photographs"))
    assert line.details == {"count": 1, "years": 2}
    assert keep(app)["photographs"]["due"] == 0

    desk = as_role("officer")
    page = desk.get(f"/submissions/{first}").get_data(as_text=True)
    assert "Retirée après sa durée" in page
    assert "En attente du téléphone" not in page
    assert "Retirée après sa durée" in desk.get(f"/women/{woman}").get_data(as_text=True)
    assert desk.get(f"/v1/projects/1/submissions/{first}/attachments/p.jpg").status_code == 404
    assert submissions.count_files(1, [first, second]) == {second: (1, 1)}
    assert b'hirfa_photographs_missing{project="1"} 0.0' in watching.write_metrics()


def test_a_phone_is_not_asked_for_what_was_removed_and_cannot_bring_it_back(
    app: Flask, client: FlaskClient, phone: Any
) -> None:
    data = PICTURE + b"removed"
    file = take("p.jpg", b"removed")
    assert file["sha256"] == hashlib.sha256(data).hexdigest()
    item, first, woman = with_picture(phone, file)
    age(2.1, first)
    keep(app, "--apply", "--yes")
    again = phone.push(item)
    assert (again["results"][0]["status"], again["attachmentsWanted"]) == ("duplicate", [])
    upload(client, phone, data)  # it sends it all the same: answered like any other
    assert not blob_store().has(1, file["sha256"])
    assert place(first).sha256 is None
    edit, edit_id = visit(woman, base=1, deprecated_id=first, photo="p.jpg")
    edited = phone.push(phone.item(edit, edit_id, attachments=[file]))
    assert (edited["results"][0]["status"], edited["attachmentsWanted"]) == ("accepted", [])
    assert place(edit_id).removed_at is not None
    fresh = phone.push(phone.item(*registration(photo="p.jpg")[:2], attachments=[file]))  # somebody names it anew
    assert fresh["attachmentsWanted"] == [file["sha256"]]
    upload(client, phone, data)
    assert blob_store().has(1, file["sha256"])
    assert place(first).removed_at is not None


def test_photographs_of_what_is_asked_or_disputed_or_named_since_stay(app: Flask, phone: Any) -> None:
    asked, disputed, sent_back, shared, once = (take("p.jpg") for _ in range(5))
    made = [with_picture(phone, file) for file in (asked, disputed, sent_back, shared, once)]
    for trade in ("patisserie", "couture_trad"):
        phone.push(phone.item(*visit(made[1][2], base=1, trunk=1, branch=str(uuid4()), metier=trade)))
    request = requests.open_request(1, made[0][2], "access", "at the desk", COMMAND)
    corrections.send_back(1, made[2][1], "again", COMMAND)
    later, later_id = visit(made[3][2], base=1, photo="p.jpg")
    phone.push(phone.item(later, later_id, attachments=[shared]))
    age(2.1, *(instance_id for _, instance_id, _ in made))
    preview = keep(app)["photographs"]
    assert (preview["due"], preview["held"]) == (1, 3)
    due = law.find_old_photographs(1, datetime.now(UTC), 2, ())
    requests.open_request(1, made[4][2], "access", "while somebody reads the preview", COMMAND)
    assert law.remove_old_photographs(1, due, COMMAND, datetime.now(UTC), 2) == (0, 0)
    assert all(place(instance_id).present for _, instance_id, _ in made)
    requests.close_request(1, request, "done", "seen", COMMAND)
    assert keep(app, "--apply", "--yes")["photographs"]["removed"] == 1
    assert not place(made[0][1]).present
    assert all(place(instance_id).present for _, instance_id, _ in made[1:])


PAPERS = """
| survey   |       |                  |         |            |
|          | type  | name             | label   | appearance |
|          | image | photo_emargement | Sheet   |            |
|          | image | signed           | Sign    | signature  |
|          | image | product          | Product |            |
|          | file  | paper            | Paper   |            |
| settings |       |                  |         |            |
|          | form_id | version        |         |            |
|          | papers  | 1              |         |            |
"""


def test_signatures_papers_and_attendance_sheets_stay_with_the_record(app: Flask, phone: Any) -> None:
    publish_forms(1, [FormFile("papers.md", PAPERS.encode())], COMMAND)
    files = {name: take(f"{name}.jpg") for name in ("photo_emargement", "signed", "product", "paper")}
    answers = "".join(f"<{name}>{name}.jpg</{name}>" for name in files)
    instance_id = f"uuid:{uuid4()}"
    xml = f"<data id='papers' version='1'>{answers}<meta><instanceID>{instance_id}</instanceID></meta></data>"
    phone.push(phone.item(xml, instance_id, attachments=list(files.values())))
    age(9, instance_id)
    assert [(q["question"], q["count"]) for q in keep(app)["photographs"]["questions"]] == [("product", 1)]
    keep(app, "--apply", "--yes")
    assert {name: place(instance_id, f"{name}.jpg").present for name in files} == {
        "photo_emargement": True, "signed": True, "product": False, "paper": True,
    }  # fmt: skip
    app.config["HIRFA"] = replace(app.config["HIRFA"], keep_photos_except=frozenset())
    assert [q["question"] for q in keep(app)["photographs"]["questions"]] == ["photo_emargement"]


def test_a_restored_backup_loses_again_what_was_removed_after_its_time(app: Flask, phone: Any) -> None:
    file = take("p.jpg", b"again")
    _, first, _ = with_picture(phone, file)
    _, other, _ = with_picture(phone, take("p.jpg"))
    age(2.1, first)
    keep(app, "--apply", "--yes")
    with transaction() as session:  # as a backup of before would be
        session.execute(text("DELETE FROM erased"))
        values = {"sha256": file["sha256"], "present": True, "removed_at": None, "size": file["size"]}
        session.execute(update(SubmissionAttachment).where(SubmissionAttachment.instance_id == first).values(**values))
    take("p.jpg", b"again")
    assert place(first).present
    db.session.remove()
    erasure.apply_erasures(1, COMMAND)
    assert (place(first).sha256, place(first).removed_at is not None) == (None, True)
    assert not blob_store().has(1, file["sha256"])
    assert place(other).present


def old_lines(count: int, years: float, target: str = "") -> None:
    then = datetime.now(UTC) - timedelta(days=years * 366)
    for _ in range(count):
        with transaction() as session:
            audits.note(session, 1, COMMAND, "test.line", target, then)


def test_the_log_loses_its_oldest_lines_and_the_chain_is_verified_from_there(app: Flask) -> None:
    with transaction() as session:  # what the installation noted is as old
        session.execute(text("DELETE FROM audits"))
        session.execute(text("DELETE FROM audit_heads"))
    old_lines(3, 3.1)
    noted = audits.verify_audits(1)
    old_lines(2, 1)
    assert keep(app)["log"] == {"due": 3, "held": 0, "removed": 0}
    assert audits.verify_audits(1).lines == 5
    assert keep(app, "--apply", "--yes", "--only", "log")["log"]["removed"] == 3
    db.session.remove()
    done = audits.verify_audits(1, expected=noted.hash)
    assert (done.lines, done.removed, done.broken_at, done.found) == (3, 3, None, True)
    assert run(app, "verify-audit").exit_code == 0
    assert "audits_broken" not in {f.key for f in doctor.examine(thorough=True, certificate=False)}
    assert keep(app)["log"]["due"] == 0
    old_lines(1, 0)
    assert keep(app, "--apply", "--yes", "--log-years", "1")["log"]["removed"] == 2
    db.session.remove()
    done = audits.verify_audits(1)
    assert (done.lines, done.removed, done.broken_at) == (3, 5, None)  # both removals are told, and the line of today


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("DELETE FROM audits WHERE seq = 4", 4),  # taken out by hand at the new front
        ("DELETE FROM audits WHERE action = 'retention.log'", 1),
        ("UPDATE audits SET details = '{\"seq\": 4, \"hash\": \"0\"}' WHERE action = 'retention.log'", 4),
        ("INSERT INTO audits (project_id, id, at, actor, action, target, details, seq, hash)"
         " SELECT project_id, 'x', at, actor, action, target, details, 2, hash FROM audits WHERE seq = 4", 2),
    ],
)  # fmt: skip
def test_lines_that_went_any_other_way_are_missed(app: Flask, statement: str, broken: int) -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM audits"))
        session.execute(text("DELETE FROM audit_heads"))
    old_lines(3, 3.1)
    old_lines(2, 1)
    keep(app, "--apply", "--yes")
    with transaction() as session:
        session.execute(text(statement))
    db.session.remove()
    assert audits.verify_audits(1).broken_at == broken


def test_lines_about_what_is_open_wait_with_all_behind_them(app: Flask, phone: Any) -> None:
    _, _, woman = with_picture(phone, take("p.jpg"))
    with transaction() as session:
        session.execute(text("DELETE FROM audits"))
        session.execute(text("DELETE FROM audit_heads"))
    old_lines(2, 3.1)
    old_lines(1, 3.1, woman)
    old_lines(1, 3.1)
    request = requests.open_request(1, woman, "correction", "her name", COMMAND)
    assert keep(app, "--apply", "--yes")["log"] == {"due": 2, "held": 2, "removed": 2}
    requests.close_request(1, request, "done", "corrected", COMMAND)
    assert keep(app)["log"] == {"due": 2, "held": 0, "removed": 0}


def test_the_agreement_of_a_guardian_is_asked_for_where_a_woman_was_under_age(app: Flask, phone: Any, as_role: Any) -> None:
    year = datetime.now(UTC).year
    made = {age: registration(annee=str(year - age)) for age in (17, 18, 46)}
    for xml, instance_id, _ in made.values():
        phone.push(phone.item(xml, instance_id))
    girl, grown = made[17][2], made[18][2]
    indexing.catch_up(1, seconds=60)
    (asked,) = requests.list_requests(1).rows
    assert (asked[0].entity_id, asked[0].kind, asked[0].by) == (girl, "guardian", "command:0")
    assert (asked[0].due_at - asked[0].received_at).days == 10
    desk = as_role("officer")
    assert "avait moins de 18 ans" in desk.get(f"/women/{girl}").text
    assert "avait moins de 18 ans" not in desk.get(f"/women/{grown}").text
    assert "Mineure : accord" in desk.get("/legal").text
    requests.close_request(1, asked[0].id, "refused", "her father does not agree", COMMAND)
    indexing.reindex(1)
    indexing.catch_up(1, seconds=60)
    assert requests.list_requests(1).rows == []  # asked once
    assert "effacez ses données" in desk.get(f"/women/{girl}").text
    erasure.erase_entity(1, girl, COMMAND)
    assert "effacez ses données" not in desk.get(f"/women/{girl}").text
    indexing.catch_up(1, seconds=60)
    assert requests.list_requests(1).rows == []


@pytest.mark.parametrize(
    ("year", "day", "at", "minor"),
    [
        (2008, "11-28", "2026-11-27T12:00:00+01:00", True),
        (2008, "11-27", "2026-11-27T12:00:00+01:00", False),
        (2008, "11-28", "2026-11-27T23:30:00+00:00", False),  # the next day in Algiers
        (2008, "", "2026-01-02T12:00:00+01:00", False),  # presumed: the year counts
        (2009, "", "2026-12-31T12:00:00+01:00", True),
        (0, "", "2026-12-31T12:00:00+01:00", False),
    ],
)
def test_is_minor_counts_the_day_of_algiers(year: int, day: str, at: str, minor: bool) -> None:
    person = Person((), (), year=year, day=day)
    assert guardians.is_minor(person, datetime.fromisoformat(at)) is minor


def test_the_notice_for_women_stands_in_both_languages_and_names_the_officer(app: Flask, as_role: Any, tmp_path: Path) -> None:
    html = {"Accept": "text/html"}
    viewer = as_role("viewer")
    page = viewer.get("/notice", headers=html).text
    for words in ("Vos données personnelles", "معطياتك الشخصية", "Chambre de l’Artisanat", "غرفة الصناعة", "3 ans après", "photos de vos produits"):
        assert words in page
    assert "HIRFA_DPO" in page  # nobody is named yet
    app.config["HIRFA"] = replace(app.config["HIRFA"], dpo="Mme K. <041 00 00 00>", keep_photos_years=4)
    page = viewer.get("/notice", headers=html).text
    assert page.count("Mme K. &lt;041 00 00 00&gt;") == 2
    assert "HIRFA_DPO" not in page
    assert "4 ans" in page
    assert as_role("association").get("/notice", headers=html).status_code == 403
    assert app.test_client().get("/notice", headers=html).status_code == 302
    run(app, "processing-record", "--out", str(tmp_path / "fiche.txt"))
    assert "Mme K." in (tmp_path / "fiche.txt").read_text()
    run(app, "breach", "--out", str(tmp_path / "avis.txt"))
    assert "Mme K." in (tmp_path / "avis.txt").read_text()
