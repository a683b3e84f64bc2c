"""The submissions of a form for the workbook: in order of arrival, some two hundred at a time, read when asked for.

What every export reads is their ids and stamps, from one index. A stamp changes with all that the workbook shows of a
submission (``server.services.stamps``), so the blocks of rows that are kept need nothing else of the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache, partial
from hashlib import sha256
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import JSON, Select, Text, bindparam, case, cast, func, select

from exports.blocks import cut_pages
from exports.programme import Batch
from exports.programme import Submission as ExportedSubmission
from server.database import db
from server.models import AppUser, EntityActionRow, FormVersion, Submission, SubmissionAttachment
from server.services.forms import definition_of
from server.services.submissions import count_edits

_AHEAD = {"yield_per": 5_000}
_S: Any = Submission.__table__.c
_A: Any = EntityActionRow.__table__.c
_F: Any = SubmissionAttachment.__table__.c
_LISTED = (
    select(_S.instance_id, _S.stamp)
    .where(_S.project_id == bindparam("project"), _S.form_id == bindparam("form"), _S.superseded.is_(False))
    .order_by(_S.received_at, _S.instance_id)
)


@cache
def _statements(dialect: str) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """Make what reads some submissions: themselves, what they acted on, how many of their files are here.

    The ids are one parameter, a JSON array: hundreds of parameters cost more than the rows they ask for.
    """
    given = bindparam("ids", type_=Text)
    if dialect == "sqlite":
        ids = select(func.json_each(given).table_valued("value").c.value)
    else:
        ids = select(func.json_array_elements_text(cast(given, JSON)))
    own = (_S.project_id == bindparam("project"), _S.instance_id.in_(ids))
    columns = (
        _S.instance_id, _S.form_version, _S.received_at, _S.app_user_id, _S.device_id, _S.root_id, _S.review_state,
        _S.xml_sha256, _S.erased_at, _S.xml,
    )  # fmt: skip
    acted = select(_A.id, _A.instance_id, _A.named_id).where(
        _A.project_id == bindparam("project"), _A.instance_id.in_(ids)
    )
    present = func.sum(case((_F.present, 1), else_=0)).label("present")
    filed = (
        select(_F.instance_id, func.count().label("expected"), present)
        .where(_F.project_id == bindparam("project"), _F.instance_id.in_(ids), _F.removed_at.is_(None))
        .group_by(_F.instance_id)
    )
    return select(*columns).where(*own), acted, filed


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

    connection = session.connection()
    read, _, filed = _statements(connection.dialect.name)

    def load(every: list[str], keys: Collection[str] | None = None) -> list[ExportedSubmission]:
        ids = every if keys is None else [one for one in every if one in keys]
        asked = _to_parameters(project_id, ids)
        found = {row[0]: row[1:] for row in connection.execute(read, asked)}
        load_xml = {one: row[-1] for one, row in found.items()}.__getitem__
        touched = find_touched(project_id, ids)
        files = {row.instance_id: (row.expected, row.present) for row in connection.execute(filed, asked)}
        edited = {row[4] for one, row in found.items() if row[4] != one}
        edits = count_edits(project_id, sorted(edited))
        made = []
        for one in ids:  # asked to sort, SQLite walks all arrivals for each few hundred
            version, received_at, app_user_id, device_id, root_id, state, digest, erased_at, _ = found[one]
            expected, present = files.get(one, (0, 0))
            made.append(
                ExportedSubmission(
                    definitions[version],
                    one,
                    load_xml,
                    received_at,
                    names.get(app_user_id, ""),
                    device_id or "",
                    state or ("" if root_id == one else "edited"),
                    touched.get(one, ()),
                    0 if root_id == one else edits.get(root_id, 0),
                    present,
                    expected,
                    digest or f"erased {erased_at}",
                )
            )
        return made

    asked = {"project": project_id, "form": form_id}
    with connection.execute(_LISTED, asked, execution_options=_AHEAD) as listed:
        for ids, stamps in cut_pages(listed.partitions()):
            said = "\n".join(map("%s %s".__mod__, zip(ids, stamps, strict=True)))
            yield Batch(sha256(said.encode()).hexdigest(), len(ids), partial(load, ids))


def find_touched(project_id: int, instance_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Find the records that some submissions acted on, in the order of their forms."""
    acted = _statements(db.engine.dialect.name)[1]
    found: dict[str, tuple[str, ...]] = {}
    rows = db.session.execute(acted, _to_parameters(project_id, instance_ids))
    for _, instance_id, entity_id in sorted(rows, key=itemgetter(0)):  # sorted here for the reason above
        found[instance_id] = (*found.get(instance_id, ()), entity_id)
    return found


def _to_parameters(project_id: int, ids: Sequence[str]) -> dict[str, Any]:
    return {"project": project_id, "ids": orjson.dumps(ids).decode()}
