"""What two people said differently: side by side, and settled with one button for one woman."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.pages import language, number, show, shown_project, text
from server.console.women import name_candidates
from server.errors import Problem
from server.models import ConflictEntry, Entity, Question
from server.services import disputes, entities, questions
from server.services.labels import SEVERAL, Labels, Property

OTHER: Final = "other"
NAME_CHARS: Final = 80
"""Of a name told after settling: it travels in the session cookie."""
_INPUTS: Final = {"date": "date", "integer": "number", "int": "number", "decimal": "number", "time": "time"}


@dataclass(frozen=True, slots=True)
class Disputed:
    """One disputed property, and what an officer can choose for it."""

    property: Property
    candidates: list[dict[str, Any]]
    other: bool
    """Whether a value that nobody gave can be written."""
    choices: Sequence[tuple[str, str]]
    several: bool
    input: str
    written: Sequence[str] = ("",)
    """The other value that was written before the page came back."""
    askable: bool = False
    """Whether agents may be asked about it."""
    question: Question | None = None
    """The question they were asked, still open."""
    behind: Mapping[str, disputes.Background] = field(default_factory=dict)
    """By the action that gave an answer: what its author had been shown, and from which form it came."""
    picked: str = ""
    """What was picked before the page came back, where it still means the same."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One woman with her disputed properties."""

    entity: Entity
    disputed: list[Disputed]


@require("conflict.settle")
def conflicts() -> str:
    project_id = shown_project()
    page = entities.list_disputed(project_id, page=number("page"))
    labels, names = Labels(project_id, language()), entities.find_author_names(project_id)
    behind = disputes.find_backgrounds(project_id, [entry for _, listed in page.rows for entry in listed])
    read = [_read(entity, listed, labels, names, behind) for entity, listed in page.rows]
    return show("conflicts.html", page=entities.Page(read, page.total, page.number, page.size), labels=labels)


@require("conflict.settle")
def conflict(entity_id: str) -> str:
    return _show_conflict(entity_id)


@require("conflict.settle")
def settle(entity_id: str) -> tuple[str, int] | Response:
    """Settle what was chosen. What cannot be settled comes back with the fresh values and the reason."""
    project_id = shown_project()
    entity = entities.get_entity(project_id, entity_id)
    try:
        chosen = _chosen(project_id, entity_id, entity.list)
        entities.settle_conflict(project_id, entity_id, _seen_version(), chosen, actor())
    except _Unsaid as unsaid:
        return _show_conflict(entity_id, str(unsaid), text("conflict.retry"), keep=True), 422
    except Problem as problem:
        if problem.code not in ("409.51", "400.8"):
            raise
        advice = "conflict.stale" if problem.code == "409.51" else "conflict.retry"
        return _show_conflict(entity_id, problem.message(language()), text(advice)), problem.status
    name = str(entity.data.get("label") or entity.id)
    flash(text("conflict.done", name=name[:NAME_CHARS]), "good")
    return redirect(url_for("console.conflicts"), 303)


class _Unsaid(Exception):
    """Nothing was chosen, or another value was announced and not written."""


def _seen_version() -> int:
    given = request.form.get("seen_version", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Problem("400.8", field="seen_version", reason="a version number is expected")
    return int(given)


def _chosen(project_id: int, entity_id: str, list_name: str) -> dict[str, str]:
    """Read what was chosen for each property: a candidate by the action that gave it, or another value.

    :raises Problem: 409.51 when a candidate that was chosen is none any more.
    """
    listed = {c.property: c for c, _ in entities.list_conflicts(project_id, entity_id=entity_id)}
    labels = Labels(project_id, language())
    chosen: dict[str, str] = {}
    for key, picked in request.form.items():
        name = key.removeprefix("pick:")
        if name == key or not picked:
            continue
        if name not in listed:
            chosen[name] = ""  # the service says whether she saw an old page or the property was never disputed
        elif picked == OTHER:
            chosen[name] = " ".join(value.strip() for value in request.form.getlist(f"other:{name}")).strip()
            if not chosen[name]:
                raise _Unsaid(text("conflict.write", property=labels.property(list_name, name).label))
        else:
            chosen[name] = _value_of(listed[name], picked)
    if not chosen:
        raise _Unsaid(text("conflict.nothing"))
    return chosen


def _value_of(entry: ConflictEntry, action_id: str) -> str:
    for candidate in entry.candidates:
        if candidate["action"] == action_id:
            return str(candidate["value"])
    raise Problem("409.51")


def _show_conflict(entity_id: str, problem: str = "", advice: str = "", *, keep: bool = False) -> str:
    """Show one woman's disputes.

    :param keep: pick again what was picked; never after the values changed, for then she must look again.
    """
    project_id = shown_project()
    entity = entities.get_entity(project_id, entity_id)
    listed = [c for c, _ in entities.list_conflicts(project_id, entity_id=entity_id)]
    labels, names = Labels(project_id, language()), entities.find_author_names(project_id)
    return show(
        "conflict.html",
        dispute=_read(entity, listed, labels, names, disputes.find_backgrounds(project_id, listed), keep=keep),
        settled=disputes.list_settled(project_id, entity_id, entity.open),
        names=names,
        labels=labels,
        problem=problem,
        advice=advice,
    )


def _read(
    entity: Entity,
    listed: Sequence[ConflictEntry],
    labels: Labels,
    names: dict[str, str],
    behind: Mapping[tuple[str, str], disputes.Background],
    *,
    keep: bool = False,
) -> Dispute:
    asked = {a.question.property: a.question for a in questions.list_questions(shown_project(), entity_id=entity.id)}
    return Dispute(entity, [_read_one(entity, entry, labels, names, behind, asked, keep) for entry in listed])


def _read_one(
    entity: Entity,
    entry: ConflictEntry,
    labels: Labels,
    names: dict[str, str],
    behind: Mapping[tuple[str, str], disputes.Background],
    asked: Mapping[str, Question],
    keep: bool,
) -> Disputed:
    described = labels.property(entity.list, entry.property)
    several = described.type in SEVERAL
    return Disputed(
        property=described,
        askable=questions.may_be_asked(shown_project(), entity.list, entry.property),
        question=asked.get(entry.property),
        candidates=name_candidates(entry, names),
        other=entry.property != "_deleted",
        choices=labels.choices(entity.list, entry.property),
        several=several,
        input=_INPUTS.get(described.type, "text"),
        written=request.form.getlist(f"other:{entry.property}") or [""],
        behind={action: found for (action, name), found in behind.items() if name == entry.property},
        picked=request.form.get(f"pick:{entry.property}", "") if keep else "",
    )
