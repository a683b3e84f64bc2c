"""The place of the backups: files sealed to a public key whose private part is not here (age, age-encryption.org/v1).

What was written is read back before it counts. The server cannot open what it sealed, so each run seals to one more
key, a witness that lives in this process's memory only: with it the file on the disk is opened and its clear bytes are
compared with what went in.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage

PIECE = 2**20


class VaultError(Exception):
    """Something about a backup is not as it must be; the message says what."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file in the vault: ``size`` and ``sha256`` of what lies there, not of the clear bytes."""

    size: int
    sha256: str


class Source(io.RawIOBase):
    """Bytes that are made as they are read; ``digest`` is of those that were given out."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self.digest.update(self._rest[:size])
        self._rest = self._rest[size:]
        return size


class _Sink(io.RawIOBase):
    """Where opened bytes go when only their hash is wanted."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return len(data)


def read_recipients(text: str) -> list[pyrage.x25519.Recipient]:
    """Read public keys, ``age1…``, separated by commas or white space.

    :raises VaultError: when one is none, or there is none.
    """
    words = text.replace(",", " ").split()
    try:
        found = [pyrage.x25519.Recipient.from_str(word) for word in words]
    except pyrage.RecipientError:
        raise VaultError("HIRFA_BACKUP_KEY is no public key: it begins with age1 (make one with backup-key)") from None
    if not found:
        raise VaultError("no public key: set HIRFA_BACKUP_KEY (make one with backup-key)")
    return found


def read_identity(text: str) -> pyrage.x25519.Identity:
    """Read a private key from the text of its file.

    :raises VaultError: when there is none in it.
    """
    for line in text.splitlines():
        if line.strip().startswith("AGE-SECRET-KEY-1"):
            try:
                return pyrage.x25519.Identity.from_str(line.strip())
            except pyrage.IdentityError:
                break
    raise VaultError("the file holds no private key: a line AGE-SECRET-KEY-1… is expected")


class Vault:
    """A folder: another disk, or another machine's that is mounted here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Return where a file of the vault lies.

        :raises VaultError: for a name that would leave the folder.
        """
        if not name or name.startswith("/") or ".." in name.split("/"):
            raise VaultError(f"{name!r} is no name of a file in a backup")
        return self.folder / name

    def seal(self, name: str, pieces: Iterable[bytes], recipients: list[pyrage.x25519.Recipient]) -> Sealed:
        """Write a file sealed, durably, and read it back; it appears whole or not at all.

        :raises VaultError: when what is read back is not what was written.
        """
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        witness = pyrage.x25519.Identity.generate()
        source = Source(pieces)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                pyrage.encrypt_io(io.BufferedReader(source, PIECE), file, [*recipients, witness.to_public()])
                file.flush()
                os.fsync(file.fileno())
                # what is read next comes from the disk and not from the memory that was just written
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            opened = _Sink()
            with part.open("rb") as file:
                try:
                    pyrage.decrypt_io(file, opened, [witness])
                except pyrage.DecryptError as error:
                    raise VaultError(f"{name} does not open after it was written: {error}") from None
            if opened.digest.digest() != source.digest.digest():
                raise VaultError(f"{name} was read back with other bytes than were written")
            sealed = Sealed(part.stat().st_size, hash_file(part))
            part.replace(target)
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)
        return sealed

    def write(self, name: str, data: bytes) -> None:
        """Write a small file in clear: what anybody who sees the vault may know."""
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)

    def open_sealed(self, name: str, identity: pyrage.x25519.Identity, into: Path) -> str:
        """Open a file of the vault into another, readable by its owner only; return the sha256 of the clear bytes.

        :raises VaultError: when it is not here, damaged, or sealed to another key.
        """
        into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with (
                self.path(name).open("rb") as sealed,
                os.fdopen(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
            ):
                pyrage.decrypt_io(sealed, file, [identity])
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            raise VaultError(f"{name} is not in the backup") from None
        except pyrage.DecryptError as error:
            into.unlink(missing_ok=True)
            raise VaultError(f"{name} does not open: {error}. Is it the right private key?") from None
        return hash_file(into)

    def read_sealed(self, name: str, identity: pyrage.x25519.Identity) -> bytes:
        """Open a small file of the vault in memory.

        :raises VaultError: when it is not here, damaged, or sealed to another key.
        """
        try:
            return bytes(pyrage.decrypt(self.path(name).read_bytes(), [identity]))
        except FileNotFoundError:
            raise VaultError(f"{name} is not in the backup") from None
        except pyrage.DecryptError as error:
            raise VaultError(f"{name} does not open: {error}. Is it the right private key?") from None


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
