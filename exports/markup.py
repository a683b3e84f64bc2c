"""How a value is written in a sheet's XML: one text for each cell.

Cells carry no address: rows and cells follow one another, so the same text is right wherever its row lands, and rows
made earlier can be used again. A cell that says nothing is ``<c/>``. Texts stand in the cell itself, as openpyxl writes
them.

Source: ECMA-376 part 1, 18.3.1.4 (c: ``r`` is optional), 18.3.1.53 (is), 18.17.4 (dates as serial numbers).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from exports.cells import CellValue, Linked, Mended

BLANK: Final = "<c/>"
EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  what a cell shows has no zone
_EPOCH_DAY: Final = EPOCH.toordinal()
_DAY_US: Final = 86_400_000_000


def to_xml(value: CellValue, style: str = "") -> str:
    """Write one cell.

    :param style: the attribute ``s`` with a space before it, or "".
    """
    kind = type(value)
    if kind is str:
        return f'<c{style} t="inlineStr"><is>{to_text_element(value)}</is></c>'  # type: ignore[arg-type]
    if value is None:
        return f"<c{style}/>"
    if kind is bool:
        return f'<c{style} t="b"><v>{value:d}</v></c>'
    if isinstance(value, Mended):
        return to_xml(value.text, style)
    if isinstance(value, Linked):  # the one formula: of an address that is encoded and a text in quotation marks
        address, text = _escape(value.address), _escape(value.text)
        doubled = text.replace('"', '""')
        return f'<c{style} t="str"><f>HYPERLINK("{address}","{doubled}")</f><v>{text}</v></c>'
    return f"<c{style}><v>{to_number(value)}</v></c>"  # type: ignore[arg-type]


def to_text_element(text: str) -> str:
    """Write a text that XML can hold; blanks at its ends and line ends are kept."""
    if "&" in text or "<" in text or ">" in text:
        text = _escape(text)
    if text[:1].isspace() or text[-1:].isspace() or "\n" in text:
        return f'<t xml:space="preserve">{text}</t>'
    return f"<t>{text}</t>"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def to_number(value: float | date | datetime | time) -> str:
    """Write a number, or the serial number of a date or time."""
    if isinstance(value, datetime):
        return to_serial(value - EPOCH)
    if isinstance(value, date):
        return str(value.toordinal() - _EPOCH_DAY)
    if isinstance(value, time):
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return repr((seconds * 1_000_000 + value.microsecond) / _DAY_US)
    return f"{value:.16g}" if isinstance(value, float) else str(value)


def to_serial(passed: timedelta) -> str:
    """Write the serial number of a moment.

    :param passed: since the epoch.
    """
    micro = passed.seconds * 1_000_000 + passed.microseconds
    return repr(passed.days + micro / _DAY_US) if micro else str(passed.days)
