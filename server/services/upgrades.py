"""Bring the database to the newest migration, with a way back.

A copy is put beside the database first. When a migration fails, or what is there afterwards is not what was there
before, the database is as it was: PostgreSQL undoes the whole by itself, a SQLite file is replaced by its copy. When
the new version is not wanted after all, ``go_back`` undoes the migrations and keeps every row that came meanwhile: it
is run with the new version, before the old one is put back.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from server.config import Settings
from server.database import db
from server.dumps import REVISIONS, find_revision, find_standing, write_dump
from server.partitions import find_parts
from server.services.restores import serving

NOTE = "upgrade.json"
COPY = ".before-upgrade"


class UpgradeError(Exception):
    """The database could not be migrated, and is as it was; the message says why."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    before: str
    after: str
    copy: str
    """Where the database of before lies; empty when there was nothing to do."""


def upgrade_database() -> Upgraded:
    """Migrate to the newest revision.

    :raises UpgradeError: when it failed; nothing was changed then.
    :raises VaultError: when the server runs.
    """
    settings: Settings = current_app.config["HIRFA"]
    folder = str(current_app.config["MIGRATIONS"])
    with serving(settings, alone=True), _quiet():
        standing = find_standing(db.engine, folder)
        before, head = standing.here, standing.head
        note_path = settings.data / NOTE
        note_path.unlink(missing_ok=True)  # whatever it says is of an older upgrade: going back must not undo that one
        if before == head:
            return Upgraded(before, head, "")
        counts = _count()
        copy = _copy_aside(settings)
        note = {"before": before, "after": head, "at": datetime.now(UTC).isoformat()}
        try:
            upgrade(directory=folder)
            _check(head, counts)
            if before:  # to nothing at all nobody goes back
                note_path.write_text(json.dumps(note))
        except (Exception, SystemExit) as error:
            _put_back(copy, before, folder)
            raise UpgradeError(f"{type(error).__name__}: {error}") from None
    return Upgraded(before, head, str(copy))


def go_back() -> Upgraded:
    """Undo the migrations of the last upgrade; rows of tables that both versions know are kept, whenever they came.

    Where the last upgrade brought no migration, there is nothing to undo and nothing is touched.

    :raises UpgradeError: when the database is not where that upgrade left it, or it cannot be undone.
    """
    settings: Settings = current_app.config["HIRFA"]
    folder = str(current_app.config["MIGRATIONS"])
    with serving(settings, alone=True), _quiet():
        now = _revision()
        try:
            note = json.loads((settings.data / NOTE).read_text())
            before, after = str(note["before"]), str(note["after"])
        except FileNotFoundError:
            return Upgraded(now, now, "")
        except (ValueError, KeyError, TypeError):
            raise UpgradeError("what is noted of the last upgrade cannot be read") from None
        if not before or after != now:
            raise UpgradeError(f"the last upgrade ended at {after}, the database is at {now}: nothing was undone")
        copy = _copy_aside(settings)
        try:
            downgrade(directory=folder, revision=before)
        except (Exception, SystemExit) as error:
            _put_back(copy, now, folder)
            raise UpgradeError(f"{type(error).__name__}: {error}") from None
        (settings.data / NOTE).unlink()
    return Upgraded(now, before, str(copy))


@contextmanager
def _quiet() -> Iterator[None]:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    db.session.remove()
    yield
    db.session.remove()


def _revision() -> str:
    with db.engine.connect() as connection:
        return find_revision(connection)


def _count() -> dict[str, int]:
    with db.engine.connect() as connection:
        left_out = {REVISIONS, *find_parts(connection)}
        names = [name for name in inspect(connection).get_table_names() if name not in left_out]
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608 - our tables
            for name in names
        }


def _check(head: str, before: dict[str, int]) -> None:
    after = _count()
    if _revision() != head:
        raise UpgradeError(f"the database is at {_revision()} and not at {head}")
    fewer = [name for name, count in before.items() if after.get(name, count) < count]
    if fewer:
        raise UpgradeError(f"rows are missing afterwards in {', '.join(fewer)}")
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            wrong = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if wrong:
            raise UpgradeError(f"rows of {wrong[0][0]} refer to nothing")


def _copy_aside(settings: Settings) -> Path:
    """Copy the database beside itself, whole: a SQLite file, or a dump of PostgreSQL (which undoes by itself)."""
    if db.engine.dialect.name != "sqlite":
        target = settings.data / f"database{COPY}.gz"
        part = target.with_name(target.name + ".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
                packed.writelines(write_dump(db.engine))
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        return target
    path = Path(db.engine.url.database or "")
    copy = path.with_name(path.name + COPY)
    part = path.with_name(path.name + COPY + ".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target_file:
        source.backup(target_file)
    os.chmod(part, 0o600)
    part.replace(copy)
    return copy


def _put_back(copy: Path, revision: str, folder: str) -> None:
    db.session.remove()
    db.engine.dispose()
    if db.engine.dialect.name != "sqlite":
        if _revision() != revision:  # the migrations went through, what came of them is not right
            downgrade(directory=folder, revision=revision or "base")
        return
    path = Path(db.engine.url.database or "")
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)  # through SQLite itself, so that its journal does not outlive the file
