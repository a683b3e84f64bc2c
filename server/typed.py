"""What people type and addresses ask, as it may be stored: no text in a database holds a NUL, PostgreSQL refuses to
look for one, and nobody means it. It becomes U+FFFD, as in HTML: what asked for a name with one still names nothing."""

from __future__ import annotations

from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items


class _Typed(ImmutableMultiDict[str, Any]):
    def __init__(self, mapping: Any = None) -> None:
        super().__init__([
            (name.replace("\0", "\ufffd"), value.replace("\0", "\ufffd") if isinstance(value, str) else value)
            for name, value in iter_multi_items(mapping or ())
        ])  # fmt: skip


class TypedRequest(Request):
    """A request whose query and form hold no NUL."""

    parameter_storage_class = _Typed
