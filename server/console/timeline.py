"""One woman's way in order of days, and where each shown value comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exports.events import Life
from exports.programme import Roles
from server.console.pages import text
from server.models import Entity
from server.services import entities, indexing
from server.services.labels import Labels


@dataclass(frozen=True, slots=True)
class Origin:
    """Who said the value that is shown, when, on which form."""

    author: str
    at: datetime
    form_id: str | None
    instance_id: str | None


@dataclass(frozen=True, slots=True)
class WayStep:
    """Something that happened to her: the day ("" when it is not known), what, and its details."""

    day: str
    key: str
    details: tuple[str, ...] = ()
    amount: str = ""
    instance_id: str = ""


def find_origins(entity: Entity, history: Sequence[entities.HistoryEntry]) -> dict[str, Origin]:
    """Find, for each value shown, the newest action that wrote it; of totals and sets, that added to them."""
    found: dict[str, Origin] = {}
    touched: dict[str, Origin] = {}
    for entry in history:  # newest first
        source = entry.submission.instance_id if entry.submission is not None else None
        origin = Origin(entry.author, entry.action.at, entry.action.form_id, source)
        for name, value in entry.writes.items():
            touched.setdefault(name, origin)
            if value == entity.data.get(name):
                found.setdefault(name, origin)
    return {**touched, **found}


def find_presumed(project_id: int, entity: Entity) -> str:
    """Give the year of a birth of which only the year is known, "" otherwise."""
    roles = indexing.roles_of(project_id, entity.list)
    births = [str(entity.data.get(name) or "") for name, role in roles.items() if role == "birth"]
    years = [birth for birth in births if len(birth) == 4 and birth.isdigit()]
    return years[0] if years and not any("-" in birth for birth in births) else ""


def list_steps(life: Life, labels: Labels) -> list[WayStep]:
    """Put what happened to a woman in order, the first first; what has no day comes last."""
    story, roles = life.story, Roles()

    def name(form_id: str, question: str, value: str) -> str:
        definition = labels.definition(form_id)
        node = next((n for n in definition.nodes if n.name == question), None) if definition is not None else None
        return labels.answer(definition, node, value) if definition is not None and node is not None else value

    steps = [WayStep(life.registered, "registered")] if life.registered else []
    for training in story.trainings:
        said = name(roles.attendance, "programme", training.programme)
        half = text("way.half_days", count=training.attended)
        steps.append(WayStep(training.day, "training", (said, training.code, half)))
    for exam in story.exams:
        said = name(roles.exam, "decision", exam.decision)
        trade = name(roles.exam, "metier_exam", exam.answers.get("metier_exam", ""))
        steps.append(WayStep(exam.when[0], "exam", (said, trade), instance_id=exam.when[2]))
        if certificate := exam.answers.get("num_certificat"):
            steps.append(WayStep(exam.when[0], "certificate", (certificate,), instance_id=exam.when[2]))
    for step in story.steps:
        said = name(roles.loan, "etape_angem", step.step)
        amount = str(step.amount) if step.amount is not None else ""
        steps.append(WayStep(step.when[0], "loan", (said,), amount, step.when[2]))
    for visit in story.visits:
        said = name(roles.visit, "etat_act", visit.state)
        steps.append(WayStep(visit.when[0], "visit", (said,), instance_id=visit.when[2]))
    return sorted(steps, key=lambda step: step.day or "~")
