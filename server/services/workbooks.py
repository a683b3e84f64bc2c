"""Workbooks made apart from the request that asks for them: with progress, a way to stop, and a file at the end.

A job is a row and a file. Whoever makes it says so every second; one that is silent for long was interrupted (the
server stopped) and is shown as failed. The file is written under another name and gets its own when it is whole, so
a killed server leaves nothing that passes for a workbook; what it leaves is removed by the next job.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO, Final

from flask import Flask, current_app
from sqlalchemy import select

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Project, WorkbookJob
from server.services.exports import export_workbook
from server.services.submissions import count_submissions
from server.services.templates import open_template
from server.services.workbook_options import REVEAL, Asked, read_plain

SILENT_S: Final = 60
"""After so long without a sign, a job was interrupted."""
KEPT_HOURS: Final = 24
"""How long a finished workbook can be fetched."""
MOST_RUNNING: Final = 4
_TOUCH_S: Final = 0.5
_ACTIVE: Final = ("running", "cancelling")


class CancelledError(Exception):
    """Somebody does not want the workbook any more."""


def start_job(project_id: int, actor: Actor, asked: Asked) -> str:
    """Begin to make a workbook; gives the id of the job.

    :raises Problem: 404.1 for an unknown project; 429.1 when too many are being made.
    """
    tidy_jobs(project_id)
    total = count_submissions(project_id)
    job_id = _create(project_id, actor, asked, total)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    Thread(target=_run, args=(app, project_id, job_id, actor), name=f"workbook {job_id}", daemon=True).start()
    return job_id


@retried
def _create(project_id: int, actor: Actor, asked: Asked, total: int) -> str:
    now = datetime.now(UTC)
    with transaction() as session:
        if session.get(Project, project_id) is None:
            raise Problem("404.1")
        job = WorkbookJob(
            project_id=project_id, id=str(uuid.uuid4()), asked_at=now, asked_by=actor.label, asked=asked.plain,
            state="running", done=0, total=total, touched_at=now, size_bytes=0,
        )  # fmt: skip
        busy = session.scalars(
            select(WorkbookJob).where(WorkbookJob.project_id == project_id, WorkbookJob.state.in_(_ACTIVE))
        ).all()
        if len(busy) >= MOST_RUNNING:
            raise Problem("429.1")
        session.add(job)
    return job.id


def _run(app: Flask, project_id: int, job_id: str, actor: Actor) -> None:
    with app.app_context():
        try:
            _make(project_id, job_id, actor)
        except CancelledError:
            _end(project_id, job_id, "cancelled")
        except Exception:
            app.logger.exception("workbook %s failed", job_id)
            _end(project_id, job_id, "failed")


def _make(project_id: int, job_id: str, actor: Actor) -> None:
    job = find_job(project_id, job_id)
    asked = read_plain(job.asked, actor, project_id)
    template = open_template(project_id, asked.template)
    done, told = 0, time.monotonic()

    def seen(count: int) -> None:
        nonlocal done
        done += count

    path = job_path(project_id, job_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    size = 0
    try:
        with open_private(part) as file:
            chunks = export_workbook(
                project_id, actor, asked.options, reason=asked.reason, seen=seen, template=template
            )
            for chunk in chunks:
                size += file.write(chunk)
                if time.monotonic() - told > _TOUCH_S:
                    _touch_apart(project_id, job_id, done)
                    told = time.monotonic()
            file.flush()
            os.fsync(file.fileno())
        _touch_apart(project_id, job_id, done)  # the last moment to stop it
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _end(project_id, job_id, "done", done=done, size=size)


def open_private(path: Path) -> BinaryIO:
    """Open a new file that only this installation's user may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _touch_apart(project_id: int, job_id: str, done: int) -> None:
    """Say that the job goes on, in a session of its own: the export's reads one moment and must not see this."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context():
        _touch(project_id, job_id, done)


@retried
def _touch(project_id: int, job_id: str, done: int) -> None:
    with transaction() as session:
        job = session.get(WorkbookJob, (project_id, job_id))
        if job is None or job.state != "running":
            raise CancelledError
        job.done, job.touched_at = done, datetime.now(UTC)


@retried
def _end(project_id: int, job_id: str, state: str, *, done: int | None = None, size: int = 0) -> None:
    with transaction() as session:
        job = session.get(WorkbookJob, (project_id, job_id))
        if job is None:
            return
        if state == "done" and job.state == "cancelling":
            state = "cancelled"
        job.state, job.size_bytes, job.touched_at = state, size, datetime.now(UTC)
        job.done = job.done if done is None else done
    if state != "done":
        job_path(project_id, job_id).unlink(missing_ok=True)


@retried
def cancel_job(project_id: int, job_id: str) -> None:
    """Ask a job to stop; one that ended already is left as it is.

    :raises Problem: 404.1.
    """
    with transaction() as session:
        job = session.get(WorkbookJob, (project_id, job_id))
        if job is None:
            raise Problem("404.1")
        if job.state == "running":
            job.state = "cancelling"


@retried
def forget_workbooks(project_id: int) -> None:
    """Remove every finished workbook and stop those being made: they may show what was just erased."""
    with transaction() as session:
        for job in session.scalars(
            select(WorkbookJob).where(WorkbookJob.project_id == project_id, WorkbookJob.state == "running")
        ):
            job.state = "cancelling"
    shutil.rmtree(exports_folder(project_id), ignore_errors=True)


def find_job(project_id: int, job_id: str) -> WorkbookJob:
    """Return a job.

    :raises Problem: 404.1.
    """
    job = db.session.get(WorkbookJob, (project_id, job_id))
    if job is None:
        raise Problem("404.1")
    return job


def list_jobs(project_id: int) -> list[WorkbookJob]:
    """List the newest jobs, the newest first."""
    found = db.session.scalars(
        select(WorkbookJob)
        .where(WorkbookJob.project_id == project_id)
        .order_by(WorkbookJob.asked_at.desc(), WorkbookJob.id)
        .limit(10)
    )
    return list(found)


def state_of(job: WorkbookJob) -> str:
    """Say how a job stands; ``interrupted`` when whoever made it is gone, ``gone`` when its file is."""
    if job.state in _ACTIVE and datetime.now(UTC) - job.touched_at > timedelta(seconds=SILENT_S):
        return "interrupted"
    if job.state == "done" and not job_path(job.project_id, job.id).exists():
        return "gone"
    return job.state


def open_job(project_id: int, job_id: str, actor: Actor) -> Path:
    """Return the file of a finished job.

    :raises Problem: 404.1 when there is none; 403.1 when it shows numbers in full to somebody who may not see them.
    """
    job = find_job(project_id, job_id)
    if state_of(job) != "done":
        raise Problem("404.1")
    check_reveal(job.asked, actor)
    return job_path(project_id, job_id)


def check_reveal(asked: Mapping[str, Any], actor: Actor) -> None:
    """Refuse a workbook with numbers in full to whoever may not see them.

    :raises Problem: 403.1.
    """
    if asked.get("nin") == "full" and not actor.may(REVEAL):
        raise Problem("403.1")


def exports_folder(project_id: int) -> Path:
    """Return the folder of a project's finished workbooks."""
    data: Path = current_app.config["HIRFA"].data
    return data / "workbooks" / str(int(project_id))


def job_path(project_id: int, job_id: str) -> Path:
    return exports_folder(project_id) / f"{uuid.UUID(job_id)}.xlsx"


@retried
def tidy_jobs(project_id: int) -> None:
    """Mark what was interrupted, and remove workbooks older than a day and halves of those that were."""
    now = datetime.now(UTC)
    oldest = now - timedelta(hours=KEPT_HOURS)
    with transaction() as session:
        jobs = session.scalars(select(WorkbookJob).where(WorkbookJob.project_id == project_id)).all()
        busy = set()
        for job in jobs:
            if state_of(job) == "interrupted":
                job.state = "failed"
            elif job.state in _ACTIVE:
                busy.add(job.id)
            elif job.asked_at < oldest:
                session.delete(job)
        kept = {job.id for job in jobs if job.asked_at >= oldest and job.state == "done"}
    with suppress(OSError):
        for path in exports_folder(project_id).glob("*.*"):
            wanted = busy if path.suffix == ".part" else kept
            if path.is_file() and path.stem not in wanted:
                path.unlink(missing_ok=True)
