"""What an upload of a photograph is, wherever its pieces wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Protocol

from flask import current_app

KEPT_DAYS = 30
"""An upload that nobody continues is dropped after this; the phone still has the photo and starts again."""
SWEEP_EVERY = timedelta(hours=1)
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    project_id: int
    app_user_id: int
    sha256: str
    size: int
    content_type: str
    offset: int
    key_id: str | None = None
    """The key it is sealed to; what arrives is then the sealed bytes, ``sha256`` that of the clear ones."""
    done: bool = False


Complete = Callable[[Upload, Path | None], None]
"""Verify and record an upload that is whole: its bytes in a file, or None when they are in their place already."""


class Uploads(Protocol):
    """Where uploads wait until they are whole."""

    def create(self, upload: Upload) -> None: ...

    def find(self, project_id: int, upload_id: str) -> Upload | None:
        """Return an upload with its offset; None when it is unknown, or what it brought is here no more."""

    def append(self, upload: Upload, offset: int, stream: IO[bytes], complete: Complete) -> int:
        """Write what arrives at an offset, complete the whole; return the new offset. What came before a cut stays.

        :raises Problem: 409.52 when the upload is at another offset, 413.1 when more comes than announced, and what
            ``complete`` raises: the upload is dropped then.
        """

    def finish(self, upload: Upload, complete: Complete) -> None:
        """Complete an upload whose bytes are all here; do nothing when somebody did."""

    def drop_stale(self) -> None:
        """Remove uploads that nobody continued for thirty days. Looks once an hour: there may be thousands."""


def begin_sweep() -> datetime | None:
    """Return the day before which uploads are stale, when it is time to look; leave a mark that it was looked."""
    folder: Path = current_app.config["HIRFA"].uploads
    swept, now = folder / "swept", datetime.now(UTC)
    if swept.exists() and swept.stat().st_mtime > (now - SWEEP_EVERY).timestamp():
        return None
    return now - timedelta(days=KEPT_DAYS)


def end_sweep() -> None:
    folder: Path = current_app.config["HIRFA"].uploads
    (folder / "swept").touch(mode=0o600)


def sweep_folder(before: datetime) -> None:
    """Remove what nobody touched in the folder where things wait."""
    folder: Path = current_app.config["HIRFA"].uploads
    limit = before.timestamp()
    for path in folder.iterdir():  # of an upload, its bytes and what is known of it: the younger one keeps both
        pair = [file for file in (path.with_suffix(".part"), path.with_suffix(".json")) if file.exists()]
        if path.name != "swept" and all(file.stat().st_mtime < limit for file in (path, *pair) if file.exists()):
            path.unlink(missing_ok=True)
