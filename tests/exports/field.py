"""A small programme made up with a seed: women, their merged doubles, and what the agents sent about them as raw XML.

The XML is written here from plain answers, so that a test can count from it alone, without the packages under test.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import escape

from openpyxl import load_workbook

from exports.programme import Association, Candidate, Commune, ConflictRow, Options, Programme, Submission, Trade, Woman
from exports.workbook import EXCEL, Limits, write_workbook
from forms.definition import FormDefinition

LIBRARY = Path(__file__).parents[2] / "forms" / "library"
WHEN = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def write_xml(definition: FormDefinition, key: str, answers: Mapping[str, object], name: str = "") -> bytes:
    """Write a filled form: ``answers`` by question name; a repeat's name gives a list of such answers."""

    def children(path: str, given: Mapping[str, object]) -> str:
        written = ""
        for node in definition.nodes:
            if node.path.rpartition("/")[0] != path:
                continue
            if node.kind == "group":
                written += f"<{node.name}>{children(node.path, given)}</{node.name}>"
            elif node.kind == "repeat":
                for one in given.get(node.name, ()):  # type: ignore[attr-defined]
                    written += f"<{node.name}>{children(node.path, one)}</{node.name}>"
            elif node.name in given:
                written += f"<{node.name}>{escape(str(given[node.name]))}</{node.name}>"
        return written

    root = definition.root.strip("/")
    inside = children(definition.root, answers)
    meta = f"<meta><instanceID>{key}</instanceID><instanceName>{escape(name)}</instanceName></meta>"
    return f'<{root} id="{definition.form_id}" version="{definition.version}">{inside}{meta}</{root}>'.encode()


def to_submission(
    definition: FormDefinition,
    answers: Mapping[str, object],
    key: str = "uuid:11111111-1111-4111-8111-111111111111",
    **more: object,
) -> Submission:
    """Make a submission from plain answers."""
    xml = write_xml(definition, key, answers, str(more.pop("name", "")))
    return Submission(
        definition=definition, key=key, load=lambda _: xml, digest=sha256(xml).hexdigest(), **{"submitted_at": WHEN, **more}
    )  # type: ignore[arg-type]


def to_programme(forms: Sequence[FormDefinition], sent: Iterable[Submission] = (), **more: object) -> Programme:
    """Make a programme that was extracted at one fixed moment."""
    listed = list(sent)
    values = {
        "extracted_at": WHEN,
        "author": "Mme Benali",
        "forms": forms,
        "submissions": lambda form_id: (one for one in listed if one.definition.form_id == form_id),
        **more,
    }
    return Programme(**values)  # type: ignore[arg-type]


def write(programme: Programme, limits: Limits = EXCEL, **options: object) -> bytes:
    """Write a workbook to bytes."""
    out = io.BytesIO()
    write_workbook(programme, Options(**options), out, limits=limits)  # type: ignore[arg-type]
    return out.getvalue()


def read(data: bytes) -> dict[str, list[list[object]]]:
    """Read every sheet back as rows of values."""
    book = load_workbook(io.BytesIO(data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def read_dicts(data: bytes, name: str) -> list[dict[object, object]]:
    """Read one sheet back, a line as heading -> value."""
    head, *rows = read(data)[name]
    return [dict(zip(head, row, strict=True)) for row in rows]


@dataclass
class Field:
    """The programme made up, and the raw XML it was made of."""

    programme: Programme
    raw: dict[str, list[bytes]] = field(default_factory=dict)


def to_uuid(chance: random.Random) -> str:
    """Make a seeded UUID v4."""
    return str(UUID(int=chance.getrandbits(128), version=4))


def _read_csv(name: str) -> list[dict[str, str]]:
    with (LIBRARY / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_lists() -> tuple[list[Commune], list[Trade]]:
    """Read the communes and trades of the programme."""
    communes = [
        Commune(
            row["code_ons"],
            row["nom_fr"],
            row["nom_ar"],
            row["daira_fr"],
            row["daira_ar"],
            row["commune_pilote"] == "oui",
        )
        for row in _read_csv("communes.csv")
    ]
    trades = [
        Trade(row["code"], row["libelle_fr"], row["libelle_ar"], row["domaine_probable"])
        for row in _read_csv("trades.csv")
    ]
    return communes, trades


def make_up(library: Mapping[str, FormDefinition], count: int, seed: int) -> Field:
    chance = random.Random(seed)
    names = {letter: definition.form_id for letter, definition in library.items()}
    raw: dict[str, list[bytes]] = {form_id: [] for form_id in names.values()}
    sent: list[Submission] = []
    communes, trades = read_lists()

    def send(letter: str, answers: Mapping[str, object], entity_ids: tuple[str, ...] = (), state: str = "") -> None:
        definition = library[letter]
        key = f"uuid:{to_uuid(chance)}"
        xml = write_xml(definition, key, answers, "Fiche")
        if state != "rejected":
            raw[definition.form_id].append(xml)
        at = WHEN - timedelta(minutes=chance.randrange(200_000))
        sent.append(
            Submission(
                definition, key, lambda _: xml, at, chance.choice(["Amina", "Houaria"]), "appareil-1", state, entity_ids,
                attachments_present=0, attachments_expected=0, digest=sha256(xml).hexdigest(),
            )
        )  # fmt: skip

    women: list[Woman] = []
    merged: dict[str, str] = {}
    everyone: list[str] = []
    for number in range(count):
        entity_id = to_uuid(chance)
        commune, trade = chance.choice(communes[:14]).code, chance.choice(trades).code
        presumed = chance.random() < 0.2
        values = {
            "code_artisane": f"{commune}-{entity_id[:6]}", "nom_fr": f"BENALI {number}", "prenom_fr": "Kheira",
            "nom_ar": "بن علي", "prenom_ar": "خيرة", "prenom_pere": "أحمد", "commune": commune, "metier": trade,
            "localite": "Douar Sidi Ali", "telephone": f"06{number:08}", "association": "asso_01", "nin": f"99{number:016}",
            "annee_naissance": "1961" if presumed else "1980", "date_naissance": "" if presumed else "1980-02-29",
        }  # fmt: skip
        ids = [entity_id]
        if chance.random() < 0.15:  # registered twice, merged since
            double = to_uuid(chance)
            merged[double] = entity_id
            ids.append(double)
        for one in ids:
            answers = {
                **values,
                "consent": "oui",
                "today": "2026-03-01",
                "carte_artisan": chance.choice(["oui", "non"]),
            }
            send("a", answers, (one,))
        everyone += ids
        women.append(Woman(entity_id, 1 + number % 3, values, registered_on=date(2026, 3, 1)))
    for _ in range(5):
        send("a", {"consent": "non", "refus_motif": "temps"})
    merged[to_uuid(chance)] = next(iter(merged), women[0].entity_id)  # a chain of merges

    for session in ("CREE-2026-01", "TRIE-2026-02", "TECH-2026-01"):
        programme = session.split("-")[0].lower().replace("tech", "technique")
        faithful, others = everyone[: count // 2], everyone[count // 2 :]
        for day in range(1, 6):
            for half in ("journee",) if day == 3 else ("matin", "apresmidi"):
                there = [one for one in faithful if chance.random() < 0.93] + [
                    one for one in others if chance.random() < 0.4
                ]
                answers = {
                    "code_session": session,
                    "programme": programme,
                    "date_seance": f"2026-05-{day:02}",
                    "demi_journee": half,
                }
                send("b", {**answers, "num_jour": day, "duree_h": "3.5", "presentes": " ".join(there)})
                if chance.random() < 0.3:  # the same half-day entered by two trainers
                    send("b", {**answers, "num_jour": day, "presentes": " ".join(there[::2])})
    for one in everyone:
        if chance.random() < 0.6:
            for attempt in range(chance.choice([1, 1, 2])):
                decision = chance.choice(["admise", "admise", "ajournee", "absente", "reportee"])
                answers = {
                    "artisane": one,
                    "bonne_personne": "oui",
                    "decision": decision,
                    "date_exam": f"2026-06-1{attempt}",
                }
                acted = (one,) if decision in ("admise", "ajournee") else ()
                send("c", {**answers, "num_certificat": "0042" if decision == "admise" else ""}, acted)
        for step in chance.sample(
            ["e01", "e02", "e02", "e05", "e07", "e09", "e10", "e11", "e21"], chance.choice([0, 0, 3, 6])
        ):
            answers = {"artisane": one, "bonne_personne": "oui", "etape_angem": step, "date_etape": "2026-07-01"}
            send("d", {**answers, "montant_verse": "100000" if step in ("e09", "e10") else ""}, (one,))
        for visit in range(chance.choice([0, 0, 1, 3])):
            state = chance.choice(["active", "saison", "suspendue", "non_demarree", None])
            answers = {"artisane": one, "bonne_personne": "oui", "date_visite": f"2026-09-0{visit + 1}"}
            if state is not None:
                answers |= {"consent_visite": "oui", "etat_act": state}
            if state in ("active", "saison"):
                answers |= {
                    "emplois_crees": str(chance.randrange(1, 5)),
                    "benefice": str(chance.randrange(-5000, 90000)),
                }
            send("e", answers, (one,) if state else ())
    send(
        "d",
        {"artisane": everyone[0], "bonne_personne": "oui", "etape_angem": "e05", "date_etape": "2026-07-01"},
        (),
        "rejected",
    )
    conflicts = [
        ConflictRow(women[0].entity_id, women[0].values["code_artisane"], "BENALI 0 Kheira", "commune", "review", True, "3112",
                    (Candidate("3112", "Amina", WHEN, names["a"]), Candidate("3105", "Houaria", WHEN, names["e"]))),
        ConflictRow(women[1].entity_id, "3105-abcdef", "=CMD()", "nin", "review", False, "990000000000000001",
                    (Candidate("990000000000000001", "Amina", WHEN, names["a"]), Candidate("990000000000000002", "Houaria", WHEN, None))),
    ]  # fmt: skip
    women[0] = Woman(women[0].entity_id, 4, women[0].values, frozenset({"commune"}), women[0].registered_on)
    programme = to_programme(
        list(library.values()), sent, women=women, communes=communes, trades=trades, conflicts=conflicts, merged=merged,
        associations=[Association("asso_01", "Nour – نور")], title="Artisanes rurales d’Oran",
        filters=[("Période", "2026")],
    )  # fmt: skip
    return Field(programme, raw)
