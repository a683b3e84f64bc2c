"""Photographs by the phone's own client against several workers: cut anywhere, killed, raced, never corrupted."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.models import Blob
from tests.faults.field import Inside, P, Phone, in_background
from tests.faults.proxy import CuttingProxy
from tests.live import ROOT, LiveServer, live_server

LONG = os.environ.get("HIRFA_TESTS") == "long"
CLIENT = Path(__file__).with_name("upload.mjs")
JPEG = b"\xff\xd8\xff"


@pytest.fixture(scope="module")
def server(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    data = tmp_path_factory.mktemp("uploads") / "data"
    shutil.copytree(template, data)
    with live_server(data) as running:
        yield running


@pytest.fixture(scope="module")
def token(server: LiveServer) -> str:
    return Inside(server.data).make_agent()


def start_client(port: int, token: str, file: Path, sha256: str, chunk: int) -> subprocess.Popen[str]:
    node = shutil.which("node")
    assert node, "Node is missing: run make build"
    address = f"http://127.0.0.1:{port}{P}/attachments"
    return subprocess.Popen(
        [node, str(CLIENT), address, token, str(file), sha256, str(chunk)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def finish(client: subprocess.Popen[str]) -> Any:
    out, _ = client.communicate(timeout=240)
    return json.loads(out)


def make_photo(folder: Path, size: int, seed: int) -> tuple[Path, bytes]:
    photo = JPEG + random.Random(seed).randbytes(size - len(JPEG))
    path = folder / f"{seed}.jpg"
    path.write_bytes(photo)
    return path, photo


def kept(server: LiveServer, photo: bytes) -> bool:
    sha256 = hashlib.sha256(photo).hexdigest()
    path = server.data / "blobs" / "1" / sha256[:2] / sha256
    known = {row.sha256: row for row in Inside(server.data).rows(Blob)}
    return path.exists() and path.read_bytes() == photo and known[sha256].size == len(photo)


@pytest.mark.parametrize("seed", range(20 if LONG else 1))
def test_photos_arrive_whole_by_the_phones_client_over_a_line_that_breaks(
    server: LiveServer, token: str, tmp_path: Path, seed: int
) -> None:
    photos = [make_photo(tmp_path, size, 100 * seed + n) for n, size in enumerate((3, 40_000, 400_000))]
    with CuttingProxy(server.port, seed=seed, longest=80_000, surely=1) as line:
        clients = [
            start_client(line.port, token, path, hashlib.sha256(photo).hexdigest(), 32_768) for path, photo in photos
        ]
        told = [finish(client) for client in clients]
        assert line.cuts
    assert all(one["done"] for one in told), told
    assert sum(one["retries"] for one in told)
    assert all(kept(server, photo) for _, photo in photos)


@pytest.mark.parametrize("seed", range(10 if LONG else 1))
def test_one_slow_upload_outlives_kills_of_workers_and_of_all_and_of_the_client(
    server: LiveServer, token: str, tmp_path: Path, seed: int
) -> None:
    path, photo = make_photo(tmp_path, 700_000, 5000 + seed)
    sha256 = hashlib.sha256(photo).hexdigest()
    with CuttingProxy(server.port, seed=seed, whole=0.8, longest=20_000) as line:
        client = start_client(line.port, token, path, sha256, 8192)
        time.sleep(1)
        server.kill_worker()
        time.sleep(0.5)
        server.kill()
        time.sleep(0.3)
        server.start()
        time.sleep(0.5)
        client.kill()  # the browser was closed: it begins anew, at an address that it forgot
        client.communicate()
        again = finish(start_client(line.port, token, path, sha256, 16_384))
    assert again["done"], again
    assert kept(server, photo)


def test_a_hash_that_never_matches_is_told_and_nothing_is_kept(server: LiveServer, token: str, tmp_path: Path) -> None:
    path, photo = make_photo(tmp_path, 50_000, 9000)
    wrong = hashlib.sha256(b"another").hexdigest()
    for _ in range(2):  # and it can begin again
        told = finish(start_client(server.port, token, path, wrong, 20_000))
        assert (told["done"], told["status"]) == (False, 460)
        assert json.loads(told["body"])["code"] == "460.1"
    assert not (server.data / "blobs" / "1" / wrong[:2] / wrong).exists()
    assert wrong not in {row.sha256 for row in Inside(server.data).rows(Blob)}
    assert finish(start_client(server.port, token, path, hashlib.sha256(photo).hexdigest(), 20_000))["done"]


def test_clients_that_race_on_one_upload_never_leave_a_losers_bytes(server: LiveServer, token: str) -> None:
    """Four send different bytes to the same offset at once. Exactly one may win each piece, and what is kept is what
    the winners sent: this is what a library's lock in the memory of one process got wrong in most rounds."""
    rounds, pieces, size = (100 if LONG else 12), 3, 30_000
    racers = [Phone(server.port, token) for _ in range(4)]
    chance = random.Random(3)
    for _ in range(rounds):
        sent = [[chance.randbytes(size) for _ in racers] for _ in range(pieces)]
        url = racers[0].create_upload(b"0" * size * pieces, "0" * 64).headers["Location"]
        part = server.data / "uploads" / f"{url.rsplit('/', 1)[1]}.part"
        expected = b""
        for number in range(pieces - 1):
            statuses = race(racers, url, number * size, sent[number])
            winners = [racer for racer, status in enumerate(statuses) if status == 204]
            assert len(winners) == 1, statuses
            assert set(statuses) <= {204, 409}
            expected += sent[number][winners[0]]
            assert part.read_bytes() == expected
        assert sorted(race(racers, url, (pieces - 1) * size, sent[-1])).count(460) == 1  # nobody sent what was announced
        assert not part.exists()


def race(racers: list[Phone], url: str, offset: int, pieces: list[bytes]) -> list[int]:
    statuses = [0] * len(racers)
    ready = threading.Barrier(len(racers))

    def send(number: int) -> None:
        ready.wait(20)
        statuses[number] = racers[number].send_piece(url, offset, pieces[number]).status

    with in_background(*(lambda n=n: send(n) for n in range(len(racers)))):
        pass
    return statuses


def test_two_clients_with_the_same_photo_store_it_once(server: LiveServer, token: str, tmp_path: Path) -> None:
    path, photo = make_photo(tmp_path, 120_000, 9100)
    sha256 = hashlib.sha256(photo).hexdigest()
    clients = [start_client(server.port, token, path, sha256, 16_384) for _ in range(3)]
    assert all(finish(client)["done"] for client in clients)
    assert kept(server, photo)
    assert [row.sha256 for row in Inside(server.data).rows(Blob)].count(sha256) == 1


@pytest.mark.parametrize("offset", [0, 9_999, 10_001, 50_000])
def test_a_wrong_offset_changes_nothing(server: LiveServer, token: str, offset: int) -> None:
    phone = Phone(server.port, token)
    photo = JPEG + os.urandom(20_000)
    url = phone.create_upload(photo).headers["Location"]
    assert phone.send_piece(url, 0, photo[:10_000]).status == 204
    answer = phone.send_piece(url, offset, photo[10_000:])
    assert (answer.status, answer.json["code"], answer.json["details"]) == (409, "409.52", {"offset": 10_000})
    assert phone.send_piece(url, 10_000, photo[10_000:]).status == 204
    assert kept(server, photo)
