"""Fill form A: a registration, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random

from server.demo.filled import EntityNode
from server.demo.papers import FORM_A, Paper, Times, header
from server.demo.people import Woman
from server.demo.phones import WOMEN
from server.demo.pictures import Picture, draw_product, draw_signature
from server.demo.story import Refusal, Registration
from server.demo.words import OBSERVATIONS, pick

CEILINGS = {"pnr_mp": 100_000, "triangulaire": 1_000_000}
"""Above these form A shows a note."""


def fill_refusal(event: Refusal, times: Times, agent: str, entity_id: str) -> Paper:
    """Fill form A for somebody who says no: nothing about her is written."""
    answers = {
        **header(times, agent),
        "n_info": "",
        "consent": "non",
        "refus_motif": event.reason,
        "n_refus": "",
    }
    entity = EntityNode({"dataset": WOMEN, "create": "false", "id": entity_id}, "  ()")
    return Paper(FORM_A, answers, "Refus – رفض", entity)


def fill_registration(
    rng: Random, event: Registration, woman: Woman, times: Times, agent: str, entity_id: str
) -> Paper:
    """Fill form A for a woman who agrees."""
    pictures: list[Picture] = []
    answers = {
        **header(times, agent),
        **_consent(rng, event, pictures),
        **_identity(rng, woman, times.end.date()),
    }
    answers |= _contact(rng, woman, answers["consent_gps"] == "oui")
    answers |= _situation(rng, woman)
    answers |= _activity(rng, event, woman, times.end.year - woman.birth_year)
    answers |= _status(rng)
    answers |= _needs(rng, event, woman)
    answers |= _end(rng, woman, answers["consent_photo"] == "oui", pictures)
    answers |= {"code_artisane": f"{woman.commune}-{rng.getrandbits(24):06x}", "etape": "inscrite", "n_code": ""}
    entity = EntityNode({"dataset": WOMEN, "create": "true", "id": entity_id}, woman.label)
    name = f"{woman.last.arabic} {woman.first.arabic} – {answers['localite']}"
    return Paper(FORM_A, answers, name, entity, tuple(pictures))


def _consent(rng: Random, event: Registration, pictures: list[Picture]) -> Mapping[str, str]:
    mode = rng.choices(("verbal", "ecran", "signature", "empreinte"), (30, 15, 45, 10))[0]
    answers = {"n_info": "", "consent": "oui", "consent_mode": mode}
    if mode == "ecran":
        pictures.append(draw_signature(rng))
        answers["consent_signature"] = pictures[-1].name
    return answers | {
        "consent_angem": "oui" if event.formula or rng.random() < 0.8 else "non",
        "consent_photo": "oui" if rng.random() < 0.6 else "non",
        "consent_gps": "oui" if rng.random() < 0.5 else "non",
    }


def _identity(rng: Random, woman: Woman, day: date) -> dict[str, str]:
    answers = {
        "piece_presentee": woman.paper,
        "nom_ar": woman.last.arabic,
        "prenom_ar": woman.first.arabic,
        "nom_fr": woman.last.latin if woman.has_latin else "",
        "prenom_fr": woman.first.latin if woman.has_latin else "",
        "nom_marital": woman.husband,
        "prenom_pere": woman.father.arabic if woman.father else "",
    }
    year = woman.birth_year
    if woman.birth is None:
        answers |= {"type_naissance": "presumee", "annee_presumee": str(year)}
        age = day.year - year
    else:
        answers |= {"type_naissance": "exacte", "date_naissance": woman.birth.isoformat()}
        age = day.year - year - ((day.month, day.day) < (woman.birth.month, woman.birth.day))
    answers |= {
        "annee_naissance": str(year),
        "age": str(age),
        "lieu_naissance": rng.choice(("Oran", "Tafraoui (Oran)", "Oued Tlelat (Oran)", "Mostaganem", "Relizane", "")),
        "nin": woman.nin,
    }
    return answers


def _contact(rng: Random, woman: Woman, position: bool) -> dict[str, str]:
    place = woman.locality
    urban = woman.commune in ("3103", "3105")
    seat = "urbain" if urban else "chef_lieu"
    answers = {
        "commune": woman.commune,
        "localite": place.arabic if rng.random() < 0.3 else place.french,
        "milieu": seat if place.seat else rng.choice(("village", "village", "urbain" if urban else "epars")),
        "telephone": woman.phone,
    }
    if woman.phone:
        answers |= {
            "tel_proprio": rng.choices(("perso", "conjoint", "parent", "femme", "tiers"), (60, 14, 10, 10, 6))[0],
            "tel_discret": "oui" if rng.random() < 0.8 else "non",
            "moment_appel": rng.choice(("matin", "apresmidi", "soir", "sms")),
        }
    if position:
        lat, lng = place.lat + rng.uniform(-0.006, 0.006), place.lng + rng.uniform(-0.006, 0.006)
        answers["gps"] = f"{lat:.3f} {lng:.3f} 0 {rng.randint(8, 60)}" if rng.random() < 0.9 else ""
    return answers


def _situation(rng: Random, woman: Woman) -> dict[str, str]:
    levels = ("aucun", "alpha", "primaire", "moyen", "secondaire", "cfp", "univ")
    level = rng.choices(levels, (12, 6, 20, 26, 18, 12, 6))[0]
    reads = {"aucun": "aucune", "alpha": "ar"}.get(level) or rng.choice(("ar", "ar fr", "ar fr"))
    family = rng.choice(("mariee", "mariee", "celibataire", "divorcee", "veuve"))
    return {
        "situation_fam": "mariee" if woman.husband else family,
        "nb_charge": str(rng.randint(0, 7)) if rng.random() < 0.9 else "",
        "niveau_instr": level,
        "langues_lues": reads,
    }


def _activity(rng: Random, event: Registration, woman: Woman, age: int) -> dict[str, str]:
    answers = {
        "metier": woman.trade,
        "metiers_sec": " ".join(woman.other_trades),
        "annees_exp": str(rng.randint(0, min(40, max(1, age - 16)))),
        "apprentissage": rng.choices(("famille", "cfpa", "atelier", "association", "seule"), (50, 15, 10, 15, 10))[0],
        "lieu_travail": rng.choices(("domicile", "local_loue", "association", "autre_domicile"), (82, 6, 8, 4))[0],
        "frequence": event.produces,
    }
    if event.produces != "pas_encore":
        channels = rng.sample(("telephone", "reseaux", "marche", "magasin", "salon", "pro"), k=rng.randint(0, 2))
        answers |= {
            "canaux": " ".join(("voisinage", *channels)),
            "tranche_revenu": rng.choices(("r0", "r1", "r2", "r3", "r4", "nsp"), (5, 35, 32, 15, 4, 9))[0],
        }
    answers["nb_aides"] = str(rng.choices((0, 1, 2, 3), (60, 25, 10, 5))[0])
    return answers


def _status(rng: Random) -> dict[str, str]:
    answers = {
        "qualif_doc": rng.choices(("aucun", "diplome", "association", "autre"), (68, 14, 14, 4))[0],
        "carte_artisan": "oui" if rng.random() < 0.06 else "non",
    }
    if answers["carte_artisan"] == "oui":
        answers["num_carte"] = f"31-{rng.randrange(10_000):05}"
    answers["statut_emploi"] = rng.choices(("foyer", "chomage", "informel", "etude"), (64, 18, 14, 4))[0]
    answers["aides_ant"] = rng.choices(("aucune", "alloc", "anade"), (88, 10, 2))[0]
    return answers


def _needs(rng: Random, event: Registration, woman: Woman) -> dict[str, str]:
    needs = rng.sample(("technique", "hygiene", "prix", "compta", "vente", "creation", "alpha"), k=rng.randint(1, 3))
    answers = {
        "besoins_form": " ".join(needs),
        "veut_examen": "oui" if event.wants_exam else "non",
        "veut_fin": "oui" if event.formula else "non",
    }
    if event.formula:
        large = event.formula == "triangulaire"
        amount = rng.randrange(200_000, 1_100_001, 50_000) if large else rng.randrange(40_000, 130_001, 10_000)
        answers |= {"formule": event.formula, "montant": str(amount)}
        if amount > CEILINGS.get(event.formula, amount):
            answers["n_plafond"] = ""
        purposes = rng.sample(("matieres", "machine", "amenagement", "emballage"), k=rng.randint(1, 2))
        answers["objet_fin"] = " ".join(purposes)
    answers["association"] = woman.association
    return answers


def _end(rng: Random, woman: Woman, photo: bool, pictures: list[Picture]) -> dict[str, str]:
    answers = {}
    if photo:
        answers["photo_produit"] = ""
        if rng.random() < 0.45:
            pictures.append(draw_product(rng, woman.trade))
            answers["photo_produit"] = pictures[-1].name
    return answers | {
        "lieu_entretien": rng.choices(("domicile", "association", "public", "chambre"), (50, 32, 12, 6))[0],
        "presence": rng.choices(("seule", "femmes", "famille"), (45, 35, 20))[0],
        "observations": pick(rng, OBSERVATIONS, 0.3),
    }
