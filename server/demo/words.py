"""Short remarks as agents write them, in either language: about work only, never about health or private life."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

OBSERVATIONS = (
    "Très bonne maîtrise, manque d’emballage.",
    "Souhaite exposer à la foire d’Oran.",
    "Travaille avec sa sœur pendant les fêtes.",
    "عمل متقن، تحتاج إلى التغليف.",
    "ترغب في المشاركة في المعرض.",
    "A besoin d’une machine plus solide.",
    "Réseau faible, rappeler le matin.",
    "تفضل الاتصال بها صباحا.",
)
REMARKS = (
    "Commandes en hausse pour les mariages.",
    "Le prix de la semoule a augmenté.",
    "طلبات كثيرة قبل العيد.",
    "Tient son cahier régulièrement.",
    "غلاء المواد الأولية.",
    "Cherche un point de vente à Oran.",
    "Étiquettes à revoir avec la Chambre.",
)
WORKS = {
    "pates": ("Couscous roulé fin", "Rechta", "بركوكس"),
    "couture_trad": ("Blouza oranaise", "Gandoura brodée", "قفطان"),
    "patisserie": ("Plateau de makrout", "Griwech", "مسمن وبغرير"),
    "ameublement": ("Housse de banquette", "Couvre-lit matelassé", "مطرح صالون"),
}
PLACES = ("Maison de jeunes", "Centre culturel", "Siège de l’association", "Bibliothèque communale")
TRAINERS = ("Mme S. Berrahal", "Mme K. Touati", "M. A. Meziane")
JURORS = ("Mme F. Guerroudj", "M. H. Bensaïd", "Mme Z. Kaddari")
MASTERS = ("M. M. Benchaïb", "Mme N. Saadi", "Mme R. Lahmar")
NEXT_ACTIONS = ("Relancer l’accompagnateur de daïra", "Compléter le certificat de résidence", "Appeler la banque", "")


def pick(rng: Random, texts: Sequence[str], chance: float) -> str:
    """Pick a remark now and then, else nothing."""
    return rng.choice(texts) if rng.random() < chance else ""
