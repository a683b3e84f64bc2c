"""Who waited too long for a thread is told to come back, at once, when she keeps everything herself; others are served."""

from __future__ import annotations

import re
import shutil
import socket
import time
from pathlib import Path

from tests.faults.field import Inside, Phone
from tests.live import changed_server, free_port

LONGEST_S = 0.5


def test_a_phone_that_waited_too_long_is_told_to_come_back(template: Path, tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    shutil.copytree(template, data)
    phone = Phone(port, Inside(data).make_agent())
    token = f"Host: x\r\nAuthorization: Bearer {phone.token}\r\n"
    half = f"POST /v1/projects/1/sync/push HTTP/1.1\r\n{token}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
    asked = {
        "pull": f"POST /v1/projects/1/sync/pull HTTP/1.1\r\n{token}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}",
        "page": "GET /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    }

    def say(text: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        connection.sendall(text.encode())
        return connection

    def hear(connection: socket.socket) -> str:
        with connection, connection.makefile("rb") as answer:
            return answer.read().decode(errors="replace")

    with changed_server(data, port, f"overload.LONGEST_S = {LONGEST_S}"):
        phone.push_until_answered(phone.registrations(1))
        assert " 200 " in hear(say(asked["pull"])).split("\r\n")[0]
        slow = [say(half) for _ in range(4)]  # every thread of the one worker hears somebody out
        time.sleep(0.3)
        waiting = {name: say(text) for name, text in asked.items()}
        time.sleep(2 * LONGEST_S)
        for connection in slow:
            connection.close()
        answers = {name: hear(connection) for name, connection in waiting.items()}
        assert " 503 " in answers["pull"].split("\r\n")[0]
        wait = re.search(r"\r\nRetry-After: (\d+)\r\n", answers["pull"])
        assert wait and 30 <= int(wait[1]) <= 120 and '"503.1"' in answers["pull"]
        assert " 200 " in answers["page"].split("\r\n")[0]
        assert " 200 " in hear(say(asked["pull"])).split("\r\n")[0]
        assert phone.push(phone.registrations(1)).status == 200
