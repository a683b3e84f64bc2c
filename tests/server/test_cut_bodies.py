"""A body that is cut on its way is never taken for a whole one, by the server we ship (raw sockets)."""

from __future__ import annotations

import gzip
import json
import shutil
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from tests.builders import registration
from tests.live import LiveServer, live_server
from tests.sealed import seal_item, write_handover


@pytest.fixture(scope="module")
def server(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("live") / "data"
    shutil.copytree(template, folder)
    with live_server(folder) as running:
        yield running


@pytest.fixture(scope="module")
def token(server: LiveServer) -> str:
    made: str = server.command("create-app-user", "Amina", "--scope", "3112")["token"]
    return made


def batch(count: int = 3) -> bytes:
    items = []
    for seq in range(1, count + 1):
        xml, instance_id, _ = registration()
        items.append({"seq": seq, "instanceId": instance_id, "xml": xml})
    return json.dumps({"protocol": 1, "deviceId": str(uuid4()), "submissions": items}).encode()


def send(
    server: LiveServer,
    token: str,
    body: bytes,
    cut_at: int | None,
    *,
    packed: bool,
    reset: bool = False,
    path: str = "push",
) -> bytes:
    """Announce the whole body, send a part of it, close; return what was answered."""
    encoding = "Content-Encoding: gzip\r\n" if packed else ""
    head = (
        f"POST /v1/projects/1/sync/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\n{encoding}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode() + body[:cut_at])
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        if cut_at is not None:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def stored(server: LiveServer) -> int:
    import sqlite3

    with sqlite3.connect(server.data / "hirfa.sqlite3") as connection:
        (submissions,) = connection.execute("select count(*) from submissions").fetchone()
        (aside,) = connection.execute("select count(*) from quarantine").fetchone()
    connection.close()
    return int(submissions) + int(aside)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_cut_push_stores_nothing_and_says_so(server: LiveServer, token: str, packed: bool, share: float) -> None:
    body = gzip.compress(batch()) if packed else batch()
    before = stored(server)
    answer = send(server, token, body, int(len(body) * share), packed=packed)
    assert b" 200 " not in answer.split(b"\r\n", 1)[0]
    assert stored(server) == before


def test_a_reset_connection_stores_nothing(server: LiveServer, token: str) -> None:
    body = batch()
    before = stored(server)
    send(server, token, body, len(body) // 2, packed=False, reset=True)
    assert stored(server) == before


def test_a_whole_push_is_accepted(server: LiveServer, token: str) -> None:
    before = stored(server)
    answer = send(server, token, gzip.compress(batch()), None, packed=True)
    assert b" 200 " in answer.split(b"\r\n", 1)[0]
    assert stored(server) == before + 3


BOUNDARY = b"----7d1b"


def submission(photo: bytes) -> tuple[bytes, bytes]:
    """A multipart submission as ODK Collect sends it: (body, the XML in it)."""
    xml, _, _ = registration(photo="p.jpg")
    parts = (
        (b'name="xml_submission_file"; filename="s.xml"', b"text/xml", xml.encode()),
        (b'name="p.jpg"; filename="p.jpg"', b"image/jpeg", photo),
    )
    body = b"".join(
        b"--%s\r\nContent-Disposition: form-data; %s\r\nContent-Type: %s\r\n\r\n%s\r\n" % (BOUNDARY, name, kind, data)
        for name, kind, data in parts
    )
    return body + b"--%s--\r\n" % BOUNDARY, xml.encode()


def post_submission(
    server: LiveServer, token: str, body: bytes, cut_at: int | None, *, chunked: bool = False, reset: bool = False
) -> bytes:
    """Announce a whole submission, send a part of it, close; return what was answered."""
    size = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = (
        f"POST /v1/key/{token}/projects/1/submission?deviceID=collect%3Ax HTTP/1.1\r\nHost: x\r\n{size}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\nConnection: close\r\n\r\n"
    )
    if chunked:
        pieces = [body[start : start + 4096] for start in range(0, len(body), 4096)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode() + body[:cut_at])
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return b""
        if cut_at is not None:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def kept_files(server: LiveServer) -> int:
    return sum(1 for path in (server.data / "blobs").rglob("*") if path.is_file())


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("place", ["nothing", "in the XML", "between", "in the photo", "before the end", "last byte"])
def test_a_cut_submission_stores_nothing_and_says_so(
    server: LiveServer, token: str, chunked: bool, place: str
) -> None:
    body, xml = submission(b"\xff\xd8" + uuid4().bytes * 50_000)  # large enough to lie in a file while it arrives
    between = body.index(xml) + len(xml)
    cuts = {
        "nothing": 0,
        "in the XML": between - 100,
        "between": between,
        "in the photo": len(body) // 2,
        "before the end": len(body) - len(BOUNDARY) - 8,
        "last byte": len(body) - 1,
    }
    before = stored(server), kept_files(server)
    answer = post_submission(server, token, body, cuts[place], chunked=chunked)
    assert b" 201 " not in answer.split(b"\r\n", 1)[0]
    assert (stored(server), kept_files(server)) == before


def test_a_reset_submission_stores_nothing(server: LiveServer, token: str) -> None:
    body, _ = submission(b"photo" * 1000)
    before = stored(server), kept_files(server)
    post_submission(server, token, body, len(body) // 2, reset=True)
    assert (stored(server), kept_files(server)) == before


@pytest.mark.parametrize("chunked", [False, True])
def test_a_whole_submission_is_accepted_with_one_date(server: LiveServer, token: str, chunked: bool) -> None:
    before = stored(server), kept_files(server)
    body, _ = submission(uuid4().bytes * 50_000)
    answer = post_submission(server, token, body, None, chunked=chunked)
    head = answer.split(b"\r\n\r\n", 1)[0].lower()
    assert b" 201 " in head.split(b"\r\n", 1)[0]
    assert head.count(b"\r\ndate:") == head.count(b"\r\nx-openrosa-version: 1.0") == 1
    assert (stored(server), kept_files(server)) == (before[0] + 1, before[1] + 1)


def test_two_hundred_records_can_be_asked_for_in_one_address(server: LiveServer, token: str) -> None:
    ids = ",".join(str(uuid4()) for _ in range(200))
    head = f"GET /v1/key/{token}/projects/1/datasets/artisanes/integrity?id={ids} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert b" 200 " in answer.split(b"\r\n", 1)[0]


def test_a_cut_hand_over_stores_nothing_and_counts_once_it_is_whole(server: LiveServer) -> None:
    made = server.command("create-app-user", "Houria", "--scope", "3112")
    public = server.command("new-key")
    phone = SimpleNamespace(token=made["token"], app_user_id=made["id"], device_id=str(uuid4()))
    items = [seal_item(public, item) for item in json.loads(batch())["submissions"]]
    body = write_handover(phone, items, public=public)
    before = stored(server)
    for share in (0.0, 0.3, 0.9, 0.999):
        answer = send(server, made["token"], body, int(len(body) * share), packed=False, path="handover")
        assert b" 200 " not in answer.split(b"\r\n", 1)[0], share
    send(server, made["token"], body, len(body) - 1, packed=False, reset=True, path="handover")
    assert stored(server) == before
    answer = send(server, made["token"], body, None, packed=False, path="handover")
    assert answer.count(b'"accepted"') == 3
    assert stored(server) == before + 3
