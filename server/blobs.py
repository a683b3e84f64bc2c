"""Bytes of photographs and media in a folder, by their sha256: the same bytes once."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 32
UNKNOWN_TYPE = "application/octet-stream"
SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class BlobStore:
    """A folder of files named by their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, project_id: int, sha256: str) -> Path:
        """Return where a blob lies.

        :raises ValueError: when the name is no sha256, so that no path can leave the folder.
        """
        if not SHA256.match(sha256):
            raise ValueError("not a sha256")
        return self.folder / str(int(project_id)) / sha256[:2] / sha256

    def has(self, project_id: int, sha256: str) -> bool:
        return self.path(project_id, sha256).exists()

    def put(self, project_id: int, data: bytes) -> str:
        """Keep bytes durably; return their sha256 in hex."""
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
        """Move a finished, verified upload to its place."""
        target = self.path(project_id, sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _adopt(part, target)

    def head(self, project_id: int, sha256: str) -> bytes:
        """Return the first bytes of a blob, by which its type is known; none when it is not here."""
        try:
            with self.open(project_id, sha256) as file:
                return file.read(HEAD_BYTES)
        except FileNotFoundError:
            return b""

    def open(self, project_id: int, sha256: str) -> BinaryIO:
        return self.path(project_id, sha256).open("rb")


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
