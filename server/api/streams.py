"""Answers that are sent while they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Response, stream_with_context

from exports.csvtables import to_file_name

PIECE_BYTES = 32 * 1024


def send_stream(chunks: Iterator[bytes], mimetype: str, *, name: str = "") -> Response:
    """Send what a service makes; what goes wrong in the first piece is said instead of the answer.

    :param name: of the file that the answer is saved as.
    """
    response = Response(_Begun(stream_with_context(_join(chunks))), content_type=mimetype)
    if name:
        response.headers.set("Content-Disposition", "attachment", filename=to_file_name(name))
    response.headers["Cache-Control"] = "no-store"
    return response


class _Begun:
    """A stream of which the first piece is made already.

    It is made inside the stream's own hold on the request: that hold alone outlives the view. Without it the session,
    and with it the moment that the answer shows, would end with the view, between the first piece and the second.
    """

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self._first = [next(stream)]

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._first.pop() if self._first else next(self._stream)

    def close(self) -> None:
        """End it, also when nobody read a piece of it."""
        self._stream.close()  # type: ignore[attr-defined]


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
