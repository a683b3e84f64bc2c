"""Look at a workbook's bytes before anything unpacks or interprets them.

An .xlsx is a zip of XML files, so it can be a zip bomb, an encrypted container, another kind of file with a wrong name,
or carry entities and links to other people's files. Each is refused in words that say what to do.

openpyxl reads every part as XML without regard to what it declares; so the parts are checked here first.
"""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from forms.errors import XlsformError, XlsformProblem, XmlError
from forms.xmltree import refuse_doctype

MAX_BYTES = 20 * 2**20
MAX_INFLATED = 60 * 2**20
MAX_PARTS = 2000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_XML = (".xml", ".rels", ".vml")
_SAVE_AGAIN = "Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."
_CHUNK = 2**20


def check_workbook(data: bytes) -> None:
    """Refuse bytes that are no harmless .xlsx workbook.

    :raises XlsformError: with what it is instead and what to do.
    """
    if not data:
        raise _refusal("The file is empty.")
    if len(data) > MAX_BYTES:
        raise _refusal(
            f"The file has {len(data) >> 20} MiB; a form may have at most {MAX_BYTES >> 20}. Remove pictures."
        )
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise _refusal("The workbook is protected by a password. Save it without one (File, Info, Protect).")
        raise _refusal(f"The file is an old Excel workbook (.xls). {_SAVE_AGAIN}")
    if not data.startswith(b"PK"):
        raise _refusal(f"The file is not an Excel workbook. {_SAVE_AGAIN}")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check_parts(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _refusal(f"The workbook is damaged ({error}). {_SAVE_AGAIN}") from None


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or len(set(names)) != len(names):
        raise _refusal(f"The workbook is not made as Excel makes them. {_SAVE_AGAIN}")
    if any(part.flag_bits & 1 for part in parts):
        raise _refusal("The workbook is protected by a password. Save it without one.")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise _refusal(f"The file is not an Excel workbook. {_SAVE_AGAIN}")
    if any(name.lower().startswith("xl/externallinks/") for name in names):
        raise _refusal(
            "The workbook has links to other workbooks. Break them (Data, Edit links, Break link) and save it again."
        )
    if sum(part.file_size for part in parts) > MAX_INFLATED:
        raise _refusal(_too_big())
    left = MAX_INFLATED
    for part in parts:
        content = _inflate(archive, part, left)
        left -= len(content)
        if part.filename.lower().endswith(_XML):
            try:
                refuse_doctype(content)
            except XmlError as error:
                raise _refusal(
                    f"{part.filename} in the workbook is not as Excel writes it: {error} {_SAVE_AGAIN}"
                ) from None


def _inflate(archive: zipfile.ZipFile, part: zipfile.ZipInfo, max_bytes: int) -> bytes:
    """Unpack one part, stopping as soon as it is larger than may be, whatever it declares."""
    found = bytearray()
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            found += chunk
            if len(found) > max_bytes:
                raise _refusal(_too_big())
    return bytes(found)


def _too_big() -> str:
    return f"The workbook unpacks to more than {MAX_INFLATED >> 20} MiB. Remove what is no part of the form."


def _refusal(message: str) -> XlsformError:
    return XlsformError(XlsformProblem(message))
