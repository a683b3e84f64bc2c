"""What can be counted of the service, for Prometheus: asked of the database when it is read, so that all processes and
all servers on one database tell the same. How long requests take is counted by the server in front (Caddy).
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta

from flask import current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import ColumnElement, func, select

from server.config import Settings
from server.database import db
from server.dumps import find_standing
from server.models import (
    AppUser,
    Backup,
    ConflictEntry,
    Correction,
    Entity,
    Project,
    Quarantined,
    Question,
    Submission,
    SubmissionAttachment,
)
from server.services.doctor import find_silent

METRICS_TYPE = CONTENT_TYPE_LATEST


def find_obstacle() -> str:
    """Say in a word why phones cannot be served now; empty when they can."""
    settings: Settings = current_app.config["HIRFA"]
    try:
        ready = find_standing(db.engine, str(current_app.config["MIGRATIONS"])).ready
    except Exception:  # whatever it is, it stands in the way
        return "database"
    if not ready:
        return "migrations"
    try:
        with tempfile.NamedTemporaryFile(dir=settings.uploads) as file:
            file.write(b"1")
            file.flush()
    except OSError:
        return "disk"
    return ""


def write_metrics() -> bytes:
    """Write what Prometheus reads."""
    settings: Settings = current_app.config["HIRFA"]
    now, registry = datetime.now(UTC), CollectorRegistry()
    open_conflicts = ConflictEntry.open.is_(True)
    waiting = Quarantined.released_at.is_(None)
    missing, due = SubmissionAttachment.present.is_(False), SubmissionAttachment.removed_at.is_(None)
    lately = now - timedelta(hours=24)
    per_project: tuple[tuple[str, str, type, tuple[ColumnElement[bool], ...]], ...] = (
        ("submissions", "Submissions stored", Submission, ()),
        ("submissions_last_day", "Submissions of the last 24 hours", Submission, (Submission.received_at > lately,)),
        ("entities", "Records stored", Entity, ()),
        ("conflicts_open", "Disputed properties that wait for an officer", ConflictEntry, (open_conflicts,)),
        ("quarantine_waiting", "Items set aside that wait", Quarantined, (waiting,)),
        ("corrections_open", "Submissions sent back", Correction, (Correction.closed_at.is_(None),)),
        ("questions_open", "Questions to agents", Question, (Question.closed_at.is_(None),)),
        ("photographs_missing", "Announced, not arrived", SubmissionAttachment, (missing, due)),
        ("agents", "Agents that are not revoked", AppUser, (AppUser.revoked_at.is_(None),)),
    )  # fmt: skip
    projects = list(db.session.execute(select(Project.id, Project.counter, Project.era)))
    for name, words, model, wanted in per_project:
        gauge = Gauge(f"hirfa_{name}", words, ["project"], registry=registry)
        key = model.project_id  # type: ignore[attr-defined]
        found = db.session.execute(select(key, func.count()).where(*wanted).group_by(key))
        counts: dict[int, int] = {row[0]: row[1] for row in found}
        for project_id, _, _ in projects:
            gauge.labels(project_id).set(counts.get(project_id, 0))
    counter = Gauge("hirfa_change_counter", "Changes so far", ["project"], registry=registry)
    era = Gauge("hirfa_era", "Grows by one at each restore", ["project"], registry=registry)
    for project_id, changes, number in projects:
        counter.labels(project_id).set(changes)
        era.labels(project_id).set(number)
    Gauge("hirfa_agents_silent", "Agents not heard of for 14 days", registry=registry).set(len(find_silent(now)))
    newest = db.session.scalar(select(func.max(Backup.at)))
    age = (now - newest).total_seconds() if newest else float("inf")
    Gauge("hirfa_backup_age_seconds", "Since the newest verified backup", registry=registry).set(age)
    free = shutil.disk_usage(settings.data).free
    Gauge("hirfa_disk_free_bytes", "On the disk of the data", registry=registry).set(free)
    db.session.rollback()
    return generate_latest(registry)
