"""Every route that takes a body, found in the URL map: a body that is cut where its beginning is whole by itself.

JSON and what follows it are blanks, a form and its padding, a multipart body and its epilogue: who takes what arrived
for all there was would accept each of them.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import IntegerConverter

from server import create_app
from server.api.operations import BYTES, MULTIPART, OPERATIONS, PIECE
from server.database import db
from tests.faults.field import Inside, Phone
from tests.live import LiveServer, live_server
from tests.server.conftest import PASSWORD, settings_in

PADDING = 5000
EDGE = "7d1b"


@pytest.fixture(scope="module")
def server(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("live") / "data"
    shutil.copytree(template, folder)
    with live_server(folder) as running:
        yield running


def body_of(kind: str) -> tuple[bytes, str]:
    """Return a body whose beginning is whole by itself, and its type."""
    fields = {"deviceId": "d", "code": "x", "email": "a@b.c", "password": "x" * 10, "version": 1, "comment": "c"}
    if kind == "json":
        return json.dumps({**fields, "appUserId": 1, "submissions": []}).encode() + b" " * PADDING, "application/json"
    if kind == MULTIPART:
        part = f'--{EDGE}\r\nContent-Disposition: form-data; name="xml_submission_file"\r\n\r\n<a/>\r\n--{EDGE}--\r\n'
        return part.encode() + b" " * PADDING, f"{MULTIPART}; boundary={EDGE}"
    if kind == "form":
        return urlencode({**fields, "pad": "x" * PADDING}).encode(), "application/x-www-form-urlencoded"
    return b"x" * PADDING, kind


def send_cut(server: LiveServer, method: str, path: str, headers: dict[str, str], body: bytes, how: str) -> bytes:
    """Announce a whole body, send all but its end, close by ``how``; return what was answered."""
    sent = body[:-100]
    if how == "chunked":
        size, sent = "Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (len(sent), sent)
    else:
        size = f"Content-Length: {len(body)}"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{size}\r\n{lines}\r\n".encode() + sent)
        if how == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def count_rows(server: LiveServer) -> dict[str, int]:
    with Inside(server.data).open():
        return {
            name: int(db.session.execute(text(f"select count(*) from {name}")).scalar() or 0)  # noqa: S608 - our tables
            for name in db.metadata.tables
            if name != "rate_counts"  # a refused request counts as one
        }


def sign_in(server: LiveServer) -> dict[str, str]:
    """Sign in at the desk; return the headers of what the administrator's browser sends, her token apart from the body."""

    def ask(method: str, path: str, body: str = "", **headers: str) -> tuple[str, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
            connection.request(method, path, body or None, {"Accept": "text/html", **headers})
            answer = connection.getresponse()
            page = answer.read().decode()
        given = [cookie.split(";")[0] for cookie in answer.headers.get_all("Set-Cookie") or ()]
        return "; ".join(cookie for cookie in given if not cookie.endswith("=")), page  # one that is empty is taken away

    def token(page: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page) or re.search(r'value="([^"]+)"[^>]*name="csrf_token"', page)
        assert found, page
        return found[1]

    cookie, page = ask("GET", "/sign-in")
    fields = {"csrf_token": token(page), "email": "administrator@example.dz", "password": PASSWORD}
    cookie, _ = ask("POST", "/sign-in", urlencode(fields), Cookie=cookie, **{"Content-Type": "application/x-www-form-urlencoded"})
    kept, page = ask("GET", "/forms", Cookie=cookie)
    return {"Cookie": kept or cookie, "X-CSRFToken": token(page), "Accept": "text/html"}


@pytest.mark.parametrize("how", ["half closed", "chunked", "reset"])
def test_no_route_takes_a_cut_body_for_a_whole_one(server: LiveServer, template: Path, how: str) -> None:
    app: Flask = create_app(settings_in(template))
    inside = Inside(server.data)
    phone = Phone(server.port, inside.make_agent(f"Agente {how}"))
    desk = sign_in(server)
    officer = {"Authorization": f"Bearer {token_of_officer(server)}"}
    agent = {"Authorization": f"Bearer {phone.token}"}
    upload_id = phone.create_upload(b"x" * 100_000).headers["Location"].rsplit("/", 1)[1]
    before, walked = count_rows(server), 0
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        operation = OPERATIONS.get(rule.endpoint.removeprefix("api."))
        if not methods or (operation is not None and operation.body is None):
            continue
        values: dict[str, object] = {name: 1 if isinstance(rule._converters[name], IntegerConverter) else "x" for name in rule.arguments}
        values.update({k: v for k, v in {"token": phone.token, "upload_id": upload_id}.items() if k in values})
        path = rule.build(values)[1]  # type: ignore[index]
        wanted = "form" if operation is None else operation.body
        given = wanted if isinstance(wanted, str) else wanted[0] if isinstance(wanted, tuple) else "json"
        body, kind = body_of(given)
        verb = app.view_functions[rule.endpoint].required_verb  # type: ignore[attr-defined]
        headers = {"Content-Type": kind, **(desk if operation is None else agent if verb in ("send", "sync", "openrosa") else officer)}
        if given == PIECE:
            headers |= {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
        for method in methods:
            answer = send_cut(server, method, path, headers, body, how)
            walked += 1
            if how == "reset":
                continue
            status = answer.split(b" ", 2)[1]
            if how == "chunked" and given in (PIECE, BYTES):  # some want their length said before they read
                assert status == b"400", f"{method} {path} {answer[:600]!r}"
                assert b"400.2" in answer or b"400.50" in answer, f"{method} {path} {answer[:600]!r}"
                continue
            assert status == b"400", f"{method} {path}: {answer[:600]!r}"
            if operation is not None:
                assert b"400.50" in answer, f"{method} {path}: {answer[-600:]!r}"
    assert walked > 15
    assert phone.pull().status == 200  # a reset was seen by all threads by now
    assert count_rows(server) == before


def token_of_officer(server: LiveServer) -> str:
    body = json.dumps({"email": "administrator@example.dz", "password": PASSWORD})
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request("POST", "/v1/sessions", body, {"Content-Type": "application/json"})
        token: str = json.loads(connection.getresponse().read())["token"]
    return token
