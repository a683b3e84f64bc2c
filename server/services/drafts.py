"""Forms that are being prepared: uploaded, looked at, tried, and published together; a draft reaches no phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, defer

from forms.changes import Change, find_changes
from forms.definition import FormDefinition
from forms.errors import FormsError
from forms.instance import parse_instance
from forms.xform import parse_form
from server.auth import Actor
from server.blobs import blob_store
from server.database import db, retried, transaction
from server.errors import Problem, problem_of
from server.models import Blob, DraftFile, EntityList, Form, FormAttachment, FormDraft, FormVersion
from server.services import audits
from server.services.forms import FormFile, Prepared, Published, definition_of, prepare, publish_prepared

MAX_FILE_BYTES = 30 * 2**20


@lru_cache(maxsize=64)
def _parsed(xform: bytes) -> FormDefinition:
    return parse_form(xform)


def read_draft(draft: FormDraft) -> FormDefinition:
    """Return what a draft says."""
    return _parsed(draft.xform)


@retried
def save_drafts(
    project_id: int, files: Sequence[FormFile], actor: Actor, *, expected: str = ""
) -> list[str]:
    """Keep XLSForms as drafts, each in the place of an earlier one of the same form; return their form ids.

    Files given with them go to every draft that names them; files of an earlier draft stay.

    :param expected: the form that they must be.
    :raises XlsformError: with sheet and row, when one is no good form: nothing is kept then.
    :raises Problem: 400.8 when one is of another form than was expected.
    """
    prepared, now = prepare(files), datetime.now(UTC)
    for one in prepared:
        if expected and one.definition.form_id != expected:
            raise Problem("400.8", field="xmlFormId", reason=f"this is the form {one.definition.form_id}")
    with transaction() as session:
        for one in prepared:
            _save_one(session, project_id, one, actor, now)
    return [one.definition.form_id for one in prepared]


def _save_one(session: Session, project_id: int, one: Prepared, actor: Actor, now: datetime) -> None:
    definition = one.definition
    draft = session.get(FormDraft, (project_id, definition.form_id))
    if draft is None:
        draft = FormDraft(project_id=project_id, form_id=definition.form_id)
        session.add(draft)
    draft.version, draft.title, draft.audience = definition.version, definition.title, one.audience
    draft.name, draft.source, draft.xform = one.file.name[:255], one.file.data, one.xform
    told = ("state", "kind", "name", "question", "row", "how")
    limits = [{name: getattr(limit, name) for name in told} for limit in one.limits]
    draft.warnings, draft.at, draft.by = [*one.warnings, *limits], now, actor.label
    draft.tested = draft.tested_at = None
    session.flush()
    for name, data in one.file.media.items():
        if name in definition.media or name in {f"{of}.csv" for of in definition.lists} or name == "itemsets.csv":
            _keep_file(session, project_id, definition.form_id, name, data, now)
    audits.note(session, project_id, actor, "form.draft", f"{definition.form_id} {definition.version}", now)


@retried
def add_files(project_id: int, form_id: str, files: Mapping[str, bytes], actor: Actor) -> list[str]:
    """Give media files and CSV to a draft; return the names of those that it does not name, which are not kept.

    :raises Problem: 404.1; 413.1.
    """
    now = datetime.now(UTC)
    if any(len(data) > MAX_FILE_BYTES for data in files.values()):
        raise Problem("413.1", limit_bytes=MAX_FILE_BYTES, limit_items=len(files))
    with transaction() as session:
        draft = _get(session, project_id, form_id)
        needed = {file.name for file in list_needed(project_id, draft)}
        for name in sorted(set(files) & needed):
            _keep_file(session, project_id, form_id, name, files[name], now)
        audits.note(session, project_id, actor, "form.draft_files", form_id, now, files=sorted(set(files) & needed))
        return sorted(set(files) - needed)


def _keep_file(session: Session, project_id: int, form_id: str, name: str, data: bytes, now: datetime) -> None:
    sha256 = blob_store().put(project_id, data)
    if session.get(Blob, (project_id, sha256)) is None:
        session.add(Blob(project_id=project_id, sha256=sha256, size=len(data), created_at=now))
        session.flush()
    row = session.get(DraftFile, (project_id, form_id, name))
    if row is None:
        session.add(DraftFile(project_id=project_id, form_id=form_id, name=name, sha256=sha256))
    else:
        row.sha256 = sha256
    session.flush()


def _get(session: Session, project_id: int, form_id: str) -> FormDraft:
    found = session.get(FormDraft, (project_id, form_id))
    if found is None:
        raise Problem("404.1")
    return found


def find_draft(project_id: int, form_id: str) -> FormDraft:
    """Return a draft.

    :raises Problem: 404.1.
    """
    return _get(db.session(), project_id, form_id)


def list_drafts(project_id: int) -> list[FormDraft]:
    return list(
        db.session.scalars(select(FormDraft).where(FormDraft.project_id == project_id).order_by(FormDraft.form_id))
    )


@retried
def drop_draft(project_id: int, form_id: str, actor: Actor) -> None:
    """Throw a draft away.

    :raises Problem: 404.1.
    """
    with transaction() as session:
        draft = _get(session, project_id, form_id)
        _drop(session, draft)
        audits.note(session, project_id, actor, "form.draft_drop", form_id, datetime.now(UTC))


def _drop(session: Session, draft: FormDraft) -> None:
    session.execute(
        delete(DraftFile).where(DraftFile.project_id == draft.project_id, DraftFile.form_id == draft.form_id)
    )
    session.delete(draft)


@retried
def publish_drafts(project_id: int, form_ids: Sequence[str], actor: Actor) -> list[Published]:
    """Publish drafts together: all or none. They are drafts no more.

    Files that the published version before had, and the draft names too, go on with it.

    :raises Problem: 404.1; 400.2 for none; 409.6 and 409.50 as of ``publish_forms``.
    """
    if not form_ids:
        raise Problem("400.2", field="form")
    files = []
    for form_id in dict.fromkeys(form_ids):
        draft = find_draft(project_id, form_id)
        store = blob_store()
        media = {}
        for needed in list_needed(project_id, draft):
            if needed.sha256:
                with store.open(project_id, needed.sha256) as stream:
                    media[needed.name] = stream.read()
        files.append(FormFile(draft.name, draft.source, media))
    prepared, now = prepare(files), datetime.now(UTC)
    with transaction() as session:
        done = publish_prepared(session, project_id, prepared, actor, now)
        for form_id in dict.fromkeys(form_ids):
            _drop(session, _get(session, project_id, form_id))
        return done


@dataclass(frozen=True, slots=True)
class Needed:
    """A file that a draft names; ``inherited`` when it is that of the version published now."""

    name: str
    sha256: str | None
    inherited: bool = False


def list_needed(project_id: int, draft: FormDraft) -> list[Needed]:
    """List the media and CSV files that a draft names, given or not. Entity lists are none: phones pull them."""
    definition = read_draft(draft)
    known = set(db.session.scalars(select(EntityList.name).where(EntityList.project_id == project_id)))
    known |= {declared.list for declared in definition.entities}
    names = definition.media | {f"{name}.csv" for name in definition.lists if name not in known}
    given = {
        row.name: row.sha256
        for row in db.session.scalars(
            select(DraftFile).where(DraftFile.project_id == project_id, DraftFile.form_id == draft.form_id)
        )
    }
    published = find_published(project_id, draft.form_id)
    before: dict[str, str | None] = {}
    if published is not None:
        before = {
            row.name: row.sha256
            for row in db.session.scalars(
                select(FormAttachment).where(
                    FormAttachment.project_id == project_id,
                    FormAttachment.form_id == draft.form_id,
                    FormAttachment.version == published.version,
                )
            )
        }
    return [Needed(n, given.get(n) or before.get(n), n not in given and bool(before.get(n))) for n in sorted(names)]


def find_published(project_id: int, form_id: str) -> FormVersion | None:
    """Return the version of a form that is offered now, or was when it was retired."""
    form = db.session.get(Form, (project_id, form_id))
    return db.session.get(FormVersion, (project_id, form_id, form.version)) if form else None


@dataclass(frozen=True, slots=True)
class Warned:
    """What an officer should know before a draft is published. ``kind`` names a text; ``stops`` it cannot be."""

    kind: str
    words: Mapping[str, str]
    stops: bool = False


def find_warnings(project_id: int, draft: FormDraft, together: Sequence[FormDraft] = ()) -> list[Warned]:
    """Say what is wrong with a draft, or would be lost by publishing it.

    :param together: the drafts that would be published with it.
    """
    definition, published = read_draft(draft), find_published(project_id, draft.form_id)
    found = [_to_warned(kept) for kept in draft.warnings]
    if not definition.version:
        found.append(Warned("no_version", {}))
    same = db.session.get(FormVersion, (project_id, draft.form_id, definition.version))
    if same is not None and same.xform != draft.xform:
        found.append(Warned("version", {"version": definition.version}, stops=True))
    found += [Warned("missing", {"name": f.name}) for f in list_needed(project_id, draft) if f.sha256 is None]
    others = _latest(project_id, {draft.form_id, *(one.form_id for one in together)})
    others += [read_draft(one) for one in together if one.form_id != draft.form_id]
    for declared in sorted({d.list for d in definition.entities}):
        for rule in definition.properties(declared).values():
            for other in others:
                theirs = other.properties(declared).get(rule.name)
                if theirs and theirs.declared and rule.declared and theirs.policy != rule.policy:
                    words = {"name": rule.name, "mine": rule.policy, "theirs": theirs.policy, "form": other.form_id}
                    found.append(Warned("policy", words, stops=True))
    if published is not None:
        for gone in sorted(_saved(definition_of(published)) - _saved(definition) - set().union(*map(_saved, others))):
            found.append(Warned("vanishes", {"list": gone[0], "name": gone[1]}))
    return found


def _to_warned(kept: str | Mapping[str, Any]) -> Warned:
    """Read a warning as it was kept: pyxform's words, or something that the agents' app cannot show."""
    if isinstance(kept, str):
        return Warned("pyxform", {"words": kept})
    words = {name: str(kept.get(name) or "") for name in ("kind", "name", "how")}
    where = f"{kept.get('question') or '–'}" + (f" ({kept['row']})" if kept.get("row") else "")
    return Warned(f"phone.{kept['state']}", {**words, "where": where})


def _saved(definition: FormDefinition) -> set[tuple[str, str]]:
    return {(d.list, name) for d in definition.entities for name in definition.properties(d.list)}


def _latest(project_id: int, without: set[str]) -> list[FormDefinition]:
    rows = db.session.scalars(
        select(FormVersion)
        .join(
            Form,
            (Form.project_id == FormVersion.project_id)
            & (Form.form_id == FormVersion.form_id)
            & (Form.version == FormVersion.version),
        )
        .where(FormVersion.project_id == project_id, FormVersion.form_id.not_in(without))
        .order_by(FormVersion.form_id)
    )
    return [definition_of(row) for row in rows]


def compare_draft(project_id: int, draft: FormDraft) -> tuple[Change, ...]:
    """Say what a draft changes of the version that is published now; nothing for a new form."""
    published = find_published(project_id, draft.form_id)
    return find_changes(definition_of(published), read_draft(draft)) if published else ()


@retried
def keep_test(project_id: int, form_id: str, xml: bytes) -> None:
    """Keep a test submission beside its draft, in the place of the last one: it is received nowhere.

    :raises Problem: 404.1; 422.50 when it is not of this draft; 400.1 when it cannot be read.
    """
    try:
        instance = parse_instance(xml)
    except FormsError as error:
        raise problem_of(error) from None
    with transaction() as session:
        draft = _get(session, project_id, form_id)
        if (instance.form_id, instance.version) != (draft.form_id, draft.version):
            raise Problem("422.50", reason="the draft was replaced meanwhile")
        draft.tested, draft.tested_at = xml, datetime.now(UTC)


@retried
def retire_form(project_id: int, form_id: str, retired: bool, actor: Actor) -> None:
    """Offer a form to nobody any more, or again. What is filled already is received all the same.

    :raises Problem: 404.1.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        form = session.get(Form, (project_id, form_id), with_for_update={"key_share": True})
        if form is None:
            raise Problem("404.1")
        form.withdrawn_at = (form.withdrawn_at or now) if retired else None
        audits.note(session, project_id, actor, "form.retire" if retired else "form.offer", form_id, now)


def list_retired(project_id: int) -> list[Form]:
    return list(
        db.session.scalars(
            select(Form).where(Form.project_id == project_id, Form.withdrawn_at.is_not(None)).order_by(Form.form_id)
        )
    )


def list_versions(project_id: int) -> dict[str, list[FormVersion]]:
    """List all versions of every form, newest first."""
    found: dict[str, list[FormVersion]] = {}
    for row in db.session.scalars(
        select(FormVersion)
        .options(defer(FormVersion.xform), defer(FormVersion.source))
        .where(FormVersion.project_id == project_id)
        .order_by(FormVersion.published_at.desc(), FormVersion.version.desc())
    ):
        found.setdefault(row.form_id, []).append(row)
    return found
