"""What nobody means to send: a NUL in a text, a part of a form without a name, a header that is no ASCII."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.database import db
from server.typed import to_typed

BOTH_DATABASES = True


def test_no_text_that_is_read_holds_a_nul() -> None:
    assert to_typed({"a\0": ["b\0c", {"d": "\0"}], "n": 1, "none": None}) == {
        "a\ufffd": ["b\ufffdc", {"d": "\ufffd"}],
        "n": 1,
        "none": None,
    }


def test_an_address_with_a_nul_signs_nobody_in(client: FlaskClient) -> None:
    answer = client.post("/v1/sessions", json={"email": "<\0±7\x80", "password": "long enough, and wrong"})
    assert (answer.status_code, answer.json["code"]) == (401, "401.2")


def test_papers_of_a_session_whose_name_has_a_nul_are_not_found(as_role: Any) -> None:
    given = {"kind": "training", "session": "a\0", "entityIds": ["0c5b5b4e-1f5e-4f0e-9a53-0123456789ab"]}
    answer = as_role("officer").post("/v1/projects/1/certificates", json=given)
    assert answer.status_code == 404


def test_a_part_whose_name_cannot_be_read_is_no_answer(phone: Any) -> None:
    """As a client writes it that has a lone quote or a control character in the name."""
    xml = b"<data/>"
    for name in (b"a\x07\xb3", b'.%0A]"', b"\xff", b'"'):
        body = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n{}\r\n'
        body += b"--x\r\nContent-Disposition: form-data\r\n\r\n{}\r\n"
        body += b'--x\r\nContent-Disposition: form-data; name="xml_submission_file"\r\n\r\n' + xml + b"\r\n--x--\r\n"
        answer = phone.client.post(
            f"/v1/key/{phone.token}/projects/1/submission",
            data=body,
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code < 500, name


@pytest.mark.parametrize(
    "metadata", ["0 \x80", "sha256 MDAw,0 \x80", "sha256 " + base64.b64encode(b"\0" * 64).decode()]
)
def test_metadata_of_an_upload_that_cannot_be_read_is_refused(phone: Any, metadata: str) -> None:
    answer = phone.client.post(
        "/v1/projects/1/attachments",
        headers={**phone.headers, "Tus-Resumable": "1.0.0", "Upload-Length": "3", "Upload-Metadata": metadata},
    )
    assert (answer.status_code, answer.json["code"][:3]) == (400, "400")


def test_an_error_of_the_database_says_nothing_of_what_was_to_be_stored(app: Flask) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    with pytest.raises(SQLAlchemyError) as failed:
        db.session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Fatima Benali"})
    assert "Fatima" not in str(failed.value)
    db.session.rollback()
