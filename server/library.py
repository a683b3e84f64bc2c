"""Read the files of the programme that come with the product (forms/library): the pure packages touch no file."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from pathlib import Path

from forms.support import Support

LIBRARY = Path(__file__).resolve().parent.parent / "forms" / "library"


def read_table(name: str) -> list[dict[str, str]]:
    """Return a CSV of the library as a list of rows.

    :raises ValueError: for a name with a folder in it.
    """
    if Path(name).name != name:
        raise ValueError(name)
    return list(csv.DictReader(io.StringIO((LIBRARY / "data" / name).read_text("utf-8-sig"))))


@lru_cache(maxsize=1)
def read_support() -> Support:
    """Return what the agents' app can show of a form (forms/support.json)."""
    return Support((LIBRARY.parent / "support.json").read_text("utf-8"))
