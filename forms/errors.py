"""What can be wrong with a form or a filled form, in words for the person who made it.

The callers turn these into answers; nothing here knows HTTP. Every function of the package that reads foreign bytes
raises one of these and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass


class FormsError(Exception):
    """Be the parent of everything this package raises."""


class XmlError(FormsError):
    """Say that bytes are no XML we are willing to read.

    `code` is `malformed`, `entities` (a document type or an entity), `too_large` or `too_deep`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class XlsformProblem:
    """One thing to put right in a workbook: where it is, when that is known, and what to do.

    `row` counts as a spreadsheet does: the headings are row 1.
    """

    message: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = [
            self.sheet and f"sheet {self.sheet}",
            self.row and f"row {self.row}",
            self.column and f"column {self.column}",
        ]
        where = ", ".join(part for part in place if part)
        return f"{where}: {self.message}" if where else self.message


class XlsformError(FormsError):
    """Say why a workbook cannot become a form; `problems` is never empty."""

    def __init__(self, *problems: XlsformProblem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class XformError(FormsError):
    """Say why an XForm cannot be used although it is well-formed XML; `problems` is never empty."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class InstanceError(FormsError):
    """Say why a filled form cannot be received.

    `code` is `no_form_id`, `bad_form_id`, `no_instance_id`, `bad_instance_id`, `encrypted` or `wrong_form`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
