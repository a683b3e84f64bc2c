"""Sheets before any cell is written: which columns, in which order, under which names.

A form changes over the years and its answers stay. The table of a form is therefore the union of the columns of all its
versions: the newest version gives the order, and what only older versions asked stands where they asked it. Headings
are those of ODK Central's exports (``SubmissionDate``, ``group-field``, ``field-Latitude``, ``KEY``, ``PARENT_KEY``),
so a program that reads one reads the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeVar

from exports.labels import pick
from exports.naming import to_headings
from forms.definition import FormDefinition, Node

MAX_HEADING: Final = 200
_Item = TypeVar("_Item")
POINTS: Final = {"geopoint", "start-geopoint"}
GEOPOINT: Final = ("Latitude", "Longitude", "Altitude", "Accuracy")

#: How a column is shown; the writer turns each into a number format and an alignment.
FORMATS: Final = (
    "text", "rtl", "id", "number", "money", "percent", "percent0", "hours", "days", "mark", "mark-word", "long",
    "long-rtl",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    - ``format``: one of :data:`FORMATS`; "text" lets each value choose (dates as dates, numbers as numbers), "id" keeps
      leading zeros for good, "rtl", "long" and "long-rtl" (wrapped) are for texts.
    - ``unit``: shown behind numbers ("DZD" is shown as DA); ``decimals``: how many are shown, None: as they are.
    - ``width``: in characters; None: measured on the first rows.
    - ``prompt``: what the reader sees when she selects the heading (the question in her language);
    - ``bordered``: its cells have lines around them, empty ones too, as on a form to sign;
    - ``listed``: where the words stand that may be chosen in its cells, as a formula ("'lists'!$A$1:$A$26");
    - ``code``: what a template calls it, the same in every language; ``also``: its headings in both.
    """

    heading: str
    format: str = "text"
    unit: str = ""
    decimals: int | None = None
    width: float | None = None
    prompt: str = ""
    bordered: bool = False
    listed: str = ""
    code: str = ""
    also: tuple[str, ...] = ()

    @property
    def wrapped(self) -> bool:
        """Tell whether long texts go on several lines."""
        return self.format in ("long", "long-rtl")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of some columns of a sheet over its rows: bars, one below the other or upright, or lines."""

    title: str
    labels: int
    values: tuple[int, ...]
    kind: Literal["bars", "columns", "lines"] = "bars"
    last: int | None = None
    """Its last row, when some rows at the end are something else (1 is the heading)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, without its rows.

    - ``name`` + ``tail``: the name wanted, ``tail`` kept when it must be shortened; ``order``: place among the sheets;
    - ``key``: index of the column repeated on each continuation when there are more columns than a sheet can hold;
    - ``frozen``: columns that stay in sight; ``personal``: names people (a printed warning);
    - ``form``: named by whoever made the form, so it must not take the name of another sheet;
    - ``fit``: printed on the width of so many pages, 0: on so few that it can be read;
    - ``row_points``: the height of its rows, for pens;
    - ``charts``: drawn under the rows.
    """

    name: str
    columns: tuple[Column, ...]
    order: int
    tail: str = ""
    key: int = 0
    frozen: int = 0
    personal: bool = False
    fit: int = 0
    filtered: bool = True
    form: bool = False
    row_points: float | None = None
    charts: tuple[Chart, ...] = ()


class Title(list[object]):
    """A row that names what follows: bold and coloured; on paper it begins a page when ``page`` says so."""

    page = False


class Shown(NamedTuple):
    """A value shown in a format of its own, whatever its column's."""

    value: object
    format: str


class Total(list[object]):
    """A row that sums up the others: written bold, left out of the filter."""


class Sum(Total):
    """A row that adds up the others: a template, whose own formulas do that, is filled without it."""


class Fresh(NamedTuple):
    """A value of something new or changed: shown on a coloured ground."""

    value: object


class Disputed(NamedTuple):
    """A value that is provisional, because people still disagree on it: shown on a coloured ground."""

    value: object


@dataclass(frozen=True, slots=True)
class Field:
    """One question of one table, over all the versions that ask it there.

    ``node`` and ``definition`` are the newest that do; ``start`` is the index of its first column (a geopoint has
    four). ``choices`` has the names that get a column of 0 and 1 each, after the ``joined`` one if there is one.
    """

    path: tuple[str, ...]
    geo: bool
    node: Node
    definition: FormDefinition
    versions: tuple[str, ...]
    start: int = 0
    headings: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    joined: bool = True

    @property
    def span(self) -> int:
        """Give the number of its columns."""
        return 4 if self.geo else self.joined + len(self.choices)


@dataclass(frozen=True, slots=True)
class FormTable:
    """The answers of a form outside its repeats (``repeat`` is empty), or those of one repeat, over all versions."""

    form_id: str
    repeat: tuple[str, ...]
    sheet: Sheet
    fields: tuple[Field, ...]

    @property
    def width(self) -> int:
        """Give the number of columns."""
        return len(self.sheet.columns)


#: Before and after the questions of a form. ``EntityIDs`` is ours, the others are Central's.
MAIN_BEFORE: Final = ("SubmissionDate",)
MAIN_AFTER: Final = (
    "meta-instanceName",
    "KEY",
    "SubmitterName",
    "AttachmentsPresent",
    "AttachmentsExpected",
    "ReviewState",
    "DeviceID",
    "Edits",
    "FormVersion",
    "EntityIDs",
)
REPEAT_AFTER: Final = ("PARENT_KEY", "KEY")
_MEASURED: Final = {"SubmissionDate", "AttachmentsPresent", "AttachmentsExpected", "Edits"}
_SILENT: Final = {"note"}
_TYPED: Final = {"integer", "decimal", "range", "date", "time", "dateTime", "start", "end", "today", "geopoint"}
_IDENTIFIERS: Final = {"barcode", "phonenumber", "deviceid", "username", "email", "subscriberid", "simserial"}
_IDENTIFYING: Final = {
    "code", "cle", "cp", "email", "id", "key", "matricule", "nin", "num", "numero", "phone", "ref", "tel", "telephone",
    "uuid", "zip",
}  # fmt: skip
_COUNTABLE: Final = {"integer", "decimal", "range", "date", "time", "dateTime", "today", "acknowledge"}
_BIRTH: Final = re.compile(r"naiss|birth|\bdob\b|\bnée?s?\b|ميلاد")
_SECRET_LABEL: Final = re.compile(
    r"\bNIN\b|num[ée]ro d[’']identification national|national identification number|رقم التعريف الوطني", re.I
)


def to_steps(path: str) -> tuple[str, ...]:
    """Split a path and drop the root, whose name may change between versions: ``/data/g/q`` gives ``("g", "q")``."""
    return tuple(path.strip("/").split("/"))[1:]


def build_tables(
    definitions: Sequence[FormDefinition],
    language: str,
    *,
    headings: str = "names",
    order: int = 0,
    multiple: str = "joined",
    anonymous: bool = False,
) -> tuple[FormTable, ...]:
    """Build the tables of one form from all its versions, oldest first: the form itself, then its repeats.

    :param headings: "names" (Central's) or "labels" (the questions in ``language``).
    :param multiple: multiple choices "joined", "split" or "both".
    :param anonymous: only questions whose answers name nobody (:func:`is_anonymous`).
    """
    newest_first = list(reversed(definitions))
    repeats: list[tuple[str, ...]] = []
    for definition in newest_first:
        _weave(repeats, [to_steps(path) if path else () for path in definition.tables()])
    tables = []
    for number, repeat in enumerate(sorted(repeats, key=bool)):  # the form itself first; sorting is stable
        fields = _find_fields(newest_first, repeat, anonymous=anonymous)
        if multiple != "joined":
            fields = tuple(_split(one, newest_first, joined=multiple == "both") for one in fields)
        tables.append(_to_table(newest_first[0].form_id, repeat, fields, language, headings, order + number))
    return tuple(tables)


def _weave(into: list[_Item], others: Iterable[_Item]) -> None:
    """Insert what is new of ``others`` after the neighbour it has there; linear, whatever the sizes."""
    known = set(into)
    after: dict[_Item | None, list[_Item]] = {}
    anchor: _Item | None = None
    for item in others:
        if item in known:
            anchor = item
        else:
            known.add(item)
            after.setdefault(anchor, []).append(item)
    if after:
        into[:] = after.get(None, []) + [new for item in into for new in (item, *after.get(item, ()))]


def _split(field: Field, newest_first: Sequence[FormDefinition], *, joined: bool) -> Field:
    """Give a multiple choice its columns: the choices of all versions, the newest's first."""
    if not field.node.type.startswith("select_multiple"):
        return field
    names: list[str] = []
    for definition in newest_first:
        for node in definition.nodes:
            if to_steps(node.path) == field.path and node.choice_list in definition.choices:
                _weave(names, [choice.name for choice in definition.choices[node.choice_list or ""]])
    return replace(field, choices=tuple(names), joined=joined) if names else field


def _find_fields(
    newest_first: Sequence[FormDefinition], repeat: tuple[str, ...], *, anonymous: bool
) -> tuple[Field, ...]:
    found: dict[tuple[tuple[str, ...], bool], Field] = {}
    order: list[tuple[tuple[str, ...], bool]] = []
    for definition in newest_first:
        keys = []
        for node in definition.nodes:
            steps = to_steps(node.path)
            if node.kind != "question" or node.type in _SILENT or not steps or steps[0] == "meta":
                continue
            if (to_steps(node.repeat) if node.repeat else ()) != repeat or (anonymous and not is_anonymous(node)):
                continue
            key = (steps, node.type in POINTS)
            keys.append(key)
            if key in found:
                known = found[key]
                found[key] = replace(known, versions=(definition.version, *known.versions))
            else:
                found[key] = Field(*key, node, definition, (definition.version,))
        _weave(order, keys)
    return tuple(found[key] for key in order)


def _to_table(
    form_id: str, repeat: tuple[str, ...], fields: Sequence[Field], language: str, headings: str, order: int
) -> FormTable:
    before, after = ((), REPEAT_AFTER) if repeat else (MAIN_BEFORE, MAIN_AFTER)
    wanted: list[str] = []
    for item in fields:
        plain = "-".join((*item.node.groups, item.node.name))
        question = " ".join(pick(item.node.labels, language, item.definition.default_language).split())
        heading = (shorten(question) or plain) if headings == "labels" else plain
        if item.geo:
            wanted += [f"{heading}-{part}" for part in GEOPOINT]
        else:
            wanted += [heading] * item.joined + [f"{heading}/{name}" for name in item.choices]
    unique = to_headings(wanted, reserved=(*before, *after))
    columns = [_to_meta(heading) for heading in before]
    placed = []
    for item in fields:
        own = unique[: item.span]
        del unique[: len(own)]
        placed.append(replace(item, start=len(columns), headings=tuple(own)))
        columns += [
            replace(_to_column(heading, item, language), code=code, also=_to_questions(item))
            for heading, code in zip(own, _to_codes(item), strict=True)
        ]
    columns += [_to_meta(heading) for heading in after]
    key = next(index for index, column in enumerate(columns) if index >= len(before) and column.heading == "KEY")
    tail = f"-{repeat[-1]}" if repeat else ""
    sheet = Sheet(form_id, tuple(columns), order, tail=tail, key=key, frozen=len(before), personal=True, form=True)
    return FormTable(form_id, repeat, sheet, tuple(placed))


def _to_codes(item: Field) -> list[str]:
    """Name the columns of a question as Central does, whatever their headings are."""
    plain = "-".join((*item.node.groups, item.node.name))
    if item.geo:
        return [f"{plain}-{part}" for part in GEOPOINT]
    return [plain] * item.joined + [f"{plain}/{name}" for name in item.choices]


def _to_questions(item: Field) -> tuple[str, ...]:
    if item.span > 1:
        return ()
    found = (pick(item.node.labels, one, item.definition.default_language) for one in ("fr", "ar"))
    return tuple(dict.fromkeys(" ".join(one.split()) for one in found if one))


def shorten(text: str, length: int = MAX_HEADING) -> str:
    """Shorten a heading or a prompt visibly; the dictionary of columns has it whole."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _to_meta(heading: str) -> Column:
    return Column(heading, "text" if heading in _MEASURED else "id", code=heading)


def _to_column(heading: str, item: Field, language: str) -> Column:
    node = item.node
    prompt = pick(node.labels, language, item.definition.default_language) or node.name
    if node.unit:
        return Column(heading, "money", unit=node.unit, decimals=node.decimals, prompt=prompt)
    if not item.geo and is_identifier(node):
        return Column(heading, "id", prompt=prompt)
    return Column(heading, prompt=prompt)


def is_identifier(node: Node) -> bool:
    """Tell whether the answers name something (a phone, a code, a number on a card): they stay text, zeros and all."""
    if node.type in _TYPED:
        return False
    return node.type in _IDENTIFIERS or not _IDENTIFYING.isdisjoint(re.split(r"[^a-z]+", node.name.lower()))


def is_anonymous(node: Node) -> bool:
    """Tell whether the answers name nobody: choices, numbers and days, but no free text, position, file or birth."""
    kind = node.type
    if not (kind in _COUNTABLE or kind.startswith(("select_one", "select_multiple"))):
        return False
    words = " ".join((node.name, node.save_to or "", *node.labels.values())).lower()
    return not (is_secret(node) or is_identifier(node) or _BIRTH.search(words))


def is_secret(node: Node) -> bool:
    """Tell whether the answers are a national identification number, by the question's name, property or label.

    A workbook travels: the number is masked in it (law 18-07), whatever the form calls the question.
    """
    words = {*re.split(r"[^a-z]+", node.name.lower()), *re.split(r"[^a-z]+", (node.save_to or "").lower())}
    if "nin" in words:
        return True
    return any(_SECRET_LABEL.search(label) for label in node.labels.values())
