"""The list of what was erased, beside the database (ids alone): a restored backup knows nothing of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select

from server.database import db
from server.models import Erased
from server.services.erased import ENTITY, FILE, INSTANCE


def _list_path() -> Path:
    path: Path = current_app.config["HIRFA"].erasures
    return path


def _read_lines() -> list[Mapping[str, Any]]:
    try:
        text = _list_path().read_text()
    except FileNotFoundError:
        return []
    lines: list[Mapping[str, Any]] = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:  # a line that was cut by a full disk; the others count
            continue
        if isinstance(entry, dict):
            lines.append(entry)
    return lines


def read_list(project_id: int) -> dict[tuple[str, str], datetime | None]:
    """Read what the file says was erased, (kind, id), and when last."""
    found: dict[tuple[str, str], datetime | None] = {}
    for entry in _read_lines():
        if (
            entry.get("project") == project_id
            and entry.get("kind") in (ENTITY, INSTANCE, FILE)
            and isinstance(entry.get("id"), str)
            and 0 < len(entry["id"]) <= 255
        ):
            key, at = (entry["kind"], entry["id"]), _read_time(entry.get("at"))
            found[key] = max(filter(None, (found.get(key), at)), default=None)
    return found


def _read_time(written: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def write_list() -> None:
    """Write the list of all projects, whole or not at all: what the file says and what the database says."""
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    here = (
        {"project": row.project_id, "kind": row.kind, "id": row.id, "at": row.at.isoformat()}
        for row in db.session.scalars(select(Erased))
    )
    for entry in (*_read_lines(), *here):
        if {"project", "kind", "id"} <= entry.keys():
            key = (entry["project"], entry["kind"], entry["id"])
            if key not in found or str(found[key].get("at")) < str(entry.get("at")):
                found[key] = entry
    db.session.rollback()
    path = _list_path()
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    lines = sorted(found.values(), key=lambda e: (e["project"], str(e.get("at")), e["kind"], e["id"]))
    with part.open("w") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in lines)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
