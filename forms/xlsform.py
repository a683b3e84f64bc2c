"""From a workbook to an XForm. The only user of pyxform."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from pyxform.xls2xform import convert

from forms.errors import XlsformError, XlsformProblem


@dataclass(frozen=True, slots=True)
class ConvertedForm:
    """An XForm made of a workbook, and what pyxform would rather have otherwise."""

    xform: bytes
    warnings: tuple[str, ...]


def convert_xlsform(data: bytes, *, file_name: str = "form.xlsx") -> ConvertedForm:
    """Convert a workbook into an XForm.

    :raises XlsformError: with what to put right, and where.
    """
    kind = ".md" if file_name.endswith(".md") else ".xlsx"
    try:
        result = convert(BytesIO(data), validate=False, file_type=kind)
    except Exception as error:
        raise XlsformError(XlsformProblem(str(error))) from error
    return ConvertedForm(result.xform.encode("utf-8"), tuple(result.warnings))
