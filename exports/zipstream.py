"""A zip file that is written while it is made, from parts that are compressed already.

Bytes leave in order and are never taken back, so the reader may be at the other end of a network. Several entries can
grow at once: the oldest one goes out as it grows, the others wait in one temporary file, which disappears with the
archive. Without its last bytes (:meth:`ZipStream.close`) no program takes the file for a whole one.

A :class:`Part` does not depend on what came before it: parts can be kept and put into another archive.
Source: APPNOTE.TXT 6.3 (general purpose bit 3: sizes and checksum follow the data); RFC 1951.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Final, NamedTuple

from isal import isal_zlib

#: An entry that is larger needs extensions that Excel refuses in a streamed file.
MAX_ENTRY: Final = 2**32 - 2**26
_MOST_WAITING: Final = 4 * 2**20
_LEVEL: Final = 1
_UTF8_AND_SIZES_FOLLOW: Final = 0x0808
_DEFLATE: Final = 8
_END_OF_DEFLATE: Final = b"\x03\x00"


class ZipTooLargeError(Exception):
    """The archive would be larger than 4 GiB, which spreadsheet programs do not open."""


class Part(NamedTuple):
    """Compressed bytes, and the checksum and number of the bytes they came from."""

    data: bytes
    crc: int
    size: int


def deflate(data: bytes) -> Part:
    """Compress bytes by themselves."""
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -15)
    made = compressor.compress(data) + compressor.flush(isal_zlib.Z_FULL_FLUSH)
    return Part(made, isal_zlib.crc32(data), len(data))


class Entry:
    """One file of the archive, growing."""

    def __init__(self, archive: ZipStream, name: str) -> None:
        self.name = name.encode()
        self.crc = 0
        self.size = 0
        self.packed = 0
        self.offset = 0
        self.closed = False
        self.waiting: list[tuple[int, int]] = []
        self._archive = archive

    def put(self, part: Part) -> None:
        """Add a part at the end."""
        self.crc = isal_zlib.crc32_combine(self.crc, part.crc, part.size) if self.size else part.crc
        self.size += part.size
        self.packed += len(part.data)
        self._archive._grow(self, part.data)

    def close(self) -> None:
        """End the file."""
        self.packed += len(_END_OF_DEFLATE)
        self._archive._grow(self, _END_OF_DEFLATE)
        self.closed = True
        self._archive._advance()


class ZipStream:
    """The archive. :meth:`take` gives what is ready to be sent."""

    def __init__(self, when: datetime) -> None:
        self._stamp = (
            (when.hour << 11) | (when.minute << 5) | (when.second // 2),
            (max(when.year - 1980, 0) << 9) | (when.month << 5) | when.day,
        )
        self._ready: list[bytes | tuple[int, int]] = []
        self._position = 0
        self._open: list[Entry] = []
        self._done: list[Entry] = []
        self._spool = SpooledTemporaryFile(max_size=_MOST_WAITING)  # noqa: SIM115 - lives as long as the archive
        self._spooled = 0

    def open(self, name: str) -> Entry:
        """Begin a file."""
        entry = Entry(self, name)
        self._open.append(entry)
        if len(self._open) == 1:
            self._begin(entry)
        return entry

    def add(self, name: str, data: bytes) -> None:
        """Add a whole file."""
        entry = self.open(name)
        entry.put(deflate(data))
        entry.close()

    def take(self) -> Iterator[bytes]:
        """Give the bytes made since the last time; what waited is read a piece at a time."""
        ready, self._ready = self._ready, []
        for piece in ready:
            if isinstance(piece, bytes):
                yield piece
            else:
                self._spool.seek(piece[0])
                yield self._spool.read(piece[1])
        if not self._open and self._spooled:
            self._spool.seek(0)
            self._spool.truncate()
            self._spooled = 0

    def close(self) -> None:
        """Write what makes it a whole archive."""
        begun = self._position
        for entry in self._done:
            self._write(
                struct.pack(
                    "<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, _UTF8_AND_SIZES_FOLLOW, _DEFLATE, *self._stamp,
                    entry.crc, entry.packed, entry.size, len(entry.name), 0, 0, 0, 0, 0o600 << 16, entry.offset,
                )
                + entry.name
            )  # fmt: skip
        count, size = len(self._done), self._position - begun
        self._write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, begun, 0))

    def discard(self) -> None:
        """Drop what waits."""
        self._spool.close()

    def _begin(self, entry: Entry) -> None:
        entry.offset = self._position
        head = struct.pack(
            "<4s2B4HL2L2H", b"PK\x03\x04", 20, 0, _UTF8_AND_SIZES_FOLLOW, _DEFLATE, *self._stamp, 0, 0, 0,
            len(entry.name), 0,
        )  # fmt: skip
        self._write(head + entry.name)

    def _grow(self, entry: Entry, data: bytes) -> None:
        if self._open[0] is entry:
            self._write(data)
            return
        self._spool.seek(self._spooled)
        self._spool.write(data)
        entry.waiting.append((self._spooled, len(data)))
        self._spooled += len(data)

    def _advance(self) -> None:
        """Send out what the entries at the front are ready for."""
        while self._open and self._open[0].closed:
            entry = self._open.pop(0)
            self._write(struct.pack("<4s3L", b"PK\x07\x08", entry.crc, entry.packed, entry.size))
            self._done.append(entry)
            if self._open:
                self._begin(self._open[0])
                for piece in self._open[0].waiting:
                    self._ready.append(piece)
                    self._move(piece[1])
                self._open[0].waiting.clear()

    def _write(self, data: bytes) -> None:
        self._ready.append(data)
        self._move(len(data))

    def _move(self, length: int) -> None:
        self._position += length
        if self._position > 2**32 - 2**24:
            raise ZipTooLargeError
