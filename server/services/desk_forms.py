"""Forms that officers fill at the desk: what their page needs, and what becomes of what they filled.

They go the way of a phone's submission (``services.sync``). An officer sees the whole record, office properties
included, so her answers are writes over the row as it is in the register now.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from forms.definition import EntityDeclaration, FormDefinition
from forms.errors import FormsError
from forms.instance import parse_instance
from server.auth import Actor
from server.database import db, end_reads
from server.errors import Problem, problem_of
from server.models import (
    Entity,
    EntityActionRow,
    EntityList,
    FormAttachment,
    FormDraft,
    FormVersion,
    ListProperty,
    Submission,
    SubmissionAttachment,
)
from server.services import attachments, sync
from server.services.forms import definition_of, find_version
from server.services.openrosa import SentFile
from sync.actions import LABEL

OWN = ("name", LABEL, "__version", "__trunkVersion", "__branchId")


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the form engine reads it, and the columns its list has."""

    id: str
    list: str
    label: str
    row: dict[str, str]
    properties: Sequence[str]


@dataclass(frozen=True, slots=True)
class Fillable:
    """A form version as the form page needs it."""

    version: FormVersion | FormDraft
    definition: FormDefinition
    files: Sequence[str]
    lists: Sequence[str]
    """Entity lists that it reads."""


def find_fillable(project_id: int, form_id: str, version: str | None = None) -> Fillable:
    """Return a form with what its page needs.

    :raises Problem: 404.6.
    """
    found = find_version(project_id, form_id, version)
    definition = definition_of(found)
    known = set(db.session.scalars(select(EntityList.name).where(EntityList.project_id == project_id)))
    files = db.session.scalars(
        select(FormAttachment.name).where(
            FormAttachment.project_id == project_id,
            FormAttachment.form_id == form_id,
            FormAttachment.version == found.version,
            FormAttachment.sha256.is_not(None),
        )
    )
    return Fillable(found, definition, sorted(files), sorted(definition.lists & known))


def find_subject(definition: FormDefinition) -> EntityDeclaration | None:
    """Return what a form is about when it follows up one record that is chosen before it opens, as on a phone."""
    for declared in definition.entities:
        follows = declared.can_update and not declared.can_create and declared.list in definition.lists
        if follows and declared.repeat is None:
            return declared
    return None


def read_row(project_id: int, entity_id: str) -> Row:
    """Return a record as it is now; of one that was merged, the record it is part of.

    :raises Problem: 404.1; 409.53.
    """
    entity = db.session.get(Entity, (project_id, entity_id))
    for _ in range(50):
        if entity is None or entity.merged_into is None:
            break
        entity = db.session.get(Entity, (project_id, entity.merged_into))
    if entity is None or entity.deleted:
        raise Problem("404.1")
    if entity.erased_at is not None:
        raise Problem("409.53")
    return Row(
        entity.id,
        entity.list,
        entity.data.get(LABEL, "") or entity.id,
        to_row(entity.id, entity.version, entity.data),
        list_columns(project_id, entity.list),
    )


def to_row(entity_id: str, version: int, data: Mapping[str, str]) -> dict[str, str]:
    """Write a record as a row. No branch: an officer's answer is based on the version she saw, and on nothing else."""
    own = {"name": entity_id, LABEL: data.get(LABEL, ""), "__version": str(version)}
    return {**{k: v for k, v in data.items() if k not in OWN}, **own, "__trunkVersion": "", "__branchId": ""}


def list_columns(project_id: int, list_name: str) -> list[str]:
    return list(
        db.session.scalars(
            select(ListProperty.name)
            .where(ListProperty.project_id == project_id, ListProperty.list == list_name)
            .order_by(ListProperty.position, ListProperty.name)
        )
    )


def write_list(project_id: int, list_name: str) -> bytes:
    """Write a whole entity list as the CSV that the form engine reads, office properties included.

    :raises Problem: 404.1.
    """
    if db.session.get(EntityList, (project_id, list_name)) is None:
        raise Problem("404.1")
    columns = list_columns(project_id, list_name)
    names = ["name", LABEL, *(name for name in columns if name not in OWN), *OWN[2:]]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    rows = db.session.execute(
        select(Entity.id, Entity.version, Entity.data)
        .where(
            Entity.project_id == project_id,
            Entity.list == list_name,
            Entity.deleted.is_(False),
            Entity.merged_into.is_(None),
            Entity.erased_at.is_(None),
        )
        .order_by(Entity.id)
    )
    writer.writerows(to_row(entity_id, version, data) for entity_id, version, data in rows)
    return out.getvalue().encode()


def find_submission(project_id: int, instance_id: str) -> Submission:
    """Return a submission.

    :raises Problem: 404.1.
    """
    found = db.session.get(Submission, (project_id, instance_id))
    if found is None:
        raise Problem("404.1")
    return found


def find_about(project_id: int, instance_id: str, list_name: str) -> str | None:
    """Return the id, as the form wrote it, of the record of a list that a submission acted on."""
    return db.session.scalar(
        select(EntityActionRow.named_id)
        .where(
            EntityActionRow.project_id == project_id,
            EntityActionRow.instance_id == instance_id,
            EntityActionRow.list == list_name,
            EntityActionRow.kind.in_(("create", "update")),
        )
        .order_by(EntityActionRow.id)
        .limit(1)
    )


def find_editable(project_id: int, instance_id: str) -> tuple[Submission, list[SubmissionAttachment]]:
    """Return a submission that an officer may edit, and its files that are here.

    :raises Problem: 404.1; 409.51 when an edit replaced it; 409.53.
    """
    submission = find_submission(project_id, instance_id)
    if submission.erased_at is not None:
        raise Problem("409.53")
    if submission.superseded:
        raise Problem("409.51")
    return submission, [a for a in attachments.list_attachments(project_id, instance_id) if a.present]


def submit(
    project_id: int, actor: Actor, form_id: str, xml: bytes, files: Sequence[SentFile], *, edits: str | None = None
) -> dict[str, Any]:
    """Store what an officer filled; return its outcome as a push tells it. Sent again, it is answered again.

    :param edits: the submission that it must replace.
    :raises Problem: 422.50 when it is of another form or edits another submission; as ``find_editable`` does.
    """
    try:
        instance = parse_instance(xml)
    except FormsError as error:
        raise problem_of(error) from None
    if instance.form_id != form_id:
        raise Problem("422.50", reason=f"it is of the form {instance.form_id}")
    if instance.deprecated_id != edits:
        raise Problem("422.50", reason="it does not edit the submission that was opened")
    sent_before = db.session.get(Submission, (project_id, instance.instance_id)) is not None
    if edits is not None and not sent_before:
        find_editable(project_id, edits)
    end_reads()
    sent = [(file.filename, file.stream, file.content_type) for file in files]
    announced = attachments.keep_files(project_id, sent)
    item = {"xml": xml, "attachments": announced, "finalizedAt": datetime.now(UTC).isoformat()}
    answer = sync.receive_at_desk(project_id, actor, item)
    attachments.keep_refused(project_id, sent, announced)
    return answer
