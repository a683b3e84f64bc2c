"""Read a JSON body, perhaps gzipped, within limits."""

from __future__ import annotations

import json
from typing import Any

import orjson
from flask import request
from marshmallow import Schema, ValidationError

from server.errors import Problem
from server.typed import to_typed
from sync.errors import SyncError
from sync.protocol import MAX_COMPRESSED, MAX_INFLATED, MAX_ITEMS, inflate

NUL = b"\\u0000"


def read_json(
    schema: Schema, *, max_bytes: int = MAX_INFLATED, max_compressed: int = MAX_COMPRESSED, verbatim: bool = False
) -> dict[str, Any]:
    """Read the request's body by a schema.

    :param verbatim: keep a NUL in a text, for who keeps what was sent whatever it is; else it becomes U+FFFD.

    :raises Problem: 413.1 too large; 400.1 broken gzip or JSON; 400.50 cut on its way; 400.8 not of the schema's form.
    """
    encoding = (request.content_encoding or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise Problem("415.1", expected="gzip or no Content-Encoding")
    packed = encoding in ("gzip", "x-gzip")
    limit = max_compressed if packed else max_bytes
    if request.content_length is not None and request.content_length > limit:
        raise too_large(limit)
    request.max_content_length = limit + 1
    body = request.get_data(cache=False)
    if len(body) > limit:
        raise too_large(limit)
    if packed:
        try:
            body = inflate(body, max_bytes)
        except SyncError as error:
            if error.code == "too_large":
                raise too_large(max_bytes) from None
            raise Problem("400.1", format="gzip", reason=str(error)) from None
    try:
        given = _read(body)
        if not verbatim and NUL in body:
            given = to_typed(given)
    except (ValueError, RecursionError) as error:
        raise Problem("400.1", format="JSON", reason=str(error)[:200]) from None
    if not isinstance(given, dict):
        raise Problem("400.1", format="JSON", reason="an object is expected")
    try:
        loaded: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        raise Problem("400.8", field=", ".join(map(str, error.messages_dict)), reason=str(error.messages)) from None
    return loaded


def _read(body: bytes) -> Any:
    """Read JSON; what the fast reader refuses (a lone surrogate in one item, say) the slower one may take."""
    try:
        return orjson.loads(body)
    except ValueError:
        return json.loads(body)


def too_large(limit_bytes: int) -> Problem:
    return Problem("413.1", limit_bytes=limit_bytes, limit_items=MAX_ITEMS)
