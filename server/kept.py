"""Blocks of the workbook's rows, kept in the data folder between exports (``exports.blocks``).

Only a faster way to the same workbook: the folder may be emptied at any time, and nothing fails when it cannot be
written. What it holds is as personal as the database beside it, so it is as private, and whoever erases somebody calls
:meth:`KeptBlocks.forget`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import exports
import forms

#: What no export asked for during so long is removed.
UNUSED_DAYS = 7
_DAY_S = 86_400


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Name the code that makes rows: blocks that other code made are not used."""
    said = hashlib.sha256()
    for package in (exports, forms):
        for path in sorted(Path(package.__path__[0]).glob("*.py")):
            said.update(path.read_bytes())
    return said.hexdigest()[:16]


class KeptBlocks:
    """The blocks of one project. Several processes may use one folder: a file appears whole or not at all."""

    def __init__(self, folder: Path, project_id: int) -> None:
        self._project = folder / str(int(project_id))
        self._folder = self._project / f"{code_digest()}-{self._generation()}"
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _generation(self) -> str:
        """Name what may be kept until the next erasure: an export that began before it adds nothing afterwards."""
        path = self._project / "generation"
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with path.open("x") as file:
                file.write(secrets.token_hex(8))
        with suppress(OSError):
            return path.read_text() or "0"
        return "0"

    def get(self, name: str) -> bytes | None:
        """Give what was kept under a name (a hash in hex), None when it is not here."""
        path = self._path(name)
        try:
            data = path.read_bytes()
            if time.time() - path.stat().st_mtime > _DAY_S:
                os.utime(path)
        except OSError:
            return None
        return data

    def put(self, name: str, data: bytes) -> None:
        """Keep it, if the disk lets it."""
        path = self._path(name)
        part = path.with_suffix(f".{os.getpid()}.part")
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True, mode=0o700)  # not the folder itself: it is gone when it was forgotten
            try:
                part.write_bytes(data)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what other code made, and what was not used for a week."""
        oldest = time.time() - UNUSED_DAYS * _DAY_S
        with suppress(OSError):
            for folder in self._project.iterdir():
                if folder.is_dir() and folder != self._folder:
                    shutil.rmtree(folder, ignore_errors=True)
            for path in self._folder.glob("*/*"):
                if path.stat().st_mtime < oldest:
                    path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove all of them."""
        shutil.rmtree(self._project, ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
