"""A phone that vanishes in the middle of a request holds no thread for ever."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from tests.faults.field import Inside, Phone
from tests.live import changed_server, free_port

CHANGE = "serve.SILENCE_S = 1; serve.KEPT_OPEN_S = 2"


@pytest.mark.parametrize("said", ["the head and half of the body", "half of the head"])
def test_a_silent_connection_is_given_up_and_others_are_served(template: Path, tmp_path: Path, said: str) -> None:
    data, port = tmp_path / "data", free_port()
    shutil.copytree(template, data)
    phone = Phone(port, Inside(data).make_agent())
    head = (
        f"POST /v1/projects/1/sync/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {phone.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n"
    )
    begun = head + "\r\n{" if "body" in said else head
    with changed_server(data, port, CHANGE):
        phone.push_until_answered(phone.registrations(1))
        silent = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(6)]  # four threads
        for connection in silent:
            connection.sendall(begun.encode())
        assert phone.push(phone.registrations(1)).status == 200
        answers = [connection.recv(65536) for connection in silent]  # an answer or the end of the line
        assert all(b" 200 " not in answer.split(b"\r\n", 1)[0] for answer in answers)
        for connection in silent:
            connection.close()
