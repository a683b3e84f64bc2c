"""Style, script and pictures of the console; vendored files are copied there by ``npm run vendor``."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Response, request, url_for

from server.auth import PUBLIC, require
from server.errors import Problem

FOLDER: Final = Path(__file__).resolve().parent / "static"
_WORTH_PACKING: Final = frozenset({".css", ".js", ".svg"})


@lru_cache(maxsize=32)
def _read(name: str, changed: int) -> tuple[bytes, bytes | None, str]:
    """Read a file once: its bytes, gzipped where that helps, and the beginning of its sha256."""
    del changed  # part of the key: a file that was built anew is read anew
    data = (FOLDER / name).read_bytes()
    packed = gzip.compress(data, 9, mtime=0) if Path(name).suffix in _WORTH_PACKING else None
    return data, packed, hashlib.sha256(data).hexdigest()[:12]


def _known(name: str) -> int | None:
    """Return when a file of the folder changed (ns); None for a name that is not in it."""
    path = FOLDER / name
    inside = not path.is_symlink() and FOLDER in path.resolve().parents
    return path.stat().st_mtime_ns if inside and path.is_file() else None


def static_url(name: str) -> str:
    """Return a file's address, which changes with its content."""
    changed = _known(name)
    return url_for("console.static", name=name, v=_read(name, changed)[2] if changed is not None else None)


@require(PUBLIC)
def static(name: str) -> Response:
    changed = _known(name) if name.isprintable() else None
    if changed is None:
        raise Problem("404.1")
    data, packed, digest = _read(name, changed)
    packing = packed is not None and request.accept_encodings.best_match(["gzip"]) == "gzip"
    response = Response(
        packed if packing and packed is not None else data, mimetype=mimetypes.guess_type(name)[0] or "text/plain"
    )
    if packing:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(digest, weak=True)
    lasting = request.args.get("v") == digest
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    response.make_conditional(request)
    return response
