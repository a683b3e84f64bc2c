"""Hand the programme over to ``exports``: rows are streamed, nothing is interpreted here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Literal

from flask import current_app
from sqlalchemy import select

from exports import roundtrip
from exports.programme import (
    ALGIERS,
    Association,
    Commune,
    ConflictRow,
    Options,
    Programme,
    Trade,
    Woman,
)
from exports.programme import Submission as ExportedSubmission
from exports.workbook import stream_workbook
from server.auth import Actor
from server.database import db, snapshot, transaction
from server.errors import Problem
from server.kept import KeptBlocks
from server.library import read_table
from server.models import (
    AppUser,
    Entity,
    EntityActionRow,
    FormVersion,
    Place,
    Project,
    Submission,
)
from server.services import audits
from server.services.entities import find_author_names, list_conflicts
from server.services.forms import definition_of
from server.services.imports import sign_workbook
from server.services.submissions import count_files
from sync.erasure import SHOWN_LABEL

BATCH = 2000
WOMEN = "artisanes"
ASSOCIATIONS = "associations"
NAMES = ("nom_fr", "nom_ar")


def export_workbook(project_id: int, actor: Actor, options: Options) -> Iterator[bytes]:
    """Give the bytes of the consolidated workbook as they are made.

    All its sheets show one moment, whatever arrives meanwhile. The export is noted in the operations log. Who reads
    must read to the end or close the iterator; what was read before the end is no workbook.

    :raises Problem: 404.1 for an unknown project, before the first bytes.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        if session.get(Project, project_id) is None:
            raise Problem("404.1")
        audits.note(session, project_id, actor, "workbook.export", "", now, language=options.language)
    with snapshot():
        kept = KeptBlocks(current_app.config["HIRFA"].kept, project_id)
        yield from stream_workbook(build_programme(project_id, actor, now), options, kept=kept)
    kept.tidy()


def write_blank_list(project_id: int, actor: Actor, language: Literal["fr", "ar"]) -> bytes:
    """Write an empty list of women with the choices of its cells, to be filled in and sent in."""
    with snapshot():
        programme = build_programme(project_id, actor, datetime.now(UTC))
        return roundtrip.write_blank_list(programme, Options(language=language))


def build_programme(project_id: int, actor: Actor, now: datetime) -> Programme:
    """Gather what the workbook is made of; submissions are read from the database as they are written."""
    session = db.session
    project = session.get_one(Project, project_id)
    versions = session.scalars(
        select(FormVersion)
        .where(FormVersion.project_id == project_id)
        .order_by(FormVersion.form_id, FormVersion.published_at, FormVersion.version)
    ).all()
    entities = session.scalars(
        select(Entity).where(Entity.project_id == project_id, Entity.deleted.is_(False)).order_by(Entity.id)
    ).all()
    registered = _registered_on(project_id)
    authors = find_author_names(project_id)
    return Programme(
        extracted_at=now,
        author=actor.name,
        title=project.name,
        forms=[definition_of(version) for version in versions],
        submissions=lambda form_id: _stream(project_id, form_id),
        women=[
            Woman(e.id, e.version, _values_of(e), frozenset(e.open), registered.get(e.id))
            for e in entities
            if e.list == WOMEN and not e.merged_into
        ],
        sign=sign_workbook(project_id),
        merged={e.id: e.merged_into for e in entities if e.merged_into},
        communes=[
            Commune(p.code, p.name_fr, p.name_ar, p.district_fr, p.district_ar, p.pilot)
            for p in session.scalars(select(Place).where(Place.project_id == project_id).order_by(Place.code))
        ],
        trades=_trades(),
        associations=[
            Association(e.data.get("code", e.id), e.data.get("label", ""))
            for e in entities
            if e.list == ASSOCIATIONS and not e.merged_into
        ],
        conflicts=[
            ConflictRow(
                entity_id=entity.id,
                code=entity.data.get("code_artisane", ""),
                name=entity.data.get("label", ""),
                property=conflict.property,
                policy=conflict.policy,
                open=conflict.open,
                shown=conflict.shown,
                candidates=[
                    (c["value"], authors.get(c["author"], c["author"]), datetime.fromisoformat(c["at"]), c["formId"])
                    for c in conflict.candidates
                ],
            )
            for conflict, entity in list_conflicts(project_id, open_only=False)
        ],
    )


def _values_of(entity: Entity) -> dict[str, str]:
    """Give a woman's values; a mark where her name stood when her data were erased."""
    return {**entity.data, **dict.fromkeys(NAMES, SHOWN_LABEL)} if entity.erased_at else entity.data


def _registered_on(project_id: int) -> dict[str, date]:
    """Say when each woman was registered: the day of the earliest create."""
    found: dict[str, date] = {}
    for entity_id, at in db.session.execute(
        select(EntityActionRow.entity_id, EntityActionRow.at)
        .where(EntityActionRow.project_id == project_id, EntityActionRow.kind == "create")
        .order_by(EntityActionRow.at)
    ):
        found.setdefault(entity_id, at.astimezone(ALGIERS).date())
    return found


def _trades() -> list[Trade]:
    return [Trade(r["code"], r["libelle_fr"], r["libelle_ar"], r["domaine_probable"]) for r in read_table("trades.csv")]


def _stream(project_id: int, form_id: str) -> Iterator[ExportedSubmission]:
    """Give the current submissions of a form in order of arrival, a batch at a time."""
    session = db.session
    definitions = {
        version.version: definition_of(version)
        for version in session.scalars(
            select(FormVersion).where(FormVersion.project_id == project_id, FormVersion.form_id == form_id)
        )
    }
    people = session.execute(select(AppUser.id, AppUser.name).where(AppUser.project_id == project_id))
    names: dict[int | None, str] = {app_user_id: name for app_user_id, name in people.all()}  # noqa: C416
    last: tuple[datetime, str] | None = None
    while True:
        wanted = (
            select(
                Submission.instance_id,
                Submission.form_version,
                Submission.received_at,
                Submission.app_user_id,
                Submission.device_id,
                Submission.root_id,
                Submission.xml_sha256,
                Submission.erased_at,
            )
            .where(
                Submission.project_id == project_id,
                Submission.form_id == form_id,
                Submission.superseded.is_(False),
            )
            .order_by(Submission.received_at, Submission.instance_id)
            .limit(BATCH)
        )
        if last is not None:
            wanted = wanted.where(
                (Submission.received_at > last[0])
                | ((Submission.received_at == last[0]) & (Submission.instance_id > last[1]))
            )
        rows = session.execute(wanted).all()
        if not rows:
            return
        last = (rows[-1].received_at, rows[-1].instance_id)
        ids = [row.instance_id for row in rows]
        touched = _touched(project_id, ids)
        files = count_files(project_id, ids)
        edits = _edits(project_id, [row.root_id for row in rows if row.root_id != row.instance_id])
        load = _Batch(project_id, ids).load
        for key, version, received_at, app_user_id, device_id, root_id, digest, erased_at in rows:
            expected, present = files.get(key, (0, 0))
            yield ExportedSubmission(
                definitions[version],
                key,
                load,
                received_at,
                names.get(app_user_id, ""),
                device_id or "",
                "",
                touched.get(key, ()),
                edits.get(root_id, 0),
                present,
                expected,
                digest or f"erased {erased_at}",
            )


class _Batch:
    """The XML of some submissions, read from the database when the first of them is asked for."""

    def __init__(self, project_id: int, ids: list[str]) -> None:
        self._project_id = project_id
        self._ids = ids
        self._found: dict[str, bytes] = {}

    def load(self, key: str) -> bytes:
        if not self._found:
            rows = db.session.execute(
                select(Submission.instance_id, Submission.xml).where(
                    Submission.project_id == self._project_id, Submission.instance_id.in_(self._ids)
                )
            )
            self._found = {instance_id: xml for instance_id, xml in rows.all()}  # noqa: C416
        return self._found[key]


def _touched(project_id: int, instance_ids: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for instance_id, entity_id in db.session.execute(
        select(EntityActionRow.instance_id, EntityActionRow.named_id)
        .where(EntityActionRow.project_id == project_id, EntityActionRow.instance_id.in_(instance_ids))
        .order_by(EntityActionRow.id)
    ):
        found.setdefault(instance_id or "", []).append(entity_id)
    return {instance_id: tuple(ids) for instance_id, ids in found.items()}


def _edits(project_id: int, root_ids: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for root_id in db.session.scalars(
        select(Submission.root_id).where(
            Submission.project_id == project_id,
            Submission.root_id.in_(root_ids),
            Submission.deprecated_id.is_not(None),
        )
    ):
        counts[root_id] = counts.get(root_id, 0) + 1
    return counts
