"""Read what the demonstration is made of: names with their spellings, made-up associations, the library's villages."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from server.library import read_table

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True, slots=True)
class Name:
    """One name in both scripts, with the other ways people write it."""

    latin: str
    arabic: str
    latin_others: tuple[str, ...] = ()
    arabic_others: tuple[str, ...] = ()
    weight: int = 1
    cohorts: str = "ABCD"
    """When girls were named so: A born to 1965, B to 1985, C to 2000, D since."""


@dataclass(frozen=True, slots=True)
class Locality:
    commune: str
    french: str
    arabic: str
    lat: float
    lng: float
    seat: bool
    """Whether it is the seat of its commune."""


@dataclass(frozen=True, slots=True)
class Association:
    """A made-up association; ``number`` is that of the placeholder it replaces."""

    number: int
    commune: str
    french: str
    arabic: str

    @property
    def code(self) -> str:
        return f"asso_{self.number:02}"


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((DATA / name).read_text("utf-8-sig"))))


def _others(text: str, first: str) -> tuple[str, ...]:
    return tuple(other for other in (part.strip() for part in text.split("|")) if other and other != first)


@lru_cache(maxsize=1)
def first_names() -> tuple[Name, ...]:
    return tuple(_name(row, row["cohortes_naissance"]) for row in _rows("names_first.csv"))


@lru_cache(maxsize=1)
def last_names() -> tuple[Name, ...]:
    return tuple(_name(row, "ABCD") for row in _rows("names_last.csv"))


def _name(row: dict[str, str], cohorts: str) -> Name:
    return Name(
        latin=row["canonique_latin"],
        arabic=row["arabe"],
        latin_others=_others(row["variantes_latin"], row["canonique_latin"]),
        arabic_others=_others(row["variantes_arabe"], row["arabe"]),
        weight=int(row["poids_relatif"]),
        cohorts=cohorts,
    )


@lru_cache(maxsize=1)
def fathers() -> tuple[Name, ...]:
    return tuple(Name(row["latin"], row["arabe"], weight=int(row["poids"])) for row in _rows("fathers.csv"))


@lru_cache(maxsize=1)
def associations() -> tuple[Association, ...]:
    return tuple(
        Association(int(row["number"]), row["commune"], row["french"], row["arabic"])
        for row in _rows("associations.csv")
    )


@lru_cache(maxsize=1)
def localities() -> tuple[Locality, ...]:
    """The villages and quarters whose place is known."""
    seat = " (chef-lieu)"
    return tuple(
        Locality(
            row["code_ons"],
            row["localite_fr"].removesuffix(seat),
            row["localite_ar"],
            float(row["lat"]),
            float(row["lng"]),
            row["localite_fr"].endswith(seat),
        )
        for row in read_table("localites_pilotes.csv")
        if row["lat"]
    )
