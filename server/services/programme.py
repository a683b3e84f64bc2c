"""Install a programme into an empty server: project 1, places, associations, forms, and the first people."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from server.auth import COMMAND
from server.database import db, retried, transaction
from server.errors import Problem
from server.library import LIBRARY, read_table
from server.models import EntityList, Form, Place, Project
from server.partitions import add_parts
from server.services import actors, entities, forms, keys

PROJECT_NAME = "Chambre de l’Artisanat et des Métiers d’Oran – غرفة الصناعة التقليدية والحرف لولاية وهران"
TOWN = "Oran – وهران"
ADMINISTRATOR = "admin@hirfa.local"
FIRST_AGENT = "Agente pilote"
ASSOCIATIONS = "associations"


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation made; secrets are told this once."""

    project_id: int
    forms: list[str]
    email: str | None
    password: str | None
    agent: actors.NewAppUser | None


def install_programme(project_id: int = 1) -> Installed:
    """Install the Oran programme where something of it is missing; run again, it changes nothing.

    A form that is published already stays as it is, also when the chamber changed it.
    """
    _install_project(project_id)
    keys.ensure_key(project_id)
    if not entities.has_entities(project_id, ASSOCIATIONS):
        entities.create_entities(project_id, ASSOCIATIONS, _associations(), COMMAND)
    published = _install_forms(project_id)
    email = password = None
    if not actors.has_users():
        email, password = ADMINISTRATOR, secrets.token_urlsafe(12)
        actors.create_user(email, "administrator", password, name="Administration")
    agent = None
    if not actors.has_app_users(project_id):
        agent = actors.create_app_user(project_id, FIRST_AGENT, pilot_scopes(project_id), COMMAND)
    return Installed(project_id, published, email, password, agent)


def get_project(project_id: int) -> Project:
    """Return a project.

    :raises Problem: 404.1.
    """
    found = db.session.get(Project, project_id)
    if found is None:
        raise Problem("404.1")
    return found


def pilot_scopes(project_id: int) -> list[str]:
    return list(
        db.session.scalars(
            select(Place.code).where(Place.project_id == project_id, Place.pilot.is_(True)).order_by(Place.code)
        )
    )


@retried
def _install_project(project_id: int) -> None:
    with transaction() as session:
        if session.get(Project, project_id) is None:
            session.add(
                Project(
                    id=project_id, name=PROJECT_NAME, town=TOWN, era=1, counter=0, created_at=datetime.now(UTC)
                )
            )
            session.flush()
        add_parts(session.connection(), project_id)
        if session.get(EntityList, (project_id, ASSOCIATIONS)) is None:
            session.add(EntityList(project_id=project_id, name=ASSOCIATIONS))
        known = set(session.scalars(select(Place.code).where(Place.project_id == project_id)))
        for row in read_table("communes.csv"):
            if row["code_ons"] in known:
                continue
            session.add(
                Place(
                    project_id=project_id,
                    code=row["code_ons"],
                    name_fr=row["nom_fr"],
                    name_ar=row["nom_ar"],
                    variants="|".join(v for v in (row["variantes_fr"], row["variantes_ar"]) if v),
                    district_fr=row["daira_fr"],
                    district_ar=row["daira_ar"],
                    pilot=row["commune_pilote"] == "oui",
                    lat=float(row["lat"]) if row["lat"] else None,
                    lng=float(row["lng"]) if row["lng"] else None,
                )
            )


def _associations() -> list[dict[str, str]]:
    """The 25 associations, by number until the chamber names them."""
    records = []
    for row in read_table("associations_modele.csv"):
        number = row["code"].rsplit("_", 1)[-1]
        name_fr = row["nom_fr"] or f"Association {number}"
        name_ar = row["nom_ar"] or f"الجمعية {number}"
        records.append({"label": f"{name_fr} – {name_ar}", "code": row["code"], "nom_fr": name_fr, "nom_ar": name_ar})
    return records


def _install_forms(project_id: int) -> list[str]:
    """Publish the library's forms that this project does not have yet."""
    known = set(db.session.scalars(select(Form.form_id).where(Form.project_id == project_id)))
    files = [forms.FormFile(path.name, path.read_bytes()) for path in sorted(LIBRARY.glob("*.xlsx"))]
    wanted = [file for file in files if forms.read_form_id(file) not in known]
    if not wanted:
        return []
    return [published.form_id for published in forms.publish_forms(project_id, wanted, COMMAND)]
