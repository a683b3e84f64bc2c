"""Lists of women that come back edited, or come in typed: looked at, taken over in part or whole, undone.

A file is kept until somebody decided. Looking at it changes nothing and is done anew each time, so that what is shown
is what will be done. What is taken over becomes an officer's actions whose base is the version that was exported: they
are merged like a phone's, and what disagrees appears among the conflicts. A file that is sent twice changes nothing:
what was taken over from the same export is known by its base and value, a new woman by an id that follows from her row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import select

from exports.manifest import BIRTH_YEAR, ManifestError
from exports.ownlist import OwnList, guess_list, read_list
from exports.programme import ALGIERS
from exports.readings import Choices
from exports.returned import Row, read_sheets
from exports.roundtrip import CellChange, CellProblem, NewRow, compare
from forms.errors import XlsformError
from forms.workbook import check_workbook
from server.auth import Actor
from server.blobs import blob_store
from server.database import db, retried, transaction
from server.errors import Problem
from server.library import read_table
from server.models import Entity, EntityActionRow, ImportedList, ListProperty, Place
from server.services import audits, questions
from server.services.history import new_action
from server.services.list_twins import Twin, find_twins
from server.services.register import Register
from server.signatures import make_signer
from sync.actions import LABEL

WOMEN = "artisanes"
OPEN, APPLIED, UNDONE, DROPPED = "open", "applied", "undone", "dropped"
RETURNED, TYPED = "returned", "typed"
AT_ONCE = 900
_PURPOSE = "workbook"


@dataclass(frozen=True, slots=True)
class Change:
    """One edited cell: its id on the page, whose it is, whether it was taken over before."""

    id: str
    change: CellChange
    label: str
    done: bool
    open: bool
    """Whether the record moved on since the export: it may become a conflict."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One new woman: her id on the page, what is known of her, who she may already be, whether she is here already."""

    id: str
    row: NewRow
    entity_id: str
    label: str
    twins: tuple[Twin, ...]
    done: bool

    @property
    def ticked(self) -> bool:
        """Say whether she is proposed to be taken over."""
        return not self.done and not self.twins and bool(self.label)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file says, before anybody decides."""

    file: ImportedList
    changes: tuple[Change, ...] = ()
    newcomers: tuple[Newcomer, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    missing: tuple[str, ...] = ()
    """Labels of women whose row is gone."""
    lost: tuple[str, ...] = ()
    rows: int = 0
    exported_at: datetime | None = None
    author: str = ""
    guess: OwnList | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an officer takes over: ids of changes and newcomers, None for all that is proposed."""

    changes: Collection[str] | None = None
    newcomers: Collection[str] | None = None
    consent_on: str = ""


@dataclass(slots=True)
class _Work:
    actions: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    created: int = 0
    conflicts: set[tuple[str, str]] = field(default_factory=set)
    skipped: int = 0


def sign_workbook(project_id: int) -> Any:
    """Give what signs the list of women in a workbook."""
    return make_signer(_PURPOSE, project_id)


@retried
def keep_list(project_id: int, name: str, data: bytes, actor: Actor) -> str:
    """Keep a file that was sent in; return the id under which it is looked at.

    :raises Problem: 422.54 when it cannot be read at all, with the reason as a code ("xls", "ods", "password", "other",
        "damaged", "forged", "columns", "empty") and in words.
    """
    kind = _find_kind(project_id, data)
    sha256 = hashlib.sha256(data).hexdigest()
    folder: Path = current_app.config["HIRFA"].uploads
    part = folder / f"list-{uuid4().hex}.part"
    part.write_bytes(data)
    blob_store().keep(_name(project_id, sha256), part)
    now = datetime.now(UTC)
    with transaction() as session:
        row = ImportedList(
            project_id=project_id,
            id=str(uuid4()),
            name=name[:255] or "?",
            sha256=sha256,
            kind=kind,
            state=OPEN,
            at=now,
            by=actor.label,
            mapping={},
            consent_on="",
            actions=[],
            counts={},
            decided_by="",
        )
        session.add(row)
        audits.note(session, project_id, actor, "list.upload", row.id, now, kind=kind)
        return row.id


def _find_kind(project_id: int, data: bytes) -> str:
    sheets = _read(data)
    try:
        compare(sheets, sign_workbook(project_id), _today())
    except ManifestError as error:
        if error.code != "missing":
            raise _refusal(error.code) from None
        if guess_list(sheets) is None:
            raise _refusal("empty") from None
        return TYPED
    return RETURNED


def _read(data: bytes) -> Mapping[str, Sequence[Row]]:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refusal("password" if "EncryptedPackage".encode("utf-16-le") in data else "xls")
    if b"application/vnd.oasis.opendocument" in data[:200]:
        raise _refusal("ods")
    if not data.startswith(b"PK"):
        raise _refusal("other")
    try:
        check_workbook(data)
        return dict(read_sheets(data))
    except XlsformError as error:
        raise _refusal("damaged", str(error)) from None
    except Exception as error:  # openpyxl says in many ways that a file is not as it should be
        raise _refusal("damaged", type(error).__name__) from None


def _refusal(code: str, reason: str = "") -> Problem:
    words = {
        "xls": "an old Excel workbook (.xls): save it as .xlsx",
        "ods": "an OpenDocument file (.ods): save it as .xlsx",
        "password": "it is protected by a password: save it without one",
        "other": "it is no Excel workbook (.xlsx)",
        "damaged": "it is damaged",
        "forged": "what was exported was changed in the hidden sheet, or it is of another server",
        "columns": "no sheet has the columns KEY and VERSION",
        "empty": "no sheet has a list",
    }
    return Problem("422.54", reason=f"{words[code]}{f' ({reason})' if reason else ''}", why=code)


def _name(project_id: int, sha256: str) -> str:
    return f"list-{project_id}-{sha256}.xlsx"


def _read_kept(project_id: int, sha256: str) -> bytes:
    with blob_store().open_kept(_name(project_id, sha256)) as file:
        return file.read()


def _today() -> date:
    return datetime.now(UTC).astimezone(ALGIERS).date()


def list_imports(project_id: int, limit: int = 50) -> list[ImportedList]:
    """List what was sent in, newest first; what was dropped is left out."""
    return list(
        db.session.scalars(
            select(ImportedList)
            .where(ImportedList.project_id == project_id, ImportedList.state != DROPPED)
            .order_by(ImportedList.at.desc())
            .limit(limit)
        )
    )


def find_import(project_id: int, import_id: str) -> ImportedList:
    """Return one list that was sent in.

    :raises Problem: 404.1.
    """
    found = db.session.get(ImportedList, (project_id, import_id))
    if found is None or found.state == DROPPED:
        raise Problem("404.1")
    return found


@retried
def confirm_mapping(project_id: int, import_id: str, mapping: Mapping[int, str]) -> None:
    """Remember what the columns of a typed list are.

    :raises Problem: 404.1; 409.51 when the list was decided on.
    """
    with transaction() as session:
        row = session.get(ImportedList, (project_id, import_id), with_for_update={"key_share": True})
        if row is None:
            raise Problem("404.1")
        if row.state != OPEN:
            raise Problem("409.51")
        row.mapping = {str(place): target for place, target in mapping.items() if target}


@retried
def drop_list(project_id: int, import_id: str, actor: Actor) -> None:
    """Forget a list that was not taken over; its file is deleted."""
    now = datetime.now(UTC)
    with transaction() as session:
        row = session.get(ImportedList, (project_id, import_id), with_for_update={"key_share": True})
        if row is None:
            raise Problem("404.1")
        if row.state != OPEN:
            raise Problem("409.51")
        row.state, row.decided_at, row.decided_by = DROPPED, now, actor.label
        audits.note(session, project_id, actor, "list.drop", import_id, now)
        sha256 = row.sha256
    _forget_file(project_id, sha256)


def _forget_file(project_id: int, sha256: str) -> None:
    waiting = select(ImportedList.id).where(
        ImportedList.project_id == project_id, ImportedList.sha256 == sha256, ImportedList.state == OPEN
    )
    if db.session.scalar(waiting.limit(1)) is None:
        blob_store().forget(_name(project_id, sha256))


def look_at_list(project_id: int, import_id: str) -> Looked:
    """Say what a list would change; nothing is changed.

    :raises Problem: 404.1, also when its file is gone; 422.54.
    """
    file = find_import(project_id, import_id)
    if file.state != OPEN:
        return Looked(file)
    try:
        data = _read_kept(project_id, file.sha256)
    except FileNotFoundError:
        raise Problem("404.1") from None
    sheets = _read(data)
    if file.kind == TYPED:
        return _look_at_typed(project_id, file, sheets)
    found = compare(sheets, sign_workbook(project_id), _today())
    keys = sorted({change.key for change in found.changes})
    labels = _labels(project_id, [*keys, *found.missing[:AT_ONCE]])
    done = _find_done(project_id, found.changes, {k: v for k, (v, _) in found.manifest.rows.items()})
    changes = tuple(
        Change(
            f"c{number}",
            change,
            labels.get(change.key, (change.key, 0))[0],
            (change.key, change.property, change.now) in done,
            labels.get(change.key, ("", 0))[1] != found.manifest.rows[change.key][0],
        )
        for number, change in enumerate(found.changes)
    )
    return Looked(
        file,
        changes,
        _newcomers(project_id, found.new, found.manifest.list_name),
        found.problems,
        tuple(labels.get(key, (key, 0))[0] for key in found.missing),
        found.lost,
        found.rows,
        datetime.fromisoformat(found.manifest.exported_at),
        found.manifest.author,
    )


def _look_at_typed(project_id: int, file: ImportedList, sheets: Mapping[str, Sequence[Row]]) -> Looked:
    guess = guess_list(sheets)
    if guess is None:
        raise _refusal("empty")
    if not file.mapping:
        return Looked(file, rows=guess.rows, guess=guess)
    mapping = {int(place): target for place, target in file.mapping.items()}
    rows = read_list(sheets[guess.sheet], guess.head, mapping, find_spellings(project_id), _today(), guess.sheet)
    return Looked(file, newcomers=_newcomers(project_id, rows, WOMEN), rows=guess.rows, guess=guess)


def find_spellings(project_id: int) -> dict[str, Choices]:
    """Give the choices of a list in every spelling that is known here."""
    places = db.session.scalars(select(Place).where(Place.project_id == project_id)).all()
    associations = db.session.execute(
        select(Entity.id, Entity.data).where(
            Entity.project_id == project_id, Entity.list == "associations", Entity.deleted.is_(False)
        )
    ).all()
    return {
        "commune": Choices({p.code: (p.name_fr, p.name_ar, *p.variants.split("|")) for p in places}),
        "metier": Choices({r["code"]: (r["libelle_fr"], r["libelle_ar"]) for r in read_table("trades.csv")}),
        "association": Choices(
            {
                data.get("code", i): (data.get("label", ""), *data.get("label", "").split(" – "))
                for i, data in associations
            }
        ),
    }


def _labels(project_id: int, ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for some in _slices(ids):
        rows = db.session.execute(
            select(Entity.id, Entity.data, Entity.version).where(Entity.project_id == project_id, Entity.id.in_(some))
        )
        found.update({i: (str(data.get(LABEL, i)), version) for i, data, version in rows.all()})
    return found


def _slices(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _find_done(
    project_id: int, changes: Sequence[CellChange], versions: Mapping[str, int]
) -> set[tuple[str, str, str]]:
    """Find what was taken over before from the same export."""
    keys = sorted({change.key for change in changes})
    done: set[tuple[str, str, str]] = set()
    undone: set[str] = set()
    rows: list[tuple[str, str, int | None, dict[str, str]]] = []
    for some in _slices(keys):
        for action_id, kind, named_id, base, saved, target in db.session.execute(
            select(
                EntityActionRow.id,
                EntityActionRow.kind,
                EntityActionRow.named_id,
                EntityActionRow.base,
                EntityActionRow.saved,
                EntityActionRow.target,
            ).where(
                EntityActionRow.project_id == project_id,
                EntityActionRow.named_id.in_(some),
                EntityActionRow.id.like("list:%"),
            )
        ):
            if kind == "undo":
                undone.add(target or "")
            else:
                rows.append((action_id, named_id, base, saved))
    for action_id, named_id, base, saved in rows:
        if action_id not in undone and base == versions.get(named_id):
            done |= {(named_id, name, value) for name, value in saved.items()}
    return done


def _newcomers(project_id: int, rows: Sequence[NewRow], list_name: str) -> tuple[Newcomer, ...]:
    twins = find_twins(project_id, list_name, [(row.cell, row.values) for row in rows])
    ids = [_new_id(project_id, row.values) for row in rows]
    known: dict[str, bool] = {}
    for some in _slices(ids):
        found = db.session.execute(
            select(Entity.id, Entity.deleted).where(Entity.project_id == project_id, Entity.id.in_(some))
        )
        known.update({entity_id: deleted for entity_id, deleted in found.all()})  # noqa: C416
    return tuple(
        Newcomer(f"n{number}", row, entity_id, to_label(row.values), near, entity_id in known and not known[entity_id])
        for number, (row, entity_id, near) in enumerate(zip(rows, ids, twins, strict=True))
    )


def _new_id(project_id: int, values: Mapping[str, str]) -> str:
    """Give the id of a new woman: it follows from her row, so that a list sent twice creates nobody twice."""
    text = json.dumps([project_id, sorted(values.items())], ensure_ascii=False)
    return str(UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))


def to_label(values: Mapping[str, str]) -> str:
    """Name a woman as the registration form does: name, first name, year of birth."""
    for script in ("ar", "fr"):
        name = " ".join(filter(None, (values.get(f"nom_{script}"), values.get(f"prenom_{script}"))))
        if name:
            year = values.get(BIRTH_YEAR, "")
            return f"{name} ({year})" if year else name
    return ""


@retried
def take_over(project_id: int, import_id: str, accepted: Accepted, actor: Actor) -> ImportedList:
    """Take over what an officer accepted of a list; the rest is left.

    :raises Problem: 404.1; 400.2 when women are new and nothing says when they consented; 409.51 when it was decided on
        already.
    """
    looked = look_at_list(project_id, import_id)
    if looked.file.state != OPEN:
        raise Problem("409.51")
    changes = [
        each for each in looked.changes if not each.done and (accepted.changes is None or each.id in accepted.changes)
    ]
    newcomers = [
        each
        for each in looked.newcomers
        if not each.done
        and each.label
        and (each.ticked if accepted.newcomers is None else each.id in accepted.newcomers)
    ]
    if newcomers and not _is_day(accepted.consent_on):
        raise Problem("400.2", field="consent_on")
    now = datetime.now(UTC)
    with transaction() as session:
        row = session.get(ImportedList, (project_id, import_id), with_for_update={"key_share": True})
        if row is None or row.state != OPEN:
            raise Problem("409.51")
        register = Register(session, project_id, now)
        by_woman: dict[str, dict[str, str]] = {}
        for each in changes:
            by_woman.setdefault(each.change.key, {})[each.change.property] = each.change.now
        register.lock([*by_woman, *(each.entity_id for each in newcomers)])
        work = _Work()
        base = _bases(looked, project_id)
        for key in sorted(by_woman):
            _change(register, actor, now, key, by_woman[key], base[key], work)
        properties = register.rules(WOMEN)
        for newcomer in newcomers:
            _create(register, actor, now, newcomer, properties, work)
        questions.close_answered(session, project_id, sorted(by_woman), now)
        row.state, row.decided_at, row.decided_by = APPLIED, now, actor.label
        row.consent_on = accepted.consent_on if newcomers else ""
        row.actions = work.actions
        row.counts = {
            "cells": len(changes),
            "women": len(work.changed),
            "created": work.created,
            "conflicts": len(work.conflicts),
            "skipped": work.skipped,
        }
        audits.note(session, project_id, actor, "list.apply", import_id, now, consent=row.consent_on, **row.counts)
        session.flush()
    _forget_file(project_id, looked.file.sha256)
    return find_import(project_id, import_id)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text) <= _today()
    except ValueError:
        return False


def _bases(looked: Looked, project_id: int) -> dict[str, int]:
    if looked.file.kind != RETURNED or not looked.changes:
        return {}
    data = _read_kept(project_id, looked.file.sha256)
    found = compare(_read(data), sign_workbook(project_id), _today())
    return {key: version for key, (version, _) in found.manifest.rows.items()}


def _change(
    register: Register, actor: Actor, now: datetime, key: str, saved: Mapping[str, str], base: int, work: _Work
) -> None:
    kept = register.entity(key)
    if kept is None or kept.erased_at:
        work.skipped += 1
        return
    digest = hashlib.sha256(json.dumps([key, base, sorted(saved.items()), now.isoformat()]).encode()).hexdigest()[:24]
    action = new_action(
        action_id=f"list:{digest}",
        entity_id=key,
        list_name=kept.list,
        kind="update",
        saved=saved,
        author=actor.label,
        at=now,
        base=base,
    )
    applied = register.apply(action, None)
    work.actions.append(action.id)
    work.changed.add(applied.entity_id)
    work.conflicts |= {(applied.entity_id, name) for name in applied.conflicts if name in saved}


def _create(
    register: Register,
    actor: Actor,
    now: datetime,
    newcomer: Newcomer,
    properties: Mapping[str, object],
    work: _Work,
) -> None:
    values = {name: value for name, value in newcomer.row.values.items() if name in properties}
    commune = values.get("commune", "")
    if "code_artisane" in properties and commune:
        values["code_artisane"] = f"{commune}-{newcomer.entity_id[:6]}"
    if "etape" in properties:
        values["etape"] = "inscrite"
    values[LABEL] = newcomer.label
    kept = register.entity(newcomer.entity_id)
    if kept is not None and kept.erased_at:
        work.skipped += 1
        return
    back = kept is not None and kept.deleted
    action = new_action(
        action_id=f"list:{uuid4().hex}",
        entity_id=newcomer.entity_id,
        list_name=WOMEN,
        kind="resolve" if back else "create",
        saved={"_deleted": ""} if back else values,
        author=actor.label,
        at=now,
        base=kept.version if kept is not None else None,
    )
    register.apply(action, None)
    work.actions.append(action.id)
    work.created += 1


@retried
def undo_list(project_id: int, import_id: str, actor: Actor) -> ImportedList:
    """Take back all that a list changed: edits are cancelled, women it created are deleted.

    What others wrote meanwhile stays.

    :raises Problem: 404.1; 409.51 when it was not taken over, or is undone already.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        row = session.get(ImportedList, (project_id, import_id), with_for_update={"key_share": True})
        if row is None:
            raise Problem("404.1")
        if row.state != APPLIED:
            raise Problem("409.51")
        actions = {
            found.id: found
            for some in _slices(row.actions)
            for found in session.scalars(
                select(EntityActionRow).where(EntityActionRow.project_id == project_id, EntityActionRow.id.in_(some))
            )
        }
        register = Register(session, project_id, now)
        register.lock(found.named_id for found in actions.values())
        touched = []
        for action_id in reversed(row.actions):
            done = actions.get(action_id)
            kept = register.entity(done.named_id) if done is not None else None
            if done is None or kept is None or kept.erased_at:
                continue
            update = done.kind == "update"
            if not update and (kept.deleted or kept.merged_into):
                continue
            register.apply(
                new_action(
                    action_id=f"list:{uuid4().hex}",
                    entity_id=done.named_id,
                    list_name=done.list,
                    kind="undo" if update else "delete",
                    saved={},
                    author=actor.label,
                    at=now,
                    base=None if update else kept.version,
                    target=done.id if update else None,
                ),
                None,
            )
            touched.append(done.named_id)
        questions.close_answered(session, project_id, touched, now)
        row.state, row.decided_at, row.decided_by = UNDONE, now, actor.label
        audits.note(session, project_id, actor, "list.undo", import_id, now, count=len(touched))
        session.flush()
    return find_import(project_id, import_id)


def describe_properties(project_id: int) -> dict[str, ListProperty]:
    """Give the properties of the list of women by name."""
    rows = db.session.scalars(
        select(ListProperty).where(ListProperty.project_id == project_id, ListProperty.list == WOMEN)
    )
    return {row.name: row for row in rows}
