"""Fill forms B to E: a training half-day, an exam result, a step of a loan file, a follow-up visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from server.demo.papers import FORM_B, FORM_C, FORM_D, FORM_E, Paper, Times, chosen, header, updating
from server.demo.phones import Record
from server.demo.pictures import Picture, draw_product, draw_sheet
from server.demo.story import Exam, HalfDay, Step, Visit
from server.demo.words import JURORS, MASTERS, NEXT_ACTIONS, PLACES, REMARKS, TRAINERS, WORKS, pick

MODULES = {
    "trie": ("m_idee", "m_marketing"),
    "cree": ("m_idee", "m_marketing", "m_couts", "m_finances", "m_forme", "m_plan"),
    "germe": ("m_marketing", "m_achats", "m_stocks", "m_couts", "m_compta", "m_jeu"),
    "getahead": ("m_idee", "m_couts", "m_famille"),
    "technique": ("m_autre",),
}
FURTHER = ("angem", "financee", "entreprise", "arretee", "qualifiee")
"""Stages that an exam result does not take back."""
STAGES = {"active": "entreprise", "saison": "entreprise", "arretee": "arretee"}
"""What the state of the business makes of her stage; any other leaves it."""
TROUBLES = ("matieres", "vente", "concurrence", "local", "transport", "tresorerie", "admin", "energie")
SUPPORT = ("conseil", "formation", "salon", "emballage", "clients", "admin")
FILE_PAPERS = ("demande", "cni", "naissance", "residence", "photos", "qualification", "non_affil", "proforma")


def fill_half_day(
    event: HalfDay, rng: Random, times: Times, agent: str, present: Sequence[str], excused: Sequence[str]
) -> Paper:
    """Fill form B; women are given by their ids."""
    pictures = [draw_sheet(rng, len(present))] if rng.random() < 0.5 else []
    modules = MODULES[event.programme]
    answers = {
        **header(times, agent),
        "code_session": event.code,
        "programme": event.programme,
        "date_seance": event.day.isoformat(),
        "demi_journee": "matin" if event.morning else "apresmidi",
        "num_jour": str(event.number),
        "modules": modules[min((event.number - 1), len(modules) - 1)] + (" m_eval" if event.last else ""),
        "duree_h": "3" if event.morning else "2.5",
        "commune": event.commune,
        "lieu": PLACES[int(event.commune) % len(PLACES)],
        "formatrice": TRAINERS[int(event.commune) % len(TRAINERS)],
        "filtre": "commune",
        "f_commune": event.commune,
        "presentes": " ".join(present),
        "excusees": " ".join(excused),
        "nb_non_inscrites": "0" if present else "2",
    }
    if not present:
        answers["noms_non_inscrites"] = "Deux voisines"
    answers |= {
        "nb_presentes": str(len(present) or 2),
        "n_total": "",
        "photo_emargement": pictures[0].name if pictures else "",
        "dernier_jour": "oui" if event.last else "non",
    }
    if event.last:
        pleased = len(present) - len(present) // 6
        answers |= {
            "sat_oui": str(pleased),
            "sat_moyen": str(len(present) - pleased),
            "sat_non": "0",
            "nb_plans": str(max(0, len(present) - 3)) if event.programme == "cree" else "",
            "nb_attestations": str(len(present)),
        }
    answers["remarques"] = ""
    half = "matin" if event.morning else "apresmidi"
    return Paper(FORM_B, answers, f"{event.code} – J{event.number} {half}", None, tuple(pictures))


def fill_exam(event: Exam, rng: Random, times: Times, agent: str, record: Record) -> Paper:
    """Fill form C."""
    pictures: list[Picture] = []
    trade = record.get("metier")
    answers = {
        **header(times, agent),
        **chosen(record),
        "code_exam": event.code,
        "date_exam": event.day.isoformat(),
        "commune_exam": event.commune,
        "lieu_exam": "Centre de formation professionnelle",
        "metier_exam": trade,
        "code_activite": "",
        "jury_president": JURORS[event.day.month % len(JURORS)],
        "jury_maitre": MASTERS[len(trade) % len(MASTERS)],
        "jury_membres": "",
        "decision": event.decision,
    }
    passed = event.decision == "admise"
    if passed or event.decision == "ajournee":
        answers |= _marks(rng, trade, passed, pictures)
    if passed:
        answers |= {
            "num_certificat": "",
            "date_certificat": event.day.isoformat() if rng.random() < 0.3 else "",
            "certificat_remis": "oui" if rng.random() < 0.3 else "non",
        }
    answers["recommandation"] = pick(rng, ("Approfondir l’hygiène.", "Peut former d’autres femmes."), 0.2)
    stage = record.get("etape")
    answers["etape"] = stage if stage in FURTHER else "qualifiee" if passed else "examen"
    name = f"{event.code} – {record.get('nom_ar')} {record.get('prenom_ar')} – {event.decision}"
    wanted = passed or event.decision == "ajournee"
    return Paper(FORM_C, answers, name, updating(record, wanted), tuple(pictures))


def _marks(rng: Random, trade: str, passed: bool, pictures: list[Picture]) -> dict[str, str]:
    marks = ("acquis", "acquis", "partiel") if passed else ("partiel", "non", "partiel")
    practice, oral = (rng.randint(20, 36), rng.randint(18, 36)) if passed else (rng.randint(8, 18), rng.randint(8, 19))
    halves = Decimal(practice + oral) / 4
    if rng.random() < 0.35:
        pictures.append(draw_product(rng, trade))
    evaluated = ("ev_technique", "ev_qualite", "ev_hygiene", "ev_temps", "ev_connaissance")
    return {
        "ouvrage": rng.choice(WORKS.get(trade, ("Pièce au choix",))),
        **{name: rng.choice(marks) for name in evaluated},
        "note_pratique": _plain(Decimal(practice) / 2),
        "note_orale": _plain(Decimal(oral) / 2),
        "moyenne": _plain(halves.quantize(Decimal("0.01"), ROUND_HALF_UP)),
        "photo_ouvrage": pictures[-1].name if pictures else "",
    }


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fill_step(event: Step, rng: Random, times: Times, agent: str, record: Record) -> Paper:
    """Fill form D."""
    three = event.formula == "triangulaire"
    bank, own = (event.cost * 70 // 100, event.cost // 100) if three else (0, 0)
    answers = {
        **header(times, agent),
        **chosen(record),
        "accord_transmission": "oui",
        "num_dossier": event.file_number,
        "etape_angem": event.step,
        "date_etape": event.day.isoformat(),
        "formule": event.formula,
    }
    if event.step in ("e02", "e03", "e20"):
        lacking = rng.sample(FILE_PAPERS[2:], k=2) if event.step == "e20" else []
        answers |= {
            "pieces_fournies": " ".join(paper for paper in FILE_PAPERS if paper not in lacking),
            "pieces_manquantes": " ".join(lacking),
        }
    answers |= {"cout_projet": str(event.cost), "part_angem": str(event.cost - bank - own)}
    if three:
        answers |= {"part_banque": str(bank), "part_perso": str(own), "banque": "badr" if event.woman % 2 else "bdl"}
    if event.step in ("e20", "e21", "e22"):
        answers["motif_rejet"] = "incomplet" if event.step == "e20" else rng.choice(("garantie", "qualif", "revenu"))
    if event.step in ("e09", "e10"):
        answers["montant_verse"] = str(bank if event.step == "e10" else event.cost - bank - own)
    if event.step == "e11":
        answers["date_demarrage"] = event.day.isoformat()
    if event.step == "e24":
        answers["mois_retard"] = str(rng.randint(1, 3))
    again = event.step in ("e02", "e04", "e06", "e20")
    answers |= {
        "action_suivante": rng.choice(NEXT_ACTIONS) if again else "",
        "date_relance": (event.day + timedelta(days=21)).isoformat() if again else "",
        "remarques": "",
        "etape": "entreprise" if event.step == "e11" else record.get("etape"),
    }
    name = f"{record.get('nom_ar')} {record.get('prenom_ar')} – {event.step} – {event.day.isoformat()}"
    return Paper(FORM_D, answers, name, updating(record, True))


PREFILLED = ("nom_fr", "prenom_fr", "commune", "localite", "metier", "metiers_sec", "association")


def fill_visit(event: Visit, rng: Random, times: Times, agent: str, record: Record) -> Paper:
    """Fill form E: what the record says is left as it was prefilled, except for what she corrects."""
    pictures: list[Picture] = []
    visits = record.get("nb_visites")
    answers = {
        **header(times, agent),
        **chosen(record),
        "x_nb_visites": visits,
        "consent_visite": "oui" if event.accepts else "non",
        "date_visite": event.day.isoformat(),
        "lieu_visite": rng.choices(("domicile", "association", "public"), (70, 20, 10))[0],
    }
    if event.accepts:
        answers["presence"] = rng.choices(("seule", "femmes", "famille"), (50, 32, 18))[0]
        answers |= {name: record.get(name) for name in PREFILLED}
        answers["telephone"] = ""
        answers |= event.changes
        answers |= _state(rng, event)
        if event.state in ("active", "saison"):
            answers |= _money(rng, event) | _jobs(rng)
        answers |= _end(rng, event, record, pictures)
    stage = STAGES.get(event.state) if event.accepts else None
    answers |= {"etape": stage or record.get("etape"), "nb_visites": str(int(visits or 0) + 1)}
    name = f"{record.get('nom_ar')} {record.get('prenom_ar')} – {event.day.isoformat()}"
    return Paper(FORM_E, answers, name, updating(record, event.accepts), tuple(pictures))


def _state(rng: Random, event: Visit) -> dict[str, str]:
    answers = {"etat_act": event.state}
    if event.state in ("suspendue", "arretee"):
        answers["date_arret"] = (event.day - timedelta(days=rng.randint(5, 40))).isoformat()
    status = "carte" if event.loan != "na" and rng.random() < 0.6 else "aucun"
    return answers | {"statut_jur": status, "casnos": "oui" if status == "carte" and rng.random() < 0.5 else "non"}


def _money(rng: Random, event: Visit) -> dict[str, str]:
    told = rng.random() < 0.8
    answers = {"veut_montants": "oui" if told else "non", "benefice": ""}
    if told:
        sales = rng.randrange(12_000, 90_001, 1_000)
        costs = int(sales * rng.uniform(0.35, 0.75)) // 500 * 500
        answers |= {
            "ventes": str(sales),
            "depenses": str(costs),
            "benefice": str(sales - costs),
            "n_benefice": "",
        }
    else:
        answers["tranche_benefice"] = rng.choice(("r1", "r2", "r3", "nsp"))
    channels = rng.sample(("telephone", "reseaux", "marche", "magasin", "salon", "pro"), k=rng.randint(0, 3))
    return answers | {
        "evolution": "premiere" if event.first else rng.choices(("hausse", "stable", "baisse"), (45, 35, 20))[0],
        "canaux": " ".join(("voisinage", *channels)),
        "tient_cahier": "oui" if rng.random() < 0.55 else "non",
    }


def _jobs(rng: Random) -> dict[str, str]:
    full, part, men, learners, family = (
        rng.choices((0, 1, 2), weights)[0]
        for weights in ((80, 15, 5), (65, 25, 10), (95, 5, 0), (85, 12, 3), (60, 30, 10))
    )
    return {
        "emp_f_plein": str(full),
        "emp_f_partiel": str(part),
        "emp_h": str(men),
        "emp_app": str(learners),
        "emp_fam": str(family),
        "emplois_crees": str(1 + full + part + men + learners),
        "n_emplois": "",
    }


def _end(rng: Random, event: Visit, record: Record, pictures: list[Picture]) -> dict[str, str]:
    answers = {"remboursement": event.loan}
    if event.loan == "retard":
        answers["retard_mois"] = str(rng.randint(1, 4))
    troubles = rng.sample(TROUBLES, k=rng.randint(0, 3))
    support = rng.sample(SUPPORT, k=rng.randint(0, 2))
    if rng.random() < 0.35:
        pictures.append(draw_product(rng, record.get("metier")))
    return answers | {
        "difficultes": " ".join(troubles) or "aucune",
        "appuis": " ".join(support) or "aucun",
        "photo_produit": pictures[-1].name if pictures else "",
        "prochaine_visite": (event.day + timedelta(days=rng.randint(40, 75))).isoformat() if rng.random() < 0.6 else "",
        "remarques": pick(rng, REMARKS, 0.4),
    }
