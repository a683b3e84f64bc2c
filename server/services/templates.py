"""The chamber's own workbooks that exports fill: taken in, looked at, listed, given back.

A template is judged when it comes in: what it holds that runs or fetches something is refused, names and columns that
mean nothing are said. It is judged again each time it is filled, for forms change.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import select

from exports.catalogue import Catalogue, list_names, write_names
from exports.places import Layout
from exports.programme import Options
from exports.template import look_at_template
from server.auth import COMMAND, Actor
from server.database import db, retried, snapshot, transaction
from server.errors import Problem
from server.models import Project, WorkbookTemplate
from server.services import audits
from server.services.exports import Template, build_programme

NAME_CHARS: Final = 80
MOST: Final = 50
"""Templates of one project."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A template that was looked at: its id when it was taken, and what is to be said of it."""

    id: str
    name: str
    layout: Layout


def list_templates(project_id: int) -> list[WorkbookTemplate]:
    """List the templates by name."""
    found = db.session.scalars(
        select(WorkbookTemplate)
        .where(WorkbookTemplate.project_id == project_id)
        .order_by(WorkbookTemplate.name, WorkbookTemplate.id)
    )
    return list(found)


def find_template(project_id: int, named: str) -> WorkbookTemplate:
    """Find a template by its id or its name.

    :raises Problem: 400.8 when there is none.
    """
    found = db.session.get(WorkbookTemplate, (project_id, named)) or db.session.scalars(
        select(WorkbookTemplate).where(WorkbookTemplate.project_id == project_id, WorkbookTemplate.name == named)
    ).first()
    if found is None:
        raise Problem("400.8", field="template", reason="a template that is here, by its id or name")
    return found


def open_template(project_id: int, template_id: str) -> Template | None:
    """Give a template to be filled; None for "".

    :raises Problem: 400.8 when it is gone.
    """
    if not template_id:
        return None
    found = find_template(project_id, template_id)
    return Template(found.name, found.content)


def list_template_names(project_id: int, language: str) -> Catalogue:
    """List the names that a template of this project may use.

    :raises Problem: 404.1.
    """
    if db.session.get(Project, project_id) is None:
        raise Problem("404.1")
    with snapshot():
        programme = build_programme(project_id, COMMAND, datetime.now(UTC), bare=True)
        return list_names(programme, Options(language=to_language(language)))


def write_template_names(project_id: int, language: str) -> bytes:
    """Write the names that a template of this project may use as a workbook."""
    return write_names(list_template_names(project_id, language), to_language(language))


def to_language(language: str) -> Literal["fr", "ar"]:
    return "ar" if language == "ar" else "fr"


def look_at(project_id: int, data: bytes, language: str = "fr") -> Layout:
    """Say what a workbook would be as a template, without keeping it."""
    return look_at_template(data, list_template_names(project_id, language))


def look_again(project_id: int, template_id: str, language: str) -> Looked:
    """Look at a template that is here.

    :raises Problem: 404.1.
    """
    found = db.session.get(WorkbookTemplate, (project_id, template_id))
    if found is None:
        raise Problem("404.1")
    return Looked(found.id, found.name, look_at(project_id, found.content, language))


def keep_template(project_id: int, name: str, data: bytes, actor: Actor, language: str = "fr") -> Looked:
    """Take a template in; one of the same name is replaced and keeps its id. A refused one has no id.

    :raises Problem: 400.8 without a name, or when there are too many; 404.1.
    """
    name = " ".join(name.split())[:NAME_CHARS]
    if not name:
        raise Problem("400.8", field="name", reason="a name")
    layout = look_at(project_id, data, language)
    if layout.refused:
        return Looked("", name, layout)
    return Looked(_keep(project_id, name, data, actor), name, layout)


@retried
def _keep(project_id: int, name: str, data: bytes, actor: Actor) -> str:
    now = datetime.now(UTC)
    with transaction() as session:
        listed = session.scalars(select(WorkbookTemplate).where(WorkbookTemplate.project_id == project_id)).all()
        found = next((one for one in listed if one.name == name), None)
        if found is None:
            if len(listed) >= MOST:
                raise Problem("400.8", field="name", reason=f"at most {MOST} templates: delete one first")
            found = WorkbookTemplate(project_id=project_id, id=str(uuid.uuid4()), name=name)
            session.add(found)
        found.content, found.size_bytes, found.put_at, found.put_by = data, len(data), now, actor.label
        audits.note(session, project_id, actor, "template.save", found.id, now, name=name, size=len(data))
    return found.id


@retried
def delete_template(project_id: int, template_id: str, actor: Actor) -> None:
    """Forget a template; saved options that name it fail from then on, and say so.

    :raises Problem: 404.1.
    """
    with transaction() as session:
        found = session.get(WorkbookTemplate, (project_id, template_id))
        if found is None:
            raise Problem("404.1")
        session.delete(found)
        audits.note(
            session, project_id, actor, "template.delete", template_id, datetime.now(UTC), name=found.name
        )
