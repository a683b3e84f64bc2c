"""A hand-over: one file of sealed items and photographs that another phone, or a memory stick, carries for an agent.

JSON lines, so that any phone can read its head and a cut costs only what comes after it:

1. the head: `{hirfa: "handover", version: 1, project: {id, name}, appUser: {id, name}, deviceId, writtenAt,
   clockOffsetMs, count, photos, size, entries: [sha256 of each line that follows the second]}`;
2. `{signature}`: HMAC-SHA256 of the head, keyed by the hash of the enrolment's token, in hex;
3. `{item: {…}}`, a sealed item as in a push, and `{file: {sha256, contentType, keyId, sealed}}`, a sealed photograph.

The signature proves that the head was written by who holds the enrolment's token (or by the server, which knows the
hash): a carrier can neither read nor change nor forge. Each line is proved by its hash in the head, so a part of the
file is as good as the whole: a carrier sends it in parts, and what is left of a damaged file still counts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from sync.errors import SyncError

VERSION: Final = 1
MAX_HEAD: Final = 2 * 2**20
MAX_LINE: Final = 144 * 2**20
"""A photograph of 100 MiB, sealed, in base64."""
MAX_ENTRIES: Final = 20_000
_LONGEST_OFFSET_MS: Final = 100 * 366 * 86_400_000


@dataclass(frozen=True, slots=True)
class Head:
    """Who hands over what, as its first line says."""

    project_id: int
    app_user_id: int
    app_user_name: str
    device_id: str
    written_at: str
    clock_offset_s: float
    """Server minus phone, measured at the phone's latest sync; 0 when it never was."""
    count: int
    photos: int
    size: int
    """Bytes of the lines that follow."""
    entries: tuple[str, ...]
    line: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the file: an item, a photograph, or, when `kind` is "damaged", nothing that can be trusted."""

    kind: str
    value: dict[str, Any]


def sign(line: bytes, token_hash: str) -> str:
    """Sign a head with the hash of the enrolment's token, in hex."""
    return hmac.new(token_hash.encode(), b"hirfa/1 handover\n" + line, hashlib.sha256).hexdigest()


def is_genuine(head: Head, token_hash: str) -> bool:
    """Tell, in constant time, whether a head was signed by an enrolment."""
    return hmac.compare_digest(sign(head.line, token_hash).encode(), head.signature.encode("utf-8", "replace"))


def read_head(stream: BinaryIO) -> Head:
    """Read the first two lines.

    :raises SyncError: code "no_handover", "newer" (another version of the format).
    """
    line = _trim(stream.readline(MAX_HEAD + 1))
    given = _read_object(line)
    if given.get("hirfa") != "handover":
        raise SyncError("no_handover", "its first line is not that of a hand-over file")
    if given.get("version") != VERSION:
        raise SyncError("newer", f"it is of version {given.get('version')!r}, version {VERSION} is understood")
    signature = _read_object(_trim(stream.readline(MAX_HEAD + 1))).get("signature")
    entries = given.get("entries")
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES or not isinstance(signature, str):
        raise SyncError("no_handover", "it lists no entries, or too many, or it is not signed")
    agent, project = given.get("appUser"), given.get("project")
    offset_ms = given.get("clockOffsetMs")
    return Head(
        project_id=_number(project.get("id") if isinstance(project, dict) else None),
        app_user_id=_number(agent.get("id") if isinstance(agent, dict) else None),
        app_user_name=_text(agent.get("name") if isinstance(agent, dict) else ""),
        device_id=_text(given.get("deviceId")),
        written_at=_text(given.get("writtenAt")),
        clock_offset_s=_offset(offset_ms),
        count=_number(given.get("count")),
        photos=_number(given.get("photos")),
        size=_number(given.get("size")),
        entries=tuple(_text(entry) for entry in entries),
        line=line,
        signature=signature,
    )


def read_entries(stream: BinaryIO, head: Head) -> Iterator[Entry]:
    """Read the lines that follow, each listed one once, in the order they come; one that is not listed is "damaged"."""
    left = set(head.entries)
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield Entry("damaged", {})
            continue
        line = _trim(line)
        if not line:
            continue
        digest = hashlib.sha256(line).hexdigest()
        if digest not in left:
            yield Entry("damaged", {})
            continue
        left.remove(digest)
        given = _parse(line) or {}  # what was signed may still make no sense: the lines after it count
        item, file = given.get("item"), given.get("file")
        if isinstance(item, dict):
            yield Entry("item", item)
        elif isinstance(file, dict):
            yield Entry("file", file)
        else:
            yield Entry("damaged", {})


def _trim(line: bytes) -> bytes:
    """Take off what an editor or a mail program may have put around a line."""
    return line.removeprefix(b"\xef\xbb\xbf").strip()


def _parse(line: bytes) -> dict[str, Any] | None:
    """Give the object that a line is; None when it is none."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


def _read_object(line: bytes) -> dict[str, Any]:
    given = _parse(line)
    if given is None:
        raise SyncError("no_handover", "its beginning is damaged, or it is another kind of file")
    return given


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else 0


def _text(value: Any) -> str:
    return "".join(char for char in value[:255] if char.isprintable()) if isinstance(value, str) else ""


def _offset(value: Any) -> float:
    """Turn milliseconds into seconds; 0 for what no clock is off by. NaN is not, and an int may be beyond any float."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    return value / 1000 if abs(value) < _LONGEST_OFFSET_MS else 0.0
