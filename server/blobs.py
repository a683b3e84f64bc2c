"""Bytes of photographs and media by their sha256, the same bytes once: in a folder here, or in an S3-type store.

Everybody who reads or writes them goes through ``BlobStore``. Beside the photographs a store keeps, by names of their
own, what several requests share for a while: pieces of uploads, hand-over files that an officer looks at.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from flask import Flask, current_app

from server.config import Settings

HEAD_BYTES = 32
UNKNOWN_TYPE = "application/octet-stream"
SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,150}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,150}){0,3}\Z")


class StoreAway(OSError):
    """The store of the photographs does not answer, or refuses. It passes: nothing was kept, nothing was lost."""


class BlobStore(ABC):
    """Files named by their content."""

    shared: bool
    """Whether other servers have the same: then no upload lives in a folder of this one."""

    @abstractmethod
    def has(self, project_id: int, sha256: str) -> bool: ...

    @abstractmethod
    def size(self, project_id: int, sha256: str) -> int | None:
        """Return the bytes of a blob; None when it is not here."""

    @abstractmethod
    def put(self, project_id: int, data: bytes) -> str:
        """Keep bytes durably; return their sha256 in hex."""

    @abstractmethod
    def adopt(self, project_id: int, part: Path, sha256: str) -> None:
        """Take a finished, verified file to its place; it is no more where it was."""

    @abstractmethod
    def open(self, project_id: int, sha256: str) -> BinaryIO:
        """Open a blob; it can be read from anywhere.

        :raises FileNotFoundError: when it is not here.
        """

    @abstractmethod
    def delete(self, project_id: int, sha256: str) -> None:
        """Remove a blob for ever; do nothing when it is not here."""

    @abstractmethod
    def list_all(self, project_id: int) -> Iterator[tuple[str, int]]:
        """Give sha256 and size of all blobs of a project, by sha256."""

    @abstractmethod
    def check(self) -> None:
        """Write, read and remove something.

        :raises OSError: when that cannot be done.
        """

    @abstractmethod
    def keep(self, name: str, part: Path) -> None:
        """Take a file that requests share for a while, under a name; it is no more where it was."""

    @abstractmethod
    def open_kept(self, name: str) -> BinaryIO:
        """Open a file that was kept.

        :raises FileNotFoundError: when it is not here.
        """

    @abstractmethod
    def forget(self, name: str) -> None:
        """Remove a file that was kept; do nothing when it is not here."""

    @abstractmethod
    def list_kept(self) -> Iterator[tuple[str, datetime]]:
        """Give the names of what is kept and since when."""

    def head(self, project_id: int, sha256: str) -> bytes:
        """Return the first bytes of a blob, by which its type is known; none when it is not here."""
        try:
            with self.open(project_id, sha256) as file:
                return file.read(HEAD_BYTES)
        except FileNotFoundError:
            return b""


class FolderStore(BlobStore):
    """A folder of files named by their content."""

    shared = False

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder = folder
        self.scratch = scratch

    def path(self, project_id: int, sha256: str) -> Path:
        """Return where a blob lies.

        :raises ValueError: when the name is no sha256, so that no path can leave the folder.
        """
        return self.folder / find_key(project_id, sha256)

    def has(self, project_id: int, sha256: str) -> bool:
        return self.path(project_id, sha256).exists()

    def size(self, project_id: int, sha256: str) -> int | None:
        try:
            return self.path(project_id, sha256).stat().st_size
        except FileNotFoundError:
            return None

    def put(self, project_id: int, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(project_id, sha256)
        if target.exists():
            return sha256
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = target.with_name(f"{sha256}.{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _adopt(part, target)
        return sha256

    def adopt(self, project_id: int, part: Path, sha256: str) -> None:
        target = self.path(project_id, sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _adopt(part, target)

    def open(self, project_id: int, sha256: str) -> BinaryIO:
        return self.path(project_id, sha256).open("rb")

    def delete(self, project_id: int, sha256: str) -> None:
        self.path(project_id, sha256).unlink(missing_ok=True)

    def list_all(self, project_id: int) -> Iterator[tuple[str, int]]:
        room = self.folder / str(int(project_id))
        for folder in sorted(room.iterdir()) if room.is_dir() else ():
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if SHA256.match(path.name):
                    yield path.name, path.stat().st_size

    def check(self) -> None:
        part = self.folder / f".{secrets.token_hex(8)}"
        try:
            part.write_bytes(b"1")
        finally:
            part.unlink(missing_ok=True)

    def keep(self, name: str, part: Path) -> None:
        os.replace(part, self._kept(name))

    def open_kept(self, name: str) -> BinaryIO:
        return self._kept(name).open("rb")

    def forget(self, name: str) -> None:
        self._kept(name).unlink(missing_ok=True)

    def list_kept(self) -> Iterator[tuple[str, datetime]]:
        for path in sorted(self.scratch.iterdir()):
            yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _kept(self, name: str) -> Path:
        return self.scratch / check_name(name)


def find_key(project_id: int, sha256: str) -> str:
    """Return the way of a blob below the store.

    :raises ValueError: when the name is no sha256.
    """
    if not SHA256.match(sha256):
        raise ValueError("not a sha256")
    return f"{int(project_id)}/{sha256[:2]}/{sha256}"


def check_name(name: str) -> str:
    """Return the name of a kept file.

    :raises ValueError: when it could leave its folder.
    """
    if not _NAME.match(name):
        raise ValueError("not a name of ours")
    return name


def init_blobs(app: Flask) -> None:
    app.extensions["hirfa-blobs"] = make_store(app.config["HIRFA"])


def blob_store() -> BlobStore:
    """Return the store of this application."""
    found: BlobStore = current_app.extensions["hirfa-blobs"]
    return found


def make_store(settings: Settings) -> BlobStore:
    """Make the store that the settings name."""
    if settings.s3 is None:
        return FolderStore(settings.blobs, settings.uploads)
    from server.blobs_s3 import S3Store  # a server with a folder need not carry the client

    return S3Store(settings.s3, settings.uploads)


def compare(known: Iterable[tuple[str, int]], kept: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int, int | None]]:
    """Put what is known beside what is kept, both by sha256: each that is known, its size, and its size as kept."""
    here = iter(kept)
    now = next(here, None)
    for sha256, size in known:
        while now is not None and now[0] < sha256:
            now = next(here, None)
        yield sha256, size, now[1] if now is not None and now[0] == sha256 else None


def copy_checked(source: BinaryIO, part: Path, sha256: str) -> bool:
    """Write a file beside, durably, and say whether its bytes have the hash."""
    digest = hashlib.sha256()
    with part.open("xb") as file:
        while piece := source.read(2**20):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest() == sha256


def _adopt(part: Path, target: Path) -> None:
    os.replace(part, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_type(head: bytes, announced: str) -> str:
    """Judge a file's type by its first bytes: a picture is what it is, and nothing else passes for one.

    :param announced: what its sender says, believed of everything that claims to be no picture.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"avif"):
        return "image/avif" if head[8:12] == b"avif" else "image/heic"
    return UNKNOWN_TYPE if announced.strip().lower().startswith("image/") else announced
