"""The sheets of figures beside those by place and trade: 01, 05, 06, 11 and 12.

Each figure is one definition of ``exports.indicators`` or ``exports.measures`` applied to a span of time; nothing is
counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from exports.events import Life, Visit
from exports.headings import Heading
from exports.headings_figures import (
    BY_MONTH,
    DIFFICULTIES,
    FUNNEL,
    INDICATORS,
    JOBS,
    OF_TRADE,
    STAGE_WORDS,
    SUMMARY,
)
from exports.indicators import (
    ALWAYS,
    Window,
    count,
    funnel,
    is_date,
    last_visit,
    months_until,
    running_visit,
    to_rate,
    to_window,
)
from exports.masking import HIDDEN, any_small, hide_small_counts, is_small
from exports.measures import Measured, measure
from exports.programme import Options, Programme
from exports.register import ORDERS, Register, to_columns
from exports.tables import Chart, Sheet, Shown, Sum, Title
from exports.tally import Tally
from exports.texts import Words, fill, say

Made = tuple[Sheet, Iterator[list[object]]]
_TRADES: Final = 4


class Summaries:
    """Makes the rows of these sheets. Everything must have been added to the tally, and the tally closed."""

    def __init__(self, programme: Programme, options: Options, tally: Tally, register: Register) -> None:
        self._programme = programme
        self._language = options.language
        self._personal = options.personal
        self._tally = tally
        self._register = register
        self._lives = tally.lives(programme.living())
        self._today = programme.extracted_at.astimezone(options.zone).date()
        self._asked = to_window(options)
        self.headings: dict[str, Sequence[Heading]] = {}

    def _sheet(
        self, name: str, headings: Sequence[Heading], frozen: int, *charts: Chart, filtered: bool = True
    ) -> Sheet:
        self.headings[name] = headings
        columns = to_columns(headings, self._language, percent=self._programme.attendance_percent)
        return Sheet(name, columns, ORDERS[name], frozen=frozen, fit=1, filtered=filtered, charts=charts)

    # 01

    def summary(self) -> Made:
        """Give ``01_Synthese``: each indicator now, before, since the beginning, and against the year's target."""
        return self._sheet("01_Synthese", SUMMARY, 1, filtered=False), self._indicators()

    def _indicators(self) -> Iterator[list[object]]:
        window = Window.before(self._today) if self._asked == ALWAYS else self._asked
        if window.last == ALWAYS.last:
            window = window._replace(last=self._today.isoformat())
        before = window.previous()
        end = date.fromisoformat(window.last) if window.last < self._today.isoformat() else self._today
        year = Window(f"{end.year}-01-01", min(window.last, f"{end.year}-12-31"))
        now, since, this_year = (self._measure(one) for one in (window, Window("", window.last), year))
        earlier = self._measure(before) if before else None
        if self._asked.last == ALWAYS.last:  # what is dated in the future by a phone's wrong clock is not lost
            since = self._measure(ALWAYS)
        for code, words in INDICATORS.items():
            shown = words.shown
            target = self._programme.targets.get(code)
            yield [
                words.name.to(self._language),
                self._show(now[code], shown),
                self._show(earlier[code], shown) if earlier else None,
                self._change(now[code], earlier[code]) if earlier else None,
                self._show(since[code], shown),
                Shown(target, shown) if target is not None else None,
                self._ratio(this_year[code], target),
            ]
        yield [None] * len(SUMMARY)
        yield [self._span("period", window), *[None] * 6]
        yield [self._span("period_before", before) if before else say("no_period_before", self._language), *[None] * 6]

    def _measure(self, window: Window) -> Mapping[str, Measured]:
        return measure(self._tally, self._lives, window, self._today, self._programme.duplicates)

    def _is_hidden(self, *measured: Measured) -> bool:
        return not self._personal and any(any_small(one.behind) for one in measured)

    def _show(self, one: Measured, shown: str) -> object:
        if one.value is None or isinstance(one.value, str):
            return one.value
        return Shown(HIDDEN if self._is_hidden(one) else one.value, shown)

    def _change(self, now: Measured, before: Measured) -> object:
        value, other = _to_number(now.value), _to_number(before.value)
        if value is None or not other or self._is_hidden(now, before):
            return None
        return value / other - 1

    def _ratio(self, one: Measured, target: float | None) -> object:
        value = _to_number(one.value)
        if not target or value is None or self._is_hidden(one):
            return None
        return value / target

    def _span(self, key: str, window: Window) -> str:
        ends = [
            f"{date.fromisoformat(day):%d/%m/%Y}" if is_date(day) else other
            for day, other in (
                (window.first, say("the_beginning", self._language)),
                (window.last, f"{self._today:%d/%m/%Y}"),
            )
        ]
        return say(key, self._language, first=ends[0], last=ends[1])

    # 05

    def by_month(self) -> Made:
        """Give ``05_Par_mois``: twelve months up to the end of the period."""
        chart = Chart(say("chart_months", self._language), 0, (1, 4, 7, 10), "lines")
        return self._sheet("05_Par_mois", BY_MONTH, 1, chart), self._months()

    def _months(self) -> Iterator[list[object]]:
        end = date.fromisoformat(self._asked.last) if self._asked.last < self._today.isoformat() else self._today
        rows: list[list[object]] = []
        for month in months_until(end):
            window = Window.of_month(month)
            visited = [(life.woman.entity_id, v.when[0]) for life in self._lives for v in life.story.visits]
            visits = len({visit for visit in visited if window.holds(visit[1])})
            sessions = self._tally.sessions
            meetings = sum(window.holds(day) for session in sessions for day, _ in session.meetings)
            lengths = [hours for one in sessions for (day, _), hours in one.hours.items() if window.holds(day)]
            rows.append([month, *count(self._lives, window).counts(), visits, meetings, sum(lengths, Decimal(0))])
        if not self._personal:
            hide_small_counts(rows, range(1, 11), range(0))
        yield from rows

    # 06

    def stages(self) -> Made:
        """Give ``06_Entonnoir``."""
        chart = Chart(say("chart_funnel", self._language), 0, (1,))
        return self._sheet("06_Entonnoir", FUNNEL, 1, chart, filtered=False), self._stages()

    def _stages(self) -> Iterator[list[object]]:
        hidden_before = False
        for words, stage in zip(STAGE_WORDS, funnel(self._lives, self._asked, self._today), strict=True):
            row: list[object] = [words.to(self._language), *stage[1:]]
            hidden = not self._personal and is_small(stage.women)
            if hidden:
                row[1:5] = [HIDDEN, None, None, None]
            elif hidden_before:
                row[3] = None
            if not self._personal and is_small(stage.waiting):
                row[5] = HIDDEN
            hidden_before = hidden
            yield row

    # 11

    def jobs(self) -> Made:
        """Give ``11_Emplois``: the businesses that run, by commune and trade, and the total."""
        return self._sheet("11_Emplois", JOBS, 2), self._jobs()

    def _jobs(self) -> Iterator[list[object]]:
        found: dict[tuple[str, str], list[Decimal]] = {}
        total = [Decimal(0)] * 8
        for life in self._lives:
            visit = running_visit(life, self._asked)
            if visit is None:
                continue
            values = life.woman.values
            place = (values.get("commune", "").strip(), values.get("metier", "").strip())
            line = found.setdefault(place, [Decimal(0)] * 8)
            *hired, family = visit.hired
            added = (Decimal(1), Decimal(1), *hired, visit.jobs or Decimal(0), family)
            for sums in (line, total):
                sums[:] = [a + b for a, b in zip(sums, added, strict=True)]
        rows: list[list[object]] = [
            [self._register.commune(commune), self._register.trade(trade), *found[commune, trade]]
            for commune, trade in sorted(found)
        ]
        rows.append(Sum([say("total", self._language), None, *total]))
        if not self._personal:
            hide_small_counts(rows, range(2, 10), range(0))
        yield from rows

    # 12

    def difficulties(self) -> Made:
        """Give ``12_Difficultes``: what is cited at the last visit that answers, and the support asked for."""
        answering = Counter(
            life.woman.values.get("metier", "").strip() for life in self._lives if self._answer(life, _difficulties)
        )
        trades = [trade for trade, _ in sorted(answering.items(), key=lambda item: (-item[1], item[0]))][:_TRADES]
        headings = [*DIFFICULTIES]
        for number in range(_TRADES):
            name = self._register.trade(trades[number]) if number < len(trades) else f"– {number + 1}"
            words = Words(*(fill(text, trade=name) for text in (OF_TRADE.words.fr, OF_TRADE.words.ar)))
            headings.append(Heading(words, OF_TRADE.format, OF_TRADE.formula, OF_TRADE.width))
        listed = self._register.words(self._programme.roles.visit, "difficultes")
        chart = Chart(say("chart_difficulties", self._language), 0, (1,), last=1 + len(listed))
        sheet = self._sheet("12_Difficultes", headings, 1, chart, filtered=False)
        before = len(DIFFICULTIES)
        columns = [  # which trade stands there changes, its place does not
            replace(one, code=f"metier_{number - before + 1}", also=()) if number >= before else one
            for number, one in enumerate(sheet.columns)
        ]
        return replace(sheet, columns=tuple(columns)), self._cited(trades)

    def _cited(self, trades: Sequence[str]) -> Iterator[list[object]]:
        yield from self._citations("difficultes", _difficulties, trades)
        yield Title([say("support", self._language), *[None] * 6])
        yield from self._citations("appuis", _support, trades)

    def _answer(self, life: Life, which: Callable[[Visit], tuple[str, ...]]) -> tuple[str, ...]:
        visit = last_visit(life, self._asked, which)
        return which(visit) if visit else ()

    def _citations(
        self, question: str, which: Callable[[Visit], tuple[str, ...]], trades: Sequence[str]
    ) -> Iterator[list[object]]:
        words = self._register.words(self._programme.roles.visit, question)
        told = [(life.woman.values.get("metier", "").strip(), self._answer(life, which)) for life in self._lives]
        answers = [(trade, given) for trade, given in told if given]
        others = sorted({one for _, given in answers for one in given} - words.keys())
        rows: list[list[object]] = []
        for name in (*words, *others):
            citing = [trade for trade, given in answers if name in given]
            by_trade: list[object] = [citing.count(trade) for trade in trades]
            by_trade += [None] * (_TRADES - len(by_trade))
            rows.append([words.get(name, name), len(citing), to_rate(len(citing), len(answers)), *by_trade])
        if not self._personal:
            hide_small_counts(rows, range(1, 2), range(2, 3))
            hide_small_counts(rows, range(3, 3 + len(trades)), range(0))
        yield from rows


def _difficulties(visit: Visit) -> tuple[str, ...]:
    return visit.difficulties


def _support(visit: Visit) -> tuple[str, ...]:
    return visit.support


def _to_number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float, Decimal)) else None
