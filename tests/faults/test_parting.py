"""Who is refused before her body was read is answered and heard out, while the server goes on for everybody else."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.field import Inside, Phone
from tests.live import changed_server, free_port, live_server

PHOTO = b"\xff" * 400_000


@pytest.fixture
def phone(template: Path, tmp_path: Path) -> Iterator[Phone]:
    """A phone of a server with one worker."""
    data, port = tmp_path / "data", free_port()
    shutil.copytree(template, data)
    with changed_server(data, port, "pass"):
        yield Phone(port, Inside(data).make_agent())


def begin(phone: Phone) -> socket.socket:
    """Offer a photograph without saying in which tongue, and say a part of it; the answer is 400."""
    connection = socket.create_connection(("127.0.0.1", phone.port), timeout=20)
    head = f"POST /v1/projects/1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {phone.token}\r\n"
    connection.sendall(f"{head}Content-Length: {len(PHOTO)}\r\n\r\n".encode() + PHOTO[:100_000])
    return connection


def hear(connection: socket.socket) -> bytes:
    """Read to the end of the line."""
    said = b""
    while piece := connection.recv(65536):
        said += piece
    return said


def test_many_who_are_refused_and_do_not_hang_up_keep_nobody_waiting(phone: Phone) -> None:
    phone.push_until_answered(phone.registrations(1))
    refused = [begin(phone) for _ in range(20)]
    assert phone.push(phone.registrations(1)).status == 200
    for connection in refused:
        assert hear(connection).startswith(b"HTTP/1.1 400 ")
        connection.close()


def test_the_refusal_reaches_who_is_still_speaking(phone: Phone) -> None:
    phone.push_until_answered(phone.registrations(1))
    with begin(phone) as connection:
        for start in range(100_000, len(PHOTO), 100_000):
            time.sleep(1)
            connection.sendall(PHOTO[start : start + 100_000])
        assert hear(connection).startswith(b"HTTP/1.1 400 ")


def test_a_server_that_is_stopped_does_not_wait_for_a_connection_that_says_nothing(template: Path, tmp_path: Path) -> None:
    """A browser opens one in advance; `LiveServer.stop` gives up after 20 s, gunicorn waited for 30."""
    shutil.copytree(template, tmp_path / "data")
    with live_server(tmp_path / "data") as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        time.sleep(7)  # after 5 s a worker lays it aside
        server.stop()
        assert connection.recv(1) == b""
