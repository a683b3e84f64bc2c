"""Write tests/vectors/linkage.json: how names fold and records compare, for the phone's own tests.

`python -m tests.sync.linkage_vectors`. `names`: text → folded. `roles`: properties → roles. `pairs`: two records' values, the
commonness of some keys, and the score with its reasons (null when they cannot be one). `people`: keys of a record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sync.linkage import compare, find_band, find_threshold, name_keys, searched_keys, stored_keys
from sync.names import fold_name
from sync.people import find_roles, read_person

PATH = Path(__file__).parent.parent / "vectors" / "linkage.json"
PROGRAMME = [
    "nom_ar", "prenom_ar", "nom_fr", "prenom_fr", "nom_marital", "prenom_pere", "date_naissance", "annee_naissance", "nin", "commune",
    "localite", "telephone", "metier",
]  # fmt: skip
NAMES = (
    "Fatima Zohra", "FATMA-ZOHRA", "Benali", "Ben Ali", "Ben-Ali", "بن علي", "بنعلي", "Khadidja", "Khedija", "خديجة", "خديجه", "Ouarda",
    "Warda", "Houaria", "Houria", "هوارية", "الهوارية", "Aïcha", "Aicha", "عائشة", "عايشة", "Nour El Houda", "نور الهدى", "El Alia",
    "إلهام", "الهام", "Hayet", "حياة", "Sabah", "صباح", "M'barka", "امباركة", "Cherif", "Chérif", "Guendouz", "ڨندوز", "Rhania", "غنية",
    "Bouabdellah", "بوعبد الله", "Oum El Kheir", "أم الخير", "فَاطِمَة", "فاطـــمة", "Fatiha", "Belkaçem", "Belgacem", "Reguieg", "Aya", "آية", "  ", "123",
    "Ali", "el", "Imane", "Sarah", "Nacera", "نصيرة", "Yamina", "یمینة",
    "Ali Ben", "Ould Si Ahmed", "علي بن", "Anne", "Rah", "Ode", "فاطمة،الزهراء 2",
)  # fmt: skip
A = {"nom_fr": "BENALI", "prenom_fr": "Fatima", "nom_ar": "بن علي", "prenom_ar": "فاطمة", "prenom_pere": "أحمد", "annee_naissance": "1975",
     "date_naissance": "1975-03-11", "commune": "3112", "localite": "Kehaïlia", "telephone": "0550123456"}  # fmt: skip
PAIRS: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    ("the same", A, A),
    ("one script each", {**A, "nom_fr": "", "prenom_fr": ""}, {**A, "nom_ar": "", "prenom_ar": "", "nom_fr": "Ben Ali", "prenom_fr": "Fatma"}),
    ("other spellings", A, {**A, "nom_fr": "Ben-Ali", "prenom_fr": "Fathma", "nom_ar": "بنعلى", "prenom_ar": "فاطمه", "telephone": ""}),
    ("names swapped", A, {**A, "nom_fr": "Fatima", "prenom_fr": "Ben Ali", "nom_ar": "فاطمة", "prenom_ar": "بن علي"}),
    ("under her husband's name", A, {**A, "nom_fr": "Mokhtari", "nom_ar": "مختاري", "nom_marital": "Benali"}),
    ("under another name", A, {**A, "nom_fr": "Mokhtari", "nom_ar": "مختاري"}),
    ("half of a double name", {**A, "prenom_fr": "Fatima Zohra", "prenom_ar": "فاطمة الزهراء"}, A),
    ("presumed birth", A, {**A, "date_naissance": ""}),
    ("1 January typed for a presumed birth", A, {**A, "date_naissance": "1975-01-01"}),
    ("day and month turned", A, {**A, "date_naissance": "1975-11-03"}),
    ("another day of the same year", A, {**A, "date_naissance": "1975-08-20"}),
    ("a year off", A, {**A, "date_naissance": "1976-03-11", "annee_naissance": "1976"}),
    ("digits of the year turned", A, {**A, "date_naissance": "1957-03-11", "annee_naissance": "1957"}),
    ("another birth", A, {**A, "date_naissance": "1982-08-20", "annee_naissance": "1982"}),
    ("only years, a year off", {**A, "date_naissance": ""}, {**A, "date_naissance": "", "annee_naissance": "1974"}),
    ("sisters", A, {**A, "prenom_fr": "Halima", "prenom_ar": "حليمة", "date_naissance": "1979-02-01", "annee_naissance": "1979"}),
    ("Fatima and Fatiha", A, {**A, "prenom_fr": "Fatiha", "prenom_ar": "فتيحة", "prenom_pere": "", "telephone": "0660111222"}),
    ("another father", A, {**A, "prenom_pere": "رابح"}),
    ("one telephone, other names", A, {**A, "prenom_fr": "Zineb", "prenom_ar": "زينب", "nom_fr": "Saïdi", "nom_ar": "سعيدي"}),
    ("the telephone with +213", A, {**A, "telephone": "+213 550 12 34 56"}),
    ("the telephone in Arabic digits", A, {**A, "telephone": "٠٥٥٠ ١٢ ٣٤ ٥٦", "prenom_fr": "Zineb", "prenom_ar": "زينب"}),
    ("a landline with 00213", {**A, "telephone": "041 33 44 50"}, {**A, "telephone": "00213 (0) 41 33 44 50", "prenom_fr": "Zineb"}),
    ("the same national number", {**A, "nin": "991975311200011234"}, {**A, "nin": "99 1975 3112 0001 1234", "prenom_fr": "Zineb", "prenom_ar": ""}),
    ("a digit wrong in it", {**A, "nin": "991975311200011234"}, {**A, "nin": "991975311200011284"}),
    ("two digits exchanged in it", {**A, "nin": "991975311200011234"}, {**A, "nin": "991975311200011243"}),
    ("two national numbers", {**A, "nin": "991975311200011234"}, {**A, "nin": "991980311200055555"}),
    ("another commune", A, {**A, "commune": "3105", "localite": "Kara"}),
    ("nothing known but the names", {"nom_fr": "Benali", "prenom_fr": "Fatima"}, {"nom_ar": "بن علي", "prenom_ar": "فاطمة"}),
    ("nothing known", {}, A),
    ("one Latin spelling, two Arabic names", A, {**A, "nom_fr": "BENALI", "nom_ar": "بوعزة"}),
)  # fmt: skip
COMMON = {"g:ftm": 0.03, "f:bnl": 0.015, "p:hmd": 0.08, "c:3112": 0.2, "c:3105": 0.2}
LISTS: tuple[list[dict[str, str]], ...] = (
    [{"name": name, "role": ""} for name in PROGRAMME],
    [{"name": name, "role": ""} for name in ("code", "nom_fr", "nom_ar")],
    [{"name": name, "role": ""} for name in ("First Name", "surname", "date_of_birth", "Téléphone")],
    [
        {"name": "beneficiaire", "role": "name"},
        {"name": "ne_le", "role": "birth"},
        {"name": "nom_pere", "role": "none"},
    ],
    [
        {"name": "prenom", "role": ""},
        {"name": "petit_nom", "role": "given"},
        {"name": "nom", "role": ""},
        {"name": "commune", "role": ""},
    ],
)
WHOLE = {"beneficiaire": "name", "ne_le": "birth"}


def make() -> dict[str, Any]:
    """Work all vectors out."""
    roles = find_roles((name, "") for name in PROGRAMME)
    names = []
    for text in NAMES:
        found = fold_name(text)
        names.append({
            "text": text,
            "folded": found and {"arabic": found.arabic, "plain": found.plain, "words": list(found.words), "sound": found.sound, "key": found.key},
        })  # fmt: skip
    pairs = []
    for name, left, right in PAIRS:
        one, other = read_person(left, roles), read_person(right, roles)
        pair = compare(one, other, COMMON)
        pairs.append({
            "name": name, "left": left, "right": right,
            "meet": bool(searched_keys(one) & stored_keys(other)),
            "pair": pair and {"score": pair.score, "reasons": list(pair.reasons)},
        })  # fmt: skip
    people = []
    for values, given in ((A, roles), ({"beneficiaire": "Ben Ali Fatima Zohra", "ne_le": "1961"}, WHOLE)):
        person = read_person(values, given)
        people.append({
            "values": values, "roles": given, "stored": sorted(stored_keys(person)), "searched": sorted(searched_keys(person)),
            "names": sorted(name_keys(person)),
        })  # fmt: skip
    return {
        "common": COMMON,
        "names": names,
        "roles": [{"properties": p, "roles": find_roles((x["name"], x["role"]) for x in p)} for p in LISTS],
        "people": people,
        "pairs": pairs,
        "thresholds": [{"records": n, "threshold": find_threshold(n)} for n in (0, 100, 200, 2_000, 50_000, 1_000_000)],
        "bands": [
            {"score": s, "records": n, "band": find_band(s, n)}
            for s, n in ((94, 100), (93, 100), (144, 100), (143, 100), (183, 50_000))
        ],
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(make(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
