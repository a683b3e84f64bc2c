"""A year of the programme made up with a seed, with what goes wrong in one: doubles, double entries, wrong persons."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from exports.programme import Association, Duplicate, Programme, Submission, Woman
from forms.definition import FormDefinition
from tests.exports.field import read_lists, to_programme, to_submission, to_uuid

FIRST = date(2025, 11, 24)
EXTRACTED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
Document = tuple[str, tuple[str, ...], bytes]


def tell_year(
    library: Mapping[str, FormDefinition], count: int, seed: int
) -> tuple[Programme, list[Document], dict[str, str]]:
    """Make a programme; give what was received too, as XML, and what was merged."""
    chance = random.Random(seed)
    communes, trades = read_lists()
    sent: list[Submission] = []
    documents: list[Document] = []
    merged: dict[str, str] = {}
    women: list[Woman] = []

    def day(first: int, last: int) -> str:
        return (FIRST + timedelta(days=chance.randrange(first, last))).isoformat()

    def send(letter: str, on: str, answers: Mapping[str, object], acted: tuple[str, ...] = (), state: str = "") -> None:
        at = datetime.fromisoformat(f"{on}T08:00:00+00:00") + timedelta(minutes=chance.randrange(900))
        key = f"uuid:{to_uuid(chance)}"
        one = to_submission(
            library[letter], answers, key, entity_ids=acted, state=state, submitted_at=at, author=chance.choice(["Amina", "Houaria"]),
        )  # fmt: skip
        sent.append(one)
        if state != "rejected":
            documents.append((at.isoformat(), acted, one.load(key)))

    everyone: list[str] = []
    for number in range(count):
        woman = to_uuid(chance)
        values = {
            "code_artisane": f"3112-{number:06x}", "nom_fr": f"BENALI {number}", "prenom_fr": "Kheira", "nom_ar": "بن علي", "prenom_ar": "خيرة",
            "commune": chance.choice(communes[:8]).code, "metier": chance.choice(trades[:6]).code,
            "association": chance.choice(["asso_01", "asso_02", ""]),
        }  # fmt: skip
        ids = [woman]
        if chance.random() < 0.15:
            double = to_uuid(chance)
            merged[double] = woman
            ids.append(double)
        for one in ids:
            on = day(0, 330)
            more = {
                "consent": "oui", "today": on, "carte_artisan": chance.choice(["oui", "non", "non", ""]),
                "milieu": chance.choice(["epars", "village", "chef_lieu", "urbain"]),
            }  # fmt: skip
            send("a", on, {**values, **more}, (one,))
        everyone += ids
        women.append(Woman(woman, 1, values))
    for _ in range(7):
        on = day(0, 360)
        send("a", on, {"consent": "non", "today": on})

    for number in range(6):
        programme = chance.choice(["trie", "cree", "germe", "technique", "info"])
        begin = FIRST + timedelta(days=50 * number + 20)
        code = f"{programme.upper()}-2026-{number + 1:02}"
        faithful = chance.sample(everyone, len(everyone) // 3)
        for held in range(chance.choice([1, 3, 5])):
            on = (begin + timedelta(days=held)).isoformat()
            for half in chance.choice([("journee",), ("matin", "apresmidi"), ("matin",)]):
                there = [one for one in faithful if chance.random() < 0.9]
                away = [one for one in faithful if one not in there and chance.random() < 0.5]
                answers = {
                    "code_session": code, "programme": programme, "date_seance": on, "demi_journee": half, "duree_h": chance.choice(["3", "2.5", "6"]),
                    "presentes": " ".join(there), "excusees": " ".join(away), "lieu": "Salle", "formatrice": "Mme Saïdi",
                }  # fmt: skip
                send("b", on, answers)
                if chance.random() < 0.3:
                    send("b", on, {**answers, "presentes": " ".join(there[::2]), "duree_h": "3.5"})

    for one in everyone:
        who = {"artisane": one, "bonne_personne": "oui"}
        for _ in range(chance.choice([0, 0, 1, 1, 2])):
            on, decision = day(100, 364), chance.choice(["admise", "admise", "ajournee", "absente", "reportee"])
            answers = {**who, "date_exam": on, "decision": decision, "code_exam": f"EXAM-2026-{on[5:7]}", "jury_president": "M. Kaddour"}
            if decision in ("admise", "ajournee"):
                answers |= {"ouvrage": "Blouza", "note_pratique": "14.5", "note_orale": "12", "metier_exam": "couture_trad"}
            send("c", on, answers, (one,) if decision == "admise" else ())
        at = chance.randrange(120, 200)
        for step in sorted(chance.sample(["e01", "e02", "e05", "e07", "e09", "e10", "e11", "e21"], chance.choice([0, 0, 3, 6]))):
            at += chance.randrange(0, 30)
            on = (FIRST + timedelta(days=min(at, 364))).isoformat()
            answers = {**who, "etape_angem": step, "date_etape": on, "formule": "triangulaire", "num_dossier": f"D{one[:4]}"}
            amount = str(chance.randrange(40, 1000) * 1000) if step in ("e09", "e10") else ""
            for _ in range(chance.choice([1, 1, 2])):
                send("d", on, {**answers, "montant_verse": amount}, (one,))
        for _ in range(chance.choice([0, 0, 1, 3])):
            on = day(-420, 364)
            answers = {**who, "date_visite": on, "consent_visite": "oui", "etat_act": chance.choice(["active", "saison", "suspendue", "non_demarree"])}
            if answers["etat_act"] in ("active", "saison"):
                answers |= {name: str(chance.randrange(3)) for name in ("emp_f_plein", "emp_f_partiel", "emp_h", "emp_app", "emp_fam")}
                answers["emplois_crees"] = 1 + sum(int(str(answers[n])) for n in ("emp_f_plein", "emp_f_partiel", "emp_h", "emp_app"))
                if chance.random() < 0.7:
                    answers |= {"ventes": chance.randrange(90_000), "depenses": chance.randrange(60_000)}
                    answers["benefice"] = int(str(answers["ventes"])) - int(str(answers["depenses"]))
            answers |= {
                "remboursement": chance.choice(["na", "ajour", "ajour", "retard"]), "statut_jur": chance.choice(["aucun", "carte", "rc"]),
                "difficultes": " ".join(chance.sample(["matieres", "vente", "local", "transport"], chance.randrange(1, 3))),
                "appuis": " ".join(chance.sample(["conseil", "salon", "clients"], chance.randrange(1, 3))),
            }  # fmt: skip
            send("e", on, answers if chance.random() < 0.9 else {**who, "date_visite": on, "consent_visite": "non"}, (one,))
    wrong = {"artisane": everyone[0], "bonne_personne": "non", "etape_angem": "e09", "date_etape": day(0, 300), "montant_verse": "999999"}
    send("d", day(0, 300), wrong)
    send("d", day(0, 300), {**wrong, "bonne_personne": "oui"}, (everyone[0],), "rejected")
    programme = to_programme(
        list(library.values()), sent, women=women, communes=communes, trades=trades, merged=merged, extracted_at=EXTRACTED,
        associations=[Association("asso_01", "Nour – نور"), Association("asso_02", "Amal – أمل")], title="Une année",
        targets={"I01": 100, "I07": 0.9},
        duplicates=[
            Duplicate(0.97, ("3112-a", "3112-b"), ("BENALI Kheira", "BEN ALI Khera"), ("1961", "1961"), ("3112", "3112"), ("même NIN",),
                      "merge", "Mme Benali", date(2026, 3, 2), date(2026, 3, 1)),
            Duplicate(0.81, ("3112-c", "3112-d"), ("SAIDI Setti", "SAIDI Seti"), found_on=date(2026, 9, 1)),
        ],
    )  # fmt: skip
    return programme, documents, merged
