"""A disk that is full or read-only: said clearly, nothing confirmed that is not stored, and over when it is over."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.faults.disks import SmallDisk, small_disk
from tests.faults.field import Answer, Inside, Phone
from tests.live import LiveServer, live_server
from tests.postgres import Cluster

FULL, UNWRITABLE = "503.50", "503.51"


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with small_disk(6) as made:
        yield made


def install_on(template: Path, disk: SmallDisk) -> Path:
    data = disk.folder / "data"
    shutil.copytree(template, data)
    return data


def phone_of(server: LiveServer) -> Phone:
    return Phone(server.port, Inside(server.data, server.database_url).make_agent())


def rebuilt(server: LiveServer) -> int:
    return Inside(server.data, server.database_url).rebuild()


def refused(answer: Answer, disk: SmallDisk, code: str = FULL) -> None:
    """Check that it was said clearly. A limit on files is told to SQLite as an error of the disk, not as a full one."""
    allowed = {code} if disk.mounted else {FULL, UNWRITABLE}
    assert answer.status == 503, answer.body
    assert answer.json["code"] in allowed
    assert answer.json["message"]
    assert answer.json["requestId"] == answer.headers["X-Request-Id"]
    assert answer.headers["Retry-After"]


def stored(server: LiveServer) -> set[str]:
    connection = sqlite3.connect(server.data / "hirfa.sqlite3")
    try:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        return {row[0] for row in connection.execute("select instance_id from submissions")}
    finally:
        connection.close()


def ids(items: list[dict[str, Any]]) -> set[str]:
    return {item["instanceId"] for item in items}


def test_push_says_so_when_the_database_has_no_room_and_goes_on_when_it_has(template: Path, disk: SmallDisk) -> None:
    with live_server(install_on(template, disk)) as server:
        disk.pids = server.workers
        phone = phone_of(server)
        first = phone.registrations(3)
        assert phone.push(first).status == 200
        disk.fill()
        late = phone.registrations(120)
        for _ in range(4):  # by either worker
            refused(phone.push(late), disk)
        assert phone.pull().status == 200  # reading needs no room
        disk.free()
        assert {r["status"] for r in phone.push(late).json["results"]} == {"accepted"}
        assert stored(server) == ids(first) | ids(late)
        assert rebuilt(server) == 0


def test_what_was_confirmed_is_stored_when_the_disk_fills_up_under_pushes(template: Path, disk: SmallDisk) -> None:
    """No ballast put first: the disk runs full somewhere in the middle of a transaction."""
    with live_server(install_on(template, disk)) as server:
        disk.pids = server.workers
        phone = phone_of(server)
        confirmed: set[str] = set()
        for number in range(60):
            if not disk.mounted and number == 3:
                disk.fill()
            batch = phone.registrations(60)
            answer = phone.push(batch)
            if answer.status != 200:
                refused(answer, disk)
                break
            confirmed |= ids(batch)
        else:
            raise AssertionError("the disk never filled up")
        assert confirmed <= stored(server)
        disk.grow(64)
        disk.free()
        results = phone.push(batch).json["results"]
        assert {r["status"] for r in results} <= {"accepted", "duplicate"}
        assert [len(r["entities"]) for r in results] == [1] * 60
        assert stored(server) == confirmed | ids(batch)
        assert rebuilt(server) == 0


def test_a_photo_goes_on_where_it_was_when_the_blob_folder_was_full(template: Path, disk: SmallDisk, tmp_path: Path) -> None:
    data = install_on(template, disk)
    database = tmp_path / "elsewhere.sqlite3"
    shutil.move(data / "hirfa.sqlite3", database)
    with live_server(data, f"sqlite:///{database}") as server:
        disk.pids = server.workers
        phone = phone_of(server)
        photo = b"\xff\xd8\xff" + os.urandom(200_000)
        url = phone.create_upload(photo).headers["Location"]
        assert phone.send_piece(url, 0, photo[:50_000]).status == 204
        disk.fill()
        refused(phone.send_piece(url, 50_000, photo[50_000:]), disk)
        refused(phone.create_upload(os.urandom(100)), disk)
        refused(submit(phone, photo), disk)
        assert phone.push(phone.registrations(1)).status == 200  # the database has room
        offset = int(phone.ask_offset(url).headers["Upload-Offset"])
        assert 50_000 <= offset < len(photo)
        disk.free()
        done = phone.send_piece(url, offset, photo[offset:])
        assert (done.status, done.headers["Upload-Offset"]) == (204, str(len(photo)))
        kept = [path for path in (data / "blobs").rglob("*") if path.is_file()]
        assert [path.read_bytes() for path in kept] == [photo]
        assert submit(phone, photo).status == 201


def submit(phone: Phone, photo: bytes) -> Any:
    """Send as ODK Collect does; the error is OpenRosa's, so wrap what ``refused`` looks at."""
    from tests.builders import registration

    parts = [
        ("xml_submission_file", "text/xml", registration(photo="p.jpg")[0].encode()),
        ("p.jpg", "image/jpeg", photo),
    ]
    edge = uuid4().hex.encode()
    body = b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n'
        % (edge, name.encode(), name.encode(), kind.encode(), data)
        for name, kind, data in parts
    )
    answer = phone.ask(
        "POST",
        f"/v1/key/{phone.token}/projects/1/submission",
        body + b"--%s--\r\n" % edge,
        Content_Type=f"multipart/form-data; boundary={edge.decode()}",
    )
    if answer.status < 400:
        return answer
    assert b'nature="error"' in answer.body
    code = FULL if FULL.encode() in answer.body else UNWRITABLE
    assert code.encode() in answer.body
    as_json = f'{{"code":"{code}","message":"x","requestId":"{answer.headers["X-Request-Id"]}"}}'
    return Answer(answer.status, answer.headers, as_json.encode())


def test_a_read_only_disk_is_said_and_over_when_it_can_be_written_again(template: Path, disk: SmallDisk) -> None:
    data = install_on(template, disk)
    with live_server(data) as server:
        phone = phone_of(server)
        before = phone.registrations(2)
        assert phone.push(before).status == 200
        server.stop()
        if disk.mounted:
            disk.set_read_only(True)  # nothing is open now, so the kernel agrees
        server.start()
        disk.pids = server.workers
        if not disk.mounted:
            disk.set_read_only(True)
        items = phone.registrations(5)
        for _ in range(4):
            refused(phone.push(items), disk, UNWRITABLE)
        refused(phone.create_upload(b"x" * 100), disk, UNWRITABLE)
        disk.set_read_only(False)
        for _ in range(4):  # by either worker: no connection stayed read-only
            assert phone.push(items).status == 200
        assert phone.create_upload(b"x" * 100).status == 201
        assert stored(server) == ids(before) | ids(items)


@pytest.fixture
def on_postgres(cluster: Cluster, tmp_path: Path) -> Iterator[tuple[LiveServer, str]]:
    name = f"t{uuid4().hex}"
    with live_server(tmp_path / "data", cluster.copy("template", name)) as server:
        yield server, name
    cluster.drop(name)


def count(cluster: Cluster, name: str) -> int:
    with psycopg.connect(f"host={cluster.folder} user=postgres dbname={name}") as connection:
        return int(connection.execute("select count(*) from submissions").fetchone()[0])  # type: ignore[index]


def end_sessions(cluster: Cluster, name: str) -> None:
    cluster.run(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")  # noqa: S608 - ours


def test_a_read_only_postgresql_is_said_and_over_when_it_can_be_written_again(
    cluster: Cluster, on_postgres: tuple[LiveServer, str]
) -> None:
    server, name = on_postgres
    phone = phone_of(server)
    items = phone.registrations(3)
    cluster.run(f'alter database "{name}" set default_transaction_read_only = on')
    end_sessions(cluster, name)
    for _ in range(4):
        answer = phone.push(items)
        assert (answer.status, answer.json["code"]) == (503, UNWRITABLE)
    assert phone.pull().status == 200
    assert count(cluster, name) == 0
    cluster.run(f'alter database "{name}" set default_transaction_read_only = off')
    for _ in range(4):
        assert phone.push(items).status == 200
    assert count(cluster, name) == 3


def test_a_full_postgresql_is_said_and_goes_on_when_there_is_room(
    cluster: Cluster, on_postgres: tuple[LiveServer, str], disk: SmallDisk
) -> None:
    """Its tables lie on a small disk. Where none can be mounted, what PostgreSQL would say is raised by itself."""
    server, name = on_postgres
    phone = phone_of(server)
    if not disk.mounted:
        raise_disk_full(cluster, name)
    else:
        space = f"s{name}"
        subfolder = disk.folder / "pg"
        subfolder.mkdir()
        disk.grow(64)
        if os.geteuid() == 0:
            shutil.chown(subfolder, "postgres")
        cluster.run(f"create tablespace {space} location '{subfolder}'")
        end_sessions(cluster, name)
        cluster.run(f'alter database "{name}" set tablespace {space}')
        disk.fill()
    items = phone.registrations(400)
    for _ in range(3):
        answer = phone.push(items)
        assert (answer.status, answer.json["code"]) == (503, FULL), answer.body
    if disk.mounted:
        disk.free()
    else:
        with psycopg.connect(f"host={cluster.folder} user=postgres dbname={name}", autocommit=True) as connection:
            connection.execute("drop trigger full_disk on submissions")
    assert {r["status"] for r in phone.push(items).json["results"]} <= {"accepted", "duplicate"}
    assert count(cluster, name) == 400
    assert rebuilt(server) == 0
    if disk.mounted:
        server.stop()
        end_sessions(cluster, name)
        cluster.run(f'alter database "{name}" set tablespace pg_default')
        cluster.run(f"drop tablespace {space}")


def raise_disk_full(cluster: Cluster, name: str) -> None:
    with psycopg.connect(f"host={cluster.folder} user=postgres dbname={name}", autocommit=True) as connection:
        connection.execute(
            "create function full_disk() returns trigger language plpgsql as"
            " $$ begin raise sqlstate '53100' using message = 'could not extend file: No space left on device'; end $$"
        )
        connection.execute("create trigger full_disk before insert on submissions execute function full_disk()")
