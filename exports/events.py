"""What happened to each woman and when.

Everything is about distinct women after merging, never about submissions: a submission names a record, the record is
followed to the woman it was merged into. Each event keeps its day, so that the same definition gives the figures of a
month, of a year or of all time (``exports.indicators``). Only what figures and papers need is kept, some hundred bytes
an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from exports.programme import Woman
from forms.definition import Node

#: Training programmes (ILO) that lead to an attestation.
ATTESTED: Final = frozenset({"trie", "cree", "germe"})
RUNNING: Final = frozenset({"active", "saison"})
HIRED: Final = ("emp_f_plein", "emp_f_partiel", "emp_h", "emp_app")
#: The questions that figures and papers are made of, whatever the form.
FACTS: Final = frozenset({
    "action_suivante", "appuis", "artisane", "banque", "benefice", "bonne_personne", "carte_artisan", "code_exam",
    "code_session", "commune", "commune_exam", "consent", "cout_projet", "date_etape", "date_exam", "date_relance",
    "date_seance", "date_visite", "decision", "demi_journee", "depenses", "difficultes", "duree_h", *HIRED, "emp_fam",
    "emplois_crees", "etape_angem", "etat_act", "excusees", "formatrice", "formule", "jury_maitre", "jury_membres",
    "jury_president", "lieu", "lieu_exam", "metier_exam", "metier_exam_autre", "milieu", "montant_verse", "moyenne",
    "note_orale", "note_pratique", "num_certificat", "num_dossier", "ouvrage", "part_angem", "part_banque",
    "part_perso", "presentes", "programme", "remboursement", "statut_jur", "today", "ventes",
})  # fmt: skip

#: States whose submissions are listed but count nowhere.
NOT_COUNTED: Final = frozenset({"rejected", "quarantined"})

#: What orders events: the day answered ("" when it is none), the moment received, the id, so that no two are equal.
Moment = tuple[str, str, str]


class Training(NamedTuple):
    """One session that a woman followed; ``day`` is its last."""

    code: str
    programme: str
    attended: int
    held: int
    earned: bool
    day: str


class Exam(NamedTuple):
    """One result of the qualification exam."""

    when: Moment
    decision: str
    session: str
    answers: Mapping[str, str]


class Step(NamedTuple):
    """One step of a loan file."""

    when: Moment
    step: str
    amount: Decimal | None
    answers: Mapping[str, str]


class Visit(NamedTuple):
    """One follow-up visit; ``hired`` is women full time, women part time, men, apprentices, family."""

    when: Moment
    state: str
    jobs: Decimal | None
    hired: tuple[Decimal, ...]
    profit: Decimal | None
    repayment: str
    difficulties: tuple[str, ...]
    support: tuple[str, ...]
    card: bool


@dataclass(slots=True)
class Story:
    """What the submissions say of one woman; each list in order of the moments once the tally is closed."""

    registered: str = ""
    card: tuple[str, str] = ("", "")
    milieu: tuple[str, str] = ("", "")
    trainings: list[Training] = field(default_factory=list)
    exams: list[Exam] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    @property
    def decision(self) -> str:
        """Give the exam's result: passed once is passed, else the most recent decision."""
        told = [exam.decision for exam in self.exams if exam.decision]
        return "admise" if "admise" in told else told[-1] if told else ""

    @property
    def certificate(self) -> str:
        """Give the number of the most recent certificate."""
        return next((n for exam in reversed(self.exams) if (n := exam.answers.get("num_certificat"))), "")

    @property
    def step(self) -> str:
        """Give the step that her loan file has come to."""
        return next((step.step for step in reversed(self.steps) if step.step), "")

    @property
    def activity(self) -> Visit | None:
        """Give the last visit that told the state of her activity."""
        return next((visit for visit in reversed(self.visits) if visit.state), None)

    @property
    def visited(self) -> str:
        """Give the day of the last visit."""
        return self.visits[-1].when[0] if self.visits else ""

    @property
    def payments(self) -> dict[tuple[str, str], Decimal]:
        """Give the sums paid out, once for each step and date: the one that was received last."""
        found: dict[tuple[str, str], tuple[str, Decimal]] = {}
        for step in self.steps:
            if step.amount is not None:
                key, paid = (step.step, step.when[0]), (step.when[1], step.amount)
                found[key] = max(paid, found.get(key, paid))
        return {key: amount for key, (_, amount) in found.items()}


class Life(NamedTuple):
    """A woman, and what is known to have happened to her."""

    woman: Woman
    story: Story

    @property
    def registered(self) -> str:
        """Give the day she was registered, "" when it is not known."""
        on = self.woman.registered_on
        return self.story.registered or (on.isoformat() if on else "")

    @property
    def card(self) -> str:
        """Give what is known of her artisan's card: what the register says, else what she said when registered."""
        return self.woman.values.get("carte_artisan") or self.story.card[1]

    @property
    def milieu(self) -> str:
        """Give what kind of place she lives in."""
        return self.woman.values.get("milieu") or self.story.milieu[1]


@dataclass(slots=True)
class Session:
    """One training session: who was there, half-day by half-day.

    ``hours`` holds the length of each half-day (the longest that was told), ``meetings`` the (day, moment) as entered.
    """

    code: str
    programme: str
    present: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    excused: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    hours: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    meetings: set[tuple[str, str]] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    trainers: set[str] = field(default_factory=set)

    @property
    def attested(self) -> bool:
        """Tell whether it leads to an attestation."""
        return self.programme in ATTESTED

    @property
    def days(self) -> list[str]:
        """Give the days it was held on, in order."""
        return sorted({day for day, _ in self.present})

    def attendance(self) -> dict[str, int]:
        """Count the half-days that each woman was there."""
        count: dict[str, int] = {}
        for there in self.present.values():
            for entity_id in there:
                count[entity_id] = count.get(entity_id, 0) + 1
        return count

    def earns(self, attended: int, percent: int) -> bool:
        """Tell whether so many half-days earn the attestation."""
        return self.attested and attended * 100 >= len(self.present) * percent


def to_facts(nodes: Sequence[Node], texts: Sequence[str | None]) -> dict[str, str]:
    """Keep the answers that figures are made of, by the name of the question; the first that is given counts.

    :param nodes: the questions outside repeats, in document order, and ``texts`` their answers.
    """
    facts: dict[str, str] = {}
    for node, text in zip(nodes, texts, strict=True):
        if text and node.name in FACTS and node.name not in facts:
            facts[node.name] = text.strip()
    return facts
