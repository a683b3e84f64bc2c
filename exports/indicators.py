"""The programme's figures, each one definition applied to the events of a span of time.

:func:`gather` reads a programme's submissions once; :func:`count`, :func:`funnel` and ``exports.measures.measure`` then
answer for any women and any :class:`Window`, so the row of a month, of a commune and of the whole programme are made by
the same rule::

    tally = gather(programme)
    lives = tally.lives(programme.living())
    count(lives).counts()                                   # all time
    funnel(lives, Window.of_month("2026-03"), today)        # what happened in March
    {code: count(some) for code, some in group(lives, "commune").items()}

The definitions are the programme's (sheet by sheet, and indicators I01–I20); where they leave a choice open, the choice
taken is said beside their headings (``exports.headings``), and the workbook prints it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Final, NamedTuple

from exports.events import RUNNING, Life, Visit, to_facts
from exports.programme import Options, Programme
from exports.tally import Tally
from forms.reading import AnswerReader

MIN_ANSWERS: Final = 5
#: Women who wait longer than this at a stage are told.
PATIENCE_DAYS: Final = 60
PAID: Final = frozenset({"e09", "e10"})
RURAL: Final = frozenset({"epars", "village"})


class Window(NamedTuple):
    """A span of days, both ends included, as ISO texts. What has no day is only in one without a beginning."""

    first: str = ""
    last: str = "9999-12-31"

    def holds(self, day: str) -> bool:
        """Tell whether a day lies in it."""
        return self.first <= day <= self.last

    @classmethod
    def of_month(cls, month: str) -> Window:
        """Give the days of a month (YYYY-MM)."""
        return cls(f"{month}-01", f"{month}-31")

    @classmethod
    def before(cls, day: date) -> Window:
        """Give the twelve months that end with a day."""
        return cls((add_months(day, -12) + timedelta(days=1)).isoformat(), day.isoformat())

    def previous(self) -> Window | None:
        """Give the span of the same length just before: as many months when it is whole months, else days."""
        try:
            first, last = date.fromisoformat(self.first), date.fromisoformat(self.last)
        except ValueError:
            return None
        end = first - timedelta(days=1)
        if last == date.max:
            return None
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        after = last + timedelta(days=1)
        if first.day == after.day:  # whole months, wherever they begin
            months -= first.day != 1
            begin = add_months(first, -months)
        else:
            begin = first - (after - first)
        return Window(begin.isoformat(), end.isoformat())


ALWAYS: Final = Window()


def to_window(options: Options) -> Window:
    """Give the span of days that somebody asked the figures of."""
    return Window(
        options.since.isoformat() if options.since else ALWAYS.first,
        options.until.isoformat() if options.until else ALWAYS.last,
    )


def add_months(day: date, months: int) -> date:
    """Give the same day so many months later, or the last of the month when it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_until(day: date, count: int = 12) -> list[str]:
    """Give the last months up to a day, as YYYY-MM, the oldest first."""
    first = day.replace(day=1)
    return [f"{add_months(first, -back):%Y-%m}" for back in reversed(range(count))]


# What one woman reached, within a window.


def is_trained(life: Life, window: Window = ALWAYS) -> bool:
    """Tell whether she earned an attestation at a session that ended then."""
    return any(training.earned and window.holds(training.day) for training in life.story.trainings)


def has_decision(life: Life, decisions: Collection[str] | None, window: Window = ALWAYS) -> bool:
    """Tell whether an exam of hers ended so; ``None`` takes any exam."""
    return any(
        (decisions is None or exam.decision in decisions) and window.holds(exam.when[0]) for exam in life.story.exams
    )


def has_step(life: Life, steps: Collection[str], window: Window = ALWAYS) -> bool:
    """Tell whether her loan file reached one of these steps."""
    return any(step.step in steps and window.holds(step.when[0]) for step in life.story.steps)


def has_started(life: Life, window: Window = ALWAYS) -> bool:
    """Tell whether her business was seen to run."""
    return has_step(life, {"e11"}, window) or any(
        visit.state in RUNNING and window.holds(visit.when[0]) for visit in life.story.visits
    )


def last_visit(life: Life, window: Window, tells: Callable[[Visit], object]) -> Visit | None:
    """Give her last visit in the window that tells something."""
    return next((v for v in reversed(life.story.visits) if tells(v) and window.holds(v.when[0])), None)


def running_visit(life: Life, window: Window = ALWAYS) -> Visit | None:
    """Give the last visit that told the state of her business, if it runs."""
    visit = last_visit(life, window, lambda visit: visit.state)
    return visit if visit and visit.state in RUNNING else None


def has_card(life: Life, window: Window = ALWAYS) -> bool:
    """Tell whether she has an artisan's card: by the register or form A (that day), or a visit."""
    if life.card == "oui" and window.holds(life.registered):
        return True
    return any(visit.card and window.holds(visit.when[0]) for visit in life.story.visits)


# Counts


@dataclass(slots=True)
class Figures:
    """One line of counts: the columns ``exports.headings.COUNTS``, in that order, then what the median needs."""

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

    def counts(self) -> tuple[int | Decimal, ...]:
        """Give the counts in the order of the sheets."""
        return (
            self.registered, self.trained, self.examined, self.qualified, self.filed, self.eligible, self.funded,
            self.started, self.jobs,
        )  # fmt: skip

    def rates(self) -> tuple[float | None, float | None]:
        """Give the rates of success and of funding as fractions; None where nobody could."""
        return to_rate(self.qualified, self.examined), to_rate(self.funded, self.filed)

    def median_profit(self) -> Decimal | None:
        """Give the median monthly profit, None below five answers."""
        return median(self.profits) if len(self.profits) >= MIN_ANSWERS else None


def count(lives: Iterable[Life], window: Window = ALWAYS) -> Figures:
    """Count what happened to these women within a window."""
    found = Figures()
    for life in lives:
        found.registered += window.holds(life.registered)
        found.trained += is_trained(life, window)
        found.examined += has_decision(life, ("admise", "ajournee"), window)
        found.qualified += has_decision(life, ("admise",), window)
        found.filed += has_step(life, {"e02"}, window)
        found.eligible += has_step(life, {"e05"}, window)
        found.funded += has_step(life, PAID, window)
        found.started += has_started(life, window)
        running = running_visit(life, window)
        found.jobs += (running.jobs or 0) if running else 0
        profit = last_visit(life, window, lambda visit: visit.profit is not None)
        if profit is not None and profit.profit is not None:
            found.profits.append(profit.profit)
    return found


def to_rate(part: float, whole: float) -> float | None:
    """Give a fraction, None when there is nothing to divide by."""
    return part / whole if whole else None


def group(lives: Iterable[Life], name: str) -> dict[str, list[Life]]:
    """Share women out by a property of their record (``commune``, ``metier``, ``association``…)."""
    found: dict[str, list[Life]] = {}
    for life in lives:
        found.setdefault(life.woman.values.get(name, "").strip(), []).append(life)
    return found


# The funnel


class Stage(NamedTuple):
    """One stage: how many women reached it, and how it follows on the one before.

    Rates are fractions; ``delay_days`` is the median, ``waiting`` those who came no further in
    :data:`PATIENCE_DAYS` days.
    """

    name: str
    women: int
    share: float | None
    passed: float | None
    delay_days: float | None
    waiting: int


STAGES: Final = ("registered", "trained", "examined", "qualified", "filed", "eligible", "funded", "started")


def stage_days(life: Life) -> dict[str, list[str]]:
    """Give the days on which a woman reached each stage, the first one first; a day that is not known is ""."""
    story = life.story
    steps = {name: [s.when[0] for s in story.steps if s.step in of] for name, of in _STEPS.items()}
    running = [visit.when[0] for visit in story.visits if visit.state in RUNNING]
    found = {
        "registered": [life.registered],
        "trained": [training.day for training in story.trainings if training.earned],
        "examined": [exam.when[0] for exam in story.exams if exam.decision in ("admise", "ajournee")],
        "qualified": [exam.when[0] for exam in story.exams if exam.decision == "admise"],
        **steps,
        "started": steps["started"] + running,
    }
    return {name: sorted(found[name], key=lambda day: day or "~") for name in STAGES}


_STEPS: Final = {"filed": {"e02"}, "eligible": {"e05"}, "funded": PAID, "started": {"e11"}}


def funnel(lives: Iterable[Life], window: Window, today: date) -> list[Stage]:
    """Follow women from stage to stage.

    A stage counts those who reached it within the window. The delay is between the first days ever of a stage and of
    the one before, where both are known and in that order. Who waits has reached this stage, no later one, and that
    long ago.
    """
    lived = [stage_days(life) for life in lives]
    limit = (today - timedelta(days=PATIENCE_DAYS)).isoformat()
    stages: list[Stage] = []
    for number, name in enumerate(STAGES):
        here = [days for days in lived if any(window.holds(day) for day in days[name])]
        before = STAGES[number - 1] if number else ""
        delays = [
            (date.fromisoformat(days[name][0]) - date.fromisoformat(days[before][0])).days
            for days in here
            if before and are_dates(days[name][:1] + days[before][:1], 2)
        ]
        delays = [delay for delay in delays if delay >= 0]
        waiting = sum(
            1 for days in here
            if "" < days[name][0] < limit and not any(days[later] for later in STAGES[number + 1 :])
        )  # fmt: skip
        all_of_them = stages[0].women if stages else len(here)
        stages.append(
            Stage(
                name,
                len(here),
                to_rate(len(here), all_of_them),
                to_rate(len(here), stages[-1].women) if stages else None,
                median(delays) if delays else None,
                waiting if number + 1 < len(STAGES) else 0,
            )
        )
    return stages


def are_dates(days: Sequence[str], wanted: int) -> bool:
    """Tell whether so many days are there and all are days of the calendar."""
    return len(days) == wanted and all(is_date(day) for day in days)


def is_date(day: str) -> bool:
    """Tell whether a text is a day of the calendar."""
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def gather(programme: Programme) -> Tally:
    """Read the submissions of the forms that figures are made of, and give what happened; nothing is written."""
    tally = Tally(programme, (woman.entity_id for woman in programme.living()))
    roles = programme.roles
    readers: dict[tuple[str, str], AnswerReader] = {}
    for form_id in (roles.registration, roles.attendance, roles.exam, roles.loan, roles.visit):
        for submission in programme.submissions(form_id):
            key = (form_id, submission.definition.version)
            reader = readers.get(key) or readers.setdefault(key, AnswerReader(submission.definition))
            answers = reader.read(submission.load(submission.key), submission.key)
            tally.add(submission, to_facts(reader.questions[""], answers.rows[0].texts))
    tally.close()
    return tally
