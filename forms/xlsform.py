"""From a workbook to an XForm. The only user of pyxform.

pyxform was chosen because it is what ODK and KoboToolbox use: an XLSForm means what pyxform makes of it. It stops at
the first error, in words that mostly begin with the row and the sheet; those are kept and the place is read out of
them.

What pyxform cannot know is checked here: our own columns, `bind::hirfa:merge` and so on. Without their namespace in the
settings it writes XML that nobody can read, and says nothing. Whether a merge policy suits a question is decided by the
package that merges.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from io import BytesIO
from typing import TYPE_CHECKING, Any

from forms.definition import ROLES
from forms.errors import XlsformError, XlsformProblem, XmlError
from forms.workbook import check_workbook
from forms.xform import NAMESPACE
from forms.xmltree import local_name, parse_xml

# pyxform makes its grammar when it is imported, a third of a server's start: only who publishes a form pays for it.
if TYPE_CHECKING:
    from pyxform.xls2json_backends import DefinitionData

OWN_COLUMNS = ("merge", "visibility", "unit", "decimals", "role")
_PREFIX = "hirfa"
_DECLARATION = f'{_PREFIX}="{NAMESPACE}"'
_MAX_MARKDOWN_BYTES = 5 * 2**20
_MAX_XFORM_BYTES = 50 * 2**20
_VISIBILITIES = ("office",)
AUDIENCES = ("agents", "office", "both")
_AUDIENCE = f"{_PREFIX}:audience"
_STANDARD = {
    "h": "http://www.w3.org/1999/xhtml",
    "ev": "http://www.w3.org/2001/xml-events",
    "xsd": "http://www.w3.org/2001/XMLSchema",
    "jr": "http://openrosa.org/javarosa",
    "orx": "http://openrosa.org/xforms",
    "odk": "http://www.opendatakit.org/xforms",
    "entities": "http://www.opendatakit.org/xforms/entities",
}
_BIND_COLUMN = re.compile(r"\s*bind\s*::?\s*([^\s:]+)\s*:\s*([^\s:]+)\s*", re.IGNORECASE)
_ROW = re.compile(r"\[row\s*:\s*(\d+)\]\s*|\brow (?:number )?(\d+)\b", re.IGNORECASE)
_SHEET = re.compile(r"On the '(\w+)' sheet|sheet(?: named|:)? '(\w+)'|(?:the|in) (\w+) sheet", re.IGNORECASE)
_COLUMN = re.compile(r"the '([^']+)' value|column:? '([^']+)'", re.IGNORECASE)
_UNKNOWN_TYPE = re.compile(r"Unknown question type '(.*)'\.?")
_SHEETS = frozenset({"survey", "choices", "settings", "entities", "external_choices", "osm"})


@dataclass(frozen=True, slots=True)
class ConvertedForm:
    """An XForm made of a workbook, and what would be better otherwise.

    `itemsets` is the content of itemsets.csv, which a form with `select_one_external` needs; else None. `rows` goes
    from the path of a node to its row in the survey, so that whoever finds fault with a question can say where it is.
    """

    xform: bytes
    warnings: tuple[str, ...]
    itemsets: str | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    audience: str = "both"
    """Who fills it: `agents` on phones, `office` at the desk, or `both`: the setting `hirfa:audience`."""


def convert_xlsform(data: bytes, *, file_name: str = "form.xlsx") -> ConvertedForm:
    """Convert an .xlsx workbook into an XForm; Markdown tables when `file_name` ends in .md.

    A workbook that says no form_id has the name of the file as its form_id.

    :raises XlsformError: with pyxform's own words, sheet and row where they are known; also when the file is no
        harmless workbook, or a column of ours has no namespace or a value that means nothing.
    """
    stem, _, extension = file_name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    if extension.lower() == "md":
        _check_markdown(data)
        book = _read(data, ".md", stem)
    else:
        check_workbook(data)
        book = _read(data, ".xlsx", stem)
    problems = tuple(_find_problems(book))
    if problems:
        raise XlsformError(*problems)
    own_warnings = tuple(_find_warnings(book))
    remarks: list[str] = []
    from pyxform.xls2xform import convert

    try:
        result = convert({part.name: getattr(book, part.name) for part in fields(book)}, warnings=remarks)
        xform = result.xform.encode("utf-8")
    except RecursionError:
        raise XlsformError(XlsformProblem("The form is nested too deep.")) from None
    except Exception as error:
        raise XlsformError(_find_row(_to_problem(error), book)) from error
    try:
        root = parse_xml(xform, max_bytes=_MAX_XFORM_BYTES)
    except XmlError as error:
        advice = "Look for unusual characters in names, headings and labels."
        if error.code == "too_deep":
            advice = "Put fewer groups into one another."
        raise XlsformError(XlsformProblem(f"The form becomes XML that nobody can read: {error} {advice}")) from error
    blank_form = next(child for instance in root.iter("{*}instance") for child in instance)
    rows = dict(_find_rows(book, "/" + local_name(blank_form)))
    return ConvertedForm(xform, (*remarks, *own_warnings), result.itemsets, rows, _read_audience(book) or AUDIENCES[-1])


def _check_markdown(data: bytes) -> None:
    if len(data) > _MAX_MARKDOWN_BYTES:
        raise XlsformError(XlsformProblem(f"The file has more than {_MAX_MARKDOWN_BYTES >> 20} MiB."))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise XlsformError(XlsformProblem("The file is not text in UTF-8. Save it as UTF-8.")) from None


def _read(data: bytes, kind: str, stem: str) -> DefinitionData:
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import Definition, definition_to_dict

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl on parts of a workbook it leaves out, such as validations
            return definition_to_dict(Definition(BytesIO(data), None, stem or None), file_type=kind)
    except Exception as error:
        if isinstance(error, PyXFormError) and "was not recognized" not in str(error):
            raise XlsformError(_to_problem(error)) from error
        what = "The tables cannot be read." if kind == ".md" else "The workbook cannot be read."
        advice = "" if kind == ".md" else " Open it in Excel or LibreOffice and save it again as .xlsx."
        raise XlsformError(XlsformProblem(what + advice)) from error


def _to_problem(error: Exception) -> XlsformProblem:
    """Return pyxform's words with the place they name; an error that is no message of its own is explained."""
    from pyxform.errors import PyXFormError

    message = str(error).strip()
    if not isinstance(error, PyXFormError):
        what = f"{type(error).__name__}: {message}"[:300]
        message = f"The sheets cannot be understood ({what}). Compare their headings with https://xlsform.org."
        return XlsformProblem(message)
    row = _ROW.search(message)
    sheet = _first(_SHEET, message).lower()
    if sheet not in _SHEETS:
        sheet = "survey" if row else ""
    return XlsformProblem(
        message=_ROW.sub("", message, count=1) if row and row[1] else message or "The form cannot be converted.",
        sheet=sheet or None,
        row=int(row[1] or row[2]) if row else None,
        column=_first(_COLUMN, message) or None,
    )


def _find_row(problem: XlsformProblem, book: DefinitionData) -> XlsformProblem:
    """Find the row of a question type that pyxform names without saying where it stands."""
    unknown = _UNKNOWN_TYPE.match(problem.message)
    if problem.row is not None or unknown is None:
        return problem
    for heading in _headings(book.survey_header):
        if heading.strip().lower() == "type":
            for number, value in _find_cells(book, heading):
                if value == unknown[1]:
                    return XlsformProblem(problem.message, "survey", number, heading)
    return problem


def _first(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message)
    return next((group for group in match.groups() if group), "") if match else ""


def _find_problems(book: DefinitionData) -> Iterator[XlsformProblem]:
    """Check the columns with a namespace, ours above all."""
    audience = _read_audience(book)
    if audience not in ("", *AUDIENCES):
        known = ", ".join(AUDIENCES)
        yield XlsformProblem(f"The audience {audience!r} is not known. Known are {known}.", "settings", 2, _AUDIENCE)
    declared = _read_namespaces(book)
    for heading, prefix, name in _find_bind_columns(book):
        uri = _STANDARD.get(prefix) or declared.get(prefix)
        if prefix in _STANDARD and declared.get(prefix, uri) != uri:
            yield XlsformProblem(
                f"The prefix {prefix} of the column {heading} already means {uri}. Use another one, for example"
                f" {_DECLARATION}.",
                "settings",
                2,
                "namespaces",
            )
        elif uri is None or (prefix == _PREFIX and uri != NAMESPACE):
            value = _DECLARATION if prefix == _PREFIX or name in OWN_COLUMNS else f'{prefix}="…"'
            value = value.replace(f"{_PREFIX}=", f"{prefix}=") if name in OWN_COLUMNS else value
            yield XlsformProblem(
                f"The survey has the column {heading}, but the settings do not say what {prefix} means. In the sheet"
                f" settings, in the column namespaces, write exactly: {value}",
                "settings",
                2,
                "namespaces",
            )
        elif uri == NAMESPACE:
            yield from _check_own_column(book, heading, name)


def _check_own_column(book: DefinitionData, heading: str, name: str) -> Iterator[XlsformProblem]:
    if name not in OWN_COLUMNS:
        known = ", ".join(f"bind::{_PREFIX}:{own}" for own in OWN_COLUMNS)
        yield XlsformProblem(f"The column {heading} is not known. Known are {known}.", "survey", 1, heading)
        return
    for number, value in _find_cells(book, heading):
        if name == "visibility" and value not in _VISIBILITIES:
            yield XlsformProblem(
                f"The visibility {value!r} is not known. Write office, or nothing: then phones receive it.",
                "survey",
                number,
                heading,
            )
        elif name == "role" and value not in ROLES:
            known = ", ".join(ROLES)
            yield XlsformProblem(f"The role {value!r} is not known. Known are {known}.", "survey", number, heading)
        elif name == "decimals" and not (value.isascii() and value.isdigit() and len(value) < 3):
            yield XlsformProblem(f"{value!r} is no number of decimals (0 to 99).", "survey", number, heading)


def _find_warnings(book: DefinitionData) -> Iterator[str]:
    """Find policies that have no effect because nothing is saved."""
    headings = [h for h, prefix, name in _find_bind_columns(book) if name == "merge" and prefix not in _STANDARD]
    saves = [str(h) for h in _headings(book.survey_header) if h.strip().lower().replace(" ", "_") == "save_to"]
    for heading in headings:
        for number, value in _find_cells(book, heading):
            row = (book.survey or ())[number - 2]
            if value and not any(str(row.get(column) or "").strip() for column in saves):
                yield f"[row : {number}] On the 'survey' sheet, '{heading}' has no effect without save_to."


def _find_cells(book: DefinitionData, heading: str) -> Iterator[tuple[int, str]]:
    """Yield the filled cells of a survey column with their row, as a spreadsheet counts."""
    for number, row in enumerate(book.survey or (), start=2):
        value = str(row.get(heading) or "").strip()
        if value:
            yield number, value


def _find_rows(book: DefinitionData, root: str) -> Iterator[tuple[str, int]]:
    """Yield the path of every named row of the survey with its number, as a spreadsheet counts."""
    headings = {heading.strip().lower(): heading for heading in _headings(book.survey_header)}
    around = [root]
    for number, row in enumerate(book.survey or (), start=2):
        kind = str(row.get(headings.get("type", "type")) or "").strip().lower()
        name = str(row.get(headings.get("name", "name")) or "").strip()
        path = f"{around[-1]}/{name}"
        if kind.startswith("end") and kind[3:4] in (" ", "_"):
            if len(around) > 1:
                around.pop()
        elif name:
            yield path, number
            if kind.startswith("begin"):
                around.append(path)


def _find_bind_columns(book: DefinitionData) -> Iterator[tuple[str, str, str]]:
    """Yield (heading, prefix, name) of the survey's columns that write an attribute with a namespace."""
    for heading in _headings(book.survey_header):
        match = _BIND_COLUMN.fullmatch(heading)
        if match:
            yield heading, match[1], match[2]


def _read_audience(book: DefinitionData) -> str:
    row: Mapping[str, Any] = next(iter(book.settings or ()), {})
    found = (str(value or "") for heading, value in row.items() if str(heading).strip().lower() == _AUDIENCE)
    return next(found, "").strip().lower()


def _headings(header: Any) -> list[str]:
    return [str(heading) for heading in (header[0] if header else {})]


def _read_namespaces(book: DefinitionData) -> Mapping[str, str]:
    """Read the setting exactly as pyxform does: by blanks, then one "=" each."""
    row: Mapping[str, str] = next(iter(book.settings or ()), {})
    text = next((str(value) for heading, value in row.items() if str(heading).strip().lower() == "namespaces"), "")
    for smart in "“”‘’":
        text = text.replace(smart, '"')
    pairs = [part.split("=") for part in text.split()]
    return {pair[0]: pair[1].strip("\"'") for pair in pairs if len(pair) == 2 and pair[0]}
