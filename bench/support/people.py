"""Made-up registers in which the truth is known: women, those entered twice, and those who only look alike.

Names and their weights are the demonstration's (`server/demo/data`), what goes wrong when a woman is entered again is
`bench/data/linkage/linkage_operators.csv`, each operator at the rate that stands there. Nobody is real: numbers begin with 99.

How the table is read, where it leaves a choice:
- `aucune_erreur` is the share of second entries whose names are as in the first. In the others each operator on names
  is drawn at its rate divided by the share of the others, so that over all second entries it has its rate; where
  more than three were drawn, three of them happen.
- An operator counts where it can apply: a rate is that of the records it could have changed.
- Accents, capitals, a missing script and a missing father happen at any entry, the first one too.
"""

from __future__ import annotations

import csv
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from server.demo.tables import Name, fathers, first_names, last_names
from server.library import read_table

DATA = Path(__file__).resolve().parent.parent / "data" / "linkage"
COHORTS = {"A": (20, 1945, 1965), "B": (45, 1966, 1985), "C": (30, 1986, 2000), "D": (5, 2001, 2008)}
TWICE, THRICE, HARD = 0.12, 0.02, 0.05
MAX_NAME_ERRORS = 3


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


OPERATORS = {row["operateur"]: float(row["taux_propose"]) for row in _rows("linkage_operators.csv")}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a woman is."""

    number: int
    first: Name
    last: Name
    father: Name
    husband: Name
    birth: date
    presumed: bool
    commune: str
    locality: str
    phone: str
    nin: str


@dataclass(slots=True)
class Record:
    """One entry of a woman, as a form holds it."""

    person: int
    prenom_fr: str
    prenom_ar: str
    nom_fr: str
    nom_ar: str
    prenom_pere: str
    date_naissance: str
    annee_naissance: str
    commune: str
    localite: str
    telephone: str
    nin: str

    def values(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__slots__ if name != "person"}


@dataclass(slots=True)
class Register:
    records: list[Record]
    """In the order they were entered."""
    rates: dict[str, tuple[int, int]]
    """How often each operator happened, and how often it could have."""

    def pairs(self) -> set[tuple[int, int]]:
        """Give the true pairs, by the places of the records."""
        by_person: dict[int, list[int]] = {}
        for place, record in enumerate(self.records):
            by_person.setdefault(record.person, []).append(place)
        return {(a, b) for places in by_person.values() for i, a in enumerate(places) for b in places[i + 1 :]}


class Maker:
    """Makes one register from a seed."""

    def __init__(self, seed: int, women: int) -> None:
        self.rng = Random(seed)
        self.women = women
        self.happened: Counter[str] = Counter()
        self.could: Counter[str] = Counter()
        communes = read_table("communes.csv")
        self.pilots = [row["code_ons"] for row in communes if row["commune_pilote"] == "oui"]
        self.others = [row["code_ons"] for row in communes if row["commune_pilote"] != "oui"]
        places = {row["code_ons"]: (float(row["lat"]), float(row["lng"])) for row in communes}
        self.neighbours = {
            code: sorted((c for c in places if c != code), key=lambda c, at=at: math.dist(places[c], at))[:3]
            for code, at in places.items()
        }
        names = {row["code_ons"]: row["nom_fr"] for row in communes}
        self.localities = {code: [name] for code, name in names.items()}
        for row in read_table("localites_pilotes.csv"):
            self.localities[row["code_ons"]].append(row["localite_fr"])
        self.by_cohort = {c: [n for n in first_names() if c in n.cohorts] for c in COHORTS}
        self.nicknames = {
            row["canonique_latin"]: (row["surnoms_latin"].split("|"), row["surnoms_arabe"].split("|"))
            for row in _rows("names_nicknames.csv")
        }
        self.phones: dict[str, list[str]] = {}

    def happens(self, operator: str, share: float = 1.0) -> bool:
        """Draw an operator that could apply to the record at hand, and count it."""
        self.could[operator] += 1
        if self.rng.random() >= OPERATORS[operator] / share:
            return False
        self.happened[operator] += 1
        return True

    def phone(self, commune: str) -> str:
        """Give a number: her own, or that of a husband or neighbour whom others named too."""
        known = self.phones.setdefault(commune, [])
        if known and self.rng.random() < OPERATORS["telephone_partage"]:
            return self.rng.choice(known)
        number = f"0{self.rng.choice('567')}{self.rng.randrange(10**8):08}"
        known.append(number)
        return number

    def nin(self) -> str:
        return f"99{self.rng.randrange(10**16):016}" if self.rng.random() >= OPERATORS["nin_manquant"] else ""

    def birth(self) -> tuple[date, bool]:
        rng = self.rng
        cohort = rng.choices(list(COHORTS), [share for share, _, _ in COHORTS.values()])[0]
        _, first, last = COHORTS[cohort]
        born = date(rng.randint(first, last), 1, 1) + timedelta(days=rng.randrange(365))
        presumed = rng.random() < {"A": 0.10, "B": 0.01}.get(cohort, 0.0)
        return born, presumed

    def first_name(self, born: date) -> Name:
        cohort = next((c for c, (_, _, last) in COHORTS.items() if born.year <= last), "D")
        names = self.by_cohort[cohort]
        return self.rng.choices(names, [name.weight for name in names])[0]

    def last_name(self) -> Name:
        return self.rng.choices(last_names(), [name.weight for name in last_names()])[0]

    def father(self) -> Name:
        return self.rng.choices(fathers(), [name.weight for name in fathers()])[0]

    def identity(self, number: int) -> Identity:
        rng = self.rng
        born, presumed = self.birth()
        commune = rng.choice(self.pilots if rng.random() < 0.7 else self.others)
        return Identity(
            number, self.first_name(born), self.last_name(), self.father(), self.last_name(), born, presumed, commune,
            rng.choice(self.localities[commune]), self.phone(commune), self.nin(),
        )  # fmt: skip

    def lookalike(self, number: int, other: Identity) -> Identity:
        """Make a woman who looks like another and is not: the hard negatives of the recipe, in equal parts."""
        rng = self.rng
        kind = rng.choice(("confusable", "sister", "cousin", "daughter", "namesake"))
        near = self._near(other.birth, 3)
        if kind == "confusable":
            return self._confusable(number, other)
        if kind == "sister":
            first = other.first
            while first == other.first:
                first = self.first_name(other.birth)
            return replace(other, number=number, first=first, birth=self._near(other.birth, 8), nin=self.nin(),
                           phone=other.phone if rng.random() < 0.5 else self.phone(other.commune))  # fmt: skip
        if kind == "cousin":
            father = other.father
            while father == other.father:
                father = self.father()
            return replace(
                other, number=number, father=father, birth=near, nin=self.nin(), phone=self.phone(other.commune)
            )
        if kind == "daughter":
            born = other.birth + timedelta(days=365 * rng.randint(18, 32) + rng.randrange(365))
            born = self._within(rng.randint(2001, 2008)) if born.year > 2008 else born
            return replace(other, number=number, first=self.first_name(born), last=self.last_name(), father=self.father(),
                           birth=born, presumed=False, nin=self.nin())  # fmt: skip
        commune = rng.choice([c for c in (*self.pilots, *self.others) if c != other.commune])
        return replace(
            self.identity(number), first=other.first, last=other.last, commune=commune,
            locality=rng.choice(self.localities[commune]), birth=self._within(other.birth.year),
        )  # fmt: skip

    def _confusable(self, number: int, other: Identity) -> Identity:
        """Make a woman whose given or family name is another's confused with it; the one of the list is drawn."""
        row = self.rng.choice(_rows("names_confusables.csv"))
        mine, hers = (Name(row["latin_1"], row["arabe_1"]), Name(row["latin_2"], row["arabe_2"]))
        new = replace(other, number=number, father=self.father(), birth=self._within(other.birth.year), nin=self.nin(),
                      phone=self.phone(other.commune))  # fmt: skip
        self.twin = (
            replace(other, first=mine) if row["champ"] == "prenom" else replace(other, last=mine)
        )  # the one she is confused with bears the other name of the pair
        return replace(new, first=hers) if row["champ"] == "prenom" else replace(new, last=hers)

    def _near(self, born: date, years: int) -> date:
        return self._within(born.year + self.rng.choice([y for y in range(-years, years + 1) if y]))

    def _within(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self.rng.randrange(365))

    def make(self) -> Register:
        rng = self.rng
        women: list[Identity] = []
        while len(women) < self.women:
            number = len(women)
            if number > 20 and rng.random() < HARD:
                place = rng.randrange(number)
                self.twin = women[place]
                women.append(self.lookalike(number, women[place]))
                women[place] = self.twin
            else:
                women.append(self.identity(number))
        entries: list[Record] = []
        for woman in women:
            entries.append(self.enter(woman))
            drawn = rng.random()
            for _ in range(2 if drawn < THRICE else 1 if drawn < THRICE + TWICE else 0):
                entries.append(self.enter_again(woman))
        rng.shuffle(entries)
        return Register(entries, {op: (self.happened[op], self.could[op]) for op in OPERATORS})

    def enter(self, woman: Identity) -> Record:
        record = Record(
            woman.number, woman.first.latin, woman.first.arabic, woman.last.latin, woman.last.arabic, woman.father.arabic,
            "" if woman.presumed else woman.birth.isoformat(), str(woman.birth.year), woman.commune, woman.locality,
            woman.phone, woman.nin,
        )  # fmt: skip
        self._type(record)
        return record

    def _type(self, record: Record) -> None:
        """Do what happens at any entry."""
        if self.happens("accent_perdu"):
            for field in ("prenom_fr", "nom_fr"):
                text = unicodedata.normalize("NFD", getattr(record, field))
                setattr(record, field, "".join(c for c in text if not unicodedata.combining(c)))
        if self.happens("casse"):
            record.nom_fr = record.nom_fr.upper()
        if self.happens("prenom_pere_manquant"):
            record.prenom_pere = ""
        if self.happens("ecriture_manquante"):
            script = self.rng.choice(("fr", "ar"))
            setattr(record, f"nom_{script}", "")
            setattr(record, f"prenom_{script}", "")

    def enter_again(self, woman: Identity) -> Record:
        from bench.support.slips import slip_birth, slip_names, slip_numbers  # the operators have a module of their own

        record = self.enter(replace(woman, phone=woman.phone))
        slip_names(self, record, woman)
        slip_birth(self, record, woman)
        slip_numbers(self, record, woman)
        return record


def make_register(seed: int, women: int) -> Register:
    """Make a register of so many women; it has about one sixth more records."""
    return Maker(seed, women).make()
