"""What ODK Collect fetches and sends, on the services that our own app uses: forms, records held, a batch of one item.

Follows docs.getodk.org: openrosa-form-list, openrosa-integrity, openrosa-form-submission, collect-import-export.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import IO, Any, cast

from flask import current_app
from sqlalchemy import select

from forms.arrival import named_attachments
from forms.errors import FormsError
from forms.instance import parse_instance
from server.auth import Actor
from server.blobs import blob_store
from server.database import db, end_reads
from server.errors import Problem
from server.models import EntityList, Form, FormAttachment, FormVersion, Project
from server.services import attachments, feed, sync
from server.services.forms import definition_of, find_definition, find_version
from sync.protocol import FAILED

RESERVED = frozenset({"name", "label"})
"""Columns that ODK gives a meaning of its own; with all that begin with ``__``."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One form version that Collect may fetch."""

    version: FormVersion
    current: bool
    """Whether it is the one that phones are offered."""
    md5: str
    files: bool
    """Whether its manifest names any file."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that a form needs: its bytes by ``sha256``, or the entity list it is written from."""

    name: str
    sha256: str | None
    list: str | None


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a submission."""

    field: str
    """Name of its part."""
    filename: str
    content_type: str
    stream: IO[bytes]


def list_offered(project_id: int, *, form_id: str | None = None, every_version: bool = False) -> list[Offered]:
    """List the forms that are not withdrawn, by id, in their present version or in every one, newest first."""
    wanted = (
        select(FormVersion, Form.version)
        .join(Form, (Form.project_id == FormVersion.project_id) & (Form.form_id == FormVersion.form_id))
        .where(Form.project_id == project_id, Form.withdrawn_at.is_(None), FormVersion.audience != "office")
        .order_by(Form.form_id, FormVersion.published_at.desc(), FormVersion.version)
    )
    if form_id is not None:
        wanted = wanted.where(Form.form_id == form_id)
    if not every_version:
        wanted = wanted.where(FormVersion.version == Form.version)
    return [
        Offered(row, row.version == current, _md5(row.xform), bool(list_files(project_id, row)))
        for row, current in db.session.execute(wanted)
    ]


def list_files(project_id: int, version: FormVersion) -> list[File]:
    """List the files that a form version needs and that are here, by name.

    A CSV that was given with the form is that file; one that was not is the entity list of that name.
    """
    store = blob_store()
    files = {
        row.name: File(row.name, row.sha256, None)
        for row in db.session.scalars(
            select(FormAttachment).where(
                FormAttachment.project_id == project_id,
                FormAttachment.form_id == version.form_id,
                FormAttachment.version == version.version,
            )
        )
        if row.sha256 and (store.shared or store.has(project_id, row.sha256))  # not asked over a network for each
    }
    known = set(db.session.scalars(select(EntityList.name).where(EntityList.project_id == project_id)))
    for name in definition_of(version).lists & known:
        files.setdefault(f"{name}.csv", File(f"{name}.csv", None, name))
    return [files[name] for name in sorted(files)]


def find_file(project_id: int, form_id: str, version: str | None, name: str) -> File:
    """Return one of a form's files.

    :raises Problem: 404.6 unknown form; 404.1 when the form does not name it or nobody gave it.
    """
    for file in list_files(project_id, find_version(project_id, form_id, version)):
        if file.name == name:
            return file
    raise Problem("404.1")


def hash_file(project_id: int, actor: Actor, file: File) -> str:
    """Return the MD5 of a file as this agent would receive it."""
    if file.list is not None:
        return _md5(write_entity_list(project_id, actor, file.list))
    assert file.sha256 is not None  # noqa: S101 - a file is one or the other
    return _md5_of_file(project_id, file.sha256)


def write_entity_list(project_id: int, actor: Actor, list_name: str) -> bytes:
    """Write what an agent's phones hold of an entity list as CSV: ``name,label,__version`` and the visible properties.

    The same records give the same bytes, so that Collect fetches the list only when something changed.
    """
    properties, records = feed.list_held(project_id, actor, list_name)
    columns = [name for name in properties if name.lower() not in RESERVED and not name.startswith("__")]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "label", "__version", *columns])
    for record in records:
        values = (record.values.get(name, "") for name in columns)
        writer.writerow([record.id, record.label, record.version, *values])
    return out.getvalue().encode()


def check_integrity(project_id: int, actor: Actor, list_name: str, asked: Sequence[str]) -> dict[str, bool]:
    """Say of each record asked for, under the id as it was written, whether the phone must drop it.

    :raises Problem: 404.1 when there is no such list.
    """
    if db.session.get(EntityList, (project_id, list_name)) is None:
        raise Problem("404.1")
    written = {text.strip().lower().removeprefix("uuid:"): text.strip() for text in asked if len(text) < 64}
    known = [entity_id for entity_id in written if entity_id.isprintable()]
    dropped = feed.find_dropped(project_id, actor, list_name, known)
    return {written[entity_id]: gone for entity_id, gone in dropped.items()}


def receive_submission(
    project_id: int,
    actor: Actor,
    device_id: str,
    sent_at: datetime | None,
    xml: bytes,
    files: Sequence[SentFile],
) -> dict[str, Any]:
    """Store one submission with some or all of its files; return its outcome as a push tells it.

    A repeat adds the files that were not there. Files are kept before the submission that names them, so that a failure
    between the two costs nothing but their being sent again.

    :raises Problem: 500.1 when nothing was stored.
    """
    names = _name_files(project_id, xml, files)
    end_reads()
    sent = [(name, file.stream, file.content_type) for file, name in zip(files, names, strict=True)]
    announced = attachments.keep_files(project_id, sent)
    answer = sync.receive_batch(
        project_id, actor, device_id, sent_at, [{"xml": xml, "attachments": announced}], literal=True
    )
    result: dict[str, Any] = answer.results[0]
    if result["status"] == FAILED:
        raise Problem("500.1")
    attachments.keep_refused(project_id, sent, announced)
    return result


def _name_files(project_id: int, xml: bytes, files: Sequence[SentFile]) -> list[str]:
    """Name the files as the XML does: by their part, as OpenRosa says, or by their file name, as some clients do."""
    named: set[str] = set()
    if any(file.field != file.filename for file in files):
        try:
            instance = parse_instance(xml)
            definition = find_definition(db.session, project_id, instance.form_id, instance.version)
            named = set(named_attachments(definition, instance)) if definition else set()
        except FormsError:
            named = set()  # it is set aside with its files
    return [
        file.filename if file.filename in named and file.field not in named else file.field or file.filename
        for file in files
    ]


def collect_settings(project_id: int, token: str) -> dict[str, Any]:
    """Return the settings that make ODK Collect an agent's phone; they hold her token.

    :raises Problem: 404.1 for an unknown project.
    """
    project = db.session.get(Project, project_id)
    if project is None:
        raise Problem("404.1")
    return {
        "general": {
            "server_url": f"{current_app.config['HIRFA'].url}/v1/key/{token}/projects/{project_id}",
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": {"name": project.name},
    }


def pack_settings(settings: dict[str, Any]) -> str:
    """Write settings as Collect reads them from a QR code: JSON, deflated (zlib), base64."""
    return base64.b64encode(zlib.compress(json.dumps(settings, ensure_ascii=False).encode(), 9)).decode()


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@lru_cache(maxsize=1024)
def _md5_of_file(project_id: int, sha256: str) -> str:
    """Hash a blob, once a process: its name is its content."""
    with blob_store().open(project_id, sha256) as file:
        return hashlib.file_digest(cast(Any, file), lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
