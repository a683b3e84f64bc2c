"""Publish forms, and give phones what they need of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forms.definition import FormDefinition, Node
from forms.errors import XlsformError, XlsformProblem
from forms.support import Limit, find_limits
from forms.xform import parse_form
from forms.xlsform import ConvertedForm, convert_xlsform
from server.auth import Actor
from server.blobs import BlobStore, blob_store
from server.database import db, retried, transaction
from server.errors import Problem
from server.library import read_support
from server.models import Blob, EntityList, Form, FormAttachment, FormVersion, ListProperty, Project
from server.services import audits
from server.services.register import Register
from sync.policies import POLICIES, fits

ITEMSETS = "itemsets.csv"
"""The choices of external selects, which pyxform writes as a file beside the form."""


@dataclass(frozen=True, slots=True)
class FormFile:
    """A form as it was given: an XLSForm, with the media files that belong to it."""

    name: str
    data: bytes
    media: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    form_id: str
    version: str
    title: str
    warnings: tuple[str, ...]
    limits: tuple[Limit, ...]
    """What of it the agents' app shows plainer or does not have, by question."""
    missing: tuple[str, ...]
    """Media files it names that nobody gave."""
    changed: bool
    """False when exactly this was published already."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A form that was read and found good."""

    file: FormFile
    xform: bytes
    definition: FormDefinition
    warnings: tuple[str, ...]
    limits: tuple[Limit, ...]
    audience: str


_FORMS, _VERSIONS, _FILES = Form.__table__, FormVersion.__table__, FormAttachment.__table__.c
_DEFINED = select(_VERSIONS.c.hash, _VERSIONS.c.xform).where(
    _VERSIONS.c.project_id == bindparam("project"),
    _VERSIONS.c.form_id == bindparam("form"),
    _VERSIONS.c.version == bindparam("version"),
)
_OFFERED = (
    select(
        _VERSIONS.c.form_id, _VERSIONS.c.version, _VERSIONS.c.hash, _VERSIONS.c.title, _VERSIONS.c.audience,
        _VERSIONS.c.published_at,
    )
    .join_from(
        _FORMS,
        _VERSIONS,
        (_FORMS.c.project_id == _VERSIONS.c.project_id)
        & (_FORMS.c.form_id == _VERSIONS.c.form_id)
        & (_FORMS.c.version == _VERSIONS.c.version),
    )
    .where(_FORMS.c.project_id == bindparam("project"), _FORMS.c.withdrawn_at.is_(None))
    .order_by(_FORMS.c.form_id)
)  # fmt: skip
_GIVEN = select(_FILES.form_id, _FILES.version, _FILES.name, _FILES.sha256).where(
    _FILES.project_id == bindparam("project")
)


@lru_cache(maxsize=256)
def _parsed(xform_hash: str, xform: bytes) -> FormDefinition:
    return parse_form(xform)


def definition_of(version: FormVersion) -> FormDefinition:
    """Return what a published form says, parsed once per process."""
    return _parsed(version.hash, version.xform)


def find_definition(session: Any, project_id: int, form_id: str, version: str) -> FormDefinition | None:
    row = session.execute(_DEFINED, {"project": project_id, "form": form_id, "version": version}).first()
    return _parsed(*row) if row else None


@retried
def publish_forms(project_id: int, files: Sequence[FormFile], actor: Actor) -> list[Published]:
    """Publish XLSForms together: all or none.

    Publishing the same content again changes nothing. Policies of entity properties are gathered over the latest
    version of
    every published form; forms that say nothing inherit.

    :raises XlsformError: with sheet and row, when a file is no good form.
    :raises Problem: 409.6 same form and version with other content; 409.50 forms that contradict one another.
    """
    drafts = prepare(files)
    with transaction() as session:
        return publish_prepared(session, project_id, drafts, actor, datetime.now(UTC))


def prepare(files: Sequence[FormFile]) -> list[Prepared]:
    """Read XLSForms, before any transaction.

    :raises XlsformError: with sheet and row, when one is no good form.
    """
    return [_draft(file) for file in files]


def publish_prepared(
    session: Session, project_id: int, drafts: Sequence[Prepared], actor: Actor, now: datetime
) -> list[Published]:
    """Publish forms together; part of the caller's transaction.

    :raises Problem: as ``publish_forms`` does.
    """
    store = blob_store()
    _project(session, project_id)
    results = [_publish_one(session, project_id, draft, actor, now, store) for draft in drafts]
    _gather_rules(session, project_id, now)
    return results


@lru_cache(maxsize=8)
def _converted(data: bytes, file_name: str) -> ConvertedForm:
    """Convert a workbook once, for whoever asks its name before it is published."""
    return convert_xlsform(data, file_name=file_name)


def _draft(file: FormFile) -> Prepared:
    converted = _converted(file.data, file.name)
    definition = parse_form(converted.xform)
    problems = [
        XlsformProblem(message=message, sheet="survey", row=converted.rows.get(node.path), column=column)
        for node in definition.nodes
        for message, column in _unfit(node)
    ]
    if problems:
        raise XlsformError(*problems)
    if converted.itemsets is not None and ITEMSETS not in file.media:
        file = replace(file, media={**file.media, ITEMSETS: converted.itemsets.encode()})
    limits = find_limits(converted.xform, read_support(), converted.rows)
    return Prepared(file, converted.xform, definition, converted.warnings, limits, converted.audience)


def read_form_id(file: FormFile) -> str:
    """Return the form_id of an XLSForm that is not published yet.

    :raises XlsformError: when it is no good form.
    """
    return _draft(file).definition.form_id


def _unfit(node: Node) -> list[tuple[str, str]]:
    """Say what is wrong with a question's own columns."""
    found = []
    if node.policy is not None:
        column = "bind::hirfa:merge"
        if node.policy not in POLICIES:
            found.append(
                (f"{node.name}: '{node.policy}' is no merge policy; use one of {', '.join(POLICIES)}.", column)
            )
        elif not fits(node.policy, node.type):
            found.append(
                (f"{node.name}: merge policy '{node.policy}' does not fit a question of type {node.type}.", column)
            )
        elif not node.save_to:
            found.append((f"{node.name}: a merge policy needs save_to: only entity properties are merged.", column))
    return found


def _publish_one(
    session: Session, project_id: int, draft: Prepared, actor: Actor, now: datetime, store: BlobStore
) -> Published:
    definition = draft.definition
    key = (project_id, definition.form_id, definition.version)
    needed = sorted(definition.media | _plain_lists(session, project_id, definition))
    media = {name: data for name, data in draft.file.media.items() if name in needed}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in media.items()}
    form_hash = _hash_form(draft.xform, hashes, draft.audience)
    missing = tuple(name for name in needed if name not in media)
    existing = session.get(FormVersion, key)
    if existing is not None:
        if existing.hash != form_hash:
            raise Problem("409.6", form_id=definition.form_id, version=definition.version)
        return _published(draft, missing, changed=False)
    form = session.get(Form, (project_id, definition.form_id))
    if form is None:
        session.add(
            Form(project_id=project_id, form_id=definition.form_id, title=definition.title, version=definition.version)
        )
    else:
        form.title, form.version, form.withdrawn_at = definition.title, definition.version, None
    session.flush()
    session.add(
        FormVersion(
            project_id=project_id,
            form_id=definition.form_id,
            version=definition.version,
            title=definition.title,
            hash=form_hash,
            xform=draft.xform,
            source=draft.file.data,
            published_at=now,
            published_by=actor.label,
            audience=draft.audience,
        )
    )
    session.flush()
    for name in needed:
        _attach(session, key, name, media.get(name), now, store)
    audits.note(session, project_id, actor, "form.publish", f"{definition.form_id} {definition.version}", now)
    return _published(draft, missing, changed=True)


def _published(draft: Prepared, missing: tuple[str, ...], *, changed: bool) -> Published:
    d = draft.definition
    return Published(d.form_id, d.version, d.title, draft.warnings, draft.limits, missing, changed)


def _attach(
    session: Session, key: tuple[int, str, str], name: str, data: bytes | None, now: datetime, store: BlobStore
) -> None:
    sha256 = None
    if data is not None:
        sha256 = store.put(key[0], data)
        if session.get(Blob, (key[0], sha256)) is None:
            session.add(Blob(project_id=key[0], sha256=sha256, size=len(data), created_at=now))
            session.flush()
    session.add(FormAttachment(project_id=key[0], form_id=key[1], version=key[2], name=name, sha256=sha256))


def _plain_lists(session: Session, project_id: int, definition: FormDefinition) -> set[str]:
    """Name the CSV files that are no entity list: they travel with the form, entity lists are pulled."""
    known = set(session.scalars(select(EntityList.name).where(EntityList.project_id == project_id)))
    known |= {declared.list for declared in definition.entities}
    return {f"{name}.csv" for name in definition.lists if name not in known}


def _hash_form(xform: bytes, media: Mapping[str, str], audience: str) -> str:
    digest = hashlib.sha256(xform)
    for name in sorted(media):
        digest.update(f"\n{name} {media[name]}".encode())
    if audience != "both":  # which is what every form was for before forms could say it
        digest.update(f"\naudience {audience}".encode())
    return digest.hexdigest()


def _project(session: Session, project_id: int) -> Project:
    project = session.get(Project, project_id)
    if project is None:
        raise Problem("404.1")
    return project


def _gather_rules(session: Session, project_id: int, now: datetime) -> None:
    """Write the rules of every entity property anew from the latest version of each published form."""
    latest = session.scalars(
        select(FormVersion)
        .join(
            Form,
            (Form.project_id == FormVersion.project_id)
            & (Form.form_id == FormVersion.form_id)
            & (Form.version == FormVersion.version),
        )
        .where(FormVersion.project_id == project_id)
        .order_by(FormVersion.form_id)
    )
    gathered: dict[tuple[str, str], dict[str, Any]] = {}
    contradictions: list[str] = []
    for version in latest:
        definition = definition_of(version)
        for declared in definition.entities:
            if session.get(EntityList, (project_id, declared.list)) is None:
                session.add(EntityList(project_id=project_id, name=declared.list))
                session.flush()
        for list_name in sorted({d.list for d in definition.entities}):
            labels = {n.save_to: n.labels for n in definition.nodes if n.save_to and n.list == list_name}
            for rule in definition.properties(list_name).values():
                _gather_one(gathered, contradictions, (list_name, rule.name), rule, labels.get(rule.name, {}), version)
    if contradictions:
        raise Problem("409.50", reason=" ".join(contradictions))
    kept = {
        (row.list, row.name): row
        for row in session.scalars(select(ListProperty).where(ListProperty.project_id == project_id))
    }
    before = {key: (row.policy, row.type, list(row.choices)) for key, row in kept.items()}
    for position, (key, found) in enumerate(gathered.items()):
        row = kept.get(key) or ListProperty(project_id=project_id, list=key[0], name=key[1])
        row.position = position
        for name in ("type", "policy", "visibility", "unit", "role", "choices", "labels"):
            setattr(row, name, found[name])
        session.add(row)  # a property that no form declares any more keeps its last rules: what was hidden stays hidden
    session.flush()
    after = {key: (r["policy"], r["type"], r["choices"]) for key, r in gathered.items()}
    changed = {key[0] for key in before if key in after and before[key] != after[key]}
    for list_name in sorted(changed):
        Register(session, project_id, now).recompute_list(list_name)


def _gather_one(
    gathered: dict[tuple[str, str], dict[str, Any]],
    contradictions: list[str],
    key: tuple[str, str],
    rule: Any,
    labels: Mapping[str, str],
    version: FormVersion,
) -> None:
    kept = gathered.setdefault(
        key,
        {
            "type": rule.type,
            "policy": rule.policy,
            "declared": rule.declared,
            "form_id": version.form_id,
            "visibility": rule.visibility,
            "unit": rule.unit,
            "role": rule.role,
            "choices": list(rule.choices),
            "labels": dict(labels),
        },
    )
    if rule.declared:
        if not kept["declared"]:
            kept.update(policy=rule.policy, declared=True, form_id=version.form_id)
        elif kept["policy"] != rule.policy:
            contradictions.append(
                f"property '{key[1]}' of list '{key[0]}' is '{kept['policy']}' in {kept['form_id']} "
                f"and '{rule.policy}' in {version.form_id}; publish both together with the same policy."
            )
    if rule.visibility == "office":
        kept["visibility"] = "office"  # one form that hides it is enough
    if kept["type"] in ("calculate", "hidden", "text") and rule.type not in ("calculate", "hidden", "text"):
        kept["type"] = rule.type  # a question says more of the type than a calculation
    if not kept["labels"] and labels:
        kept["labels"] = dict(labels)
    kept["unit"] = kept["unit"] or rule.unit
    kept["role"] = kept["role"] or rule.role
    kept["choices"] += [choice for choice in rule.choices if choice not in kept["choices"]]


def list_forms(project_id: int, *, on_phones: bool = False) -> list[dict[str, Any]]:
    """List the forms that are offered, with their version's hash and attachments.

    :param on_phones: without those that only the office fills.
    """
    versions = db.session.execute(_OFFERED, {"project": project_id}).all()
    attachments = db.session.execute(_GIVEN, {"project": project_id}).all()
    return [
        {
            "formId": version.form_id,
            "version": version.version,
            "hash": version.hash,
            "title": version.title,
            "audience": version.audience,
            "publishedAt": version.published_at,
            "attachments": [
                {"name": a.name, "hash": a.sha256}
                for a in attachments
                if a.form_id == version.form_id and a.version == version.version and a.sha256
            ],
        }
        for version in versions
        if not (on_phones and version.audience == "office")
    ]


def find_version(project_id: int, form_id: str, version: str | None) -> FormVersion:
    """Return a published version, the offered one when ``version`` is None.

    :raises Problem: 404.6 when it is not known.
    """
    if version is None:
        form = db.session.get(Form, (project_id, form_id))
        version = form.version if form else ""
    found = db.session.get(FormVersion, (project_id, form_id, version))
    if found is None:
        raise Problem("404.6", form_id=form_id, form_version=version)
    return found


def find_attachment(project_id: int, form_id: str, version: str | None, name: str) -> tuple[str, str]:
    """Return the sha256 and name of a form's file.

    :raises Problem: 404.1 when the form does not name it or nobody gave it.
    """
    row = db.session.get(
        FormAttachment, (project_id, form_id, find_version(project_id, form_id, version).version, name)
    )
    if row is None or row.sha256 is None:
        raise Problem("404.1")
    return row.sha256, row.name
