"""What happened to each woman, gathered while the submissions stream by, and the figures that follow.

Everything is counted in distinct women after merging, never in submissions: a submission names a record, the record is
followed to the woman it was merged into, and a stage reached twice is reached once. Only what the figures need is kept,
some hundred bytes a woman, so memory grows with the register and not with the submissions.

The definitions are the programme's (sheet by sheet, and indicators I01–I18); where they leave a choice open, the choice
taken is said in this package's README and on ``14_Lisez_moi``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Final

from exports.programme import Programme, Submission
from forms.definition import Node
from forms.values import to_number

#: States whose submissions are listed but count nowhere.
NOT_COUNTED: Final = frozenset({"rejected", "quarantined"})
#: Training programmes (ILO) that lead to an attestation.
ATTESTED: Final = frozenset({"trie", "cree", "germe"})
RUNNING: Final = frozenset({"active", "saison"})
MIN_ANSWERS: Final = 5
#: The questions that figures are made of, whatever the form.
FACTS: Final = frozenset({
    "artisane", "benefice", "bonne_personne", "carte_artisan", "code_session", "consent", "date_etape", "date_exam",
    "date_seance", "date_visite", "decision", "demi_journee", "emplois_crees", "etape_angem", "etat_act",
    "montant_verse", "num_certificat", "presentes", "programme", "statut_jur", "today",
})  # fmt: skip
_HALVES: Final = {"journee": ("matin", "apresmidi")}

Moment = tuple[str, str, str]


@dataclass(slots=True)
class Story:
    """What the submissions say of one woman. Dates are ISO texts as answered; "" when nothing is known."""

    trained: bool = False
    training: list[tuple[str, int, int, bool]] = field(default_factory=list)
    decisions: set[str] = field(default_factory=set)
    exam: tuple[Moment, str] = (("", "", ""), "")
    certificate: tuple[Moment, str] = (("", "", ""), "")
    steps: set[str] = field(default_factory=set)
    step: tuple[Moment, str] = (("", "", ""), "")
    paid: dict[tuple[str, str], tuple[str, Decimal]] = field(default_factory=dict)
    ran: bool = False
    activity: tuple[Moment, str, str] = (("", "", ""), "", "")
    profit: tuple[Moment, Decimal | None] = (("", "", ""), None)
    visited: str = ""
    card: tuple[str, str] = ("", "")
    card_seen: bool = False
    registered: str = ""

    @property
    def decision(self) -> str:
        """Give the exam's result: passed once is passed, else the most recent decision."""
        return "admise" if "admise" in self.decisions else self.exam[1]

    @property
    def amount(self) -> Decimal | None:
        """Give the sum paid out, once for each step and date; None when nothing was."""
        return sum((amount for _, amount in self.paid.values()), Decimal(0)) if self.paid else None

    @property
    def jobs(self) -> Decimal | None:
        """Give the jobs of the last visit that told the state of the activity; None when that visit has none."""
        return to_number(self.activity[2]) if self.activity[1] in RUNNING else None


@dataclass(slots=True)
class Figures:
    """One line of counts: the columns ``exports.texts.COUNTS``, in that order, then what the rates and medians need."""

    registered: int = 0
    trained: int = 0
    examined: int = 0
    qualified: int = 0
    filed: int = 0
    eligible: int = 0
    funded: int = 0
    started: int = 0
    jobs: Decimal = Decimal(0)
    profits: list[Decimal] = field(default_factory=list)

    def add(self, story: Story) -> None:
        """Count one more woman."""
        self.registered += 1
        self.trained += story.trained
        self.examined += bool(story.decisions & {"admise", "ajournee"})
        self.qualified += "admise" in story.decisions
        self.filed += "e02" in story.steps
        self.eligible += "e05" in story.steps
        self.funded += bool(story.steps & {"e09", "e10"})
        self.started += story.ran or "e11" in story.steps
        self.jobs += story.jobs or 0
        if story.profit[1] is not None:
            self.profits.append(story.profit[1])

    def counts(self) -> tuple[int | Decimal, ...]:
        """Give the counts in the order of the sheets."""
        return (
            self.registered, self.trained, self.examined, self.qualified, self.filed, self.eligible, self.funded,
            self.started, self.jobs,
        )  # fmt: skip

    def rates(self) -> tuple[float | None, float | None]:
        """Give the rates of success and of funding as fractions; None where nobody could."""
        return (
            self.qualified / self.examined if self.examined else None,
            self.funded / self.filed if self.filed else None,
        )

    def median_profit(self) -> Decimal | None:
        """Give the median monthly profit, None below five answers."""
        return median(self.profits) if len(self.profits) >= MIN_ANSWERS else None


class Tally:
    """Gathers the stories: feed it every submission once (:meth:`add`), then ask (:meth:`close`, :meth:`story`)."""

    def __init__(self, programme: Programme, women: Iterable[str]) -> None:
        self._follow = programme.follow
        self._percent = programme.attendance_percent
        self._women = frozenset(women)
        self._stories: dict[str, Story] = {}
        self._sessions: dict[tuple[str, str], dict[tuple[str, str], set[str]]] = {}
        self._labels: dict[tuple[str, str], str] = {}
        roles = programme.roles
        self._roles: dict[str, Callable[[Submission, Callable[[str], str]], bool]] = {
            roles.registration: self._register,
            roles.attendance: self._attend,
            roles.exam: self._examine,
            roles.loan: self._lend,
            roles.visit: self._visit,
        }
        #: submissions of each form: all, not counted (rejected), about nobody on the list
        self.seen: dict[str, list[int]] = {}

    @property
    def women(self) -> int:
        """Give how many women there are."""
        return len(self._women)

    def resolve(self, entity_id: str) -> str | None:
        """Follow a record to the woman it is today; None when she is not on the list."""
        entity_id = self._follow(entity_id)
        return entity_id if entity_id in self._women else None

    def story(self, entity_id: str) -> Story:
        """Give what is known of a woman, an empty story when no submission names her."""
        return self._stories.get(entity_id) or _NOTHING

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

    def _woman(self, submission: Submission, read: Callable[[str], str]) -> Story | None:
        """Find whom a submission is about: the entity it acted on, else the one that was chosen in it."""
        if read("bonne_personne") == "non":
            return None
        for entity_id in (*submission.entity_ids, read("artisane")):
            found = self.resolve(entity_id)
            if found is not None:
                return self._stories.setdefault(found, Story())
        return None

    def _register(self, submission: Submission, read: Callable[[str], str]) -> bool:
        story = self._woman(submission, read)
        if story is None:
            return read("consent") == "non"  # nobody is registered who did not agree
        day = read("today")
        if day and (not story.registered or day < story.registered):
            story.registered = day
        when = submission.submitted_at.isoformat()
        if read("carte_artisan") and when >= story.card[0]:
            story.card = (when, read("carte_artisan"))
        return True

    def _attend(self, submission: Submission, read: Callable[[str], str]) -> bool:
        programme = read("programme")
        code = read("code_session")
        # the sessions of one attested course are one, even where somebody ticked its neighbour by mistake
        key = (code, "" if programme in ATTESTED else programme)
        self._labels.setdefault(key, programme)
        present = {found for found in map(self.resolve, read("presentes").split()) if found is not None}
        moment = read("demi_journee")
        halves = self._sessions.setdefault(key, {})
        for half in _HALVES.get(moment, (moment,)):
            halves.setdefault((read("date_seance"), half), set()).update(present)
        return True

    def _examine(self, submission: Submission, read: Callable[[str], str]) -> bool:
        story = self._woman(submission, read)
        if story is None:
            return False
        when = _moment(submission, read("date_exam"))
        decision = read("decision")
        if decision:
            story.decisions.add(decision)
            story.exam = max(story.exam, (when, decision))
        if read("num_certificat"):
            story.certificate = max(story.certificate, (when, read("num_certificat")))
        return True

    def _lend(self, submission: Submission, read: Callable[[str], str]) -> bool:
        story = self._woman(submission, read)
        if story is None:
            return False
        step, day = read("etape_angem"), read("date_etape")
        if step:
            story.steps.add(step)
            story.step = max(story.step, (_moment(submission, day), step))
        amount = to_number(read("montant_verse"))
        if amount is not None:
            paid = (submission.submitted_at.isoformat(), amount)
            story.paid[step, day] = max(paid, story.paid.get((step, day), paid))
        return True

    def _visit(self, submission: Submission, read: Callable[[str], str]) -> bool:
        story = self._woman(submission, read)
        if story is None:
            return False
        day = read("date_visite")
        when = _moment(submission, day)
        story.visited = max(story.visited, day)
        state = read("etat_act")
        if state:
            story.ran |= state in RUNNING
            story.activity = max(story.activity, (when, state, read("emplois_crees")))
        profit = to_number(read("benefice"))
        if profit is not None and when >= story.profit[0]:
            story.profit = (when, profit)
        story.card_seen |= read("statut_jur") == "carte"
        return True

    def close(self) -> None:
        """Work out who followed which training, once every submission has been added."""
        for (code, programme), halves in sorted(self._sessions.items()):
            count: dict[str, int] = {}
            for present in halves.values():
                for entity_id in present:
                    count[entity_id] = count.get(entity_id, 0) + 1
            for entity_id, attended in count.items():
                story = self._stories.setdefault(entity_id, Story())
                earned = not programme and attended * 100 >= len(halves) * self._percent
                story.trained |= earned
                story.training.append((code or self._labels[code, programme], attended, len(halves), earned))
        self._sessions.clear()


def to_facts(nodes: Sequence[Node], texts: Sequence[str | None]) -> dict[str, str]:
    """Keep the answers that figures are made of, by the name of the question; the first that is given counts.

    :param nodes: the questions outside repeats, in document order, and ``texts`` their answers.
    """
    facts: dict[str, str] = {}
    for node, text in zip(nodes, texts, strict=True):
        if text and node.name in FACTS and node.name not in facts:
            facts[node.name] = text.strip()
    return facts


_NOTHING: Final = Story()


def _moment(submission: Submission, day: str) -> Moment:
    """Give what orders events: the day answered, then the moment received, then the id, so that no two are equal."""
    return day, submission.submitted_at.isoformat(), submission.key
