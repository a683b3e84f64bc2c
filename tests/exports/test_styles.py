"""How values are shown: formats, units, alignment, widths."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from exports.styles import to_alignment, to_number_format, to_style, to_unit
from exports.tables import Column
from exports.widths import NARROWEST, WIDEST, heading_height, measure_lengths, row_height, to_widths


@pytest.mark.parametrize(
    ("shown", "value", "style"),
    [
        ("text", "abc", ""), ("text", "=abc", "quoted"), ("text", "-5", "quoted"), ("id", "=abc", "id"), ("id", "0550", "id"),
        ("money", "n<5", "word"), ("money", 5, "money"), ("money", 5.5, "decimal"), ("text", 5, ""), ("text", True, ""),
        ("text", date(2026, 1, 1), "date"), ("id", time(1, 2), "time"), ("text", datetime.fromisoformat("2026-01-01T00:00:00"), "datetime"),
        ("percent", 0.5, "percent"),
    ],
)  # fmt: skip
def test_to_style_asks_for_a_style_only_where_one_is_needed(shown: str, value: object, style: str) -> None:
    assert to_style(Column("h", shown), value, plain=True) == style


@pytest.mark.parametrize(
    ("column", "style", "arabic", "code"),
    [
        (Column("h", "money", unit="DZD"), "money", False, '#,##0 "DA"'),
        (Column("h", "money", unit="DZD"), "money", True, '#,##0 "دج"'),
        (Column("h", "money", unit="kg", decimals=3), "decimal", False, '#,##0.000 "kg"'),
        (Column("h", "money", unit="DZD", decimals=0), "decimal", False, '#,##0 "DA"'),
        (Column("h", "money", unit='a"b\\c\x07'), "money", False, '#,##0 "abc"'),
        (Column("h", "money", unit='"'), "money", False, "General"),
        (Column("h", "money", unit="m", decimals=99), "decimal", False, '#,##0.0000000000 "m"'),
        (Column("h", "money", unit="m", decimals=-3), "decimal", False, '#,##0 "m"'),
        (Column("h", "percent"), "percent", False, "0.0 %"),
        (Column("h"), "quoted", False, "General"),
    ],
)
def test_to_number_format_is_valid_whatever_the_unit(column: Column, style: str, arabic: bool, code: str) -> None:
    assert to_number_format(column, style, to_unit(column, arabic=arabic)) == code


@pytest.mark.parametrize("arabic", [False, True])
def test_to_alignment_keeps_codes_from_left_to_right(arabic: bool) -> None:
    made = to_alignment(Column("h", "id"), "id", arabic=arabic)
    assert (made["readingOrder"], made["horizontal"]) == (1, "right" if arabic else "left")


def test_measure_keeps_widths_readable() -> None:
    columns = [Column("h"), Column("h"), Column("h", width=12.0), Column("a-very-long-heading-of-a-question-in-groups")]
    widths = to_widths(columns, measure_lengths(columns, [["x", "y" * 500, "z" * 500, None]]))
    assert widths[:3] == [NARROWEST, WIDEST, 12.0]
    assert 15 < widths[3] < 30
    assert heading_height(columns, widths) > 30


def test_row_height_grows_with_the_lines_of_wrapped_columns_only() -> None:
    columns = [Column("h", width=20.0), Column("h", "long", width=20.0)]
    assert row_height(columns, ["x" * 500, "court"]) is None
    assert row_height(columns, ["", "x" * 50]) == 45.0
    assert row_height(columns, ["", "a\nb"]) == 30.0
    assert row_height(columns, ["", "a\n" * 500]) == 409.0
