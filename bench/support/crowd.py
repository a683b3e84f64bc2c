"""A crowd at a server: agents who send, fetch and send photographs, officers who read pages, each as long as it lasts."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from bench.support.desk_pages import Officer
from bench.support.forms import make_registrations, make_visits, put_into
from bench.support.served import Served
from server.demo.phones import WOMEN, Record

PHOTO_BYTES = 150_000
FIRST_PAGE = 200
EVERY_PHOTO = 3
"""Exchanges of an agent to one photograph."""


class Times:
    """How long each request took, in seconds, by kind; and what went wrong."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}
        self.wrong: dict[str, int] = {}
        self._lock = threading.Lock()

    def note(self, kind: str, seconds: float) -> None:
        with self._lock:
            self.taken.setdefault(kind, []).append(seconds)

    def blame(self, what: str) -> None:
        with self._lock:
            self.wrong[what] = self.wrong.get(what, 0) + 1

    def rows(self) -> list[list[str]]:
        """Give a line for each kind: how many, p50, p99 and the longest, in ms."""
        made = []
        for kind, taken in sorted(self.taken.items()):
            taken.sort()
            some = (taken[len(taken) // 2], taken[min(len(taken) * 99 // 100, len(taken) - 1)], taken[-1])
            made.append([kind, str(len(taken)), *(f"{one * 1000:.0f}" for one in some)])
        return made


class Agent:
    """One phone: a device, a connection, records it fetched, and packed bodies that it will send."""

    def __init__(self, served: Served, number: int, made: list[Any], times: Times, run: int) -> None:
        """:param run: another number each time, where a state is measured again: what was sent is not sent twice."""
        self.project_id, _, self._token, self._scopes = made
        self._address, self._times = urlsplit(served.url).netloc, times
        self._connection = http.client.HTTPConnection(self._address, timeout=120)
        self._device = str(UUID(int=(run << 64) + number, version=4))
        self._chance = random.Random(run + number)
        self._seed = (run * 1000 + number) * 1000
        self._seq, self._cursors, self._era = 0, {}, None
        self._bodies: list[bytes] = []
        self._location = ""
        self.sent = 0

    def prepare(self, forms: tuple[Any, Any], exchanges: int, newest: int) -> None:
        """Fetch a first page of records, as a new phone does; then write the forms of every exchange."""
        answer = self._pull("pull, first page", FIRST_PAGE)
        self._era = answer["era"]
        held = [told for page in answer["scopes"].values() for told in page["upserts"] if told["list"] == WOMEN]
        self._cursors = dict.fromkeys(answer["scopes"], newest)
        self._chance.shuffle(held)
        for exchange in range(exchanges):
            seed = self._seed + exchange
            items, _ = make_registrations(forms[0], 2, seed)
            put_into(items, self._scopes)
            records = [
                Record(told["id"], told["version"], told["version"], str(UUID(int=seed, version=4)), dict(told["data"]))
                for told in (held.pop() for _ in range(min(2, len(held))))
            ]
            items += make_visits(forms[1], records, seed)
            for item in items:
                self._seq += 1
                item["seq"] = self._seq
            self._bodies.append(Served.pack(self._device, items))

    def live(self, stopped: threading.Event, pause_s: float) -> None:
        stopped.wait(self._chance.uniform(0, pause_s))
        while not stopped.is_set() and self._bodies:
            self._connection.close()  # it would be closed by now: each exchange opens its own
            self.push()
            self.pull()
            if self._chance.randrange(EVERY_PHOTO) == 0:
                self.send_photo()
            stopped.wait(self._chance.uniform(0.5, 1.5) * pause_s)

    def push(self) -> None:
        answer = self._ask("push", "POST", "sync/push", self._bodies.pop(), {"Content-Encoding": "gzip"})
        results = json.loads(answer or b"{}").get("results", [])
        self.sent += sum(result["status"] == "accepted" for result in results)
        for result in results:
            if result["status"] != "accepted":
                self._times.blame(f"push: {result['status']}")

    def pull(self) -> None:
        self._pull("pull")

    def _pull(self, kind: str, limit: int = 1000) -> Any:
        body = {
            "protocol": 1, "deviceId": self._device, "era": self._era, "scopes": self._cursors, "forms": {}, "limit": limit,
        }  # fmt: skip
        told = json.loads(self._ask(kind, "POST", "sync/pull", json.dumps(body).encode()) or b"{}")
        self._cursors |= {scope: page["cursor"] for scope, page in told.get("scopes", {}).items()}
        return told

    def send_photo(self) -> None:
        data = b"\xff\xd8\xff" + self._chance.randbytes(PHOTO_BYTES)
        pairs = {"sha256": hashlib.sha256(data).hexdigest(), "contentType": "image/jpeg"}
        said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
        tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
        self._location = ""
        self._ask("photograph, offered", "POST", "attachments", b"", {**tus, "Upload-Length": str(len(data)), "Upload-Metadata": said})
        if self._location:
            self._ask("photograph, 150 KB", "PATCH", urlsplit(self._location).path, data, {**tus, "Upload-Offset": "0"})

    def _ask(self, kind: str, method: str, path: str, body: bytes, more: dict[str, str] | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **(more or {})}
        address = path if path.startswith("/") else f"/v1/projects/{self.project_id}/{path}"
        for _ in range(5):
            begun = time.perf_counter()
            try:
                self._connection.request(method, address, body, headers)
                answer = self._connection.getresponse()
                told = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._times.blame(f"{kind}: {type(error).__name__}")
                self._connection.close()
                continue
            self._times.note(kind, time.perf_counter() - begun)
            if answer.status < 300:
                self._location = answer.headers.get("Location", "")
                return told
            self._times.blame(f"{kind}: {answer.status}")
            if answer.status != 503:
                return b""
            time.sleep(float(answer.headers.get("Retry-After") or 1))
        return b""


def read_pages(served: Served, pages: dict[str, str], times: Times, stopped: threading.Event, pause_s: float) -> None:
    """Be an officer who opens one page after another."""
    officer = Officer(served)
    while not stopped.is_set():
        for name, path in pages.items():
            _timed(f"desk: {name}", times, lambda path=path: officer.get(path))  # type: ignore[misc]
            if stopped.wait(pause_s):
                return


def download_workbook(served: Served, token: str, times: Times) -> int:
    """Download the workbook of project 1; return its bytes."""
    return len(_timed("workbook", times, lambda: served.send("/v1/projects/1/workbook.xlsx", token=token)) or b"")


def _timed(kind: str, times: Times, ask: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    try:
        return ask()
    except OSError as error:
        times.blame(f"{kind}: {error}")
        return None
    finally:
        times.note(kind, time.perf_counter() - begun)
