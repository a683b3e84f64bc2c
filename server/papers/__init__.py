"""Papers to print: Typst templates, set in the face that is shipped here, in Arabic and in Latin.

Amiri has both scripts and is free (fonts/OFL.txt). System fonts are never used, so a paper looks the same on every
server; a letter that the face lacks, or a face that is missing, is an error and no paper.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typst

FOLDER = Path(__file__).resolve().parent
FONTS = FOLDER / "fonts"
ARCHIVE: Final = "a-2b"
"""PDF/A: fonts inside, readable in thirty years."""


class PaperError(RuntimeError):
    """The paper could not be set as it should be."""


def make_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Set a paper; return the PDF (PDF/A-2b).

    :raises PaperError: when the face is missing, or the template does not go with the data.
    """
    try:
        made, warnings = typst.compile_with_warnings(
            str(FOLDER / f"{template}.typ"),
            root=str(FOLDER),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=ARCHIVE,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    except typst.TypstError as error:
        raise PaperError(str(error)) from error
    if warnings:
        raise PaperError("; ".join(warning.message for warning in warnings))
    if not isinstance(made, bytes):
        raise PaperError("no single document")
    return made
