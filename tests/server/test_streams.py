"""What is sent while it is made shows one moment to its end, as a server sends it: nothing but the answer holds the request."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event

from server import create_app
from server.auth import COMMAND
from server.config import Settings
from server.database import db
from server.services import actors
from server.services.entity_tables import find_shape, stream_records
from server.services.submission_batches import read_batches
from server.services.tables import Wanted, stream_rows
from tests.builders import registration
from tests.server.conftest import PASSWORD

BOTH_DATABASES = True

BEFORE = 120
P = "/v1/projects/1"


class Served:
    """The application with no context around it."""

    def __init__(self, app: Flask, token: str) -> None:
        self.app, self.token, self.seq = app, token, 0

    def push(self, count: int) -> None:
        items = [{"seq": self.seq + n, "instanceId": i, "xml": x} for n in range(1, count + 1) for x, i, _ in [registration()]]
        self.seq += count
        body = {"protocol": 1, "deviceId": str(uuid4()), "submissions": items}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Encoding": "gzip", "Content-Type": "application/json"}
        answer = self.app.test_client().post(f"{P}/sync/push", data=gzip.compress(json.dumps(body).encode()), headers=headers)
        assert {result["status"] for result in answer.json["results"]} == {"accepted"}

    def officer(self) -> FlaskClient:
        client = self.app.test_client()
        session = client.post("/v1/sessions", json={"email": "officer@example.dz", "password": PASSWORD}).json["token"]
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {session}"
        return client


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    app = create_app(settings)
    app.config.update(RATELIMIT_ENABLED=False)
    with app.app_context():
        token = actors.create_app_user(1, "Amina", ("3112",), COMMAND).token
    one = Served(app, token)
    for _ in range(BEFORE // 40):
        one.push(40)
    yield one
    with app.app_context():
        db.engine.dispose()


def count_workbook(data: bytes) -> int:
    return len(list(openpyxl.load_workbook(io.BytesIO(data))["cam_a_inscription"].iter_rows())) - 1


def count_zip(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return packed.read("cam_a_inscription.csv").count(b"\nuuid:") or packed.read("cam_a_inscription.csv").count(b"\n") - 1


ANSWERS: dict[str, Any] = {
    "workbook.xlsx": count_workbook,
    "forms/cam_a_inscription/submissions.csv.zip": count_zip,
    "forms/cam_a_inscription.svc/Submissions": lambda data: len(json.loads(data)["value"]),
    "datasets/artisanes/entities.csv": lambda data: data.count(b"\n") - 1,
}


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_shows_the_moment_it_began(served: Served, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.api.streams.PIECE_BYTES", 2048)  # some rows in the first, as in a register of thousands
    with served.officer().get(f"{P}/{path}", buffered=False) as answer:
        assert answer.status_code == 200
        pieces = iter(answer.response)
        begun = next(pieces)
        served.push(5)
        assert ANSWERS[path](begun + b"".join(pieces)) == BEFORE
    with served.officer().get(f"{P}/{path}") as answer:
        assert ANSWERS[path](answer.data) == BEFORE + 5


def test_an_answer_that_nobody_reads_holds_nothing(served: Served) -> None:
    with served.app.app_context():
        pool = db.engine.pool
    with served.officer().get(f"{P}/workbook.xlsx", buffered=False) as answer:
        assert answer.status_code == 200
        assert pool.checkedout() == 1  # type: ignore[attr-defined]
    assert pool.checkedout() == 0  # type: ignore[attr-defined]
    assert not has_app_context()


def test_several_answers_at_once_show_the_moment_each_began(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read turn by turn while forms arrive: three workbooks and a feed."""
    monkeypatch.setattr("server.api.streams.PIECE_BYTES", 8192)
    begun: list[tuple[int, str, Iterator[bytes], list[bytes]]] = []
    for number, path in enumerate(("workbook.xlsx", "forms/cam_a_inscription.svc/Submissions", "workbook.xlsx", "workbook.xlsx")):
        pieces = served.officer().get(f"{P}/{path}", buffered=False).iter_encoded()
        begun.append((BEFORE + number, path, pieces, [next(pieces)]))
        served.push(1)
    going = list(begun)
    while going:
        for one in list(going):
            piece = next(one[2], None)
            if piece is None:
                going.remove(one)
            else:
                one[3].append(piece)
        if going:
            served.push(1)
    assert [ANSWERS[path](b"".join(read)) for _, path, _, read in begun] == [count for count, _, _, _ in begun]


def _is_open(cursor: Any) -> bool:
    try:
        cursor.fetchone()
    except Exception as error:
        return "closed" not in str(error)  # one that gave no rows complains of that
    return True


@pytest.mark.parametrize(
    "read",
    [
        lambda: read_batches(1, "cam_a_inscription"),
        lambda: stream_rows(1, "cam_a_inscription", Wanted()),
        lambda: stream_records(1, find_shape(1, "artisanes"), Wanted()),
    ],
    ids=["workbook", "submissions", "records"],
)
def test_who_stops_reading_leaves_no_cursor_open(served: Served, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.services.tables.BATCH", 50)
    monkeypatch.setattr("server.services.entity_tables.BATCH", 50)
    monkeypatch.setattr("server.services.submission_batches._AHEAD", {"yield_per": 50})
    monkeypatch.setattr("exports.blocks._MOST", 20)
    with served.app.app_context():
        cursors: list[Any] = []

        def keep(_connection: Any, cursor: Any, *_: Any) -> None:
            cursors.append(cursor)

        event.listen(db.engine, "after_cursor_execute", keep)
        reading = read()
        assert next(reading)
        assert any(map(_is_open, cursors))
        reading.close()
        assert not any(map(_is_open, cursors))
        event.remove(db.engine, "after_cursor_execute", keep)
