"""Answers that are sent while they are made."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from contextvars import copy_context

from flask import Response, current_app, g
from flask.globals import request_ctx

from exports.csvtables import to_file_name

PIECE_BYTES = 32 * 1024


def send_stream(chunks: Iterator[bytes], mimetype: str, *, name: str = "") -> Response:
    """Send what a service makes; what goes wrong in the first piece is said instead of the answer.

    :param name: of the file that the answer is saved as.
    """
    response = Response(_Begun(chunks), content_type=mimetype)
    if name:
        response.headers.set("Content-Disposition", "attachment", filename=to_file_name(name))
    response.headers["Cache-Control"] = "no-store"
    return response


class _Begun:
    """A stream of which the first piece is made already.

    It has contexts of its own, from its first piece to its last: with those of the view, which end between the two, the
    session would end, and with it the moment that the answer shows.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._context = copy_context()
        self._stream = _hold(chunks)
        self._first = [self._context.run(next, self._stream)]

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._first.pop() if self._first else self._context.run(next, self._stream)

    def close(self) -> None:
        """End it, also when nobody read a piece of it."""
        self._context.run(self._stream.close)


def _hold(chunks: Iterator[bytes]) -> Generator[bytes, None, None]:
    app_context, asked = current_app.app_context(), request_ctx.copy()
    vars(app_context.g).update(vars(g._get_current_object()))
    with app_context, asked, closing(chunks):  # type: ignore[type-var]
        yield from _join(chunks)


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
