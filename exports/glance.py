"""The programme at a glance: how many women reached each stage, by commune, trade, association and month.

Counted from the same dated events, by the same definitions, as the sheets of the workbook (:mod:`exports.indicators`);
one stage more: *followed*, a visit after the day her business was first seen to run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from exports.events import Life
from exports.indicators import ALWAYS, funnel, months_until, stage_days
from exports.indicators import STAGES as WORKBOOK_STAGES

STAGES: Final = (*(stage for stage in WORKBOOK_STAGES if stage != "eligible"), "followed")
"""From the first interview to the visits after the start; who is eligible is between two of them."""
GROUPS: Final = {"commune": "commune", "trade": "metier", "association": "association"}
"""What women are shared out by → the property that says it."""

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Glance:
    """Women by stage; a month counts those for whom the stage happened in it. ``waiting`` came no further for long."""

    total: Counts
    by_commune: dict[str, Counts]
    by_trade: dict[str, Counts]
    by_association: dict[str, Counts]
    by_month: dict[str, Counts]
    waiting: Counts
    delays: dict[str, float | None]
    """Median days since the stage before."""

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def look(lives: Iterable[Life], today: date) -> Glance:
    """Count what happened to these women, ever and in each of the last twelve months."""
    lived = list(lives)
    months = months_until(today)
    total = dict.fromkeys(STAGES, 0)
    by_month = {month: dict.fromkeys(STAGES, 0) for month in months}
    groups: dict[str, dict[str, Counts]] = {name: {} for name in GROUPS}
    for life in lived:
        days = find_days(life)
        places = [
            groups[name].setdefault(life.woman.values.get(property_, "").strip(), dict.fromkeys(STAGES, 0))
            for name, property_ in GROUPS.items()
        ]
        for stage in STAGES:
            reached = days[stage]
            if not reached:
                continue
            for counts in (total, *places):
                counts[stage] += 1
            for month in {day[:7] for day in reached} & by_month.keys():
                by_month[month][stage] += 1
    stages = {stage.name: stage for stage in funnel(lived, ALWAYS, today)}
    return Glance(
        total,
        groups["commune"],
        groups["trade"],
        groups["association"],
        by_month,
        {name: stage.waiting for name, stage in stages.items() if name in STAGES},
        {name: stage.delay_days for name, stage in stages.items() if name in STAGES},
    )


def find_days(life: Life) -> dict[str, list[str]]:
    """Give the days on which a woman reached each stage; [] when she did not."""
    days = stage_days(life)
    started = days["started"][:1]
    followed = sorted(v.when[0] for v in life.story.visits if started and v.when[0] > started[0])
    return {**days, "followed": followed}
