"""What happened to each woman and when, gathered while the submissions stream by.

Everything is about distinct women after merging, never about submissions: a submission names a record, the record is
followed to the woman it was merged into. Each event keeps its day, so that the same definition gives the figures of a
month, of a year or of all time (``exports.indicators``). Only what figures and papers need is kept, some hundred bytes
an event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from sys import intern
from typing import Final, NamedTuple

from exports.programme import Programme, Submission, Woman
from forms.definition import Node
from forms.values import to_number

#: States whose submissions are listed but count nowhere.
NOT_COUNTED: Final = frozenset({"rejected", "quarantined"})
#: Training programmes (ILO) that lead to an attestation.
ATTESTED: Final = frozenset({"trie", "cree", "germe"})
RUNNING: Final = frozenset({"active", "saison"})
_HIRED: Final = ("emp_f_plein", "emp_f_partiel", "emp_h", "emp_app")
#: The questions that figures and papers are made of, whatever the form.
FACTS: Final = frozenset({
    "action_suivante", "appuis", "artisane", "banque", "benefice", "bonne_personne", "carte_artisan", "code_exam",
    "code_session", "commune", "commune_exam", "consent", "cout_projet", "date_etape", "date_exam", "date_relance",
    "date_seance", "date_visite", "decision", "demi_journee", "depenses", "difficultes", "duree_h", *_HIRED, "emp_fam",
    "emplois_crees", "etape_angem", "etat_act", "excusees", "formatrice", "formule", "jury_maitre", "jury_membres",
    "jury_president", "lieu", "lieu_exam", "metier_exam", "metier_exam_autre", "milieu", "montant_verse", "moyenne",
    "note_orale", "note_pratique", "num_certificat", "num_dossier", "ouvrage", "part_angem", "part_banque",
    "part_perso", "presentes", "programme", "remboursement", "statut_jur", "today", "ventes",
})  # fmt: skip
_HALVES: Final = {"journee": ("matin", "apresmidi")}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: What orders events: the day answered ("" when it is none), the moment received, the id, so that no two are equal.
Moment = tuple[str, str, str]
#: Gives the answer to a question, "" when there is none.
Read = Callable[[str], str]


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


class Tally:
    """Gathers the stories: feed it every submission once (:meth:`add`), then ask (:meth:`close`, :meth:`story`)."""

    def __init__(self, programme: Programme, women: Iterable[str]) -> None:
        self._follow = programme.follow
        self.percent = programme.attendance_percent
        self._women = frozenset(women)
        self._stories: dict[str, Story] = {}
        self._sessions: dict[tuple[str, str], Session] = {}
        roles = programme.roles
        self._roles: dict[str, Callable[[Submission, Read], bool]] = {
            roles.registration: self._register,
            roles.attendance: self._attend,
            roles.exam: self._examine,
            roles.loan: self._lend,
            roles.visit: self._visit,
        }
        #: submissions of each form: all, not counted (rejected), about nobody on the list
        self.seen: dict[str, list[int]] = {}
        #: (day, agent) -> interviews, and those who agreed
        self.interviews: dict[tuple[str, str], list[int]] = {}

    @property
    def women(self) -> int:
        """Give how many women there are."""
        return len(self._women)

    @property
    def sessions(self) -> list[Session]:
        """Give the training sessions, by their first day."""
        return sorted(self._sessions.values(), key=lambda one: ((one.days or [""])[0], one.code, one.programme))

    def resolve(self, entity_id: str) -> str | None:
        """Follow a record to the woman it is today; None when she is not on the list."""
        entity_id = self._follow(entity_id)
        return entity_id if entity_id in self._women else None

    def story(self, entity_id: str) -> Story:
        """Give what is known of a woman, an empty story when no submission names her."""
        return self._stories.get(entity_id) or _NOTHING

    def lives(self, women: Iterable[Woman]) -> list[Life]:
        """Give these women with what happened to them."""
        return [Life(woman, self.story(woman.entity_id)) for woman in women]

    def add(self, submission: Submission, facts: Mapping[str, str]) -> None:
        """Take one submission into account.

        :param facts: what :func:`to_facts` finds in its answers.
        """
        form_id = submission.definition.form_id
        seen = self.seen.setdefault(form_id, [0, 0, 0])
        seen[0] += 1
        if submission.state in NOT_COUNTED:
            seen[1] += 1
            return
        role = self._roles.get(form_id)
        if role is None:
            return

        def read(name: str) -> str:
            return facts.get(name, "")

        if not role(submission, read):
            seen[2] += 1

    def _woman(self, submission: Submission, read: Read) -> Story | None:
        """Find whom a submission is about: the entity it acted on, else the one that was chosen in it."""
        if read("bonne_personne") == "non":
            return None
        for entity_id in (*submission.entity_ids, read("artisane")):
            found = self.resolve(entity_id)
            if found is not None:
                return self._stories.setdefault(found, Story())
        return None

    def _register(self, submission: Submission, read: Read) -> bool:
        day, consent = _to_day(read("today")), read("consent")
        if consent:
            count = self.interviews.setdefault((day, submission.author), [0, 0])
            count[0] += 1
            count[1] += consent == "oui"
        story = self._woman(submission, read)
        if story is None:
            return consent == "non"  # nobody is registered who did not agree
        if day and (not story.registered or day < story.registered):
            story.registered = day
        when = submission.submitted_at.isoformat()
        if read("carte_artisan") and when >= story.card[0]:
            story.card = (when, read("carte_artisan"))
        if read("milieu") and when >= story.milieu[0]:
            story.milieu = (when, read("milieu"))
        return True

    def _attend(self, submission: Submission, read: Read) -> bool:
        programme, code, moment = read("programme"), read("code_session"), read("demi_journee")
        # the sessions of one attested course are one, even where somebody ticked its neighbour by mistake
        key = (code, "" if programme in ATTESTED else programme)
        session = self._sessions.setdefault(key, Session(code, programme))
        day, halves = _to_day(read("date_seance")), _HALVES.get(moment, (moment,))
        hours = (to_number(read("duree_h")) or Decimal(0)) / len(halves)
        for half in halves:
            held = (day, half)
            for found, name in ((session.present, "presentes"), (session.excused, "excusees")):
                women = {one for one in map(self.resolve, read(name).split()) if one is not None}
                found.setdefault(held, set()).update(women)
            session.hours[held] = max(hours, session.hours.get(held, hours))
        session.meetings.add((day, moment))
        for words, name in ((session.places, "lieu"), (session.trainers, "formatrice")):
            if read(name):
                words.add(read(name))
        return True

    def _examine(self, submission: Submission, read: Read) -> bool:
        story = self._woman(submission, read)
        if story is None:
            return False
        when = _to_moment(submission, read("date_exam"))
        story.exams.append(Exam(when, intern(read("decision")), intern(read("code_exam")), _keep(read, _ON_MINUTES)))
        return True

    def _lend(self, submission: Submission, read: Read) -> bool:
        story = self._woman(submission, read)
        if story is None:
            return False
        when, amount = _to_moment(submission, read("date_etape")), to_number(read("montant_verse"))
        story.steps.append(Step(when, intern(read("etape_angem")), amount, _keep(read, _ON_FILE)))
        return True

    def _visit(self, submission: Submission, read: Read) -> bool:
        story = self._woman(submission, read)
        if story is None:
            return False
        hired = [to_number(read(name)) for name in (*_HIRED, "emp_fam")]
        jobs = to_number(read("emplois_crees"))
        if any(number is not None for number in hired[:-1]):
            jobs = sum((number for number in hired[:-1] if number is not None), Decimal(1))
        profit, sales, spent = (to_number(read(name)) for name in ("benefice", "ventes", "depenses"))
        if profit is None and sales is not None and spent is not None:
            profit = sales - spent
        story.visits.append(
            Visit(
                _to_moment(submission, read("date_visite")),
                intern(read("etat_act")),
                jobs,
                tuple(number or Decimal(0) for number in hired),
                profit,
                intern(read("remboursement")),
                tuple(intern(word) for word in read("difficultes").split()),
                tuple(intern(word) for word in read("appuis").split()),
                read("statut_jur") == "carte",
            )
        )
        return True

    def close(self) -> None:
        """Put events in order and work out who followed which training, once every submission has been added."""
        for key in sorted(self._sessions):
            session = self._sessions[key]
            last = max(session.days, default="")
            for entity_id, attended in session.attendance().items():
                earned = session.earns(attended, self.percent)
                training = Training(
                    session.code or session.programme, session.programme, attended, len(session.present), earned, last
                )
                self._stories.setdefault(entity_id, Story()).trainings.append(training)
        for story in self._stories.values():
            for events in (story.exams, story.steps, story.visits):
                events.sort(key=lambda event: event.when)


#: What the minutes of an exam show beside its result.
_ON_MINUTES: Final = (
    "num_certificat", "metier_exam", "metier_exam_autre", "ouvrage", "note_pratique", "note_orale", "moyenne",
    "lieu_exam", "commune_exam", "jury_president", "jury_maitre", "jury_membres",
)  # fmt: skip
#: What a loan file shows beside its steps.
_ON_FILE: Final = (
    "num_dossier", "formule", "cout_projet", "part_angem", "part_banque", "part_perso", "banque", "action_suivante",
    "date_relance",
)  # fmt: skip
_NOTHING: Final = Story()


def to_facts(nodes: Sequence[Node], texts: Sequence[str | None]) -> dict[str, str]:
    """Keep the answers that figures are made of, by the name of the question; the first that is given counts.

    :param nodes: the questions outside repeats, in document order, and ``texts`` their answers.
    """
    facts: dict[str, str] = {}
    for node, text in zip(nodes, texts, strict=True):
        if text and node.name in FACTS and node.name not in facts:
            facts[node.name] = text.strip()
    return facts


def _keep(read: Read, names: Iterable[str]) -> dict[str, str]:
    return {name: intern(text) for name in names if (text := read(name))}


def _to_day(text: str) -> str:
    return text[:10] if _DAY.match(text) else ""


def _to_moment(submission: Submission, day: str) -> Moment:
    return _to_day(day), submission.submitted_at.isoformat(), submission.key
