"""The workbook by HTTP: who may have it, and that it shows one moment."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from server.kept import KeptBlocks
from server.services import exports
from tests.builders import registration

BOTH_DATABASES = True

URL = "/v1/projects/1/workbook.xlsx"


def rows(client: FlaskClient, sheet: str, query: str = "") -> list[tuple[Any, ...]]:
    with client.get(URL + query) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    return list(book[sheet].iter_rows(values_only=True)) if sheet in book.sheetnames else []


def test_an_officer_downloads_the_register(phone: Any, as_role: Any) -> None:
    xml, instance_id, woman = registration(nin="991980312000077799")
    phone.push(phone.item(xml, instance_id))
    listed = rows(as_role("officer"), "07_Liste_nominative")
    assert any(woman in row for row in listed)
    assert "991980312000077799" not in str(listed)
    assert any("Benali" in map(str, row) for row in rows(as_role("officer"), "cam_a_inscription"))
    assert rows(as_role("officer"), "07_Liste_nominative", "?personal=false") == []


def test_an_agent_and_a_viewer_get_none(phone: Any, client: FlaskClient, as_role: Any) -> None:
    assert client.get(URL, headers=phone.headers).status_code == 403
    assert as_role("viewer").get(URL).status_code == 403
    assert client.get(URL).status_code == 401
    assert as_role("officer").get(URL + "?language=xx").json["code"] == "400.8"


def test_the_workbook_shows_one_moment_whatever_arrives_meanwhile(
    phone: Any, as_role: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.push(phone.item(*registration()[:2]))
    build = exports.build_programme

    def push_between(*arguments: Any) -> Any:
        programme = build(*arguments)
        import threading

        from flask import current_app

        app = current_app._get_current_object()  # type: ignore[attr-defined]

        def push() -> None:
            with app.app_context():
                phone.client = app.test_client()
                phone.push(phone.item(*registration()[:2]))

        other = threading.Thread(target=push)
        other.start()
        other.join()
        return programme

    monkeypatch.setattr(exports, "build_programme", push_between)
    officer = as_role("officer")
    assert len(rows(officer, "cam_a_inscription")) == 1 + 1
    monkeypatch.setattr(exports, "build_programme", build)
    assert len(rows(officer, "cam_a_inscription")) == 1 + 2


@pytest.mark.parametrize("project_id", [2, 2**31, 2**70])
def test_a_project_that_does_not_exist_is_not_found(as_role: Any, project_id: int) -> None:
    officer = as_role("officer")
    for path in ("workbook.xlsx", "forms", "scopes"):
        answer = officer.get(f"/v1/projects/{project_id}/{path}")
        assert (answer.status_code, answer.json["code"]) == (404, "404.1")


def forms_of(client: FlaskClient) -> dict[str, list[tuple[Any, ...]]]:
    with client.get(URL) as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    dated = {"14_Lisez_moi", "_hirfa"}  # both say when the workbook was made
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book if sheet.title not in dated}


def test_a_second_workbook_of_kept_rows_is_the_first_and_shows_what_changed(phone: Any, as_role: Any, app: Any) -> None:
    for _ in range(3):
        phone.push(phone.item(*registration()[:2]))
    officer = as_role("officer")
    first = forms_of(officer)
    folder = app.config["HIRFA"].kept
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert kept
    assert forms_of(officer) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == kept
    phone.push(phone.item(*registration()[:2]))
    changed = forms_of(officer)
    assert len(changed["cam_a_inscription"]) == len(first["cam_a_inscription"]) + 1
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert forms_of(officer) == changed
    began_before = KeptBlocks(folder, 1)
    KeptBlocks(folder, 1).forget()
    began_before.put("ab" * 32, b"of somebody who was erased since")
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert forms_of(officer) == changed


def test_a_workbook_is_made_when_its_rows_cannot_be_kept(phone: Any, as_role: Any, app: Any) -> None:
    phone.push(phone.item(*registration()[:2]))
    app.config["HIRFA"].kept.write_text("a file where the folder should be")
    assert len(forms_of(as_role("officer"))["cam_a_inscription"]) == 2


def test_a_workbook_leaves_in_pieces_and_ends_its_reading_when_the_client_goes(phone: Any, as_role: Any) -> None:
    phone.push(phone.item(*registration()[:2]))
    answer = as_role("officer").get(URL, buffered=False)
    pieces = answer.iter_encoded()
    assert next(pieces)[:4] == b"PK\x03\x04"
    assert "Content-Length" not in answer.headers
    answer.close()
    phone.push(phone.item(*registration()[:2]))  # nothing is held
    assert len(rows(as_role("officer"), "cam_a_inscription")) == 1 + 2
