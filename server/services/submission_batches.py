"""The submissions of a form for the workbook: in order of arrival, some two hundred at a time, read when asked for.

What every export reads is their ids and stamps, from one index. A stamp changes with all that the workbook shows of a
submission (``server.services.stamps``), so the blocks of rows that are kept need nothing else of the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from exports.blocks import cut
from exports.programme import Batch
from exports.programme import Submission as ExportedSubmission
from server.database import db
from server.models import AppUser, EntityActionRow, FormVersion, Submission
from server.services.forms import definition_of
from server.services.submissions import count_edits, count_files
from server.services.xml_batch import XmlBatch

_READ_AHEAD = 5_000


def read_batches(project_id: int, form_id: str) -> Iterator[Batch]:
    """Give the current submissions of a form. Call it inside ``snapshot()``."""
    session = db.session
    definitions = {
        version.version: definition_of(version)
        for version in session.scalars(
            select(FormVersion).where(FormVersion.project_id == project_id, FormVersion.form_id == form_id)
        )
    }
    people = session.execute(select(AppUser.id, AppUser.name).where(AppUser.project_id == project_id))
    names: dict[int | None, str] = {app_user_id: name for app_user_id, name in people.all()}  # noqa: C416

    def load(every: list[str], keys: Collection[str] | None = None) -> list[ExportedSubmission]:
        ids = every if keys is None else [one for one in every if one in keys]
        rows = _read(project_id, ids)
        xml = XmlBatch(project_id, ids).load
        touched = find_touched(project_id, ids)
        files = count_files(project_id, ids)
        edits = count_edits(project_id, [row.root_id for row in rows if row.root_id != row.instance_id])
        made = []
        for row in rows:
            expected, present = files.get(row.instance_id, (0, 0))
            edited = row.root_id != row.instance_id
            made.append(
                ExportedSubmission(
                    definitions[row.form_version],
                    row.instance_id,
                    xml,
                    row.received_at,
                    names.get(row.app_user_id, ""),
                    row.device_id or "",
                    row.review_state or ("edited" if edited else ""),
                    touched.get(row.instance_id, ()),
                    edits.get(row.root_id, 0) if edited else 0,
                    present,
                    expected,
                    row.xml_sha256 or f"erased {row.erased_at}",
                )
            )
        return made

    listed = session.execute(
        select(Submission.instance_id, Submission.stamp)
        .where(
            Submission.project_id == project_id, Submission.form_id == form_id, Submission.superseded.is_(False)
        )
        .order_by(Submission.received_at, Submission.instance_id),
        execution_options={"yield_per": _READ_AHEAD},
    )
    pairs = ((instance_id, stamp) for instance_id, stamp in listed)
    for some in cut(pairs, key=lambda pair: pair[0]):
        said = "\n".join([f"{instance_id} {stamp}" for instance_id, stamp in some])
        yield Batch(sha256(said.encode()).hexdigest(), len(some), partial(load, [row[0] for row in some]))


def _read(project_id: int, ids: list[str]) -> list[Any]:
    """Read some by their ids, in that order: asked to sort, SQLite walks all arrivals for each few hundred."""
    it = Submission
    columns = (
        it.instance_id, it.form_version, it.received_at, it.app_user_id, it.device_id, it.root_id, it.review_state,
        it.xml_sha256, it.erased_at,
    )  # fmt: skip
    wanted = select(*columns).where(it.project_id == project_id, it.instance_id.in_(ids))
    rows = {row.instance_id: row for row in db.session.execute(wanted)}
    return [rows[instance_id] for instance_id in ids]


def find_touched(project_id: int, instance_ids: list[str]) -> dict[str, tuple[str, ...]]:
    """Find the records that some submissions acted on, in the order of their forms."""
    found: dict[str, list[str]] = {}
    rows = db.session.execute(
        select(EntityActionRow.id, EntityActionRow.instance_id, EntityActionRow.named_id).where(
            EntityActionRow.project_id == project_id, EntityActionRow.instance_id.in_(instance_ids)
        )
    )
    for _, instance_id, entity_id in sorted(rows, key=lambda row: row.id):  # sorted here for the same reason
        found.setdefault(instance_id or "", []).append(entity_id)
    return {instance_id: tuple(ids) for instance_id, ids in found.items()}
