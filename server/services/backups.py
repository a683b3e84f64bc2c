"""Back up everything that a new machine needs: the database, photographs, keys, and the list of what was erased.

Into a vault (``server.vault``): a folder on another disk or machine, where every file is sealed to a public key whose
private part is not on this server. A backup counts once all of it was read back. Photographs are written once, by their
sha256; those written before are read again in turn, a thirtieth at each run.

    snapshots/<time>/summary.json  in clear: when, counts, hashes of the sealed files; nothing about people
    snapshots/<time>/database.age  a dump (``server.dumps``), gzip
    snapshots/<time>/server.age    key pairs, the secret key, settings
    snapshots/<time>/files.gz      names of the files that it needs
    files/<project>/ab/<sha256>.age
    erasures.age                   the newest list of what was erased, whatever snapshot is restored
"""

from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from isal import isal_zlib
from sqlalchemy import bindparam, func, select

from server.blobs import blob_store
from server.config import Settings
from server.database import db, retried, transaction
from server.dumps import Told, write_dump
from server.models import Backup, Blob
from server.services.erasure_list import write_list
from server.vault import Sealed, Vault, VaultError, hash_file, read_pieces, read_recipients

FORMAT = "hirfa-backup 1"
SNAPSHOTS, FILES, ERASURES, SUMS = "snapshots", "files", "erasures.age", "files.sums"
SUMMARY, DATABASE, SERVER, FILE_LIST = "summary.json", "database.age", "server.age", "files.gz"
KEEP = 30
TURNS = 30
"""What was written before is read again within so many runs."""
_LEVEL = 1


@dataclass
class Done:
    """What a backup did."""

    name: str
    at: datetime
    counts: bool
    """Whether phones are told of it."""
    rows: int = 0
    files: int = 0
    new_files: int = 0
    size_bytes: int = 0
    missing: list[str] = field(default_factory=list)
    """Photographs that the database knows and this server has not."""
    mended: list[str] = field(default_factory=list)
    """Files of earlier backups that were damaged, and were written again."""
    removed: list[str] = field(default_factory=list)
    """Older backups that were dropped."""


def make_backup(*, keep: int = KEEP) -> Done:
    """Make a backup, read it back, drop the oldest beyond ``keep``.

    :raises VaultError: when it is not set up, another one runs, or what is read back is not what was written.
    :raises OSError: when the vault cannot be written.
    """
    settings = _settings()
    vault = open_vault(settings)
    recipients = read_recipients(settings.backup_key)
    with _alone(vault):
        at = datetime.now(UTC)
        done = Done(f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}Z", at, counts=is_away(settings))
        folder = f"{SNAPSHOTS}/.{done.name}.part"
        try:
            told = Told()
            parts = {
                DATABASE: vault.seal(f"{folder}/{DATABASE}", _packed(write_dump(db.engine, told)), recipients),
                SERVER: vault.seal(f"{folder}/{SERVER}", [_pack_server(settings)], recipients),
            }
            done.rows = told.rows
            vault.write(f"{folder}/{FILE_LIST}", _keep_files(vault, recipients, done))
            _gather_erasures()
            copy_erasures(settings)
            done.counts = done.counts and not done.missing
            done.size_bytes += sum(part.size for part in parts.values())
            vault.write(f"{folder}/{SUMMARY}", _summary(done, told, parts))
            vault.path(folder).rename(vault.path(f"{SNAPSHOTS}/{done.name}"))
        except BaseException:
            shutil.rmtree(vault.path(folder), ignore_errors=True)
            raise
        _record(done)
        done.removed = _rotate(vault, keep)
    return done


def open_vault(settings: Settings) -> Vault:
    """Return the vault that is set.

    :raises VaultError: when none is, or its folder is not there: a disk that is not mounted must not be filled.
    """
    if settings.backup_to is None:
        raise VaultError("HIRFA_BACKUP_TO is not set: the folder of the backups, on another disk or machine")
    if not settings.backup_to.is_dir():
        raise VaultError(f"{settings.backup_to} is not there. Is the disk connected and mounted?")
    return Vault(settings.backup_to)


def is_away(settings: Settings) -> bool:
    """Say whether the vault is safe from the loss of the disk with the data."""
    if settings.backup_to is None:
        return False
    return settings.backup_copied or settings.backup_to.stat().st_dev != settings.data.stat().st_dev


_NEWEST = select(func.max(Backup.at)).where(Backup.counts.is_(True), Backup.at <= bindparam("now"))


def find_newest(now: datetime) -> datetime | None:
    """Return the moment of the newest backup that phones may count on; None where there is none.

    One that claims to be of the future says that the clock was set back: it does not count until then.
    """
    newest: datetime | None = db.session.scalar(_NEWEST, {"now": now})
    return newest


def list_backups(limit: int = 60) -> list[Backup]:
    return list(db.session.scalars(select(Backup).order_by(Backup.at.desc()).limit(limit)))


def _gather_erasures() -> None:
    """Bring what other servers erased into the list of this one, before it takes the place of the vault's."""
    write_list()


def copy_erasures(settings: Settings) -> bool:
    """Bring the list of what was erased to the vault, beside all snapshots; say whether the newest is there now."""
    path = settings.erasures
    if not path.exists():
        return True
    try:
        vault = open_vault(settings)
        vault.seal(ERASURES, read_pieces(path), read_recipients(settings.backup_key))
        vault.write(f"{ERASURES}.sum", hash_file(path).encode())
    except (VaultError, OSError):
        return False
    return True


def are_erasures_copied(settings: Settings) -> bool:
    """Say whether the vault's list of what was erased is the newest."""
    path = settings.erasures
    if not path.exists():
        return True
    try:
        return open_vault(settings).path(f"{ERASURES}.sum").read_text() == hash_file(path)
    except (VaultError, OSError):
        return False


def list_snapshots(vault: Vault) -> list[str]:
    """Name the snapshots in a vault, oldest first."""
    folder = vault.path(SNAPSHOTS)
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []


def read_summary(vault: Vault, name: str) -> dict[str, Any]:
    """Read what a snapshot says of itself.

    :raises VaultError: when there is none of that name, or it cannot be understood.
    """
    try:
        said = json.loads(vault.path(f"{SNAPSHOTS}/{name}/{SUMMARY}").read_text())
    except FileNotFoundError:
        raise VaultError(f"there is no backup {name}") from None
    except ValueError:
        raise VaultError(f"the summary of {name} is damaged") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise VaultError(f"{name} is no backup that this version understands")
    return said


def read_file_names(vault: Vault, name: str) -> list[str]:
    """List the files a snapshot needs: ``<project>/<sha256>``."""
    with gzip.open(vault.path(f"{SNAPSHOTS}/{name}/{FILE_LIST}"), "rt") as lines:
        return [line.strip() for line in lines if line.strip()]


def name_sealed(name: str) -> str:
    """Return where a file ``<project>/<sha256>`` lies in a vault."""
    project, _, sha256 = name.partition("/")
    return f"{FILES}/{project}/{sha256[:2]}/{sha256}.age"


def _settings() -> Settings:
    found: Settings = current_app.config["HIRFA"]
    return found


@contextmanager
def _alone(vault: Vault) -> Iterator[None]:
    """Hold the vault: two backups at once would drop one another's files."""
    with vault.path(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise VaultError("another backup is running") from None
        for left in vault.path(SNAPSHOTS).glob(".*.part") if vault.path(SNAPSHOTS).is_dir() else ():
            shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
        yield


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Compress as it comes, in pieces worth sealing."""
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, 31)
    for line in lines:
        if piece := packer.compress(line):
            yield piece
    yield packer.flush()


def _pack_server(settings: Settings) -> bytes:
    """Pack what lies beside the database: without the key pairs nobody opens what phones have sealed."""
    files = {"secret_key": settings.data / "secret_key"}
    files |= {f"keys/{p.relative_to(settings.keys)}": p for p in sorted(settings.keys.rglob("*.pem"))}
    packed = {
        "files": {name: base64.b64encode(path.read_bytes()).decode() for name, path in files.items() if path.is_file()},
        "settings": {name: value for name, value in sorted(os.environ.items()) if name.startswith("HIRFA_")},
    }
    return json.dumps(packed).encode()


def _keep_files(vault: Vault, recipients: Any, done: Done) -> bytes:
    """Bring the photographs that the vault lacks; return the packed list of those that this snapshot needs.

    Read after the dump: one that came since is too much, one that was erased since is gone rightly.
    """
    store = blob_store()
    sums = _read_sums(vault)
    turn = done.at.toordinal() % TURNS
    names: list[str] = []
    with db.engine.connect() as connection:
        rows = connection.execution_options(yield_per=2000).execute(
            select(Blob.project_id, Blob.sha256, Blob.size).order_by(Blob.project_id, Blob.sha256)
        )
        found = [(f"{row.project_id}/{row.sha256}", row.project_id, row.sha256, row.size) for row in rows]
    for name, project_id, sha256, size in found:
        target = vault.path(name_sealed(name))
        is_new = not target.exists() or name not in sums or target.stat().st_size < size
        if not is_new and int(sha256[:8], 16) % TURNS == turn and hash_file(target) != sums[name]:
            is_new = True
            done.mended.append(name)
        if is_new:
            try:
                with store.open(project_id, sha256) as file:
                    sealed = vault.seal(name_sealed(name), _checked(file, sha256), recipients)
            except FileNotFoundError:
                done.missing.append(name)
                continue
            _add_sum(vault, name, sealed)
            done.new_files += 1
            done.size_bytes += sealed.size
        names.append(name)
    done.files = len(names)
    return gzip.compress("\n".join(names).encode(), 6, mtime=0)


def _checked(file: Any, sha256: str) -> Iterator[bytes]:
    """Give a photograph's bytes; what is damaged here does not go into a backup under its name."""
    digest = hashlib.sha256()
    while piece := file.read(2**20):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise VaultError(f"the photograph {sha256} is damaged on this server")


def _read_sums(vault: Vault) -> dict[str, str]:
    """Read the hashes of the sealed photographs; what is not in it is written again."""
    sums: dict[str, str] = {}
    with suppress(FileNotFoundError), vault.path(SUMS).open() as lines:
        for line in lines:
            name, _, sha256 = line.strip().partition(" ")
            if len(sha256) == 64:
                sums[name] = sha256
    return sums


def _add_sum(vault: Vault, name: str, sealed: Sealed) -> None:
    with vault.path(SUMS).open("a") as file:
        file.write(f"{name} {sealed.sha256}\n")


def _summary(done: Done, told: Told, parts: dict[str, Sealed]) -> bytes:
    said = {
        "format": FORMAT,
        "name": done.name,
        "at": done.at.isoformat(),
        "revision": told.revision,
        "rows": {name: digest.rows for name, digest in told.tables.items()},
        "files": done.files,
        "missing": len(done.missing),
        "sealed": {name: {"size": part.size, "sha256": part.sha256} for name, part in parts.items()},
    }
    return json.dumps(said, indent=1).encode()


@retried
def _record(done: Done) -> None:
    with transaction() as session:
        session.merge(
            Backup(
                name=done.name,
                at=done.at,
                verified_at=datetime.now(UTC),
                counts=done.counts,
                row_count=done.rows,
                file_count=done.files,
                size_bytes=done.size_bytes,
            )
        )


def _rotate(vault: Vault, keep: int) -> list[str]:
    """Drop the oldest snapshots, then the files that no snapshot needs any more."""
    names = list_snapshots(vault)
    dropped, kept = names[: -max(keep, 1)], names[-max(keep, 1) :]
    for name in dropped:
        shutil.rmtree(vault.path(f"{SNAPSHOTS}/{name}"))
    if not dropped:
        return []
    needed = {name for snapshot in kept for name in read_file_names(vault, snapshot)}
    for path in list(vault.path(FILES).glob("*/*/*.age")):
        if f"{path.parent.parent.name}/{path.stem}" not in needed:
            path.unlink()
    sums = _read_sums(vault)
    vault.write(SUMS, "".join(f"{name} {sums[name]}\n" for name in sorted(needed & sums.keys())).encode())
    return dropped
