"""Answers that are sent while they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response, stream_with_context

from exports.csvtables import to_file_name

PIECE_BYTES = 32 * 1024


def send_stream(chunks: Iterator[bytes], mimetype: str, *, name: str = "") -> Response:
    """Send what a service makes; what goes wrong in the first piece is said instead of the answer.

    :param name: of the file that the answer is saved as.
    """
    pieces = _join(chunks)
    first = next(pieces)
    response = Response(stream_with_context(chain((first,), pieces)), content_type=mimetype)
    if name:
        response.headers.set("Content-Disposition", "attachment", filename=to_file_name(name))
    response.headers["Cache-Control"] = "no-store"
    return response


def _join(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give pieces worth a packet."""
    pending: list[bytes] = []
    size = 0
    for chunk in chunks:
        pending.append(chunk)
        size += len(chunk)
        if size >= PIECE_BYTES:
            yield b"".join(pending)
            pending, size = [], 0
    yield b"".join(pending)
