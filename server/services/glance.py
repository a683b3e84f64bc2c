"""The programme's figures for the desk, kept in a file between readings.

They are made from every submission, which takes a moment with thousands of them. While that is short they are made
anew as soon as something changed; once it takes longer the page shows what was counted last, says when, and offers to
count again (`flask --app server count-programme` does it at night).
"""

from __future__ import annotations

import json
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from flask import current_app
from sqlalchemy import func, select

from exports.glance import STAGES, look
from exports.indicators import gather
from exports.programme import ALGIERS
from server.auth import Actor
from server.database import db, snapshot
from server.models import Place, Project, Remark, Submission
from server.services.exports import build_programme

AT_ONCE_S: Final = 1.0
"""Counting that took no longer is done again by itself."""
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Counted:
    """Figures with the moment they stand for."""

    at: datetime
    figures: dict[str, Any]
    fresh: bool
    """Nothing was sent, corrected or reviewed since."""


def read_glance(project_id: int, actor: Actor) -> Counted | None:
    """Give the newest figures; None when they were never counted and there is much to count."""
    mark = _mark(project_id)
    kept = _read(project_id)
    if kept is not None and kept["mark"] == mark and kept["day"] == _today():
        return _to_counted(kept, fresh=True)
    much = _is_much(project_id)
    # what was counted while there was little says nothing of how long counting takes now
    if kept is not None and (kept["seconds"] > AT_ONCE_S or (much and not kept.get("much"))):
        return _to_counted(kept, fresh=False)
    if kept is None and much:
        return None
    return count_programme(project_id, actor)


def count_programme(project_id: int, actor: Actor) -> Counted:
    """Count anew, and keep it."""
    now = datetime.now(UTC)
    began = time.monotonic()
    with snapshot():
        mark = _mark(project_id)
        programme = build_programme(project_id, actor, now)
        tally = gather(programme)
        figures = look(tally.lives(programme.living()), now.astimezone(ALGIERS).date()).to_json()
    kept = {
        "format": FORMAT, "mark": mark, "day": _today(), "at": now.isoformat(), "seconds": time.monotonic() - began,
        "much": _is_much(project_id), "figures": figures,
    }  # fmt: skip
    _write(project_id, kept)
    return _to_counted(kept, fresh=True)


def list_spots(project_id: int) -> list[Place]:
    """List the places whose position is known."""
    return list(
        db.session.scalars(
            select(Place)
            .where(Place.project_id == project_id, Place.lat.is_not(None), Place.lng.is_not(None))
            .order_by(Place.code)
        )
    )


def _today() -> str:
    return datetime.now(ALGIERS).date().isoformat()


def _mark(project_id: int) -> list[str]:
    """Tell what the figures are made from: it differs once something was sent, corrected, reviewed or decided."""
    counter = db.session.scalar(select(Project.counter).where(Project.id == project_id))
    newest = db.session.scalar(select(func.max(Submission.received_at)).where(Submission.project_id == project_id))
    said = db.session.scalar(select(func.count()).select_from(Remark).where(Remark.project_id == project_id))
    return [str(counter), str(newest), str(said)]


def _is_much(project_id: int) -> bool:
    some = select(Submission.instance_id).where(Submission.project_id == project_id).limit(5_000).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) >= 5_000


def _path(project_id: int) -> Path:
    return Path(current_app.config["HIRFA"].kept) / f"glance-{int(project_id)}.json"


def _read(project_id: int) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] = json.loads(_path(project_id).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    whole = kept.get("format") == FORMAT and list(kept.get("figures", {}).get("total", ())) == list(STAGES)
    return kept if whole else None


def _write(project_id: int, kept: dict[str, Any]) -> None:
    """Keep it whole or not at all; a folder that cannot be written only costs time."""
    path = _path(project_id)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
        os.replace(part, path)


def _to_counted(kept: dict[str, Any], *, fresh: bool) -> Counted:
    return Counted(datetime.fromisoformat(kept["at"]), kept["figures"], fresh)
