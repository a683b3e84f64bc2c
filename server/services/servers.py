"""Several application servers on one database: each says what it is set to; `doctor` finds what is not alike."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import shutil
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import current_app
from sqlalchemy import func, select

from server.config import Settings
from server.database import db, retried, transaction
from server.kept import KeptBlocks
from server.models import Erased, ServerSeen
from server.services.workbooks import exports_folder

REMEMBERED: Final = timedelta(days=2)
"""A server that did not say anything for so long is one no more."""


def read_own() -> dict[str, str]:
    """Say what this server is set to and all must be alike in; of secrets a fingerprint."""
    settings: Settings = current_app.config["HIRFA"]
    pairs = hashlib.sha256()
    for path in sorted(settings.keys.rglob("*.pem")):
        pairs.update(f"{path.relative_to(settings.keys)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    store = settings.s3
    return {
        "HIRFA_SECRET_KEY": hmac.new(settings.secret_key.encode(), b"hirfa server", "sha256").hexdigest()[:16],
        "HIRFA_KEYS": pairs.hexdigest()[:16],
        "HIRFA_BLOBS": f"{store.endpoint} {store.bucket}/{store.prefix}" if store else "",
        "HIRFA_URL": settings.url,
        "HIRFA_SECOND_FACTOR": ",".join(sorted(settings.second_factor)),
    }


def find_id() -> str:
    """Return what this server is known by; made the first time."""
    path = current_app.config["HIRFA"].data / "server_id"
    try:
        with path.open("x") as file:
            file.write(secrets.token_hex(16))
        path.chmod(0o600)
    except FileExistsError:
        pass
    return str(path.read_text().strip()[:64])


@retried
def tell_server() -> None:
    """Say to the others that this server is here and what it is set to; remove copies of what others erased."""
    now, own, id_ = datetime.now(UTC), read_own(), find_id()
    with transaction() as session:
        session.merge(ServerSeen(id=id_, name=socket.gethostname()[:255], seen_at=now, told=own))
        for gone in session.scalars(select(ServerSeen).where(ServerSeen.seen_at < now - REMEMBERED)):
            session.delete(gone)
    _forget_erased()


def find_others() -> dict[str, Mapping[str, str]]:
    """Return what the other servers are set to, by name."""
    since = datetime.now(UTC) - REMEMBERED
    rows = db.session.scalars(select(ServerSeen).where(ServerSeen.id != find_id(), ServerSeen.seen_at > since))
    return {f"{row.name} ({row.id[:6]})": row.told for row in rows}


def find_differences(own: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Name the settings in which two servers are not alike."""
    return sorted(name for name in own.keys() | other.keys() if own.get(name) != other.get(name))


def _forget_erased() -> None:
    """Empty what this server keeps between exports if somebody was erased since, perhaps at another."""
    settings: Settings = current_app.config["HIRFA"]
    newest = select(Erased.project_id, func.max(Erased.at)).group_by(Erased.project_id)
    for project_id, at in db.session.execute(newest).all():
        mark = settings.kept / str(int(project_id)) / "generation"
        if mark.exists() and mark.stat().st_mtime < at.timestamp():
            KeptBlocks(settings.kept, project_id).forget()
            shutil.rmtree(exports_folder(project_id), ignore_errors=True)
    db.session.rollback()
