"""Hand the programme over to ``exports``: rows are streamed, nothing is interpreted here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple

from flask import current_app
from sqlalchemy import select

from exports import blanklist
from exports.programme import (
    ALGIERS,
    Association,
    Batch,
    Commune,
    ConflictRow,
    Duplicate,
    Figures,
    Options,
    Programme,
    Trade,
    Woman,
)
from exports.template import TemplateError, fill_template
from exports.texts import say
from exports.workbook import stream_workbook
from server.auth import COMMAND, Actor
from server.database import db, snapshot, transaction
from server.errors import Problem
from server.kept import KeptBlocks
from server.library import read_table
from server.models import (
    Entity,
    EntityActionRow,
    FormVersion,
    LinkagePair,
    Place,
    Project,
    Target,
)
from server.services import audits
from server.services.entities import find_author_names, list_conflicts
from server.services.forms import definition_of
from server.services.imports import sign_workbook
from server.services.requests import find_withheld
from server.services.submission_batches import read_batches
from sync.erasure import SHOWN_LABEL
from sync.linkage import SURE, find_threshold


class Template(NamedTuple):
    """A template to be filled: its name, and the workbook."""

    name: str
    content: bytes


WOMEN = "artisanes"
ASSOCIATIONS = "associations"
NAMES = ("nom_fr", "nom_ar")


def export_workbook(
    project_id: int,
    actor: Actor,
    options: Options,
    *,
    reason: str = "",
    seen: Callable[[int], None] = lambda count: None,
    template: Template | None = None,
    before: Figures | None = None,
) -> Generator[bytes, None, Figures]:
    """Give the bytes of the consolidated workbook as they are made.

    All its sheets show one moment, whatever arrives meanwhile. The export is noted in the operations log. Who reads
    must read to the end or close the iterator; what was read before the end is no workbook.

    :param reason: why identification numbers are wanted in full, when they are; it is noted too.
    :param seen: called with the number of submissions that were come by since the last time.
    :param before: the figures of an earlier workbook, to colour those that changed.
    :param template: the chamber's own workbook to be filled; pieces are empty until all rows are made.
    :returns: the figures it holds.
    :raises Problem: 404.1 for an unknown project, 422.55 for a template that cannot be used; before the first bytes.
    """
    now = datetime.now(UTC)
    noted: dict[str, Any] = {"language": options.language, "personal": options.personal}
    if options.reveal:
        noted |= {"numbers": "in full", "reason": reason}
    if template is not None:
        noted |= {"template": template.name}
    with transaction() as session:
        if session.get(Project, project_id) is None:
            raise Problem("404.1")
        audits.note(session, project_id, actor, "workbook.export", "", now, **noted)
    with snapshot(apart=True):
        kept = KeptBlocks(current_app.config["HIRFA"].kept, project_id)
        shared = None if options.reveal else kept  # numbers in full leave no copy of themselves behind
        programme = build_programme(project_id, actor, now)

        def count(form_id: str) -> Iterator[Batch]:
            for batch in read_batches(project_id, form_id):
                seen(batch.size)
                yield batch

        author = say("command", options.language) if actor.kind == COMMAND.kind else programme.author
        programme = replace(programme, batches=count, before=before, author=author)
        if template is not None:
            try:
                outcome = yield from fill_template(template.content, programme, options, kept=shared)
            except TemplateError as error:
                raise Problem("422.55", reason=str(error)) from None
            return outcome.figures
        outcome = yield from stream_workbook(programme, options, kept=shared)
    kept.tidy()
    return outcome.figures


def write_blank_list(project_id: int, actor: Actor, language: Literal["fr", "ar"]) -> bytes:
    """Write an empty list of women with the choices of its cells, to be filled in and sent in."""
    with snapshot():
        programme = build_programme(project_id, actor, datetime.now(UTC), bare=True)
        return blanklist.write_blank_list(programme, Options(language=language))


def build_programme(project_id: int, actor: Actor, now: datetime, *, bare: bool = False) -> Programme:
    """Gather what the workbook is made of; submissions are read from the database as they are written.

    :param bare: without the women, for what only asks how tables are made.
    """
    session = db.session
    project = session.get_one(Project, project_id)
    versions = session.scalars(
        select(FormVersion)
        .where(FormVersion.project_id == project_id)
        .order_by(FormVersion.form_id, FormVersion.published_at, FormVersion.version)
    ).all()
    wanted = select(Entity).where(Entity.project_id == project_id, Entity.deleted.is_(False)).order_by(Entity.id)
    entities = [] if bare else session.scalars(wanted.where(Entity.list != ASSOCIATIONS)).all()
    registered = {} if bare else _registered_on(project_id)
    authors = find_author_names(project_id)
    withheld = find_withheld(project_id)
    return Programme(
        extracted_at=now,
        author=actor.name,
        title=project.name,
        forms=[definition_of(version) for version in versions],
        submissions=lambda form_id: (one for batch in read_batches(project_id, form_id) for one in batch.load()),
        women=[
            Woman(
                e.id, e.version, values_of(e.data, e.erased_at), frozenset(e.open), registered.get(e.id), e.updated_at
            )
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
        associations=_list_associations(project_id),
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
            for conflict, entity in ([] if bare else list_conflicts(project_id, open_only=False))
            if entity.id not in withheld
        ],
        duplicates=() if bare else _duplicates(project_id, {e.id: e for e in entities if e.id not in withheld}),
        withheld=withheld,
        targets=find_targets(project_id, now.astimezone(ALGIERS).year),
    )


def _list_associations(project_id: int) -> list[Association]:
    code, label = Entity.data["code"].as_string(), Entity.data["label"].as_string()
    rows = db.session.execute(
        select(Entity.id, code, label)
        .where(
            Entity.project_id == project_id,
            Entity.list == ASSOCIATIONS,
            Entity.deleted.is_(False),
            Entity.merged_into.is_(None),
        )
        .order_by(Entity.id)
    )
    return [Association(entity_id if given is None else given, words or "") for entity_id, given, words in rows]


def _duplicates(project_id: int, entities: Mapping[str, Entity]) -> list[Duplicate]:
    """Give the pairs the matching proposed: those still open or told apart, and those whose records were merged."""
    people = find_author_names(project_id)
    threshold = find_threshold(sum(e.list == WOMEN and not e.merged_into for e in entities.values()))
    found = []
    for pair in db.session.scalars(
        select(LinkagePair)
        .where(LinkagePair.project_id == project_id, LinkagePair.list == WOMEN)
        .order_by(LinkagePair.score.desc(), LinkagePair.left_id, LinkagePair.right_id)
    ):
        both = [entities.get(pair.left_id), entities.get(pair.right_id)]
        left, right = both
        if left is None or right is None or left.erased_at or right.erased_at:
            continue
        merged = left.merged_into == right.id or right.merged_into == left.id
        if not merged and (left.merged_into or right.merged_into):
            continue
        decision = "merge" if merged else "distinct" if pair.decision else ""
        if not decision and pair.score < threshold:
            continue
        a, b = (_to_side(one) for one in (left, right))
        found.append(
            Duplicate(
                score=min(max(0.5 + (pair.score - threshold) / (4 * SURE), 0.0), 1.0),  # from the threshold up: 0.5
                codes=(a[0], b[0]),
                names=(a[1], b[1]),
                births=(a[2], b[2]),
                communes=(a[3], b[3]),
                reasons=[str(reason) for reason in pair.reasons],
                decision=decision,
                decided_by=people.get(pair.decided_by, pair.decided_by),
                decided_on=pair.decided_at.astimezone(ALGIERS).date() if pair.decided_at else None,
                found_on=pair.found_at.astimezone(ALGIERS).date(),
            )
        )
    return found


def _to_side(entity: Entity) -> tuple[str, str, str, str]:
    data = values_of(entity.data, entity.erased_at)
    names = [f"{data.get(f'nom_{s}', '')} {data.get(f'prenom_{s}', '')}".strip() for s in ("fr", "ar")]
    birth = data.get("date_naissance") or data.get("annee_naissance") or ""
    return (
        data.get("code_artisane") or entity.id, " – ".join(filter(None, names)), birth, data.get("commune", ""),
    )  # fmt: skip


def list_places(project_id: int, language: str) -> list[tuple[str, str]]:
    """Give the communes that a workbook may be narrowed to, each (code, words)."""
    places = db.session.scalars(select(Place).where(Place.project_id == project_id).order_by(Place.code))
    return [(p.code, (p.name_ar if language == "ar" else p.name_fr) or p.code) for p in places]


def find_targets(project_id: int, year: int) -> dict[str, float]:
    """Give what the chamber wants to reach in a year, by indicator."""
    rows = db.session.scalars(select(Target).where(Target.project_id == project_id, Target.year == year))
    return {row.indicator: row.value for row in rows}


def values_of(data: dict[str, str], erased_at: datetime | None) -> dict[str, str]:
    """Give a woman's values; a mark where her name stood when her data were erased."""
    return {**data, **dict.fromkeys(NAMES, SHOWN_LABEL)} if erased_at else data


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
