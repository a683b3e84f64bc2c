"""Which type of question a node of an XForm is, and whether a person can answer it.

An XForm says this in three places: the bind (type, preload, calculate, read-only), the control and its media type.
Follows pyxform's table of question types, read backwards.
Source: https://getodk.github.io/xforms-spec/#data-types
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.controls import Control

_DATA_TYPES = {
    "int": "integer",
    "integer": "integer",
    "long": "integer",
    "decimal": "decimal",
    "double": "decimal",
    "float": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
    "barcode": "barcode",
    "rank": "rank",
    "binary": "file",
}
_SELECTS = {"select1": "select_one", "select": "select_multiple", "rank": "rank", "range": "range"}
_MEDIA = {"image": "image", "audio": "audio", "video": "video"}
_TRUE = frozenset({"true()", "true", "1"})


@dataclass(slots=True)
class Bind:
    """What the model says about one node; "" where it says nothing."""

    id: str = ""
    type: str = ""
    calculate: str = ""
    readonly: str = ""
    preload: str = ""
    preload_params: str = ""
    save_to: str = ""
    policy: str | None = None
    visibility: str | None = None
    unit: str | None = None
    decimals: int | None = None
    role: str | None = None
    is_set: bool = False
    records_audio: bool = False

    @property
    def always_readonly(self) -> bool:
        """Tell whether nobody can ever change the node; a condition that may turn false is not that."""
        return self.readonly.replace(" ", "") in _TRUE


def find_type(path: str, bind: Bind, control: Control | None, default: str) -> str:
    """Return the ODK type of a question; `default` is the text that stands in the blank form."""
    data_type = _DATA_TYPES.get(bind.type, "text")
    if control is None:
        return _find_hidden_type(path, bind, data_type)
    if control.tag in _SELECTS:
        return _SELECTS[control.tag]
    if control.tag == "trigger":
        return "acknowledge"
    if control.tag == "upload":
        return _MEDIA.get(control.mediatype.partition("/")[0], "file")
    if control.external:
        return "select_one"
    shown_only = bind.always_readonly and not (bind.calculate or bind.is_set or default)
    return "note" if shown_only and data_type == "text" else data_type


def _find_hidden_type(path: str, bind: Bind, data_type: str) -> str:
    """Return the type of a question without control: what the phone fills in, a calculation or a hidden value."""
    if bind.records_audio:
        return "audio"
    if path.endswith("/meta/audit"):
        return "audit"
    if bind.preload in ("timestamp", "date") and bind.preload_params in ("start", "end", "today"):
        return bind.preload_params
    if bind.preload == "property" and bind.preload_params:
        return bind.preload_params.removeprefix("uri:")
    if data_type != "text":
        return data_type
    return "calculate" if bind.calculate or bind.is_set else "hidden"


def is_answerable(path: str, binds: Mapping[str, Bind], control: Control | None, default: str) -> bool:
    """Tell whether a person can type or pick an answer: it is shown, is no note and can be changed.

    A calculation that is shown and not read-only can be typed over, until what it is computed from changes.
    """
    bind = binds.get(path, Bind())
    if control is None or find_type(path, bind, control, default) == "note":
        return False
    if control.tag in _SELECTS and "label" in control.appearance.split():
        return False  # only the headings of a table of questions
    steps = path.split("/")
    around = ("/".join(steps[:length]) for length in range(2, len(steps) + 1))
    return not any(binds[place].always_readonly for place in around if place in binds)
