"""A body that is cut on its way is never taken for a whole one, by the server we ship (raw sockets)."""

from __future__ import annotations

import gzip
import json
import shutil
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.builders import registration
from tests.live import LiveServer, live_server


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


def send(server: LiveServer, token: str, body: bytes, cut_at: int | None, *, packed: bool, reset: bool = False) -> bytes:
    """Announce the whole body, send a part of it, close; return what was answered."""
    encoding = "Content-Encoding: gzip\r\n" if packed else ""
    head = (
        f"POST /v1/projects/1/sync/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
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
