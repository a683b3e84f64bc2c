"""The twenty indicators of the programme (I01–I20), for any span of time.

Their labels and formulas in words stand in ``exports.headings_figures``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Final, NamedTuple

from exports.events import Life
from exports.indicators import (
    MIN_ANSWERS,
    RURAL,
    Window,
    add_months,
    are_dates,
    count,
    has_card,
    has_decision,
    has_step,
    is_date,
    last_visit,
    running_visit,
    stage_days,
    to_rate,
)
from exports.programme import Duplicate
from exports.tally import Tally


class Measured(NamedTuple):
    """One figure, and the numbers of women (or pairs) that it gives away where they are few."""

    value: int | float | Decimal | str | None
    behind: tuple[int, ...]


def measure(
    tally: Tally, lives: Sequence[Life], window: Window, today: date, duplicates: Sequence[Duplicate] | None = None
) -> dict[str, Measured]:
    """Give the indicators I01–I20 of a window; the value is None where there is nothing to divide by or nobody to ask.

    Rates are fractions, delays days. I20 is three figures: ``I20a`` proposed, ``I20b`` merged, ``I20c`` told apart.
    """
    figures = count(lives, window)
    interviews = [n for (day, _), n in tally.interviews.items() if window.holds(day)]
    filed = [life for life in lives if has_step(life, {"e02"}, window)]
    repaying = [v.repayment for life in lives if (v := last_visit(life, window, lambda v: v.repayment in _REPAYING))]
    old = _old_starts(lives, window, today)
    here = [life for life in lives if window.holds(life.registered)]
    amounts = [n for life in lives for (_, day), n in life.story.payments.items() if window.holds(day)]
    delays = [delay for life in lives if (delay := _payment_delay(life, window)) is not None]
    running = sum(running_visit(life, window) is not None for life in lives)
    hours, trainees = _trainee_hours(tally, window)
    profit = figures.median_profit()
    asked, agreed = (sum(some) for some in zip(*interviews, strict=True)) if interviews else (0, 0)
    found = {
        "I01": _count(figures.registered),
        "I02": _share(agreed, asked),
        "I03": _count(figures.trained),
        "I04": Measured(hours, (trainees,)),
        "I05": _count(sum(has_decision(life, None, window) for life in lives)),
        "I06": _count(figures.qualified),
        "I07": _share(figures.qualified, figures.examined),
        "I08": _count(figures.filed),
        "I09": _share(sum(has_step(life, {"e05"}) for life in filed), len(filed)),
        "I10": _count(figures.funded),
        "I11": Measured(sum(amounts, Decimal(0)), (figures.funded,)),
        "I12": Measured(median(delays) if delays else None, (len(delays),)),
        "I13": _count(figures.started),
        "I14": _share(sum(running_visit(life, Window("", window.last)) is not None for life in old), len(old)),
        "I15": Measured(figures.jobs, (running,)),
        "I16": Measured(f"n<{MIN_ANSWERS}" if profit is None and figures.profits else profit, ()),
        "I17": _share(repaying.count("ajour"), len(repaying)),
        "I18": _count(sum(has_card(life, window) for life in lives)),
        "I19": _share(sum(life.milieu in RURAL for life in here), len(here)),
    }
    for code, decision in _DUPLICATES.items():
        pairs = None if duplicates is None else sum(_counts(one, decision, window) for one in duplicates)
        found[code] = Measured(pairs, ())
    return found


def _count(women: int) -> Measured:
    return Measured(women, (women,))


def _share(part: int, whole: int) -> Measured:
    return Measured(to_rate(part, whole), (part, whole, whole - part))


_REPAYING: Final = ("ajour", "retard")
_DUPLICATES: Final[Mapping[str, str]] = {"I20a": "", "I20b": "merge", "I20c": "distinct"}


def _counts(one: Duplicate, decision: str, window: Window) -> bool:
    if not decision:
        return window.holds(one.found_on.isoformat() if one.found_on else "")
    return one.decision == decision and window.holds(one.decided_on.isoformat() if one.decided_on else "")


def _trainee_hours(tally: Tally, window: Window) -> tuple[Decimal, int]:
    """Add up the hours of every woman at every half-day, each once; tell how many women there were too."""
    hours, women = Decimal(0), set()
    for session in tally.sessions:
        for held, there in session.present.items():
            if window.holds(held[0]):
                hours += session.hours[held] * len(there)
                women |= there
    return hours, len(women)


def _payment_delay(life: Life, window: Window) -> int | None:
    """Give the days from the filing to the first payment, if that fell in the window and both are known."""
    days = stage_days(life)
    if not are_dates(days["filed"][:1] + days["funded"][:1], 2) or not window.holds(days["funded"][0]):
        return None
    delay = (date.fromisoformat(days["funded"][0]) - date.fromisoformat(days["filed"][0])).days
    return delay if delay >= 0 else None


def _old_starts(lives: Iterable[Life], window: Window, today: date) -> list[Life]:
    """Give those who started twelve months before the window: before its end, and not before it for a bounded one."""
    last = date.fromisoformat(window.last) if window.last < today.isoformat() and is_date(window.last) else today
    until = add_months(last, -12).isoformat()
    since = add_months(date.fromisoformat(window.first), -12).isoformat() if is_date(window.first) else ""
    found = []
    for life in lives:
        days = stage_days(life)["started"]
        if days and is_date(days[0]) and since <= days[0] <= until:
            found.append(life)
    return found
