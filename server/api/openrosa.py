"""OpenRosa for ODK Collect, under ``/v1/key/<token>/``: form list, forms, manifests, entity lists, submissions.

The token stands in the address, as with ODK Central's app users, because Collect asks for nothing else; addresses are
never logged.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from flask import Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.http import http_date

from server.api.addresses import base_url
from server.api.files import send_blob
from server.auth import actor, require
from server.errors import Problem, wants_openrosa
from server.schemas.openrosa import (
    ListedForm,
    MediaFile,
    write_form_list,
    write_integrity,
    write_manifest,
    write_response,
)
from server.services import forms
from server.services import openrosa as service
from server.texts import choose_language
from sync.protocol import MAX_INFLATED, QUARANTINED

VERB = "openrosa"
XML = "text/xml; charset=utf-8"
XML_PART = "xml_submission_file"
ADVISED_BYTES = 10 * 10**6
"""Said to Collect: it then sends its photographs over several requests, and a cut costs one of them."""
MAX_POST = 128 * 2**20
DEVICE_CHARS = 255
RECEIVED = {"fr": "Bien reçu.", "ar": "تم الاستلام.", "en": "Received."}
ASIDE = {
    "fr": "Bien reçu et mis de côté ({code}) : la Chambre va le regarder.",
    "ar": "تم الاستلام والحفظ جانبا ({code}): ستنظر فيه الغرفة.",
    "en": "Received and set aside ({code}): the chamber will look at it.",
}


@require(VERB)
def form_list(token: str, project_id: int) -> Response:
    _refuse_revoked()
    verbose = request.args.get("verbose", "").lower() == "true"
    form_id = request.args.get("formID") or None
    offered = service.list_offered(project_id, form_id=form_id, every_version="listAllVersions" in request.args)
    base = _base(token, project_id)
    listed = []
    for offer in offered:
        found = offer.version
        path = f"{base}/{_form_path(found.form_id, None if offer.current else found.version)}"
        listed.append(
            ListedForm(
                form_id=found.form_id,
                name=found.title,
                version=found.version,
                md5=offer.md5,
                download_url=f"{path}.xml",
                manifest_url=f"{path}/manifest" if offer.files else None,
                description=found.title if verbose else None,
            )
        )
    return _xml(write_form_list(listed))


@require(VERB)
def form_xml(token: str, project_id: int, form_id: str, version: str | None = None) -> Response:
    _refuse_revoked()
    return _cached(forms.find_version(project_id, form_id, version).xform, XML)


@require(VERB)
def manifest(token: str, project_id: int, form_id: str, version: str | None = None) -> Response:
    _refuse_revoked()
    found = forms.find_version(project_id, form_id, version)
    base, reader = _base(token, project_id), actor()
    folder = f"{base}/{_form_path(form_id, version)}/attachments"
    return _xml(
        write_manifest(
            MediaFile(
                filename=file.name,
                md5=service.hash_file(project_id, reader, file),
                download_url=f"{folder}/{_part(file.name)}",
                integrity_url=f"{base}/datasets/{_part(file.list)}/integrity" if file.list else None,
            )
            for file in service.list_files(project_id, found)
        )
    )


@require(VERB)
def attachment(token: str, project_id: int, form_id: str, name: str, version: str | None = None) -> Response:
    """Send a media file or plain CSV, or an entity list as this agent may hold it."""
    _refuse_revoked()
    file = service.find_file(project_id, form_id, version, name)
    if file.list is not None:
        return _cached(service.write_entity_list(project_id, actor(), file.list), "text/csv; charset=utf-8")
    return send_blob(project_id, file.sha256 or "", file.name)


@require(VERB)
def integrity(token: str, project_id: int, list_name: str) -> Response:
    _refuse_revoked()
    asked = request.args.get("id", "").split(",")
    return _xml(write_integrity(service.check_integrity(project_id, actor(), list_name, asked)))


@require(VERB)
def submission_head(token: str, project_id: int) -> Response:
    """Say where to send, and how much at once. Collect wants exactly 204, and follows no address on another host."""
    response = Response(status=204)
    base = _base(token, project_id)
    if urlsplit(base).hostname == urlsplit(f"//{request.host}").hostname:
        response.headers["Location"] = f"{base}/submission"
    return response


@require(VERB)
def submit(token: str, project_id: int) -> Response:
    """Receive a submission: 201 whenever it is stored, also again, also aside.

    :raises Problem: 415.1 not multipart; 400.2 without the XML; 400.50 cut on its way; 413.1 too large.
    """
    request.max_content_length = MAX_POST
    request.max_form_memory_size = MAX_INFLATED
    if request.mimetype != "multipart/form-data":
        raise Problem("415.1", expected="multipart/form-data")
    xml = _read_xml()
    files = [
        service.SentFile(
            field=name,
            filename=file.filename or "",
            content_type=_kind(file),
            stream=file.stream,
        )
        for name, file in request.files.items(multi=True)
        if name != XML_PART
    ]
    result = service.receive_submission(project_id, actor(), _device(), _sent_at(), xml, files)
    language = choose_language(request)
    if result["status"] == QUARANTINED:
        text = write_response(ASIDE[language].format(code=result["error"]["code"]), "submit_set_aside")
    else:
        text = write_response(RECEIVED[language], "submit_success")
    return _xml(text, 201)


def mark(response: Response) -> Response:
    """Give every answer under ``/v1/key/``, errors too, the headers by which clients know OpenRosa."""
    if wants_openrosa():
        response.headers["X-OpenRosa-Version"] = "1.0"
        response.headers["X-OpenRosa-Accept-Content-Length"] = str(ADVISED_BYTES)
        response.headers["Content-Language"] = choose_language(request)
        response.headers.setdefault("Cache-Control", "no-store")
        if not request.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn"):  # which writes a Date of its own
            response.headers["Date"] = http_date(datetime.now(UTC))
    return response


def _refuse_revoked() -> None:
    if actor().revoked:
        raise Problem("403.50")


def _read_xml() -> bytes:
    part = request.files.get(XML_PART)
    if part is not None:
        xml = part.stream.read(MAX_INFLATED + 1)
    elif XML_PART in request.form:
        xml = request.form[XML_PART].encode("utf-8", "surrogatepass")
    else:
        raise Problem("400.2", field=XML_PART)
    if len(xml) > MAX_INFLATED:
        raise Problem("413.1", limit_bytes=MAX_INFLATED, limit_items=1)
    return xml


def _kind(file: FileStorage) -> str:
    kind = file.mimetype or ""
    return kind[:DEVICE_CHARS] if kind.isprintable() and kind else "application/octet-stream"


def _device() -> str:
    """Name the phone as it names itself (``deviceID``); one that says nothing is the agent's only one."""
    given = "".join(c for c in request.args.get("deviceID", "") if c.isprintable())[:DEVICE_CHARS]
    return given or f"openrosa:{actor().id}"


def _sent_at() -> datetime | None:
    """Read the phone's clock from the ``Date`` header; None where it cannot be read (Collect may translate it)."""
    return request.date


def _base(token: str, project_id: int) -> str:
    """Return the address of the project for this token as the phone reaches it.

    It is the public one; on a server that has none but its loopback address (a trial, an emulator), the one that was
    asked.
    """
    return f"{base_url()}/v1/key/{token}/projects/{project_id}"


def _form_path(form_id: str, version: str | None) -> str:
    form = f"forms/{_part(form_id)}"
    return form if version is None else f"{form}/versions/{_part(version)}"


def _part(text: str) -> str:
    return quote(text, safe="")


def _cached(data: bytes, mimetype: str) -> Response:
    response = Response(data, content_type=mimetype)
    response.set_etag(hashlib.sha256(data).hexdigest())
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def _xml(text: str, status: int = 200) -> Response:
    return Response(text, status=status, content_type=XML)
