"""A list that somebody typed: which row has the headings, which column means what. A guess, to be confirmed.

The chamber has lists of its own: titles above the headings, headings in French or Arabic, a column for the whole name.
What a column means is guessed by its heading and shown; the officer confirms or corrects it, then the rows are read
like those that were added to an exported list (`exports.roundtrip.read_new`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from exports.manifest import BIRTH
from exports.readings import Choices, fold, is_arabic, to_plain_text
from exports.returned import HEAD_ROWS, Cell, Row
from exports.roundtrip import CellProblem, NewRow, read_new

SKIP: Final = ""
FAMILY, GIVEN, WHOLE, FATHER = "#family", "#given", "#whole", "prenom_pere"
#: What a column may be taken for: (name, kind). Names in one column go to the script they are written in.
TARGETS: Final = (
    (FAMILY, "name"),
    (GIVEN, "name"),
    (WHOLE, "name"),
    ("nom_fr", "text"),
    ("prenom_fr", "text"),
    ("nom_ar", "text"),
    ("prenom_ar", "text"),
    (FATHER, "text"),
    (BIRTH, "birth"),
    ("commune", "choice"),
    ("localite", "text"),
    ("telephone", "phone"),
    ("metier", "choice"),
    ("association", "choice"),
    ("nin", "text"),
)
KINDS: Final = dict(TARGETS)
_WORDS: Final[Mapping[str, str]] = {
    WHOLE: "nom et prenom|nom prenom|nom prenoms|noms et prenoms|nom complet|prenom et nom|artisane|beneficiaire"
    "|اللقب والاسم|الاسم واللقب|الاسم الكامل|الاسم و اللقب|اللقب و الاسم|الحرفيه|المستفيده",
    FAMILY: "nom|noms|nom de famille|nom de jeune fille|اللقب|اللقب العائلي|لقب|laqab",
    GIVEN: "prenom|prenoms|الاسم|اسم|الاسم الشخصي",
    "nom_fr": "nom en francais|nom francais|nom latin|nom fr|اللقب بالفرنسيه|اللقب باللاتينيه",
    "prenom_fr": "prenom en francais|prenom francais|prenom latin|prenom fr|الاسم بالفرنسيه|الاسم باللاتينيه",
    "nom_ar": "nom en arabe|nom arabe|nom ar|اللقب بالعربيه",
    "prenom_ar": "prenom en arabe|prenom arabe|prenom ar|الاسم بالعربيه",
    FATHER: "prenom du pere|pere|fille de|nom du pere|اسم الاب|الاب|ابنه|بنت",
    BIRTH: "date de naissance|date naissance|naissance|ne le|nee le|ne e le|ddn|date et lieu de naissance"
    "|annee de naissance|annee naissance|تاريخ الميلاد"
    "|تاريخ الازدياد|سنه الميلاد|الميلاد|تاريخ و مكان الميلاد",
    "commune": "commune|communes|commune de residence|ville|البلديه|بلديه|بلديه الاقامه",
    "localite": "localite|adresse|douar|village|quartier|lieu|العنوان|الدوار|الحي|القريه|المكان",
    "telephone": "telephone|tel|tele|mobile|portable|n tel|num tel|numero de telephone"
    "|numero tel|gsm|الهاتف|رقم الهاتف|هاتف|الجوال",
    "metier": "metier|activite|specialite|profession|artisanat|الحرفه|النشاط|المهنه|التخصص|حرفه",
    "association": "association|assoc|الجمعيه|جمعيه",
    "nin": "nin|numero d identification nationale|n identification nationale|رقم التعريف الوطني",
}
_GUESS: Final = {word: target for target, words in _WORDS.items() for word in words.split("|")}


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column: its place, its heading, what it is taken for ("" for nothing), and some of its values."""

    place: int
    heading: str
    target: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnList:
    """A list that was typed: which sheet, at which of its rows the headings stand, the columns."""

    sheet: str
    head: int
    columns: tuple[ListColumn, ...]
    rows: int


def guess_list(sheets: Mapping[str, Sequence[Row]]) -> OwnList | None:
    """Find the list in a workbook: the sheet and row whose headings say most; None when no sheet has a row."""
    best: tuple[int, int, str, int] | None = None
    for title, rows in sheets.items():
        for number, row in enumerate(rows[:HEAD_ROWS]):
            known = {target for cell in row if (target := guess_target(to_plain_text(cell.value)))}
            texts = sum(1 for cell in row if isinstance(cell.value, str))
            score = (10 * len(known) + min(texts, 9), len(rows) - number)
            if len(rows) > number + 1 and (best is None or score > best[:2]):
                best = (*score, title, number)
    if best is None:
        return None
    _, _, title, head = best
    rows = sheets[title]
    taken: set[str] = set()
    columns = []
    for place in range(max(len(row) for row in rows[head:])):
        heading = to_plain_text(rows[head][place].value) if place < len(rows[head]) else ""
        samples = [to_plain_text(row[place].value) for row in rows[head + 1 :] if place < len(row)]
        samples = [text for text in samples if text][:3]
        if not heading and not samples:
            continue
        target = guess_target(heading)
        if target in taken:
            target = SKIP
        taken.add(target)
        columns.append(ListColumn(place, heading, target, tuple(samples)))
    return OwnList(title, head, tuple(columns), len(rows) - head - 1)


def guess_target(heading: str) -> str:
    """Guess what a column is by its heading; "" when nothing is known."""
    words = fold(heading).removeprefix("n ").strip()
    return _GUESS.get(words) or _GUESS.get(fold(heading)) or SKIP


def read_list(
    rows: Sequence[Row], head: int, mapping: Mapping[int, str], choices: Mapping[str, Choices], today: date, sheet: str
) -> list[NewRow]:
    """Read the rows below the headings as new women.

    :param mapping: place of a column -> what it is.
    """
    made: list[NewRow] = []
    for number, row in enumerate(rows[head + 1 :]):
        where = next((cell.address for cell in row if cell.address), f"{sheet}!A{head + number + 2}")
        cells: list[tuple[str, str, Cell]] = []
        notes: list[CellProblem] = []
        for place, target in mapping.items():
            cell = row[place] if place < len(row) else Cell(None, "")
            if not target or (cell.value is None and not cell.formula):
                continue
            cells += _spread(target, cell, notes)
        found = read_new(cells, choices, today, where)
        if found is not None:
            made.append(NewRow(found.cell, found.values, (*notes, *found.notes)))
    return made


def _spread(target: str, cell: Cell, notes: list[CellProblem]) -> list[tuple[str, str, Cell]]:
    """Put a name where its script belongs; a whole name is taken apart: the family name comes first."""
    kind = KINDS[target]
    if kind != "name":
        return [(target, kind, cell)]
    text = to_plain_text(cell.value)
    script = "ar" if is_arabic(text) else "fr"
    if target != WHOLE:
        return [(f"{'nom' if target == FAMILY else 'prenom'}_{script}", "text", cell)]
    words = text.split()
    family = _count_family(words)
    if len(words) > 1:
        notes.append(CellProblem(cell.address, "taken_apart", text))
    parts = (("nom", " ".join(words[:family])), ("prenom", " ".join(words[family:])))
    return [(f"{name}_{script}", "text", Cell(part, cell.address)) for name, part in parts if part]


def _count_family(words: Sequence[str]) -> int:
    """Say how many words the family name has: those in capitals, else one; two when it begins with a particle."""
    capitals = 0
    for word in words:
        if not (word.isupper() and len(word) > 1):
            break
        capitals += 1
    if 0 < capitals < len(words):
        return capitals
    first = fold(words[0]) if words else ""
    return (
        2
        if len(words) > 2 and first in {"ben", "bent", "bou", "ould", "ait", "el", "si", "بن", "بو", "ايت", "ولد", "ال"}
        else 1
    )
