"""The chamber's name and town, in both languages: what papers, pages, phones and workbooks call it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

from sqlalchemy import select

from exports.labels import in_language
from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Project
from server.services import audits

_ARABIC = re.compile(r"[\u0600-\u06ff]")
MAX_NAME = 120
"""Characters in one language: both fit the column."""


@dataclass(frozen=True, slots=True)
class Names:
    name_fr: str = ""
    name_ar: str = ""
    town_fr: str = ""
    town_ar: str = ""


def find_name(project_id: int) -> str:
    """Return the name as it is kept, in both languages; empty when there is no such project."""
    return db.session.scalar(select(Project.name).where(Project.id == project_id)) or ""


def find_names(project_id: int) -> Names:
    """Return what the project is called; a name in one language only stands for that one.

    :raises Problem: 404.1.
    """
    found = db.session.get(Project, project_id)
    if found is None:
        raise Problem("404.1")
    return Names(*_split(found.name), *_split(found.town))


@retried
def rename_project(project_id: int, names: Names, actor: Actor) -> Names:
    """Call the project something else, from now on: papers that were issued keep the name they bore.

    :raises Problem: 400.2 without any name; 400.8 with the ``field`` that is too long or in the other script; 404.1.
    """
    given = Names(**{field.name: _clean(getattr(names, field.name)) for field in fields(Names)})
    if not given.name_fr and not given.name_ar:
        raise Problem("400.2", field="name_fr")
    name = _join(given.name_fr, given.name_ar, "name")
    town = _join(given.town_fr, given.town_ar, "town")
    with transaction() as session:
        project = session.get(Project, project_id, with_for_update={"key_share": True}, populate_existing=True)
        if project is None:
            raise Problem("404.1")
        if (project.name, project.town) != (name, town):
            was = project.name
            project.name, project.town = name, town
            audits.note(session, project_id, actor, "project.rename", name, datetime.now(UTC), was=was, **asdict(given))
    return given


def _clean(text: str) -> str:
    """Hold together what stands around a dash, so that it is not taken for the one between the languages."""
    return re.sub(" ([–—|/-]) ", "\u00a0\\1\u00a0", " ".join(text.split()))


def _join(fr: str, ar: str, field: str) -> str:
    """Write both languages as one text, from which each comes back as it was given."""
    for language, text in (("fr", fr), ("ar", ar)):
        if len(text) > MAX_NAME:
            raise Problem("400.8", field=f"{field}_{language}", reason=f"{MAX_NAME} characters at most")
        if text and bool(_ARABIC.search(text)) is not (language == "ar"):
            raise Problem("400.8", field=f"{field}_{language}", reason="it is written in the other script")
    return " – ".join(part for part in (fr, ar) if part)


def _split(text: str) -> tuple[str, str]:
    fr, ar = in_language(text, "fr"), in_language(text, "ar")
    if fr != ar:
        return fr, ar
    return ("", ar) if _ARABIC.search(text) else (fr, "")
