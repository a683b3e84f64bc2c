"""What happens in a year: who registers whom, who comes to training, passes the exam, gets a loan, starts a business.

A list of events in the order of their days. Proportions follow the programme's funnel: of about 200 women half are
trained, half qualify, one in seven is financed. Agents work from Sunday to Thursday.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from server.demo.people import OTHER_TRADES, TRADES, Woman, make_woman, make_women, misspell
from server.demo.tables import last_names

WEEKS = 52
REFUSALS = 6
DUPLICATES = 12
STRANGERS = 5
"""Women registered outside the communes of the agent who met them."""


@dataclass(frozen=True, slots=True)
class Agent:
    name: str
    scopes: tuple[str, ...]


AGENTS = (
    Agent("Karima Ziani", ("3110", "3112")),
    Agent("Houria Belaïd", ("3103", "3105")),
    Agent("Amel Mokhtari", ("3103", "3110")),
    Agent("Nassima Tahri", ("3103", "3105", "3110", "3112")),
)
OFFICE = 3
"""The agent who fills exam results and loan files, at the chamber."""


EXAM_SESSIONS = ((70, 22, "3112"), (135, 26, "3105"), (210, 26, "3110"), (285, 26, "3103"), (345, 14, "3112"))
"""Days since the beginning, candidates at most, commune."""


@dataclass(frozen=True, slots=True)
class Event:
    """One form filled on a day by an agent."""

    day: date
    agent: int


@dataclass(frozen=True, slots=True)
class Registration(Event):
    woman: int
    wants_exam: bool
    formula: str
    """The loan she thinks of; "" for none."""
    produces: str
    """How often she makes things to sell."""
    corrected: bool = False
    """Sent again with a correction some days later."""


@dataclass(frozen=True, slots=True)
class Refusal(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class HalfDay(Event):
    """One half-day of a training."""

    code: str
    programme: str
    commune: str
    number: int
    morning: bool
    last: bool
    present: tuple[int, ...]
    excused: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Exam(Event):
    woman: int
    code: str
    commune: str
    decision: str


@dataclass(frozen=True, slots=True)
class Step(Event):
    """One step of a loan file."""

    woman: int
    step: str
    formula: str
    file_number: str
    cost: int
    since_deposit: int


@dataclass(frozen=True, slots=True)
class Visit(Event):
    woman: int
    state: str
    """What the business is like (``etat_act``)."""
    first: bool
    loan: str
    """How the loan is repaid (``remboursement``)."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """What she corrects on the record."""
    accepts: bool = True
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    women: tuple[Woman, ...]
    events: tuple[Event, ...]
    same: Mapping[int, int]
    """Duplicates: number of the second registration → number of the woman."""


class _Teller:
    """Tells the story once; all parts draw from one generator in a fixed order: a seed always tells the same."""

    def __init__(self, seed: int, today: date, count: int) -> None:
        self.rng = Random(f"story {seed}")  # noqa: S311 - a made-up programme, no secret
        self.today = today
        self.first_day = today - timedelta(days=7 * WEEKS)
        self.women = make_women(self.rng, count, today)
        self.events: list[Event] = []
        self.registered: dict[int, Registration] = {}
        self.started: dict[int, date] = {}
        self.same: dict[int, int] = {}

    def tell(self) -> Story:
        for woman in list(self.women):
            self._register(woman)
        self._meet_strangers()
        self._repeat_registrations()
        for _ in range(min(REFUSALS, max(1, len(self.women) // 30))):
            reason = self.rng.choice(("temps", "famille", "confiance", "interet", "sans"))
            self.events.append(Refusal(self._any_day(), self.rng.randrange(OFFICE), reason))
        self._train()
        for woman_number, qualified_on in self._examine():
            self._finance(woman_number, qualified_on)
        self._visit()
        self._contradict()
        self.events = _send_some_again(self.events)
        self.events.sort(key=lambda event: event.day)  # stable: the order of telling within a day
        return Story(tuple(self.women), tuple(self.events), dict(self.same))

    # -- days and agents

    def _workday(self, day: date) -> date:
        """The day itself, or the Thursday before a week-end (Friday and Saturday)."""
        while day.weekday() in (4, 5):
            day -= timedelta(days=1)
        return day

    def _any_day(self) -> date:
        return self._workday(self.first_day + timedelta(days=self.rng.randrange(7, 7 * WEEKS - 7)))

    def _agent_for(self, commune: str) -> int:
        near = [number for number, agent in enumerate(AGENTS[:OFFICE]) if commune in agent.scopes]
        return self.rng.choice(near) if near else self.rng.randrange(OFFICE)

    def _past(self, day: date) -> bool:
        return day < self.today

    # -- registration

    def _register(self, woman: Woman, *, agent: int | None = None, day: date | None = None) -> None:
        rng = self.rng
        when = day or self._workday(self.first_day + timedelta(days=int(7 * (WEEKS - 3) * rng.random() ** 1.7)))
        wants_loan = rng.random() < 0.6
        event = Registration(
            day=when,
            agent=self._agent_for(woman.commune) if agent is None else agent,
            woman=woman.number,
            wants_exam=rng.random() < 0.72,
            formula=rng.choices(("pnr_mp", "triangulaire", "indecise"), (60, 25, 15))[0] if wants_loan else "",
            produces=rng.choices(("quotidien", "hebdo", "commande", "saison", "pas_encore"), (15, 25, 30, 15, 15))[0],
        )
        self.registered[woman.number] = event
        self.events.append(event)

    def _meet_strangers(self) -> None:
        """Some women are met outside the agent's communes: at a fair, or just over the boundary."""
        for number in range(min(STRANGERS, max(2, len(self.women) // 40))):
            commune, agent = ("3113", 1) if number % 2 == 0 else ("3105", 0)
            woman = make_woman(self.rng, len(self.women), commune, self.today)
            self.women.append(woman)
            self._register(woman, agent=agent, day=self._any_day())

    def _repeat_registrations(self) -> None:
        """The same woman is registered again, months later or by another agent, with her name written otherwise."""
        early = [e for e in self.registered.values() if (self.today - e.day).days > 40]
        for event in self.rng.sample(early, k=min(DUPLICATES, max(2, len(early) // 10))):
            again = misspell(self.rng, self.women[event.woman], len(self.women))
            self.women.append(again)
            self.same[again.number] = event.woman
            days = self.rng.randint(20, max(21, (self.today - event.day).days - 8))
            agent = self.rng.choice((self._agent_for(again.commune), OFFICE))
            if again.commune not in AGENTS[agent].scopes:
                agent = OFFICE
            self._register(again, agent=agent, day=self._workday(event.day + timedelta(days=days)))

    def _known(self, day: date, commune: str | None = None) -> list[int]:
        """Women registered at least twelve days before, so that every phone of their commune has them."""
        return [
            number
            for number, event in self.registered.items()
            if (day - event.day).days >= 12
            and number not in self.same
            and self.women[number].commune in AGENTS[OFFICE].scopes
            and (commune is None or self.women[number].commune == commune)
        ]

    # -- training

    def _train(self) -> None:
        courses = (
            ("TRIE", "trie", "3112", 60, 2),
            ("CREE", "cree", "3112", 95, 6),
            ("GETA", "getahead", "3110", 120, 4),
            ("CREE", "cree", "3105", 160, 6),
            ("TECH", "technique", "3103", 190, 4),
            ("CREE", "cree", "3110", 225, 6),
            ("GERME", "germe", "3112", 260, 5),
            ("TRIE", "trie", "3105", 290, 2),
            ("CREE", "cree", "3103", 325, 6),
        )
        counts: dict[str, int] = {}
        trained: set[int] = set()
        for prefix, programme, commune, start, days in courses:
            day = self._workday(self.first_day + timedelta(days=start))
            known = sorted(self._known(day, commune), key=lambda number: (number in trained, number))
            group = sorted(self.rng.sample(known[:26], k=min(len(known[:26]), self.rng.randint(14, 20))))
            if not group:
                continue
            trained.update(group)
            key = f"{prefix}-{day.year}"
            counts[key] = counts.get(key, 0) + 1
            agent = self._agent_for(commune)
            assiduity = {number: self.rng.choices((0.97, 0.85, 0.5), (70, 20, 10))[0] for number in group}
            for number in range(1, days + 1):
                for morning in (True, False):
                    present = tuple(n for n in group if self.rng.random() < assiduity[n])
                    away = [n for n in group if n not in present]
                    self.events.append(
                        HalfDay(
                            day=day,
                            agent=agent,
                            code=f"{key}-{counts[key]:02}",
                            programme=programme,
                            commune=commune,
                            number=number,
                            morning=morning,
                            last=number == days and not morning,
                            present=present,
                            excused=tuple(n for n in away if self.rng.random() < 0.5),
                        )
                    )
                day = self._next_workday(day)

    def _next_workday(self, day: date) -> date:
        day += timedelta(days=1)
        while day.weekday() in (4, 5):
            day += timedelta(days=1)
        return day

    # -- exam and loan

    def _examine(self) -> Iterable[tuple[int, date]]:
        """Hold the exam sessions; give who qualified, and when."""
        waiting: set[int] = set()
        passed: list[tuple[int, date]] = []
        done: set[int] = set()
        counts: dict[int, int] = {}
        for days, places, commune in EXAM_SESSIONS:
            day = self._workday(self.first_day + timedelta(days=days))
            counts[day.year] = counts.get(day.year, 0) + 1
            eligible = [n for n in self._known(day) if self.registered[n].wants_exam and n not in done]
            eligible.sort(key=lambda n: (n not in waiting, self.registered[n].day, n))
            for number in eligible[: min(places, max(3, len(self.women) // 8))]:
                decision = self.rng.choices(("admise", "ajournee", "absente", "reportee"), (85, 8, 5, 2))[0]
                code = f"EXAM-{day.year}-{counts[day.year]:02}"
                self.events.append(Exam(day, OFFICE, number, code, commune, decision))
                if decision == "admise":
                    done.add(number)
                    passed.append((number, day))
                else:
                    waiting.add(number)
        return passed

    def _finance(self, woman: int, qualified_on: date) -> None:
        formula = self.registered[woman].formula
        if not formula or self.rng.random() < 0.1:
            return
        if formula == "indecise":
            formula = "pnr_mp"
        bounds = (40_000, 100_001, 5_000) if formula == "pnr_mp" else (300_000, 1_000_001, 50_000)
        cost = self.rng.randrange(*bounds)
        day = qualified_on + timedelta(days=self.rng.randint(14, 28))
        file_number = f"31-{day.year}-{woman + 100:04}"
        deposited: date | None = None
        for step in self._path(formula):
            day = self._workday(day)
            if not self._past(day):
                return
            if step == "e02" and deposited is None:
                deposited = day
            if step == "e11":
                self.started[woman] = day
            since = (day - deposited).days if deposited else 0
            self.events.append(Step(day, OFFICE, woman, step, formula, file_number if deposited else "", cost, since))
            day += timedelta(days=self.rng.randint(7, 15))

    def _path(self, formula: str) -> Sequence[str]:
        """Lay out the steps of one file; some end before the loan."""
        rng = self.rng
        begin = ["e01", "e02", *(("e20", "e02") if rng.random() < 0.12 else ()), "e03"]
        draw = rng.random()
        if draw < 0.05:
            return [*begin[:-1], "e23"]
        if draw < 0.17:
            return [*begin, "e04", "e21"]
        begin += ["e04", "e05"]
        if formula == "pnr_mp":
            return [*begin, "e09", "e11", "e12", *(("e24",) if rng.random() < 0.15 else ())]
        if draw < 0.32:
            return [*begin, "e06", "e22"]
        return [*begin, "e06", "e07", "e08", "e09", "e10", "e11", "e12"]

    # -- visits

    def _visit(self) -> None:
        for number, event in self.registered.items():
            commune = self.women[number].commune
            if commune not in AGENTS[OFFICE].scopes:
                continue
            days: list[date] = []
            if self.rng.random() < (0.25 if number in self.same else 0.34):
                days.append(event.day + timedelta(days=self.rng.randint(30, 90)))
            started = self.started.get(number)
            if started:
                days += [started + timedelta(days=d) for d in (self.rng.randint(25, 45), self.rng.randint(75, 100))]
            first = True
            for day in map(self._workday, days):
                if not self._past(day):
                    continue
                begun = started is not None and day > started
                self.events.append(
                    Visit(
                        day=day,
                        agent=self._agent_for(commune),
                        woman=number,
                        state=self._state(event, begun),
                        first=first,
                        loan=self.rng.choices(("differe", "ajour", "retard"), (40, 50, 10))[0] if begun else "na",
                        changes=self._changes(number),
                        accepts=self.rng.random() > 0.03,
                    )
                )
                first = False

    def _state(self, event: Registration, begun: bool) -> str:
        if begun:
            return self.rng.choices(("active", "saison", "suspendue", "arretee"), (80, 10, 6, 4))[0]
        if event.produces == "pas_encore":
            return "non_demarree"
        return self.rng.choices(("non_demarree", "active", "saison"), (70, 20, 10))[0]

    def _changes(self, number: int) -> Mapping[str, str]:
        draw, woman = self.rng.random(), self.women[number]
        if draw < 0.08:
            return {"metiers_sec": " ".join((*woman.other_trades, _new_trade(self.rng, woman)))}
        if draw < 0.14:
            return {"telephone": f"050{self.rng.randrange(10_000_000):07}"}
        if draw < 0.18 and woman.has_latin:
            return {"prenom_fr": woman.first.latin.upper()}
        return {}

    def _contradict(self) -> None:
        """Two agents meet the same woman in the same week, out of coverage, and write different things."""
        rng = self.rng
        sunday = self.today - timedelta(days=(self.today.weekday() + 1) % 7)
        taken: set[int] = set()
        wanted = ("nom_fr", "metier", "commune", "nom_fr", "metier", "commune", "nom_fr", "metier")
        for number, property_name in enumerate(wanted[: max(3, len(self.women) // 25)]):
            week = sunday - timedelta(days=7 * (2 + number))
            known = [
                n
                for n in self._known(week)
                if n not in taken
                and self.women[n].has_latin
                and not self._busy(n, week)
                and (property_name != "commune" or self.women[n].commune == "3105")
            ]
            if not known:
                continue
            woman = rng.choice(known)
            taken.add(woman)
            local = next(i for i, a in enumerate(AGENTS) if self.women[woman].commune in a.scopes)
            values = self._two_values(woman, property_name)
            for agent, value, day in zip((local, OFFICE), values, (1, 3), strict=True):
                self.events.append(
                    Visit(week + timedelta(days=day), agent, woman, "active", False, "na", {property_name: value})
                )

    def _busy(self, woman: int, week: date) -> bool:
        """Whether something else happens to her in that week."""
        return any(
            getattr(event, "woman", None) == woman and 0 <= (event.day - week).days < 7 for event in self.events
        )

    def _two_values(self, number: int, property_name: str) -> tuple[str, str]:
        woman = self.women[number]
        if property_name == "commune":
            return "3103", "3112"
        if property_name == "metier":
            others = [code for code in (*TRADES, *OTHER_TRADES) if code != woman.trade]
            return tuple(self.rng.sample(sorted(set(others)), k=2))  # type: ignore[return-value]
        spellings = [s for s in woman.last.latin_others if s.upper() != woman.last.latin.upper()]
        spellings += [name.latin for name in last_names()[:2] if name.latin != woman.last.latin]
        return spellings[0], spellings[1]


def _new_trade(rng: Random, woman: Woman) -> str:
    return rng.choice([code for code in OTHER_TRADES if code not in (woman.trade, *woman.other_trades)])


def _send_some_again(events: list[Event]) -> list[Event]:
    """Mark one registration and one visit that their agent corrects afterwards."""
    for kind in (Registration, Visit):
        position = next((i for i, e in enumerate(events) if isinstance(e, kind) and getattr(e, "accepts", True)), None)
        if position is not None:
            events[position] = replace(events[position], corrected=True)  # type: ignore[call-arg]
    return events


def tell_story(seed: int, today: date, women: int = 200) -> Story:
    """Make up a year of the programme that ends the day before ``today``."""
    return _Teller(seed, today, women).tell()
