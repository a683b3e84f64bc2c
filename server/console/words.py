"""One text in the three languages of the pages."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """One text; ``{name}`` is filled in."""

    fr: str
    ar: str
    en: str
