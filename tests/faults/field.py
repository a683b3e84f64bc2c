"""A phone as the served installation sees it: real sockets, answers that do not come, sending again."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from server import create_app
from server.auth import COMMAND
from server.database import db
from server.models import Submission
from server.services import actors, entities
from tests.builders import registration, visit
from tests.server.conftest import settings_in

CUTS = (OSError,)
"""What a line that breaks looks like from here."""
P = "/v1/projects/1"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def read_answer(said: bytes, method: str) -> Answer:
    """Read an answer that came to its end; Python's client takes headers that were cut for whole ones.

    :raises ConnectionError: when it was cut.
    """
    head, whole, body = said.partition(b"\r\n\r\n")
    if not whole:
        raise ConnectionError("cut in the headers")
    first, _, lines = head.partition(b"\r\n")
    headers = http.client.parse_headers(io.BytesIO(lines + b"\r\n\r\n"))
    if method != "HEAD" and "Content-Length" in headers and int(headers["Content-Length"]) != len(body):
        raise ConnectionError("cut in the body")
    return Answer(int(first.split()[1]), headers, body)


class NoAnswer(AssertionError):
    """Nothing usable came in time."""


@dataclass
class Phone:
    """One enrolment of an agent, who sends again until she is answered."""

    port: int
    token: str
    device_id: str = field(default_factory=lambda: str(uuid4()))
    seq: int = 0

    def ask(self, method: str, path: str, body: bytes = b"", timeout_s: float = 20, **headers: str) -> Answer:
        """Send one request and read its whole answer.

        :raises OSError: when the line breaks before it was read.
        """
        given = {
            "Host": "x",
            "Connection": "close",
            "Authorization": f"Bearer {self.token}",
            "Content-Length": str(len(body)),
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
            said = b""
            while piece := connection.recv(65536):
                said += piece
        return read_answer(said, method)

    def item(self, xml: str, instance_id: str, **more: Any) -> dict[str, Any]:
        self.seq += 1
        return {"seq": self.seq, "instanceId": instance_id, "finalizedAt": "2026-11-20T09:00:00Z", "xml": xml, **more}

    def registrations(self, count: int) -> list[dict[str, Any]]:
        return [self.item(*registration()[:2]) for _ in range(count)]

    def visit(self, woman: str, version: int, **answers: str) -> dict[str, Any]:
        return self.item(*visit(woman, base=version, trunk=version, branch=str(uuid4()), **answers))

    def push(self, items: list[dict[str, Any]]) -> Answer:
        body = {"protocol": 1, "deviceId": self.device_id, "submissions": items}
        return self.ask(
            "POST",
            f"{P}/sync/push",
            gzip.compress(json.dumps(body).encode(), 1),
            Content_Encoding="gzip",
            Content_Type="application/json",
        )

    def push_until_answered(self, items: list[dict[str, Any]], within_s: float = 60) -> Any:
        """Send a batch again until it is answered with 200, as a phone does; halve nothing, so that repeats are many."""
        return self.until_answered(lambda: self.push(items), within_s)

    def until_answered(self, send: Any, within_s: float) -> Any:
        deadline, last = time.monotonic() + within_s, "nothing"
        while time.monotonic() < deadline:
            try:
                answer = send()
                if answer.status == 200:
                    return answer.json
                last = f"{answer.status} {answer.body[:300]!r}"
                # cut on its way to us is told too; a full disk or a dead database comes back
                assert answer.status >= 500 or answer.json["code"] == "400.50", last
            except CUTS as error:
                last = repr(error)
            time.sleep(0.02)
        raise NoAnswer(last)

    def pull(self) -> Answer:
        body = json.dumps({"protocol": 1, "deviceId": self.device_id, "limit": 2000}).encode()
        return self.ask("POST", f"{P}/sync/pull", body, Content_Type="application/json")

    def create_upload(self, data: bytes, sha256: str = "") -> Answer:
        pairs = {"sha256": sha256 or hashlib.sha256(data).hexdigest(), "contentType": "image/jpeg"}
        metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
        return self.ask(
            "POST", f"{P}/attachments", Tus_Resumable="1.0.0", Upload_Length=str(len(data)), Upload_Metadata=metadata
        )

    def send_piece(self, url: str, offset: int, piece: bytes) -> Answer:
        return self.ask(
            "PATCH",
            url,
            piece,
            Tus_Resumable="1.0.0",
            Upload_Offset=str(offset),
            Content_Type="application/offset+octet-stream",
        )

    def ask_offset(self, url: str) -> Answer:
        return self.ask("HEAD", url, Tus_Resumable="1.0.0")

    def upload_until_done(self, data: bytes, within_s: float = 60, piece: int = 16_384) -> None:
        """Send a photo by tus, resuming after whatever happens, until its last byte is confirmed."""
        deadline, url, last = time.monotonic() + within_s, "", "nothing"
        while time.monotonic() < deadline:
            try:
                if not url:
                    made = self.create_upload(data)
                    url = made.headers["Location"] if made.status == 201 else ""
                    last = f"create {made.status}"
                    continue
                told = self.ask_offset(url)
                last = f"offset {told.status}"
                if told.status in (404, 410, 460):
                    url = ""
                    continue
                offset = int(told.headers["Upload-Offset"]) if told.status == 200 else None
                while offset is not None:
                    if offset == len(data):
                        return
                    sent = self.send_piece(url, offset, data[offset : offset + piece])
                    last = f"piece {sent.status} {sent.body[:200]!r}"
                    offset = int(sent.headers["Upload-Offset"]) if sent.status == 204 else None
            except CUTS as error:
                last = repr(error)
            time.sleep(0.02)
        raise NoAnswer(last)


@dataclass(frozen=True, slots=True)
class Inside:
    """What lies in an installation, read beside the servers that run on it."""

    data: Path
    database_url: str = ""

    @contextmanager
    def open(self) -> Iterator[Flask]:
        app = create_app(settings_in(self.data, self.database_url))
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()

    def make_agent(self, name: str = "Amina") -> str:
        """Return the token of a new agent."""
        with self.open():
            return actors.create_app_user(1, name, ("3112",), COMMAND).token

    def rebuild(self) -> int:
        """Compute every record anew; return how many showed something else."""
        with self.open():
            return entities.rebuild_entities(1)[1]

    def submissions(self) -> dict[str, Submission]:
        with self.open():
            return {row.instance_id: row for row in db.session.scalars(select(Submission))}

    def rows(self, model: Any) -> list[Any]:
        with self.open():
            return list(db.session.scalars(select(model)))


@contextmanager
def in_background(*jobs: Any) -> Iterator[list[BaseException]]:
    """Run jobs in threads beside the block; wait for all at its end; raise what the first of them raised."""
    failed: list[BaseException] = []

    def run(job: Any) -> None:
        try:
            job()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    yield failed
    for thread in threads:
        thread.join(180)
        assert not thread.is_alive(), "a client never came to its end"
    if failed:
        raise failed[0]
