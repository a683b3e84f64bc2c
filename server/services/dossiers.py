"""All that is kept about one woman, in one file she can be given (law 18-07 art. 34): JSON, a page, forms, photos."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from server.auth import Actor
from server.blobs import BlobStore, blob_store
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import EntityActionRow, LegalRequest, Submission
from server.services import audits, entities
from server.services.labels import Labels
from sync.erasure import is_erased


@dataclass(frozen=True, slots=True)
class Dossier:
    name: str
    content: bytes
    sha256: str


def build_dossier(project_id: int, entity_id: str, labels: Labels, page: str, actor: Actor) -> Dossier:
    """Put a woman's data into one zip, and note that it was taken; an open request for access gets its hash as proof.

    :param page: the same for people, as HTML.
    :raises Problem: 404.1; 409.53 when her data were erased.
    """
    entity = entities.get_entity(project_id, entity_id)
    if entity.erased_at:
        raise Problem("409.53")
    history = entities.find_history(project_id, entity)
    told = {
        "id": entity.id,
        "list": entity.list,
        "version": entity.version,
        "parts": [part.id for part in entities.list_parts(project_id, entity)],
        "values": [
            {"name": name, "label": labels.property(entity.list, name).label, "value": value}
            for name, value in entity.data.items()
        ],
        "history": [_tell(entry) for entry in history],
        "exportedAt": datetime.now(UTC).isoformat(),
    }
    out = io.BytesIO()
    store = blob_store()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dossier.json", json.dumps(told, ensure_ascii=False, indent=1))
        archive.writestr("dossier.html", page)
        own = _own_forms(project_id, history)
        for submission in own.values():
            archive.writestr(f"formulaires/{_plain(submission.instance_id)}.xml", submission.xml)
        for attachment, submission in entities.find_photos(project_id, entity):
            mine = submission.root_id in {form.root_id for form in own.values()}
            if mine and attachment.present and attachment.sha256 and store.has(project_id, attachment.sha256):
                name = f"photos/{_plain(submission.instance_id)}-{_plain(attachment.name)}"
                archive.writestr(name, _read(store, project_id, attachment.sha256))
    content = out.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    _note(project_id, entity_id, digest, actor)
    return Dossier(f"dossier-{_plain(str(entity.data.get('code_artisane') or entity.id))}.zip", content, digest)


def _read(store: BlobStore, project_id: int, sha256: str) -> bytes:
    with store.open(project_id, sha256) as file:
        return file.read()


def _tell(entry: entities.HistoryEntry) -> Mapping[str, Any]:
    return {
        "version": entry.version,
        "kind": entry.action.kind,
        "at": entry.action.at.isoformat(),
        "author": entry.author,
        "form": entry.action.form_id,
        "writes": {name: value for name, value in entry.writes.items() if not is_erased(value)},
    }


def _own_forms(project_id: int, history: Sequence[entities.HistoryEntry]) -> dict[str, Submission]:
    """Choose the forms that are about her alone: a sheet about several women would give her the others' data."""
    forms = {entry.submission.instance_id: entry.submission for entry in history if entry.submission is not None}
    hers = {entry.action.named_id for entry in history} | {entry.action.entity_id for entry in history}
    shared = set(
        db.session.scalars(
            select(EntityActionRow.instance_id).where(
                EntityActionRow.project_id == project_id,
                EntityActionRow.instance_id.in_(list(forms)),
                EntityActionRow.named_id.not_in(hers),
            )
        )
    )
    return {key: form for key, form in forms.items() if key not in shared and form.erased_at is None}


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() or c in "-._" else "_" for c in text)[:120]


@retried
def _note(project_id: int, entity_id: str, digest: str, actor: Actor) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        for request in session.scalars(
            select(LegalRequest).where(
                LegalRequest.project_id == project_id,
                LegalRequest.entity_id == entity_id,
                LegalRequest.kind == "access",
                LegalRequest.state == "open",
            )
        ):
            request.proof = {**request.proof, "sha256": digest}
        audits.note(session, project_id, actor, "entity.dossier", entity_id, now, sha256=digest)
