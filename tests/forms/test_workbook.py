"""Workbooks that are no workbook, or no harmless one, are refused in words that say what to do."""

from __future__ import annotations

import struct
import time
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from forms.errors import XlsformError
from forms.workbook import MAX_BYTES, MAX_INFLATED, check_workbook
from forms.xlsform import convert_xlsform

LIBRARY = Path(__file__).parents[2] / "forms" / "library"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'


def read_parts() -> dict[str, bytes]:
    with zipfile.ZipFile(LIBRARY / "e_visite.xlsx") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_zip(parts: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def write_with(**changes: bytes) -> bytes:
    return write_zip(read_parts() | {name.replace("__", "/"): content for name, content in changes.items()})


def write_bomb() -> bytes:
    return write_zip(read_parts() | {"xl/media/image1.png": b"\0" * (MAX_INFLATED + 1)})


def write_lying_bomb() -> bytes:
    """Write a bomb whose directory declares that it is small."""
    data = bytearray(write_bomb())
    size = struct.pack("<L", MAX_INFLATED + 1)
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = struct.pack("<L", 100)
    return bytes(data)


def write_encrypted_part() -> bytes:
    data = bytearray((LIBRARY / "e_visite.xlsx").read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def write_twice() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in read_parts().items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("xl/workbook.xml", b"<workbook/>")
    return out.getvalue()


WORKBOOK = (LIBRARY / "e_visite.xlsx").read_bytes()
HOSTILE = {
    "empty": (b"", "empty"),
    "text": (b"type,name,label\n", "not an Excel workbook"),
    "xls": (OLE, "old Excel workbook"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    "zip of something": (write_zip({"a.txt": b"a"}), "not an Excel workbook"),
    "only the mark": (b"PK\x03\x04", "damaged"),
    "cut": (WORKBOOK[: len(WORKBOOK) // 2], "damaged"),
    "flipped": (WORKBOOK[:3000] + bytes(byte ^ 0x55 for byte in WORKBOOK[3000:9000]) + WORKBOOK[9000:], "damaged"),
    "bomb": (write_bomb(), "unpacks to more"),
    "lying bomb": (write_lying_bomb(), "damaged"),
    "too many parts": (write_zip(read_parts() | {f"x/{n}": b"" for n in range(3000)}), "not made as Excel"),
    "encrypted part": (write_encrypted_part(), "password"),
    "part twice": (write_twice(), "not made as Excel"),
    "too large": (b"PK" + b"\0" * MAX_BYTES, "at most"),
    "entities": (write_with(xl__worksheets__sheet1=b"", **{"xl__worksheets__sheet1.xml": LAUGHS}), "sheet1.xml"),
    "entities in utf-16": (
        write_with(**{"xl__worksheets__sheet1.xml": b"\xff\xfe" + LAUGHS.decode().encode("utf-16-le")}),
        "sheet1.xml",
    ),
    "links": (write_with(**{"xl__externalLinks__externalLink1.xml": b"<externalLink/>"}), "Break"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_check_workbook_says_what_to_do_when_file_is_hostile(name: str) -> None:
    data, words = HOSTILE[name]
    begun = time.process_time()
    with pytest.raises(XlsformError, match=words) as raised:
        convert_xlsform(data, file_name="form.xlsx")
    assert raised.value.problems[0].message
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.xlsx")), ids=lambda path: path.name)
def test_check_workbook_passes_when_workbook_is_harmless(path: Path) -> None:
    check_workbook(path.read_bytes())


def test_convert_xlsform_is_silent_when_openpyxl_warns() -> None:
    styles = read_parts()["xl/styles.xml"]
    without = styles[: styles.index(b"<cellStyles")] + styles[styles.index(b"</cellStyles>") + len(b"</cellStyles>") :]
    data = write_with(**{"xl__styles.xml": without})
    with pytest.warns(UserWarning, match="default style"):
        load_workbook(BytesIO(data), read_only=True).close()
    assert convert_xlsform(data, file_name="form.xlsx").warnings == ()
