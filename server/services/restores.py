"""Bring everything back from a vault onto a new machine, or move the database to another one.

The database is loaded at the revision of the backup, compared with what the backup says of it, and migrated. What was
there before is put aside, never overwritten. Then the list of what was erased is applied and a new era begins, so that
phones offer again all they kept. No server may run meanwhile on this machine: ``serve`` holds a lock.
"""

from __future__ import annotations

import base64
import fcntl
import gzip
import json
import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import delete, inspect, select, text

from server.auth import COMMAND
from server.blobs import blob_store
from server.config import Settings
from server.database import db, transaction
from server.dumps import DumpError, Told, load_dump, read_head, summarise, write_dump
from server.models import Project, ServerSeen
from server.services import backups, eras, erasure
from server.vault import Vault, VaultError, hash_file

SERVING = "serving.lock"
UNFINISHED = "restore.unfinished"


@dataclass
class Restored:
    """What a restore brought back."""

    name: str
    at: str
    rows: int = 0
    files: int = 0
    files_lost: list[str] = field(default_factory=list)
    erased: int = 0
    eras: dict[int, int] = field(default_factory=dict)
    aside: str = ""
    """Where the database lies that was there before; empty when none was."""


@contextmanager
def serving(settings: Settings, *, alone: bool = False) -> Iterator[None]:
    """Hold this data folder for serving, or ``alone`` for what nobody may serve during.

    :raises VaultError: when others hold it the other way, or a restore was not finished.
    """
    with _open_lock(settings.data / SERVING) as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "the server runs: stop it first" if alone else "a restore or a move runs: wait for its end"
            raise VaultError(what) from None
        if not alone and (settings.data / UNFINISHED).exists():
            raise VaultError("a restore was begun and not finished: run it again before serving")
        yield


@contextmanager
def _open_lock(path: Path) -> Iterator[int]:
    """Open the file that is locked; on a disk that cannot be written, as it is, or its folder, which can be locked too.

    A server must start on such a disk, to show what it has and say what is wrong.
    """
    try:
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        opened = os.open(path if path.exists() else path.parent, os.O_RDONLY)
    try:
        yield opened
    finally:
        os.close(opened)


def restore(vault: Vault, identity: pyrage.x25519.Identity, *, name: str = "", replace_old: bool = False) -> Restored:
    """Restore a snapshot, the newest when none is named.

    :param replace_old: put the database aside that is there, instead of refusing.
    :raises VaultError: when there is nothing to restore, it is damaged, the key is wrong or the server runs.
    :raises DumpError: when the database in it is not what it says.
    """
    settings: Settings = current_app.config["HIRFA"]
    names = backups.list_snapshots(vault)
    if not names:
        raise VaultError(f"there is no backup in {vault.folder}")
    name = name or names[-1]
    said = backups.read_summary(vault, name)
    folder = f"{backups.SNAPSHOTS}/{name}"
    with serving(settings, alone=True):
        check_sealed(vault, name, said)
        done = Restored(name, str(said["at"]))
        unfinished = settings.data / UNFINISHED
        done.aside = put_aside(settings, replace_old=replace_old or unfinished.exists())
        unfinished.write_text(name)
        _bring_server(settings, vault.read_sealed(f"{folder}/{backups.SERVER}", identity))
        dump = settings.data / ".restore.dump"
        try:
            vault.open_sealed(f"{folder}/{backups.DATABASE}", identity, dump)
            done.rows = load_into(current_app._get_current_object(), _unpacked(dump)).rows  # type: ignore[attr-defined]
        finally:
            dump.unlink(missing_ok=True)
        _forget_servers()
        _bring_erasures(settings, vault, identity)
        _bring_files(settings, vault, identity, name, done)
        for project_id in db.session.scalars(select(Project.id).order_by(Project.id)).all():
            done.erased += len(erasure.apply_erasures(project_id, COMMAND).entity_ids)
            done.eras[project_id] = eras.begin_era(project_id, COMMAND).era
        unfinished.unlink()
    return done


def _forget_servers() -> None:
    """Forget the servers of before: those that are still there say so by themselves."""
    with transaction() as session:
        session.execute(delete(ServerSeen))


def check_sealed(vault: Vault, name: str, said: dict[str, Any]) -> None:
    """Compare the sealed files of a snapshot with what was written.

    :raises VaultError: when one is missing or damaged.
    """
    for part, expected in said["sealed"].items():
        path = vault.path(f"{backups.SNAPSHOTS}/{name}/{part}")
        if not path.exists() or hash_file(path) != expected["sha256"]:
            raise VaultError(f"{part} of {name} is missing or damaged: take another backup (--name)")


def load_into(app: Flask, lines: Iterable[bytes]) -> Told:
    """Load a dump into the empty database of an application, compare what is there, and migrate it to the newest.

    :raises DumpError: when it is not what was dumped.
    """
    source = iter(lines)
    head = next(source, b"")
    revision = read_head(head)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    folder = str(app.config["MIGRATIONS"])
    with app.app_context():
        db.session.remove()
        try:
            upgrade(directory=folder, revision=revision)
        except SystemExit:  # how Flask-Migrate says that there is no such revision
            raise DumpError(f"revision {revision} is not known here: install the version that made it") from None
        told = load_dump(db.engine, _with_head(head, source))
        if different := told.differences(summarise(db.engine)):
            raise DumpError(f"not all rows came back as they were: {', '.join(different)}")
        upgrade(directory=folder)
        db.session.remove()
    return told


def move_database(target: Settings) -> Told:
    """Copy the database into an empty one elsewhere, and compare both; nothing is changed here.

    :raises VaultError: when the server runs or the other database is not empty.
    :raises DumpError: when the copy is not the same.
    """
    from server import create_app

    settings: Settings = current_app.config["HIRFA"]
    with serving(settings, alone=True):
        here = Told()
        lines = write_dump(db.engine, here)
        other = create_app(target)
        with other.app_context():
            try:
                if not is_empty():
                    raise VaultError("the other database is not empty: give the address of an empty one")
                told = load_into(other, lines)
            finally:
                db.session.remove()
                db.engine.dispose()
        if different := here.differences(told):
            raise DumpError(f"the copy is not the same: {', '.join(different)}")
    return told


def is_empty() -> bool:
    """Say whether the database has no tables."""
    return not inspect(db.engine).get_table_names()


def put_aside(settings: Settings, *, replace_old: bool) -> str:
    """Make room for a restored database; what was there is kept under another name, which is returned.

    :raises VaultError: when one is there and ``replace_old`` was not said.
    """
    db.session.remove()
    if is_empty():
        return ""
    if not replace_old:
        raise VaultError("a database is here already. To put it aside and restore in its place: --replace")
    stamp = f"{datetime.now(UTC):%Y%m%dt%H%M%S}"
    if db.engine.dialect.name == "postgresql":
        aside = f"before_restore_{stamp}"
        with db.engine.begin() as connection:
            connection.execute(text(f'ALTER SCHEMA public RENAME TO "{aside}"'))
            connection.execute(text("CREATE SCHEMA public"))
        db.engine.dispose()
        return f"schema {aside}"
    path = Path(db.engine.url.database or "")
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    db.engine.dispose()
    kept = path.with_name(f"{path.name}.before-restore-{stamp}")
    path.rename(kept)
    for more in ("-wal", "-shm"):
        path.with_name(path.name + more).unlink(missing_ok=True)
    return str(kept)


def _with_head(head: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _unpacked(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as lines:
        yield from lines


def _bring_server(settings: Settings, packed: bytes) -> None:
    """Put back what is missing of the key pairs and the secret key; what is here stays."""
    for name, content in json.loads(packed)["files"].items():
        room, _, rest = name.partition("/")
        if name == "secret_key":
            target = settings.data / "secret_key"
            target.unlink(missing_ok=True)  # made a moment ago, by this very command
        elif room == "keys" and rest.endswith(".pem") and ".." not in rest.split("/"):
            target = settings.keys / rest
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _put(target, base64.b64decode(content))


def _put(target: Path, content: bytes) -> None:
    """Write a private file unless it is there; a key pair of the same number with other content gets one of its own."""
    while target.exists():
        if target.read_bytes() == content:
            return
        target = target.with_name(f"{int(target.stem) + 1:04}.pem")
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _bring_erasures(settings: Settings, vault: Vault, identity: pyrage.x25519.Identity) -> None:
    """Join the vault's list of what was erased to the one that is here."""
    if not vault.path(backups.ERASURES).exists():
        return
    theirs = vault.read_sealed(backups.ERASURES, identity).decode().splitlines()
    ours = settings.erasures.read_text().splitlines() if settings.erasures.exists() else []
    joined = dict.fromkeys([*ours, *theirs])
    settings.erasures.write_text("".join(f"{line}\n" for line in joined))
    settings.erasures.chmod(0o600)


def _bring_files(settings: Settings, vault: Vault, identity: pyrage.x25519.Identity, name: str, done: Restored) -> None:
    """Bring back the photographs that this server lacks; one that is lost is named, and phones are asked for it."""
    store = blob_store()
    for file in backups.read_file_names(vault, name):
        project, _, sha256 = file.partition("/")
        if not project.isdigit() or store.has(int(project), sha256):
            continue
        part = settings.uploads / f".{sha256}.restored"
        try:
            found = vault.open_sealed(backups.name_sealed(file), identity, part)
        except VaultError:
            found = ""
        if found == sha256:
            store.adopt(int(project), part, sha256)
            done.files += 1
        else:
            part.unlink(missing_ok=True)
            done.files_lost.append(file)


def verify(vault: Vault, identity: pyrage.x25519.Identity, name: str, scratch: Path) -> dict[str, int]:
    """Open all of a snapshot and read it to its end, as a restore would; return how many rows and files it holds.

    :param scratch: a folder for one opened file at a time.
    :raises VaultError, DumpError: when something is missing, damaged or sealed to another key.
    """
    said = backups.read_summary(vault, name)
    check_sealed(vault, name, said)
    folder = f"{backups.SNAPSHOTS}/{name}"
    vault.read_sealed(f"{folder}/{backups.SERVER}", identity)
    opened = scratch / ".verify"
    try:
        vault.open_sealed(f"{folder}/{backups.DATABASE}", identity, opened)
        rows = _count(_unpacked(opened))
        names = backups.read_file_names(vault, name)
        for file in names:
            if vault.open_sealed(backups.name_sealed(file), identity, opened) != file.partition("/")[2]:
                raise VaultError(f"{file} is not what its name says")
    finally:
        opened.unlink(missing_ok=True)
    return {"rows": rows, "files": len(names)}


def _count(lines: Iterator[bytes]) -> int:
    read_head(next(lines, b""))
    (last,) = deque(lines, maxlen=1) or (b"",)
    try:
        return int(json.loads(last)["rows"])
    except (ValueError, TypeError, KeyError):
        raise DumpError("the dump is cut") from None


def settings_of(settings: Settings, database_url: str) -> Settings:
    """Return the same settings with another database."""
    return replace(settings, database_url=database_url)
