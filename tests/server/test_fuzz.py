"""Anything may arrive: every parser answers with an error of its family, every route with a code below 500."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from forms.errors import FormsError
from forms.xlsform import convert_xlsform
from forms.xmltree import parse_xml
from server.database import db
from server.dumps import DumpError, load_dump, write_dump
from tests.builders import registration

BOTH_DATABASES = True

LONG = os.environ.get("HIRFA_TESTS") == "long"
FEW = profile(
    max_examples=400 if LONG else 25,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

SEED = registration()[0].encode()


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Cut, change, repeat or insert bytes of something that is valid."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        how = draw(st.integers(0, 3))
        if how == 0:
            del data[at:]
        elif how == 1:
            data[at : at + 1] = draw(st.binary(max_size=6))
        elif how == 2:
            data[at:at] = data[: draw(st.integers(0, 40))]
        else:
            data[at:at] = draw(st.sampled_from([b"<!DOCTYPE a>", b"&x;", b"\0", b"<a>" * 300, "\ud7ff".encode(), b"]]>", b"1e999"]))
    return bytes(data)


@FEW
@given(data=damaged(SEED) | st.binary(max_size=200))
def test_parse_xml_never_fails_otherwise(data: bytes) -> None:
    with contextlib.suppress(FormsError):
        parse_xml(data)


MARKDOWN = b"| survey |      |      |       |\n|        | type | name | label |\n|        | text | a    | A     |\n"


@profile(FEW, max_examples=200 if LONG else 8)
@given(data=damaged(MARKDOWN) | st.binary(max_size=80), name=st.sampled_from(["f.md", "f.xlsx", "f.xls", "f.csv"]))
def test_convert_xlsform_never_fails_otherwise(data: bytes, name: str) -> None:
    with contextlib.suppress(FormsError):
        convert_xlsform(data, file_name=name)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
items = st.fixed_dictionaries(
    {},
    optional={
        "seq": values,
        "instanceId": values | st.just("uuid:1"),
        "xml": values | damaged(SEED).map(lambda b: b.decode("utf-8", "replace")),
        "sealed": values | st.binary(max_size=60).map(lambda b: base64.b64encode(b).decode()),
        "keyId": values,
        "finalizedAt": values | st.just("0000-13-45"),
        "attachments": values | st.lists(st.fixed_dictionaries({"name": values, "sha256": values, "size": values}), max_size=2),
    },
)


@FEW
@given(body=st.fixed_dictionaries({"protocol": values | st.just(1), "deviceId": values | st.just("d"), "submissions": values | st.lists(items, max_size=3)}), harm=st.booleans(), cut=st.integers(0, 40))
def test_push_answers_whatever_comes(app: Flask, phone: Any, body: Any, harm: bool, cut: int) -> None:
    data = gzip.compress(json.dumps(body).encode(errors="surrogatepass"))
    if harm:
        data = data[: max(0, len(data) - cut)]
    answer = app.test_client().post(
        "/v1/projects/1/sync/push",
        data=data,
        headers={**phone.headers, "Content-Encoding": "gzip", "Content-Type": "application/json"},
    )
    assert answer.status_code < 500, (answer.status_code, answer.text, body)
    db.session.remove()


headers = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=20)


@FEW
@given(length=headers | st.integers().map(str), metadata=headers, offset=headers | st.integers().map(str), body=st.binary(max_size=40))
def test_tus_answers_whatever_comes(app: Flask, phone: Any, length: str, metadata: str, offset: str, body: bytes) -> None:
    client = app.test_client()
    p = "/v1/projects/1/attachments"
    told = {**phone.headers, "Tus-Resumable": "1.0.0"}
    sha256 = base64.b64encode(b"0" * 64).decode()
    for given_metadata in (metadata, f"sha256 {sha256},{metadata}"):
        made = client.post(p, headers={**told, "Upload-Length": length, "Upload-Metadata": given_metadata})
        assert made.status_code < 500, (made.status_code, length, given_metadata)
        where = made.headers.get("Location", f"{p}/nothing")
        sent = client.patch(
            where, data=body, headers={**told, "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream"}
        )
        assert sent.status_code < 500, (sent.status_code, offset)
        db.session.remove()


@FEW
@given(data=st.data())
def test_load_dump_refuses_what_is_damaged(app: Flask, phone: Any, data: st.DataObject) -> None:
    whole = b"".join(write_dump(db.engine))
    harmed = data.draw(damaged(whole))
    if harmed == whole:
        return
    with contextlib.suppress(DumpError):
        load_dump(db.engine, harmed.splitlines(keepends=True))
    db.session.remove()


@FEW
@given(data=damaged(b'{"protocol":1,"kind":"handover"}\n{"x":1}\n'))
def test_handover_answers_whatever_comes(app: Flask, phone: Any, data: bytes) -> None:
    answer = app.test_client().post(
        "/v1/projects/1/sync/handover", data=data, headers={**phone.headers, "Content-Type": "application/x-ndjson"}
    )
    assert answer.status_code < 500, (answer.status_code, data)
    db.session.remove()
