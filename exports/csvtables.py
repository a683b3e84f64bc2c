"""The tables of a form, or of an entity list, as CSV: what Central's ``submissions.csv.zip`` holds.

UTF-8 with a byte order mark, without which Excel reads Arabic as if it were Latin. RFC 4180: CRLF, quotes doubled. A
text that a spreadsheet would run as a formula gets an apostrophe in front, unless it is a number or a phone; programs
that need the very text read OData.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from exports.central import CentralForm, CentralTable, to_stamp
from exports.naming import to_headings
from exports.programme import Submission
from exports.tables import GEOPOINT, Field
from exports.zipstream import Entry, ZipStream, deflate

BOM: Final = "\ufeff"
FLUSH_BYTES: Final = 256 * 1024
_META: Final = (
    "meta-instanceID",
    "meta-instanceName",
    "KEY",
    "SubmitterID",
    "SubmitterName",
    "AttachmentsPresent",
    "AttachmentsExpected",
    "Status",
    "ReviewState",
    "DeviceID",
    "Edits",
    "FormVersion",
)
_LINKS: Final = ("PARENT_KEY", "KEY")
_RISKY: Final = re.compile(r"[=+\-@\t\r]")
_HARMLESS: Final = re.compile(r"[+-]?[0-9][0-9 .,()]*")
_MULTIPLE: Final = ("select_multiple", "rank")


class CsvTables:
    """Makes the lines of a form's tables.

    :param group_paths: headings name the groups (``group-field``), as Central's ``groupPaths``.
    :param split: one more column of 0 and 1 for each choice of a multiple question, as ``splitSelectMultiples``. The
        columns are the choices of all versions of the form; an answer that is none of them has no column of its own.
    """

    def __init__(self, form: CentralForm, *, group_paths: bool = True, split: bool = False) -> None:
        self._form = form
        self._choices = [[_choices(item) if split else () for item in table.fields] for table in form.tables]
        self.headers = [
            _header(table, choices, group_paths) for table, choices in zip(form.tables, self._choices, strict=True)
        ]

    def to_lines(
        self, submission: Submission, submitter_id: object, instance_id: str
    ) -> Iterator[tuple[int, list[str]]]:
        """Give (number of the table, fields) for the submission and each pass of its repeats."""
        filled = self._form.read(submission)
        for row in filled.rows:
            fields: list[str] = [] if row.table else [to_stamp(submission.submitted_at)]
            kinds = self._form.tables[row.table].types
            for text, kind, choices in zip(row.texts, kinds, self._choices[row.table], strict=True):
                if kind == "geopoint":
                    parts = text.split()
                    fields += [*parts[:4], *[""] * (4 - len(parts))]
                    continue
                fields.append(text)
                if choices:
                    picked = set(text.split())
                    fields += ["1" if choice in picked else "0" for choice in choices]
            if row.table:
                fields += [row.parent_key or "", row.key]
            else:
                fields += [
                    instance_id,
                    filled.name,
                    submission.key,
                    str(submitter_id or ""),
                    submission.author,
                    str(submission.attachments_present or 0),
                    str(submission.attachments_expected or 0),
                    "",
                    submission.state,
                    submission.device,
                    str(submission.edits),
                    submission.definition.version,
                ]
            yield row.table, fields


def _choices(item: Field) -> tuple[str, ...]:
    node = item.node
    if not node.type.startswith(_MULTIPLE) or not node.choice_list:
        return ()
    return tuple(dict.fromkeys(choice.name for choice in item.definition.choices.get(node.choice_list, ())))


def _header(table: CentralTable, choices: Sequence[Sequence[str]], group_paths: bool) -> list[str]:
    made: list[str] = []
    for item, kind, names in zip(table.fields, table.types, choices, strict=True):
        name = "-".join((*item.node.groups, item.node.name)) if group_paths else item.node.name
        made += (
            [f"{name}-{part}" for part in GEOPOINT] if kind == "geopoint" else [name, *(f"{name}/{n}" for n in names)]
        )
    before, after = ((), _LINKS) if table.repeat else (("SubmissionDate",), _META)
    return [*before, *to_headings(made, reserved=(*before, *after)), *after]


def to_line(fields: Iterable[object]) -> str:
    """Write one line of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(["" if v is None else _safe(str(v)) for v in fields])
    return out.getvalue()


def _safe(text: str) -> str:
    if text and _RISKY.match(text) and not _HARMLESS.fullmatch(text):
        return f"'{text}"
    return text.replace("\x00", "␀") if "\x00" in text else text


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Give one CSV file a piece at a time."""
    pending = [BOM, to_line(header)]
    size = 0
    for row in rows:
        line = to_line(row)
        pending.append(line)
        size += len(line)
        if size >= FLUSH_BYTES:
            yield "".join(pending).encode("utf-8", "replace")
            pending, size = [], 0
    yield "".join(pending).encode("utf-8", "replace")


class CsvZip:
    """The zip of a form's tables, written while it is made: the form itself leaves at once, the repeats wait packed."""

    def __init__(self, tables: CsvTables, form: CentralForm, when: datetime) -> None:
        self._archive = ZipStream(when)
        self._entries: list[Entry] = []
        self._pending: list[list[str]] = []
        self._sizes = [0] * len(tables.headers)
        for name, header in zip(to_file_names(form), tables.headers, strict=True):
            self._entries.append(self._archive.open(name))
            self._pending.append([BOM, to_line(header)])

    def put(self, table: int, fields: Sequence[str]) -> None:
        """Add a line to a table."""
        line = to_line(fields)
        self._pending[table].append(line)
        self._sizes[table] += len(line)
        if self._sizes[table] >= FLUSH_BYTES:
            self._flush(table)

    def take(self) -> Iterator[bytes]:
        """Give what is ready to be sent."""
        return self._archive.take()

    def close_tables(self) -> None:
        """End the tables; files may follow."""
        for number, entry in enumerate(self._entries):
            self._flush(number)
            entry.close()

    def add(self, name: str, data: bytes) -> None:
        """Add a file."""
        self._archive.add(name, data)

    def close(self) -> None:
        """Write what makes it a whole archive."""
        self._archive.close()

    def discard(self) -> None:
        """Drop what waits."""
        self._archive.discard()

    def _flush(self, table: int) -> None:
        self._entries[table].put(deflate("".join(self._pending[table]).encode("utf-8", "replace")))
        self._pending[table], self._sizes[table] = [], 0


def to_file_names(form: CentralForm) -> list[str]:
    """Name the files as Central: ``form.csv``, ``form-repeat.csv``, ``form-repeat~2.csv`` when two have one name."""
    names = [
        to_file_name(f"{form.form_id}-{table.repeat[-1]}" if table.repeat else form.form_id) for table in form.tables
    ]
    taken = names[1:]
    made, counts = names[:1], dict[str, int]()
    for name in taken:
        counts[name] = counts.get(name, 0) + 1
        made.append(f"{name}~{counts[name]}" if taken.count(name) > 1 else name)
    return [f"{name}.csv" for name in made]


def to_file_name(name: str) -> str:
    """Leave out what no file system or archive takes in a name."""
    return re.sub(r'[\x00-\x1f\x7f/\\?<>:*|"]', "", name).strip(". ") or "_"
