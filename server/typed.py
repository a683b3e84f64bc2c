"""What people type and addresses ask, as it may be stored: no text in a database holds a NUL, PostgreSQL refuses to
look for one, and nobody means it. It becomes U+FFFD, as in HTML: what asked for a name with one still names nothing."""

from __future__ import annotations

from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items


class _Typed(ImmutableMultiDict[str, Any]):
    def __init__(self, mapping: Any = None) -> None:
        # the parser of multipart bodies gives None where it cannot read a part's name
        super().__init__([(to_typed(name or ""), to_typed(value)) for name, value in iter_multi_items(mapping or ())])


class TypedRequest(Request):
    """A request whose query and form hold no NUL."""

    parameter_storage_class = _Typed


def to_typed(value: Any) -> Any:
    """Return a text, or what was read from JSON with all texts in it, without NUL; all else as it is."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {to_typed(key): to_typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [to_typed(inner) for inner in value]
    return value
