"""The answers of a form as ODK Central's programs expect them: tables of texts, keys, and types.

The workbook is for people; this is for programs (pyODK, Power Query, R), which read Central's CSV, OData and GeoJSON.
The tables are those of the workbook (`exports.tables`: all versions together), the answers are the texts of the filled
form: choices by name, numbers as typed. Three things differ from Central on purpose: moments are in UTC, identification
numbers are masked and positions are rounded to what the form keeps.

Source: ODK Central, https://docs.getodk.org/central-api-odata-endpoints/ and -submission-management/.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha1
from typing import Final, NamedTuple
from urllib.parse import quote

from exports.labels import Labeller
from exports.programme import ALGIERS, Submission
from exports.rows import FormRows, mask
from exports.tables import POINTS, Field, FormTable, build_tables, to_steps
from forms.definition import FormDefinition
from forms.values import to_value

ROOT: Final = "Submissions"
_TYPES: Final = {
    "integer": "int",
    "decimal": "decimal",
    "range": "decimal",
    "date": "date",
    "today": "date",
    "dateTime": "dateTime",
    "start": "dateTime",
    "end": "dateTime",
    "geopoint": "geopoint",
    "start-geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
}
_PASS: Final = re.compile(r"(.*)\[(\d+)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CentralTable:
    """The form itself (``repeat`` empty) or one repeat.

    ``types`` follow ``fields``: one of Central's ("int", "decimal", "date", "dateTime", "geopoint", "geotrace",
    "geoshape", "string"); a question whose type changed between versions is a "string".
    """

    repeat: tuple[str, ...]
    parent: int | None
    fields: tuple[Field, ...]
    types: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name it as OData does: ``Submissions.group.repeat``."""
        return ".".join((ROOT, *map(to_identifier, self.repeat)))


class CentralRow(NamedTuple):
    """One row: ``texts`` follow the fields of its table, "" where nothing was answered."""

    table: int
    key: str
    parent_key: str | None
    texts: list[str]


class Filled(NamedTuple):
    """One filled form: its name and rows, the form itself first."""

    name: str
    rows: list[CentralRow]


class CentralForm:
    """Reads the filled forms of one form, whatever their version.

    :param definitions: all published versions, oldest first.
    """

    def __init__(self, definitions: Sequence[FormDefinition]) -> None:
        made = build_tables(definitions, "fr")
        self.form_id = made[0].form_id
        self.tables = tuple(_to_table(table, made, definitions) for table in made)
        self._rows = FormRows(made, Labeller((), "fr"), ALGIERS)
        self._places = [{item.start: number for number, item in enumerate(table.fields)} for table in made]

    def read(self, submission: Submission) -> Filled:
        """Read a submission; ``submission.key`` is the beginning of every key."""
        plan, answers = self._rows.read(submission)
        rows = []
        for row in answers.rows:
            number = plan.numbers.get(row.table)
            if number is None:
                continue
            places, types = self._places[number], self.tables[number].types
            texts = [""] * len(types)
            for text, asked in zip(row.texts, plan.asked[row.table], strict=True):
                if text and asked is not None:
                    field = places[asked.place]
                    texts[field] = _to_text(text, asked.secret, types[field], asked.read)
            rows.append(CentralRow(number, row.key, row.parent_key, texts))
        return Filled(answers.name, rows)

    def find_table(self, name: str) -> int | None:
        """Find a table by its OData name."""
        return next((number for number, table in enumerate(self.tables) if table.name == name), None)


def _to_table(table: FormTable, made: Sequence[FormTable], definitions: Sequence[FormDefinition]) -> CentralTable:
    above = [
        number
        for number, other in enumerate(made)
        if other is not table and table.repeat and table.repeat[: len(other.repeat)] == other.repeat
    ]
    types: dict[tuple[tuple[str, ...], bool], set[str]] = {}
    for definition in definitions:
        for node in definition.nodes:
            if node.kind == "question":
                key = (to_steps(node.path), node.type in POINTS)
                types.setdefault(key, set()).add(_TYPES.get(node.type, "string"))
    found = [types.get((item.path, item.geo), {"string"}) for item in table.fields]
    return CentralTable(
        table.repeat,
        max(above, key=lambda number: len(made[number].repeat), default=None),
        table.fields,
        tuple(next(iter(kinds)) if len(kinds) == 1 else "string" for kinds in found),
    )


def _to_text(text: str, secret: bool, kind: str, read: object) -> str:
    if secret:
        return mask(text)
    if kind == "dateTime":
        return to_utc(text)
    if kind in ("geopoint", "geotrace", "geoshape") and callable(read):
        value = read(text)  # rounded
        if isinstance(value, tuple):
            return " ".join(_plain(part) for part in value if part is not None)
        return str(value)
    return text


def _plain(part: object) -> str:
    return format(part.normalize(), "f") if isinstance(part, Decimal) else str(part)


def to_utc(text: str) -> str:
    """Write a moment in UTC as ISO 8601; one without its zone, or that is none, stays as it was typed."""
    value = to_value("dateTime", text)
    if not isinstance(value, datetime) or value.tzinfo is None:
        return text
    try:
        return to_stamp(value)
    except OverflowError:  # the first and last day of the calendar
        return text


def to_stamp(moment: datetime) -> str:
    """Write an instant as Central does: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def to_identifier(name: str) -> str:
    """Make a name that OData takes, as Central does: anything but letters, digits and _ becomes _."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", re.sub(r"^([^A-Za-z_])", r"_\1", name))


def to_pass_id(key: str, instance_id: str) -> str:
    """Give the ``__id`` of a row: of the form itself its instanceID, of a pass of a repeat a hash of where it stands.

    :param key: as in the CSV: ``uuid:…/group/repeat[2]``.
    """
    if key == instance_id:
        return instance_id
    parts = [f"{ROOT}#{instance_id}"]
    for step in _steps(key, instance_id):
        found = _PASS.fullmatch(step)
        parts.append(f"{found[1]}#{int(found[2]) - 1}" if found else f"{step}#")
    return sha1("%%".join(parts).encode(), usedforsecurity=False).hexdigest()


def to_link(key: str, instance_id: str) -> str:
    """Give the address, below the service, of all passes of the repeat that a row is one of, under the same parent."""
    named = quote(instance_id, safe="!~*()'")
    link = f"{ROOT}('{named}')"
    steps = _steps(key, instance_id)
    above = instance_id
    for number, step in enumerate(steps):
        above += "/" + step
        found = _PASS.fullmatch(step)
        link += "/" + to_identifier(found[1] if found else step)
        if found and number < len(steps) - 1:
            link += f"('{to_pass_id(above, instance_id)}')"
    return link


def _steps(key: str, instance_id: str) -> list[str]:
    return key[len(instance_id) + 1 :].split("/")
