"""Saved options: a name, the options, and when the workbook makes itself; and the targets of a year.

``run-presets`` makes what is due, each in a folder of its own: one workbook a day it was made, and the newest at a
fixed place. What changed since the one before is coloured; the figures of that one wait beside it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
from sqlalchemy import delete, select

from exports.headings_figures import INDICATORS
from exports.programme import ALGIERS, Figures
from server.auth import COMMAND, Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Project, Target, WorkbookPreset
from server.services import audits
from server.services.exports import export_workbook
from server.services.templates import open_template
from server.services.workbook_options import Asked, read_plain
from server.services.workbooks import exports_folder, open_private

EVERY: Final = ("", "day", "week", "month")
NAME_CHARS: Final = 80
KEPT_COPIES: Final = 12
NEWEST: Final = "newest.xlsx"
FIGURES: Final = ".figures.json"
PART_HOURS: Final = 6
"""After so long, what a run began and did not finish was left by one that was killed."""


@dataclass(frozen=True, slots=True)
class MadePreset:
    """One workbook that was made by itself."""

    preset_id: str
    name: str
    file: Path
    size_bytes: int


def list_presets(project_id: int) -> list[WorkbookPreset]:
    """List the saved options by name."""
    found = db.session.scalars(
        select(WorkbookPreset)
        .where(WorkbookPreset.project_id == project_id)
        .order_by(WorkbookPreset.name, WorkbookPreset.id)
    )
    return list(found)


def find_preset(project_id: int, preset_id: str) -> WorkbookPreset:
    """Return saved options.

    :raises Problem: 404.1.
    """
    found = db.session.get(WorkbookPreset, (project_id, preset_id))
    if found is None:
        raise Problem("404.1")
    return found


@retried
def save_preset(project_id: int, name: str, every: str, asked: Asked, actor: Actor) -> str:
    """Save options under a name; those of the same name are replaced. Gives the id.

    :raises Problem: 400.8 without a name, with an unknown rhythm, or for numbers in full (a reason each time).
    """
    name = " ".join(name.split())[:NAME_CHARS]
    if not name:
        raise Problem("400.8", field="name", reason="a name")
    if every not in EVERY:
        raise Problem("400.8", field="every", reason="day, week, month or nothing")
    if asked.options.reveal:
        raise Problem("400.8", field="nin", reason="numbers in full are asked for each time, with a reason")
    now = datetime.now(UTC)
    with transaction() as session:
        found = session.scalars(
            select(WorkbookPreset).where(WorkbookPreset.project_id == project_id, WorkbookPreset.name == name)
        ).first()
        if found is None:
            if session.get(Project, project_id) is None:
                raise Problem("404.1")
            found = WorkbookPreset(project_id=project_id, id=str(uuid.uuid4()), name=name, asked={}, every="")
            session.add(found)
        found.asked, found.every = asked.plain, every
        audits.note(session, project_id, actor, "preset.save", found.id, now, name=name, every=every)
    return found.id


@retried
def delete_preset(project_id: int, preset_id: str, actor: Actor) -> None:
    """Forget saved options; workbooks made of them stay in their folder until somebody removes it.

    :raises Problem: 404.1.
    """
    with transaction() as session:
        found = session.get(WorkbookPreset, (project_id, preset_id))
        if found is None:
            raise Problem("404.1")
        session.delete(found)
        audits.note(session, project_id, actor, "preset.delete", preset_id, datetime.now(UTC), name=found.name)


def is_due(preset: WorkbookPreset, today: date) -> bool:
    """Tell whether a preset is to be made: daily, in a new week (Monday first), or in a new month."""
    if not preset.every:
        return False
    if preset.made_at is None:
        return True
    last = preset.made_at.astimezone(ALGIERS).date()
    if preset.every == "day":
        return last < today
    if preset.every == "week":
        return last.isocalendar()[:2] < today.isocalendar()[:2]
    return (last.year, last.month) < (today.year, today.month)


def run_presets(project_id: int, *, everything: bool = False) -> list[MadePreset]:
    """Make the workbooks that are due, all of the saved ones when ``everything`` says so."""
    today = datetime.now(UTC).astimezone(ALGIERS).date()
    return [run_preset(preset) for preset in list_presets(project_id) if everything or is_due(preset, today)]


def run_preset(preset: WorkbookPreset) -> MadePreset:
    """Make one workbook into the folder of its preset."""
    project_id, preset_id, name, preset_asked = preset.project_id, preset.id, preset.name, dict(preset.asked)
    asked = read_plain(preset.asked, COMMAND, project_id)
    template = open_template(project_id, asked.template)
    now = datetime.now(UTC)
    options = replace(asked.options, changed_since=preset.made_at)
    folder = preset_folder(project_id, preset_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    plain_name = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "classeur"
    file = folder / f"{plain_name}-{now.astimezone(ALGIERS):%Y-%m-%d}.xlsx"
    part = folder / f".{uuid.uuid4()}.part"
    for left in folder.glob(".*.part"):
        if now.timestamp() - left.lstat().st_mtime > PART_HOURS * 3600:
            left.unlink(missing_ok=True)
    before = _read_figures(folder, preset_asked)
    try:
        with open_private(part) as out:
            figures = _write(out, export_workbook(project_id, COMMAND, options, template=template, before=before))
        size = part.stat().st_size
        part.replace(file)  # whole or not at all
        part.symlink_to(file.name)
        part.replace(folder / NEWEST)
        with open_private(part) as out:
            out.write(orjson.dumps({"asked": preset_asked, "figures": figures}))
        part.replace(folder / FIGURES)
    finally:
        part.unlink(missing_ok=True)
    _note_made(project_id, preset_id, now)
    dated = sorted((p for p in folder.glob("*.xlsx") if not p.is_symlink()), key=lambda p: p.stat().st_mtime)
    for old in dated[:-KEPT_COPIES]:
        old.unlink(missing_ok=True)
    return MadePreset(preset_id, name, file, size)


def _write(out: BinaryIO, chunks: Generator[bytes, None, Figures]) -> Figures:
    while True:
        try:
            out.write(next(chunks))
        except StopIteration as end:
            figures: Figures = end.value
            return figures


def _read_figures(folder: Path, asked: Mapping[str, Any]) -> Figures | None:
    """Give the figures of the workbook before, if it was asked for with the same options."""
    try:
        kept = orjson.loads((folder / FIGURES).read_bytes())
        figures: Figures = kept["figures"]
        return figures if kept["asked"] == asked else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@retried
def _note_made(project_id: int, preset_id: str, at: datetime) -> None:
    with transaction() as session:
        found = session.get(WorkbookPreset, (project_id, preset_id))
        if found is not None:
            found.made_at = at


def preset_folder(project_id: int, preset_id: str) -> Path:
    """Return the folder of the workbooks of a preset."""
    return exports_folder(project_id) / "presets" / str(uuid.UUID(preset_id))


def newest_of(project_id: int, preset_id: str) -> Path:
    """Return the newest workbook of a preset.

    :raises Problem: 404.1 when there is none yet.
    """
    find_preset(project_id, preset_id)
    path = preset_folder(project_id, preset_id) / NEWEST
    if not path.exists():
        raise Problem("404.1")
    return path.resolve()


@retried
def set_targets(project_id: int, year: int, values: Mapping[str, float | None], actor: Actor) -> None:
    """Write down what a year should reach; ``None`` forgets a target.

    :raises Problem: 400.8 for an unknown indicator or a number below 0.
    """
    for code, value in values.items():
        if code not in INDICATORS or (value is not None and not 0 <= value < 10**12):
            raise Problem("400.8", field=code, reason="a number of 0 or more")
    with transaction() as session:
        session.execute(delete(Target).where(Target.project_id == project_id, Target.year == year))
        session.add_all(
            Target(project_id=project_id, year=year, indicator=code, value=value)
            for code, value in values.items()
            if value is not None
        )
        audits.note(session, project_id, actor, "targets.set", str(year), datetime.now(UTC))
