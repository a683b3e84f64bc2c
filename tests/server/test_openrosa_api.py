"""OpenRosa as ODK Collect speaks it: what it lists, fetches, asks and sends."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
import pyxform
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from forms.xmltree import local_name, parse_xml
from server.auth import COMMAND
from server.database import db
from server.logs import init_logs
from server.models import (
    Blob,
    Entity,
    EntityActionRow,
    EntityScope,
    FormVersion,
    ListProperty,
    Quarantined,
    Submission,
    SubmissionAttachment,
)
from server.services import actors
from server.services.forms import FormFile, publish_forms
from tests.builders import registration, visit

BOTH_DATABASES = True

LIST_NS = "{http://openrosa.org/xforms/xformsList}"
MANIFEST_NS = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE_NS = "{http://openrosa.org/http/response}"
PLAIN_FORM = """
| survey   |         |         |       |
|          | type    | name    | label |
|          | text    | a       | A     |
| settings |         |         |       |
|          | form_id | version | form_title |
|          | plain   | 1       | Sheep & <goats> "1" |
"""
MEDIA_FORM = """
| survey   |                              |         |       |              |
|          | type                         | name    | label | media::image |
|          | select_one_from_file sea.csv | a       | A     | cliff.png    |
| settings |                              |         |       |              |
|          | form_id                      | version |       |              |
|          | media                        | 1       |       |              |
"""


@dataclass
class Collect:
    """ODK Collect on an agent's phone: it knows its server's address and nothing else."""

    client: FlaskClient
    phone: Any
    device: str = "collect:Abc123"

    @property
    def url(self) -> str:
        return f"/v1/key/{self.phone.token}/projects/1"

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        url = urlsplit(path)._replace(scheme="", netloc="").geturl() if "://" in path else f"{self.url}/{path}"
        answer = self.client.get(url, headers={"X-OpenRosa-Version": "1.0"}, **options)
        assert answer.status_code == status, answer.text
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        assert answer.headers["Date"].endswith("GMT")
        return answer

    def xml(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        return parse_xml(answer.data)

    def forms(self, query: str = "") -> dict[str, dict[str, str]]:
        root = self.xml(f"formList{query}")
        assert root.tag == f"{LIST_NS}xforms"
        listed = [{local_name(c): c.text or "" for c in form} for form in root]
        return {f["formID"] + ("" if "listAllVersions" not in query else f" {f['version']}"): f for f in listed}

    def manifest(self, url: str) -> dict[str, dict[str, str]]:
        root = self.xml(url)
        assert root.tag == f"{MANIFEST_NS}manifest"
        files = [{local_name(c): c.text or "" for c in m} | {"type": m.get("type", "")} for m in root]
        return {file["filename"]: file for file in files}

    def records(self, list_name: str = "artisanes", form_id: str = "cam_e_visite") -> dict[str, dict[str, str]]:
        text = self.get(f"forms/{form_id}/attachments/{list_name}.csv").data.decode()
        return {row["name"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}

    def send(self, xml: str | bytes, status: int = 201, *, date: str = "", **files: bytes) -> str:
        """Send as Collect does: each file in a part of its own name; return the message."""
        data = xml.encode() if isinstance(xml, str) else xml
        parts: dict[str, Any] = {"xml_submission_file": (io.BytesIO(data), "submission.xml", "text/xml")}
        for field, content in files.items():
            name = field.replace("_jpg", ".jpg")
            parts[name] = (io.BytesIO(content), name, "image/jpeg")
        return self.send_parts(parts, status, date=date)

    def send_parts(self, parts: dict[str, Any], status: int = 201, *, date: str = "") -> str:
        answer = self.client.post(
            f"{self.url}/submission?deviceID={quote(self.device)}",
            data=parts,
            content_type="multipart/form-data",
            headers={"X-OpenRosa-Version": "1.0", **({"Date": date} if date else {})},
        )
        assert answer.status_code == status, answer.text
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        return read_message(answer)


def read_message(answer: Any) -> str:
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = parse_xml(answer.data)
    assert root.tag == f"{RESPONSE_NS}OpenRosaResponse"
    return str(root[0].text)


@pytest.fixture
def collect(client: FlaskClient, phone: Any) -> Collect:
    return Collect(client, phone)


def md5(data: bytes) -> str:
    return "md5:" + hashlib.md5(data).hexdigest()  # noqa: S324 - what OpenRosa asks for


# Forms


def test_form_list_names_what_is_downloaded(collect: Collect) -> None:
    forms = collect.forms()
    assert sorted(forms) == ["cam_a_inscription", "cam_b_presence", "cam_e_visite"]  # C and D are the office's
    for form_id, form in forms.items():
        assert set(form) == {"formID", "name", "version", "hash", "downloadUrl", "manifestUrl"}
        assert form["version"] == ("2026112701" if form_id == "cam_a_inscription" else "2026112702")
        assert form["downloadUrl"].startswith("http://localhost/v1/key/")
        answer = collect.get(form["downloadUrl"])
        assert answer.headers["Content-Type"].startswith("text/xml")
        assert form["hash"] == md5(answer.data)
        assert answer.data == db.session.get(FormVersion, (1, form_id, form["version"])).xform


def test_form_list_gives_one_form_when_asked(collect: Collect) -> None:
    assert list(collect.forms("?formID=cam_e_visite&deviceID=x")) == ["cam_e_visite"]
    assert collect.forms("?formID=nothing") == {}


def test_form_list_describes_only_when_asked(collect: Collect) -> None:
    assert "descriptionText" in collect.forms("?verbose=true")["cam_e_visite"]
    assert "descriptionText" not in collect.forms("?verbose=false")["cam_e_visite"]


def test_form_list_has_a_manifest_only_where_there_are_files(collect: Collect) -> None:
    publish_forms(1, [FormFile("p.md", PLAIN_FORM.encode())], COMMAND)
    form = collect.forms()["plain"]
    assert "manifestUrl" not in form
    assert form["name"] == 'Sheep & <goats> "1"'
    assert collect.manifest("forms/plain/manifest") == {}


def test_form_list_gives_every_version_when_asked(collect: Collect) -> None:
    publish_forms(1, [FormFile("p.md", PLAIN_FORM.encode())], COMMAND)
    publish_forms(1, [FormFile("p.md", PLAIN_FORM.replace("| 1       |", "| 2       |").encode())], COMMAND)
    assert collect.forms()["plain"]["version"] == "2"
    every = collect.forms("?listAllVersions=true&formID=plain")
    assert sorted(every) == ["plain 1", "plain 2"]
    for form in every.values():
        data = collect.get(form["downloadUrl"]).data
        assert form["hash"] == md5(data)
        assert f'version="{form["version"]}"'.encode() in data


def test_odk_validate_accepts_the_forms_of_the_programme(app: Flask, tmp_path: Path) -> None:
    java = shutil.which("java")
    assert java, "Java is missing. Run as root: apt-get install -y --no-install-recommends default-jre-headless"
    paths = []
    for version in db.session.scalars(select(FormVersion)):
        paths.append(tmp_path / f"{version.form_id}.xml")
        paths[-1].write_bytes(version.xform)
    jar = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
    done = subprocess.run(
        [java, "-Djava.awt.headless=true", "-jar", str(jar), *map(str, paths)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Xform is valid!") == 5


def test_manifest_names_media_and_plain_lists_by_their_md5(collect: Collect) -> None:
    sea, cliff = b"name,label\n1,Sea\n", b"\x89PNG not really"
    file = FormFile("m.md", MEDIA_FORM.encode(), {"sea.csv": sea, "cliff.png": cliff})
    publish_forms(1, [file], COMMAND)
    files = collect.manifest(collect.forms()["media"]["manifestUrl"])
    assert {name: (f["hash"], f["type"]) for name, f in files.items()} == {
        "sea.csv": (md5(sea), ""),
        "cliff.png": (md5(cliff), ""),
    }
    assert all("integrityUrl" not in f for f in files.values())
    for name, data in (("sea.csv", sea), ("cliff.png", cliff)):
        with collect.get(files[name]["downloadUrl"]) as answer:
            assert answer.data == data


def test_manifest_leaves_out_a_file_that_nobody_gave(collect: Collect) -> None:
    publish_forms(1, [FormFile("m.md", MEDIA_FORM.encode(), {"cliff.png": b"x"})], COMMAND)
    assert set(collect.manifest("forms/media/manifest")) == {"cliff.png"}
    assert "sea.csv" not in collect.get("forms/media/attachments/sea.csv", status=404).text


# Entity lists


def test_entity_list_has_what_the_agent_may_hold(collect: Collect, make_phone: Any) -> None:
    other = make_phone("Other", ("3101",))
    here, _, mine = registration(localite='He said "a, b"\nand left')
    there, _, hers = registration(commune="3101")
    collect.send(here)
    collect.send(there)
    assert set(collect.records()) == {mine}
    assert set(Collect(collect.client, other).records()) == {hers}
    row = collect.records()[mine]
    assert list(row)[:3] == ["name", "label", "__version"]
    assert (row["label"], row["__version"], row["nom_fr"]) == (
        "بن علي فاطمة (1980)",
        "1",
        "Benali",
    )
    assert row["localite"] == 'He said "a, b"\nand left'
    pulled = collect.phone.women()[mine]["data"]
    assert {k: v for k, v in row.items() if v and k not in ("name", "__version")} == {k: v for k, v in pulled.items() if v}


def test_entity_list_without_scope_goes_to_everybody(collect: Collect) -> None:
    expected = db.session.scalars(select(Entity).where(Entity.list == "associations")).all()
    rows = collect.records("associations", "cam_a_inscription")
    assert {r["name"]: r["label"] for r in rows.values()} == {e.id: e.data["label"] for e in expected}
    assert len(rows) == 25
    assert "code" in next(iter(rows.values()))


def test_nothing_that_collect_fetches_has_an_office_value(collect: Collect) -> None:
    hidden = select(ListProperty.name).where(ListProperty.visibility != "", ListProperty.list == "artisanes")
    secrets = set(db.session.scalars(hidden))
    assert {"nin", "telephone"} <= secrets
    xml, _, woman = registration(nin="991980312000077777", telephone="0661777777")
    collect.send(xml)
    kept = db.session.get(Entity, (1, woman)).data
    values = [kept[name] for name in secrets if len(kept.get(name, "")) > 5]
    assert {"991980312000077777", "0661777777"} <= set(values)
    seen = [collect.get("formList").text, collect.get(f"datasets/artisanes/integrity?id={woman}").text]
    for form in collect.forms().values():
        files = collect.manifest(form["manifestUrl"])
        seen += [collect.get(form["manifestUrl"]).text]
        for file in files.values():
            text = collect.get(file["downloadUrl"]).text
            seen.append(text)
            if file["filename"] == "artisanes.csv":
                assert woman in text
                assert not set(text.split("\n", 1)[0].strip().split(",")) & secrets
    for value in values:
        assert all(value not in text for text in seen)


def test_manifest_hash_changes_only_with_the_records(collect: Collect, make_phone: Any) -> None:
    def read() -> dict[str, str]:
        file = collect.manifest("forms/cam_e_visite/manifest")["artisanes.csv"]
        assert (file["type"], file["hash"]) == ("entityList", md5(collect.get(file["downloadUrl"]).data))
        return file

    first = read()
    make_phone("Other", ("3101",)).push({"xml": registration(commune="3101")[0]})
    assert read()["hash"] == first["hash"]
    xml, _, woman = registration()
    collect.send(xml)
    second = read()
    assert second["hash"] != first["hash"]
    collect.send(xml)
    assert read() == second
    etag = collect.get(second["downloadUrl"]).headers["ETag"]
    again = collect.client.get(f"{collect.url}/forms/cam_e_visite/attachments/artisanes.csv", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert "integrity" in second["integrityUrl"]
    assert f'<entity id="{woman}"><deleted>false' in collect.get(f"{second['integrityUrl']}?id={woman}").text


def test_a_list_of_another_form_is_not_found(collect: Collect) -> None:
    publish_forms(1, [FormFile("p.md", PLAIN_FORM.encode())], COMMAND)
    collect.get("forms/plain/attachments/artisanes.csv", status=404)
    collect.get("forms/nobody/attachments/artisanes.csv", status=404)
    collect.get("forms/cam_e_visite/attachments/..%2f..%2fsecret_key", status=404)


def test_integrity_says_what_the_phone_must_drop(collect: Collect) -> None:
    (here, _, mine), (there, _, hers), (third, _, moved) = (
        registration(),
        registration(commune="3101"),
        registration(),
    )
    for xml in (here, there, third):
        collect.send(xml)
    collect.send(visit(moved, base=1, commune="3101")[0])
    unknown = str(uuid4())
    asked = [mine, hers, moved.upper(), unknown, "", "x" * 5000, "é", "\0"]
    answer = collect.get("datasets/artisanes/integrity", query_string={"id": ",".join(asked)})
    root = parse_xml(answer.data)
    assert (root.tag, [e.tag for e in root]) == ("data", ["entities"])
    assert {e.get("id"): e[0].text for e in root[0]} == {mine: "false", hers: "true", moved.upper(): "true"}
    assert "> " not in answer.text.split("?>", 1)[1]
    assert len(parse_xml(collect.get("datasets/artisanes/integrity").data)[0]) == 0
    assert len(parse_xml(collect.get(f"datasets/associations/integrity?id={mine}").data)[0]) == 0
    collect.get("datasets/nothing/integrity?id=1", status=404)


def test_integrity_answers_for_many_ids(collect: Collect) -> None:
    women = [registration() for _ in range(3)]
    for xml, _, _ in women:
        collect.send(xml)
    asked = [str(uuid4()) for _ in range(1200)] + [woman for _, _, woman in women]
    root = parse_xml(collect.get("datasets/artisanes/integrity", query_string={"id": ",".join(asked)}).data)
    assert len(root[0]) == 3


# Submissions


def test_head_of_submission_is_what_collect_wants(collect: Collect) -> None:
    answer = collect.client.head(f"{collect.url}/submission?deviceID=x")
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) >= 10**6
    assert answer.headers["Location"] == f"http://localhost{collect.url}/submission"


def test_addresses_are_the_public_ones_when_there_are_any(app: Flask, collect: Collect) -> None:
    from dataclasses import replace

    app.config["HIRFA"] = replace(app.config["HIRFA"], url="https://hirfa.example.dz", https=True)
    assert collect.forms()["cam_a_inscription"]["downloadUrl"].startswith("https://hirfa.example.dz/v1/key/")
    assert "Location" not in collect.client.head(f"{collect.url}/submission").headers
    asked = collect.client.head(f"{collect.url}/submission", headers={"Host": "hirfa.example.dz"})
    assert asked.headers["Location"] == f"https://hirfa.example.dz{collect.url}/submission"


def test_a_submission_is_stored_and_applied_once(collect: Collect) -> None:
    xml, instance_id, woman = registration()
    first = collect.send(xml)
    assert collect.send(xml) == first == "Received."
    submission = db.session.get(Submission, (1, instance_id))
    assert (submission.xml, submission.device_id, submission.app_user_id) == (
        xml.encode(),
        collect.device,
        collect.phone.app_user_id,
    )
    assert collect.phone.women()[woman]["version"] == 1
    assert collect.phone.push(collect.phone.item(xml, instance_id))["results"][0]["status"] == "duplicate"


def test_the_xml_is_kept_byte_for_byte_in_any_encoding(collect: Collect) -> None:
    xml, instance_id, woman = registration()
    data = xml.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>\r\n').encode("utf-16")
    collect.send(data)
    assert db.session.get(Submission, (1, instance_id)).xml == data
    assert collect.phone.women()[woman]["data"]["nom_fr"] == "Benali"


def test_the_message_is_in_the_language_of_the_phone(collect: Collect) -> None:
    collect.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ar"
    assert collect.send(registration()[0]) == "تم الاستلام."


def test_files_are_present_and_a_repeat_adds_more(collect: Collect, as_role: Any) -> None:
    photo, other = b"\xff\xd8\xff photo", b"\xff\xd8\xff other" * 40_000
    xml, instance_id, _ = registration(photo="p.jpg")
    collect.send(xml)
    row = db.session.get(SubmissionAttachment, (1, instance_id, "p.jpg"))
    assert not row.present
    collect.send(xml, p_jpg=photo)
    collect.send(xml, other_jpg=other)
    collect.send(xml, p_jpg=b"somebody else")
    db.session.expire_all()
    rows = db.session.scalars(select(SubmissionAttachment).order_by(SubmissionAttachment.name)).all()
    assert [(r.name, r.sha256, r.size, r.present) for r in rows] == [
        ("other.jpg", hashlib.sha256(other).hexdigest(), len(other), True),
        ("p.jpg", hashlib.sha256(photo).hexdigest(), len(photo), True),
    ]
    with as_role("officer").get(f"/v1/projects/1/submissions/{instance_id}/attachments/p.jpg") as got:
        assert (got.data, got.headers["Content-Type"]) == (photo, "image/jpeg")


def test_files_may_be_named_by_their_file_name_and_in_arabic(collect: Collect) -> None:
    xml, instance_id, _ = registration(photo="صورة 1.jpg")
    parts = {
        "xml_submission_file": (io.BytesIO(xml.encode()), "s.xml", "text/xml"),
        "file0": (io.BytesIO(b"photo"), "صورة 1.jpg", "image/jpeg"),
        "*isIncomplete*": "yes",
    }
    collect.send_parts(parts)
    rows = db.session.scalars(select(SubmissionAttachment)).all()
    assert [(r.instance_id, r.name, r.present) for r in rows] == [(instance_id, "صورة 1.jpg", True)]


def test_an_empty_file_is_a_file(collect: Collect) -> None:
    xml, instance_id, _ = registration(photo="p.jpg")
    collect.send(xml, p_jpg=b"")
    row = db.session.get(SubmissionAttachment, (1, instance_id, "p.jpg"))
    assert (row.size, row.present) == (0, True)


def test_the_xml_may_come_as_a_plain_field(collect: Collect) -> None:
    xml, instance_id, _ = registration()
    collect.send_parts({"xml_submission_file": xml + " " * 502_000})
    assert db.session.get(Submission, (1, instance_id)) is not None


def test_an_edit_replaces_its_original_and_keeps_its_photo(collect: Collect) -> None:
    xml, first, woman = registration()
    collect.send(xml)
    edited, original = visit(woman, base=1, photo="v.jpg", remarques="a")
    collect.send(edited, v_jpg=b"photo")
    again, second = visit(woman, base=1, photo="v.jpg", remarques="b", deprecated_id=original)
    collect.send(again)
    assert db.session.get(Submission, (1, original)).superseded
    assert db.session.get(Submission, (1, second)).root_id == original
    assert db.session.get(SubmissionAttachment, (1, second, "v.jpg")).present
    assert not db.session.get(Submission, (1, first)).superseded


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("<data id='nobody' version='1'><meta><instanceID>uuid:1</instanceID></meta></data>", "404.6"),
        ("<data id='cam_a_inscription' version='2026112701'><meta>", "400.1"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a id='f'>&b;</a>", "400.1"),
        ("<data id='cam_a_inscription'/>", "422.50"),
        ("", "400.1"),
        (b"\0\xff\xfe", "400.1"),
    ],
)
def test_what_cannot_be_applied_is_set_aside_and_answered_201(collect: Collect, xml: str | bytes, code: str) -> None:
    for _ in range(2):
        assert f"({code})" in collect.send(xml, a_jpg=b"photo")
    row = db.session.scalars(select(Quarantined)).one()
    assert (row.code, row.content, row.literal) == (code, xml.encode() if isinstance(xml, str) else xml, True)
    assert [a["name"] for a in row.item["attachments"]] == ["a.jpg"]
    assert len(db.session.scalars(select(Blob)).all()) == 1


def test_other_content_under_a_taken_id_is_set_aside(collect: Collect) -> None:
    xml, instance_id, woman = registration()
    collect.send(xml)
    assert "409.1" in collect.send(registration(woman, instance_id=instance_id, nom_fr="Autre")[0])
    assert collect.phone.women()[woman]["data"]["nom_fr"] == "Benali"


def test_times_are_the_forms_own_corrected_by_the_date_header(collect: Collect) -> None:
    from datetime import UTC, datetime, timedelta
    from email.utils import format_datetime

    now = datetime.now(UTC)
    end = now - timedelta(days=3)
    clock = now - timedelta(hours=2)  # the phone is two hours late
    xml, instance_id, _ = registration()
    xml = xml.replace("2026-11-20T08:20:00.000+01:00", (end - timedelta(hours=2)).isoformat(timespec="milliseconds"))
    collect.send(xml, date=format_datetime(clock, usegmt=True))
    at = db.session.get(Submission, (1, instance_id)).at
    assert abs((at - end).total_seconds()) < 60
    for date in ("Lun, 23 nov. 2026", "٢٣", "x" * 3000, "Mon, 01 Jan 9999 00:00:00 GMT"):
        collect.send(registration()[0], date=date.encode().decode("latin-1"))


# Werkzeug leaves the temporary file of a part that was cut to the garbage collector
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"<a/>", {"Content-Type": "text/xml"}, 415, "415.1"),
        (b"", {"Content-Type": "multipart/form-data; boundary=b"}, 400, "400.2"),
        (b"--b\r\n", {"Content-Type": "multipart/form-data; boundary=b"}, 400, "400.2"),
        (b"rubbish", {"Content-Type": "multipart/form-data"}, 400, "400.2"),
        (
            b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="s"\r\n\r\n<a',
            {"Content-Type": "multipart/form-data; boundary=b"},
            400,
            "400.2",
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="other"; filename="s"\r\n\r\n<a/>\r\n--b--\r\n',
            {"Content-Type": "multipart/form-data; boundary=b"},
            400,
            "400.2",
        ),
    ],
)
def test_a_bad_post_stores_nothing_and_says_why(
    collect: Collect, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = collect.client.post(f"{collect.url}/submission", data=body, headers=headers)
    assert answer.status_code == status
    assert f"({code})" in read_message(answer)
    assert db.session.scalars(select(Quarantined)).all() == []
    assert db.session.scalars(select(Blob)).all() == []


def test_too_large_a_post_is_refused(collect: Collect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.api.openrosa.MAX_POST", 1000)
    assert "413.1" in collect.send(registration()[0], 413, p_jpg=b"x" * 2000)
    monkeypatch.undo()
    monkeypatch.setattr("server.api.openrosa.MAX_INFLATED", 1000)
    assert "413.1" in collect.send(registration()[0], 413)
    assert db.session.scalars(select(Submission)).all() == []


# Who


PATHS = ("formList", "forms/cam_a_inscription.xml", "forms/cam_a_inscription/manifest", "datasets/artisanes/integrity")


def test_an_unknown_token_is_refused_in_xml(collect: Collect) -> None:
    collect.phone.token = "nobody"
    for path in PATHS:
        assert "401.2" in read_message(collect.get(path, status=401))
    assert collect.client.head(f"{collect.url}/submission").status_code == 401
    collect.send(registration()[0], 401)
    assert db.session.scalars(select(Submission)).all() == []


def test_no_other_credential_counts_in_the_address_or_beside_it(collect: Collect, as_role: Any) -> None:
    officer = as_role("administrator")
    token = officer.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    assert collect.client.get(f"/v1/key/{token}/projects/1/formList").status_code == 401
    assert officer.get("/v1/key/nobody/projects/1/formList").status_code == 401
    assert collect.client.get("/v1/key/x/projects/1/formList", headers=collect.phone.headers).status_code == 401
    assert collect.client.get(f"/v1/key/{collect.phone.token}/projects/2/formList").status_code == 403


def test_unknown_addresses_and_methods_are_answered_in_xml(collect: Collect) -> None:
    assert "404.1" in read_message(collect.get("nothing", status=404))
    assert "404.6" in read_message(collect.get("forms/nothing.xml", status=404))
    assert "405.1" in read_message(collect.get("submission", status=405))


@pytest.mark.parametrize(
    "path",
    [
        "forms/%00.xml",
        "forms/a%00/manifest",
        "forms/cam_e_visite/attachments/%00.csv",
        "forms/cam_e_visite/attachments/%FF%FE",
        "forms/%F0%9F%90%90/versions/%00.xml",
        "datasets/%00/integrity?id=%00",
        "forms/../../../secret_key.xml",
    ],
)
def test_a_hostile_address_is_not_found(collect: Collect, path: str) -> None:
    assert "404." in read_message(collect.get(path, status=404))


def test_a_hostile_form_id_lists_nothing(collect: Collect) -> None:
    for given in ("%00", "%FF", "'%3B--", "x" * 3000):
        assert collect.forms(f"?formID={given}") == {}


def test_a_revoked_phone_reads_nothing_and_loses_nothing(collect: Collect) -> None:
    xml, _, woman = registration()
    collect.send(xml)
    actors.revoke_app_user(1, collect.phone.app_user_id, COMMAND)
    for path in (*PATHS, "forms/cam_e_visite/attachments/artisanes.csv"):
        answer = collect.get(path, status=403)
        assert "403.50" in read_message(answer)
        assert woman not in answer.text
    assert collect.client.head(f"{collect.url}/submission").status_code == 204
    late, instance_id, _ = registration(photo="p.jpg")
    assert "(403.50)" in collect.send(late, p_jpg=b"photo")
    assert collect.send(xml) == "Received."
    row = db.session.scalars(select(Quarantined)).one()
    assert (row.instance_id, row.content) == (instance_id, late.encode())


def test_the_token_is_in_no_log(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("broken")

    init_logs()  # onto the stream that this test reads
    monkeypatch.setattr("server.services.openrosa.list_offered", fail)
    answer = collect.get("formList", status=500)
    assert "500.1" in read_message(answer)
    assert "broken" not in answer.text
    collect.send("<broken")
    out, err = capsys.readouterr()
    written = out + err + caplog.text
    assert "/v1/key/***/projects/1/formList" in written
    assert collect.phone.token not in written
    assert collect.phone.token not in answer.text


def test_settings_for_collect_are_packed_as_it_reads_them(app: Flask, client: FlaskClient) -> None:
    arguments = ["create-app-user", "Amina", "--scope", "3112", "--collect"]
    made = json.loads(app.test_cli_runner().invoke(args=[*arguments, "--json"]).stdout)
    settings = json.loads(zlib.decompress(base64.b64decode(made["collect"]["qr"])))
    assert settings == made["collect"]["settings"]
    assert set(settings) == {"general", "admin", "project"}
    address = settings["general"]["server_url"]
    assert address == f"http://127.0.0.1:8000/v1/key/{made['token']}/projects/1"
    assert client.get(urlsplit(address).path + "/formList").status_code == 200
    printed = app.test_cli_runner().invoke(args=arguments).output
    assert printed.count("/v1/key/") == 1
    assert printed.count("█▀▀▀▀▀█") >= 3 or "█" in printed
    assert "/v1/key/" not in app.test_cli_runner().invoke(args=arguments[:-1]).output


# What two phones say


def test_actions_of_collect_are_literal_and_those_of_our_app_are_not(collect: Collect) -> None:
    xml, one, woman = registration()
    collect.send(xml)
    answers, two = visit(woman, base=1)
    collect.phone.push(collect.phone.item(answers, two))
    rows = db.session.scalars(select(EntityActionRow).where(EntityActionRow.named_id == woman)).all()
    assert {row.instance_id: row.literal for row in rows} == {one: True, two: False}


SUM_FORMS = (
    """
| survey   |           |         |       |         |                   |
|          | type      | name    | label | save_to | bind::hirfa:merge |
|          | text      | tag     | Tag   |         |                   |
|          | integer   | s       | S     | total   | sum               |
| entities |           |         |       |         |                   |
|          | list_name | label   |       |         |                   |
|          | goats     | ${tag}  |       |         |                   |
| settings |           |         |       |         |                   |
|          | form_id   | version | namespaces                 | | |
|          | new       | 1       | hirfa="urn:hirfa:xforms:1" | | |
""",
    """
| survey   |                                |           |       |         |
|          | type                           | name      | label | save_to |
|          | select_one_from_file goats.csv | goat      | Goat  |         |
|          | integer                        | s         | S     | total   |
| entities |                                |           |       |         |
|          | list_name                      | entity_id |       |         |
|          | goats                          | ${goat}   |       |         |
| settings |                                |           |       |         |
|          | form_id                        | version   |       |         |
|          | more                           | 1         |       |         |
""",
    """
| survey   |                                |           |       |         |                                                | |
|          | type                           | name      | label | save_to | calculation                                    | trigger |
|          | select_one_from_file goats.csv | goat      | Goat  |         |                                                | |
|          | integer                        | s         | S     | total   | instance('goats')/root/item[name=${goat}]/total | ${goat} |
| entities |                                |           |       |         |                                                | |
|          | list_name                      | entity_id |       |         |                                                | |
|          | goats                          | ${goat}   |       |         |                                                | |
| settings |                                |           |       |         |                                                | |
|          | form_id                        | version   |       |         |                                                | |
|          | correct                        | 1         |       |         |                                                | |
""",
)


def test_a_total_that_collect_shows_word_for_word_is_counted_as_it_was_shown(collect: Collect) -> None:
    publish_forms(1, [FormFile(f"{n}.md", text.encode()) for n, text in enumerate(SUM_FORMS)], COMMAND)
    totals = {}
    for way in ("collect", "push"):
        goat, branch = str(uuid4()), str(uuid4())
        steps = [("new", "10", "", "", ""), ("more", "3", 1, 1, branch), ("correct", "5", 2, 1, branch)]
        for form_id, value, base, trunk, chain in steps:
            instance_id = f"uuid:{uuid4()}"
            kind = "create='1'" if form_id == "new" else f"update='1' baseVersion='{base}' trunkVersion='{trunk}' branchId='{chain}'"
            tag = f"<goat>{goat}</goat>" if form_id != "new" else "<tag>g</tag>"
            label = "<label>g</label>" if form_id == "new" else ""
            xml = (
                f"<data id='{form_id}' version='1'>{tag}<s>{value}</s><meta><instanceID>{instance_id}</instanceID>"
                f"<entity dataset='goats' id='{goat}' {kind}>{label}</entity></meta></data>"
            )
            if way == "collect":
                collect.send(xml)
            else:
                collect.phone.push(collect.phone.item(xml, instance_id))
        totals[way] = db.session.get(Entity, (1, goat), populate_existing=True).data["total"]
    # Collect showed 3 after "3" and its agent made 5 of it; our app showed 13
    assert totals == {"collect": "15", "push": "5"}


def test_a_branch_made_offline_in_collect_is_followed(collect: Collect) -> None:
    xml, _, woman = registration()
    branch = str(uuid4())
    first, _ = visit(woman, base=1, branch=branch, localite="Un")
    second, _ = visit(woman, base=2, branch=branch, seen={"localite": "Un"}, metier="couture")
    for step in (second, xml, first):  # as they may arrive
        collect.send(step)
    shown = collect.phone.women()[woman]
    assert (shown["version"], shown["open"]) == (3, [])
    assert (shown["data"]["localite"], shown["data"]["metier"]) == ("Un", "couture")
    held = db.session.scalars(select(EntityScope.scope).where(EntityScope.entity_id == woman)).all()
    assert held == ["3112"]
