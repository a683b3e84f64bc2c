"""What the list of women says of itself, so that it can be sent back: what was exported, and what may be edited.

A hidden sheet of the workbook holds the manifest: which columns may be edited and as what, the words of the choices,
and of every woman her KEY, VERSION and the values that were shown. It is compressed and signed, so what is sent back is
compared with what was exported, not with today, and nobody can make up a version that an officer never saw.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from exports.programme import Options, Programme, Woman
from exports.tables import Column
from exports.texts import say

SHEET: Final = "_hirfa"
LISTS: Final = "_hirfa_listes"
NOMINAL_SHEET: Final = "07_Liste_nominative"
MARK: Final = "hirfa-manifest-1"
MAX_BYTES: Final = 64 * 2**20
_PIECE: Final = 30_000
BIRTH: Final = "#birth"
BIRTH_DATE, BIRTH_YEAR = "date_naissance", "annee_naissance"
#: Of the nominal list's columns those that say a property of the record: (name there, property, kind).
EDITABLE: Final = (
    ("nom_fr", "nom_fr", "text"),
    ("prenom_fr", "prenom_fr", "text"),
    ("nom_ar", "nom_ar", "text"),
    ("prenom_ar", "prenom_ar", "text"),
    ("prenom_pere", "prenom_pere", "text"),
    (BIRTH, BIRTH, "birth"),
    ("#commune", "commune", "choice"),
    ("localite", "localite", "text"),
    ("telephone", "telephone", "phone"),
    ("#trade", "metier", "choice"),
    ("#association", "association", "choice"),
)
Sign = Callable[[bytes], str]


class ManifestError(ValueError):
    """The hidden sheet is missing, damaged or not signed here; ``code`` is "missing", "damaged" or "forged"."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Editable:
    """One column that may be edited: its heading in the workbook, the property, what kind of value it holds."""

    heading: str
    property: str
    kind: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was exported. ``rows``: KEY -> (VERSION, property -> value as the record had it)."""

    export_id: str
    exported_at: str
    author: str
    language: str
    list_name: str
    columns: tuple[Editable, ...]
    choices: Mapping[str, Mapping[str, str]]
    """Property -> name of a choice -> its word in the workbook."""
    rows: Mapping[str, tuple[int, Mapping[str, str]]]


def find_editable(programme: Programme) -> frozenset[str]:
    """Name the properties of the nominal list that some form of the programme saves to it."""
    known = {
        node.save_to
        for definition in programme.forms
        for node in definition.nodes
        if node.save_to and node.list == programme.list_name
    }
    return frozenset(
        prop for _, prop, _ in EDITABLE if prop in known or (prop == BIRTH and known & {BIRTH_DATE, BIRTH_YEAR})
    )


def find_choices(programme: Programme, options: Options) -> dict[str, dict[str, str]]:
    """Give the words of the properties that are chosen, as the nominal list writes them."""
    arabic = options.language == "ar"

    def word(name: str, fr: str, ar: str) -> str:
        return ((ar or fr) if arabic else (fr or ar)) or name if options.labels else name

    return {
        "commune": {item.code: word(item.code, item.name_fr, item.name_ar) for item in programme.communes},
        "metier": {item.code: word(item.code, item.fr, item.ar) for item in programme.trades},
        "association": {item.code: word(item.code, item.label, item.label) for item in programme.associations},
    }


def write_manifest(
    programme: Programme, options: Options, headings: Mapping[str, str], women: Iterable[Woman], sign: Sign
) -> list[str]:
    """Make the cells of the hidden sheet, one below the other.

    :param headings: property -> heading of its column, of those that may be edited.
    """
    columns = [(headings[prop], prop, kind) for _, prop, kind in EDITABLE if prop in headings]
    names = [name for _, prop, _ in columns for name in ((BIRTH_DATE, BIRTH_YEAR) if prop == BIRTH else (prop,))]
    made = {
        "at": programme.extracted_at.isoformat(),
        "by": programme.author,
        "language": options.language,
        "list": programme.list_name,
        "columns": columns,
        "choices": {prop: words for prop, words in find_choices(programme, options).items() if prop in headings},
        "names": names,
        "rows": [[w.entity_id, w.version, *(w.values.get(name, "") for name in names)] for w in women],
    }
    packed = zlib.compress(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), 6)
    text = base64.b64encode(packed).decode()
    return [MARK, sign(packed), *(text[start : start + _PIECE] for start in range(0, len(text), _PIECE))]


def read_manifest(cells: Sequence[object], sign: Sign) -> Manifest:
    """Read the hidden sheet back.

    :raises ManifestError: when it is no manifest, or was changed.
    """
    texts = [str(cell).strip() for cell in cells if cell not in (None, "")]
    if not texts or texts[0] != MARK:
        raise ManifestError("missing")
    try:
        packed = base64.b64decode("".join(texts[2:]), validate=True)
    except (binascii.Error, ValueError):
        raise ManifestError("damaged") from None
    if len(texts) < 3 or sign(packed) != texts[1]:
        raise ManifestError("forged")
    unpacked = zlib.decompressobj()
    data = unpacked.decompress(packed, MAX_BYTES)
    if unpacked.unconsumed_tail:
        raise ManifestError("damaged")
    made: dict[str, Any] = json.loads(data)
    names = made["names"]
    return Manifest(
        texts[1],
        made["at"],
        made["by"],
        made["language"],
        made["list"],
        tuple(Editable(*column) for column in made["columns"]),
        made["choices"],
        {row[0]: (int(row[1]), dict(zip(names, row[2:], strict=True))) for row in made["rows"]},
    )


def offer_choices(
    columns: Sequence[Column], names: Sequence[str], programme: Programme, options: Options
) -> tuple[Column, ...]:
    """Make the columns of the nominal list that may be edited say so, and offer the words of their choices.

    :param names: what each column is, by the names of :data:`EDITABLE`.
    """
    known = find_editable(programme)
    kinds = {name: (prop, kind) for name, prop, kind in EDITABLE if prop in known}
    lists = find_choices(programme, options)
    made = list(columns)
    for place, (column, name) in enumerate(zip(columns, names, strict=False)):
        prop, kind = kinds.get(name, ("", ""))
        if not prop:
            continue
        listed = ""
        if kind == "choice" and lists[prop]:
            letter = "ABCDEFGH"[list(lists).index(prop)]
            listed = f"'{LISTS}'!${letter}$1:${letter}${len(lists[prop])}"
        made[place] = replace(
            column, prompt=f"{column.prompt} {say('editable', options.language)}".strip(), listed=listed
        )
    return tuple(made)


def hide_manifest(
    hide: Callable[[str, Sequence[Sequence[str]]], None],
    columns: Sequence[Column],
    names: Sequence[str],
    programme: Programme,
    options: Options,
) -> None:
    """Add the hidden sheets that belong to the nominal list, when it is signed.

    :param hide: adds a hidden sheet (`exports.workbook.Book.hide`).
    """
    if programme.sign is None:
        return
    known = find_editable(programme)
    by_name = {name: prop for name, prop, _ in EDITABLE if prop in known}
    headings = {by_name[name]: column.heading for column, name in zip(columns, names, strict=False) if name in by_name}
    lists = find_choices(programme, options)
    named = (woman for woman in programme.living() if programme.names(woman.entity_id))
    hide(LISTS, [tuple(words.values()) for words in lists.values()])
    hide(SHEET, [write_manifest(programme, options, headings, named, programme.sign)])
