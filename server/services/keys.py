"""The key pairs of a project: phones seal to the newest public key, every private key kept still opens.

They are files, one a key, in a folder of their own beside the secret key, so that neither the database nor its backup
holds what opens the items; each process reads the same files. ``init`` makes the first. Keys are numbered; the
highest number is the one that phones are given. Whoever loses the folder loses what phones have sealed and not sent:
keep a copy of it apart.
"""

from __future__ import annotations

import base64
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from flask import current_app

from server.errors import Problem
from sync.errors import SyncError
from sync.protocol import MAX_INFLATED
from sync.sealing import find_file_context, find_item_context, name_key, open_sealed, read_sealed, to_point, unpack


def _folder(project_id: int) -> Path:
    folder: Path = current_app.config["HIRFA"].keys
    return folder / str(int(project_id))


def _files(project_id: int) -> list[Path]:
    """Return the project's key files, oldest first."""
    found = [path for path in _folder(project_id).glob("*.pem") if path.stem.isascii() and path.stem.isdigit()]
    return sorted(found, key=lambda path: int(path.stem))


@lru_cache(maxsize=64)
def _read(path: Path, _written_ns: int) -> tuple[str, ec.EllipticCurvePrivateKey]:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise RuntimeError(f"{path} holds no P-256 key")
    return name_key(key.public_key()), key


def _load(path: Path) -> tuple[str, ec.EllipticCurvePrivateKey]:
    return _read(path, path.stat().st_mtime_ns)


def ensure_key(project_id: int) -> str:
    """Make the project's first key pair unless it has one; return the id of the current key.

    Two processes that do it at once end with the same key: the second finds the file and takes it.
    """
    if not _files(project_id):
        _write(project_id, 1)
    return _load(_files(project_id)[-1])[0]


def make_key(project_id: int) -> str:
    """Make a new key pair that phones seal to from their next pull on; return its id. The old ones keep opening."""
    while True:
        files = _files(project_id)
        if _write(project_id, int(files[-1].stem) + 1 if files else 1):
            return _load(_files(project_id)[-1])[0]


def _write(project_id: int, number: int) -> bool:
    """Write a new key whole and durably under its number; False when another process was first."""
    folder = _folder(project_id)
    for made in (folder.parent, folder):  # with parents=True the mode would be of the last alone
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    part = folder / f".{secrets.token_hex(8)}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, folder / f"{number:04}.pem")  # fails when it is there, where a rename would replace it
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


def find_public_key(project_id: int) -> dict[str, str] | None:
    """Return what phones seal to: ``{keyId, key}``, the point in base64; None where no key was made yet."""
    files = _files(project_id)
    if not files:
        return None
    key_id, key = _load(files[-1])
    return {"keyId": key_id, "key": base64.b64encode(to_point(key.public_key())).decode()}


def _find(project_id: int, key_id: object) -> ec.EllipticCurvePrivateKey:
    for path in reversed(_files(project_id)):
        known, key = _load(path)
        if known == key_id:
            return key
    raise Problem("422.51", key_id=str(key_id)[:64])


def open_item(project_id: int, instance_id: str, key_id: object, sealed: str, max_bytes: int = MAX_INFLATED) -> bytes:
    """Open a sealed instance; return its XML.

    :raises Problem: 422.51 when its key is not here; 422.52 when it is damaged or was sealed as another's.
    :raises SyncError: code "too_large" when it inflates to more than ``max_bytes``.
    """
    key = _find(project_id, key_id)
    try:
        return unpack(open_sealed(read_sealed(sealed), key, find_item_context(project_id, instance_id)), max_bytes)
    except SyncError as error:
        if error.code == "too_large":
            raise
        raise Problem("422.52", reason=str(error)) from None


def open_file(project_id: int, sha256: str, key_id: object, sealed: bytes) -> bytes:
    """Open a sealed file that is announced as the sha256 of its clear bytes.

    :raises Problem: 422.51 when its key is not here; 460.1 when it is damaged or was sealed as another.
    """
    key = _find(project_id, key_id)
    try:
        return open_sealed(sealed, key, find_file_context(project_id, sha256))
    except SyncError:
        raise Problem("460.1") from None
