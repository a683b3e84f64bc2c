"""OpenRosa documents as XML: the form list, the manifest, integrity, and the response to a submission or an error.

Follows docs.getodk.org: openrosa-form-list, openrosa-integrity, openrosa-form-submission, openrosa-http. Written by
hand, for they are four small flat documents; every value passes through ``_text``, which escapes it and replaces what
XML cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import escape

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
ENTITY_LIST = "entityList"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class ListedForm:
    """One line of the form list."""

    form_id: str
    name: str
    version: str
    md5: str
    """Of the form's XML, in hex; Collect fetches the form again when it changes."""
    download_url: str
    manifest_url: str | None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One line of a manifest; an entity list has an ``integrity_url``."""

    filename: str
    md5: str
    download_url: str
    integrity_url: str | None = None


def write_form_list(forms: Iterable[ListedForm]) -> str:
    lines = [DECLARATION, '<xforms xmlns="http://openrosa.org/xforms/xformsList">\n']
    for form in forms:
        fields = {
            "formID": form.form_id,
            "name": form.name or form.form_id,
            "version": form.version,
            "hash": f"md5:{form.md5}",
            "descriptionText": form.description,
            "downloadUrl": form.download_url,
            "manifestUrl": form.manifest_url,
        }
        lines.append(f"<xform>{_fields(fields)}</xform>\n")
    return "".join([*lines, "</xforms>\n"])


def write_manifest(files: Iterable[MediaFile]) -> str:
    lines = [DECLARATION, '<manifest xmlns="http://openrosa.org/xforms/xformsManifest">\n']
    for file in files:
        kind = f' type="{ENTITY_LIST}"' if file.integrity_url else ""
        fields = {
            "filename": file.filename,
            "hash": f"md5:{file.md5}",
            "downloadUrl": file.download_url,
            "integrityUrl": file.integrity_url,
        }
        lines.append(f"<mediaFile{kind}>{_fields(fields)}</mediaFile>\n")
    return "".join([*lines, "</manifest>\n"])


def write_integrity(deleted: Mapping[str, bool]) -> str:
    """Say of each record whether the phone must drop it. No blank between elements: Collect stumbles over it."""
    entities = "".join(
        f'<entity id="{_text(entity_id)}"><deleted>{"true" if gone else "false"}</deleted></entity>'
        for entity_id, gone in deleted.items()
    )
    return f"{DECLARATION}<data><entities>{entities}</entities></data>"


def write_response(message: str, nature: str) -> str:
    """Write the envelope of an answer to a submission, or of an error (``nature`` "error")."""
    return (
        f'{DECLARATION}<OpenRosaResponse xmlns="http://openrosa.org/http/response" items="0">'
        f'<message nature="{_text(nature)}">{_text(message)}</message></OpenRosaResponse>\n'
    )


def _fields(fields: Mapping[str, str | None]) -> str:
    return "".join(f"<{name}>{_text(value)}</{name}>" for name, value in fields.items() if value is not None)


def _text(value: str) -> str:
    return str(escape(_NO_XML.sub("\ufffd", value)))
