"""Look at the whole service and say what is wrong with it and what to do: for the command, the alarm page and metrics.

Quick checks cost a few queries. Thorough ones read every row and every photograph again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import ssl
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from cryptography import x509
from flask import current_app
from sqlalchemy import func, select, text

from exports.programme import ALGIERS
from server.blobs import BlobStore, StoreAway, blob_store, compare
from server.config import Settings
from server.database import db
from server.dumps import find_standing
from server.models import (
    AppUser,
    Audit,
    Backup,
    Blob,
    BlobRemoval,
    Device,
    Entity,
    EntityList,
    EntityVersion,
    Project,
    Quarantined,
    Submission,
)
from server.replica import find_replica
from server.services import audits, backups, breaches, servers
from server.vault import VaultError, read_recipients

BAD, WARN = "bad", "warn"
DISK_LOW, DISK_FULL = 2 * 2**30, 2**28
BACKUP_LATE, BACKUP_OLD = timedelta(hours=26), timedelta(days=3)
CERTIFICATE_PART = 6
"""Caddy renews when a third of a certificate's life is left: 30 days of 90, 4 hours of 12 by its own authority."""
SILENT = timedelta(days=14)
AHEAD = timedelta(minutes=10)
CONNECT_S = 5
REMOVED_WITHIN = timedelta(hours=1)
UNREADY = frozenset({"not_installed", "migrations_old", "migrations_new"})
NAMED = 5
"""Examples given of what is damaged."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: ``key`` names its words, ``fields`` fill them."""

    key: str
    level: str
    fields: dict[str, object]


def examine(*, thorough: bool = False, certificate: bool = True, pages: bool = True) -> list[Finding]:
    """Look at everything; the worst first. Nothing is changed.

    :param thorough: read every row and photograph again too.
    :param pages: let SQLite check every page of its file: 20 s with half a million submissions, so not while one waits.
    :param certificate: ask this server's own public address for its certificate.
    """
    settings: Settings = current_app.config["HIRFA"]
    now = datetime.now(UTC)
    found = [*_folders(settings), *_disk(settings), *_clock()]
    try:
        found += _migrations()
        if not UNREADY & {f.key for f in found}:  # else tables are not as they are asked
            found += _of_database(settings, now, thorough, pages)
    except Exception as error:  # whatever is wrong with the database is what is to be told
        found.append(Finding("database_away", BAD, {"reason": type(error).__name__}))
    finally:
        db.session.rollback()
    found += _backups(settings, now, [f.key for f in found])
    if certificate:
        found += _certificate(settings, now)
    return sorted(found, key=lambda f: f.level != BAD)


def _of_database(settings: Settings, now: datetime, thorough: bool, pages: bool) -> Iterator[Finding]:
    yield from _times(now)
    yield from _files(thorough)
    yield from _removals(now)
    yield from _servers(settings)
    if (replica := find_replica()) is not None and (fault := replica.find_fault(db.engine, wait_s=2)):
        yield Finding(fault, WARN, {})
    yield from _waiting(now)
    yield from _breaches(now)
    yield from _rows(thorough, pages)
    if thorough:
        yield from _audits()


def _folders(settings: Settings) -> Iterator[Finding]:
    for path in (settings.data, settings.blobs, settings.uploads, settings.keys):
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("folder_open", WARN, {"path": path})
    secret = settings.data / "secret_key"
    for path in (secret, *settings.keys.rglob("*.pem")):
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("file_open", BAD, {"path": path})
    if not any(settings.keys.rglob("*.pem")):
        yield Finding("key_missing", BAD, {"path": settings.keys})
    for path in (settings.data, settings.uploads, *([] if settings.s3 else [settings.blobs])):
        try:
            with tempfile.NamedTemporaryFile(dir=path):
                pass
        except OSError as error:
            yield Finding("folder_unwritable", BAD, {"path": path, "reason": error.strerror})


def _disk(settings: Settings) -> Iterator[Finding]:
    for path in dict.fromkeys((settings.data, settings.backup_to)):
        if path is None or not path.is_dir():
            continue
        free = shutil.disk_usage(path).free
        if free < DISK_LOW:
            level = BAD if free < DISK_FULL else WARN
            yield Finding("disk_low", level, {"path": path, "free": f"{free / 2**20:.0f}"})
        counts = os.statvfs(path)
        if counts.f_files and counts.f_favail < counts.f_files // 100:
            yield Finding("inodes_low", WARN, {"path": path})


def _clock() -> Iterator[Finding]:
    if shutil.which("timedatectl") is None or not Path("/run/systemd/system").is_dir():
        return  # nothing here tells; times stored are looked at below
    said = subprocess.run(  # noqa: S603
        ["timedatectl", "show", "-p", "NTPSynchronized", "--value"],  # noqa: S607
        capture_output=True, text=True, timeout=10, check=False,
    )  # fmt: skip
    if said.stdout.strip() == "no":
        yield Finding("clock_unsynced", WARN, {})


def _times(now: datetime) -> Iterator[Finding]:
    """Find times that are still to come: the clock was set back, or was ahead."""
    # a project's newest is the end of an index; that of all projects at once is looked for in every row
    of_each = [select(func.max(c)).where(c.class_.project_id == Project.id) for c in (Submission.received_at, Audit.at)]
    newest_of_all = [select(func.max(one.correlate(Project).scalar_subquery())).select_from(Project) for one in of_each]
    for newest_of in (*newest_of_all, select(func.max(Backup.at))):
        newest = db.session.scalar(newest_of)
        if newest is not None and newest > now + AHEAD:
            yield Finding("clock_back", BAD, {"newest": f"{newest:%Y-%m-%d %H:%M}", "now": f"{now:%Y-%m-%d %H:%M}"})
            return
    if db.engine.dialect.name == "postgresql":
        theirs = db.session.execute(text("SELECT now()")).scalar_one()
        if abs(theirs - now) > AHEAD:
            yield Finding("clock_apart", WARN, {"theirs": f"{theirs:%Y-%m-%d %H:%M}"})


def _migrations() -> Iterator[Finding]:
    found = find_standing(db.engine, str(current_app.config["MIGRATIONS"]))
    if not found.here:
        yield Finding("not_installed", BAD, {"path": current_app.config["HIRFA"].data})
    elif not found.ready:
        key = "migrations_old" if found.known else "migrations_new"
        yield Finding(key, BAD, {"here": found.here, "head": found.head})


def _files(thorough: bool) -> Iterator[Finding]:
    store = blob_store()
    missing: list[str] = []
    damaged: list[str] = []
    try:
        if store.shared:  # a folder is tried with the others
            store.check()
        for project_id in db.session.scalars(select(Project.id).order_by(Project.id)).all():
            rows = select(Blob.sha256, Blob.size).where(Blob.project_id == project_id).order_by(Blob.sha256)
            with db.session.execute(rows.execution_options(yield_per=2000)) as found:
                known = ((row.sha256, row.size) for row in found)
                for sha256, size, kept in compare(known, store.list_all(project_id)):
                    if kept is None:
                        missing.append(f"{project_id}/{sha256}")
                    elif kept != size or (thorough and _hash(store, project_id, sha256) != sha256):
                        damaged.append(f"{project_id}/{sha256}")
    except StoreAway as error:
        yield Finding("store_away", BAD, {"reason": error})
        return
    for key, names in (("files_missing", missing), ("files_damaged", damaged)):
        if names:
            yield Finding(key, BAD, {"count": len(names), "names": ", ".join(names[:NAMED])})


def _hash(store: BlobStore, project_id: int, sha256: str) -> str:
    with store.open(project_id, sha256) as file:
        return hashlib.file_digest(cast(Any, file), "sha256").hexdigest()


def _removals(now: datetime) -> Iterator[Finding]:
    """Find photographs that were erased and whose bytes are still there."""
    late = select(func.count()).select_from(BlobRemoval).where(BlobRemoval.at < now - REMOVED_WITHIN)
    if count := db.session.scalar(late):
        yield Finding("files_not_removed", BAD, {"count": count})


def _servers(settings: Settings) -> Iterator[Finding]:
    """Find in what several servers are not alike, and what they cannot share."""
    own, others = servers.read_own(), servers.find_others()
    for name, told in others.items():
        if different := servers.find_differences(own, told):
            yield Finding("servers_differ", BAD, {"name": name, "settings": ", ".join(different)})
    if others and settings.s3 is None:
        yield Finding("photographs_not_shared", BAD, {"names": ", ".join(others)})


def _waiting(now: datetime) -> Iterator[Finding]:
    aside = db.session.scalar(select(func.count()).select_from(Quarantined).where(Quarantined.released_at.is_(None)))
    if aside:
        yield Finding("quarantine_waiting", WARN, {"count": aside})
    silent = find_silent(now)
    if silent:
        names = ", ".join(silent[:NAMED]) + (" …" if len(silent) > NAMED else "")
        yield Finding("phones_silent", WARN, {"count": len(silent), "names": names, "days": SILENT.days})


def _breaches(now: datetime) -> Iterator[Finding]:
    for breach in breaches.list_untold():
        due = breach.due_at.astimezone(ALGIERS)
        yield Finding("breach_untold", BAD if breach.due_at < now else WARN, {"due": f"{due:%Y-%m-%d %H:%M}"})


def find_silent(now: datetime) -> list[str]:
    """Name the agents whose phones were all silent for too long; those who were revoked or never sent are not meant."""
    return list(
        db.session.scalars(
            select(AppUser.name)
            .join(Device, (Device.project_id == AppUser.project_id) & (Device.app_user_id == AppUser.id))
            .where(AppUser.revoked_at.is_(None))
            .group_by(AppUser.project_id, AppUser.id, AppUser.name)
            .having(func.max(Device.last_seen_at) < now - SILENT)
            .order_by(AppUser.name)
        )
    )


def _rows(thorough: bool, pages: bool) -> Iterator[Finding]:
    wrong: list[str] = []
    if pages and db.engine.dialect.name == "sqlite":
        check = "integrity_check" if thorough else "quick_check"
        wrong += [str(row[0]) for row in db.session.execute(text(f"PRAGMA {check}(3)")) if row[0] != "ok"]
        wrong += [f"{row[0]} → {row[2]}" for row in db.session.execute(text("PRAGMA foreign_key_check"))][:NAMED]
    newest_of_list = (
        select(func.max(Entity.counter))
        .where(Entity.project_id == EntityList.project_id, Entity.list == EntityList.name)
        .correlate(EntityList)
        .scalar_subquery()
    )  # of each list: the end of an index
    newest_of_all = select(func.coalesce(func.max(newest_of_list), 0)).where(EntityList.project_id == Project.id)
    behind = db.session.scalars(
        select(Project.id).where(Project.counter < newest_of_all.correlate(Project).scalar_subquery())
    )
    wrong += [f"projects.counter {id_}" for id_ in behind]
    if thorough:
        newest = (
            select(func.max(EntityVersion.version))
            .where(EntityVersion.project_id == Entity.project_id, EntityVersion.entity_id == Entity.id)
            .scalar_subquery()
        )
        lost = select(Entity.id).where(Entity.version > 0, Entity.version != newest).limit(NAMED)
        wrong += [f"entities {id_}" for id_ in db.session.scalars(lost)]
    if wrong:
        yield Finding("rows_damaged", BAD, {"what": "; ".join(wrong[:NAMED])})


def _audits() -> Iterator[Finding]:
    for project_id in db.session.scalars(select(Project.id).order_by(Project.id)).all():
        chain = audits.verify_audits(project_id)
        if chain.broken_at is not None:
            yield Finding("audits_broken", BAD, {"what": f"{project_id}: {chain.reason} {chain.broken_at}"})


def _backups(settings: Settings, now: datetime, known: Iterable[str]) -> Iterator[Finding]:
    if settings.backup_to is None or not settings.backup_key:
        yield Finding("backup_unset", BAD, {})
        return
    try:
        read_recipients(settings.backup_key)
        backups.open_vault(settings)
    except (VaultError, OSError) as error:
        yield Finding("backup_unreachable", BAD, {"reason": error})
        return
    if not backups.is_away(settings):
        yield Finding("backup_same_disk", WARN, {"path": settings.backup_to})
    if not backups.are_erasures_copied(settings):
        yield Finding("erasures_not_copied", WARN, {})
    if {"database_away", *UNREADY} & set(known):
        return
    newest = db.session.scalar(select(func.max(Backup.at)))
    if newest is None:
        yield Finding("backup_none", BAD, {})
    elif now - newest > BACKUP_LATE:
        level = BAD if now - newest > BACKUP_OLD else WARN
        yield Finding("backup_old", level, {"at": f"{newest:%Y-%m-%d %H:%M}"})


def _certificate(settings: Settings, now: datetime) -> Iterator[Finding]:
    if not settings.https:
        yield Finding("no_https", WARN, {"url": settings.url})
        return
    address = urlsplit(settings.url)
    host, port = address.hostname or "", address.port or 443
    try:
        begins, ends = read_certificate_times(host, port)
    except OSError as error:
        yield Finding("site_unreachable", BAD, {"url": settings.url, "reason": error})
        return
    if ends < now:
        yield Finding("certificate_over", BAD, {"at": f"{ends:%Y-%m-%d}"})
    elif ends - now < (ends - begins) / CERTIFICATE_PART:
        yield Finding("certificate_soon", BAD, {"at": f"{ends:%Y-%m-%d %H:%M}"})


def read_certificate_times(host: str, port: int) -> tuple[datetime, datetime]:
    """Ask a server for its certificate, whoever signed it, and return when it begins and ends.

    :raises OSError: when it does not answer.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # an expired one is to be read as well; nothing is sent
    with (
        socket.create_connection((host, port), timeout=CONNECT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        given = secure.getpeercert(binary_form=True)
    if not given:
        raise OSError("no certificate")
    certificate = x509.load_der_x509_certificate(given)
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc
