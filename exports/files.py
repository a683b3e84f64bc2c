"""The nominative sheets of cases: 10, the loan files, and 13, the pairs of records that may be one woman."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from exports.cells import join
from exports.events import Life, Step
from exports.headings import Heading
from exports.headings_papers import DUPLICATES, LOANS
from exports.indicators import PAID, is_date, to_window
from exports.programme import Options, Programme
from exports.register import ORDERS, Register, to_columns
from exports.rows import to_day
from exports.tables import Sheet
from exports.tally import Tally
from exports.texts import TEXTS, say
from forms.values import to_number

_AMOUNTS: Final = ("cout_projet", "part_angem", "part_banque", "part_perso")
Made = tuple[Sheet, Iterator[list[object]]]


class Files:
    """Makes the rows of these sheets. Everything must have been added to the tally, and the tally closed."""

    def __init__(self, programme: Programme, options: Options, tally: Tally, register: Register) -> None:
        self._programme = programme
        self._language = options.language
        self._register = register
        self.headings: dict[str, Sequence[Heading]] = {"10_Suivi_ANGEM": LOANS, "13_Doublons_a_valider": DUPLICATES}
        self._window = to_window(options)
        self._lives = tally.lives(programme.living())
        self._today = programme.extracted_at.astimezone(options.zone).date()

    # 10

    def loans(self) -> Made:
        """Give ``10_Suivi_ANGEM``: one line a file that saw a step in the period."""
        columns, name = to_columns(LOANS, self._language), "10_Suivi_ANGEM"
        return Sheet(name, columns, ORDERS[name], frozen=2, personal=True, fit=2), self._loans()

    def _loans(self) -> Iterator[list[object]]:
        loan = self._programme.roles.loan
        names = {question: self._register.words(loan, question) for question in ("formule", "banque", "etape_angem")}
        for life in self._lives:
            if not self._programme.names(life.woman.entity_id):
                continue
            for steps in to_files(life.story.steps):
                if not any(self._window.holds(step.when[0]) for step in steps):
                    continue
                last = next((step for step in reversed(steps) if step.step), None)
                formula, bank = _last(steps, "formule"), _last(steps, "banque")
                amounts = [to_number(_last(steps, part)) for part in _AMOUNTS]
                days = [_first_day(steps, of) for of in ({"e02"}, {"e05"}, {"e07"}, PAID, {"e11"})]
                yield [
                    life.woman.values.get("code_artisane"),
                    self._name(life),
                    _last(steps, "num_dossier"),
                    names["formule"].get(formula, formula),
                    *amounts,
                    names["banque"].get(bank, bank),
                    *days,
                    (names["etape_angem"].get(last.step) or last.step) if last else None,
                    self._days_since(last),
                    _last(steps, "action_suivante"),
                    to_day(_last(steps, "date_relance")),
                ]

    def _name(self, life: Life) -> str:
        values, first = life.woman.values, "ar" if self._language == "ar" else "fr"
        names = (
            f"{values.get(f'nom_{s}', '')} {values.get(f'prenom_{s}', '')}".strip() for s in (first, "fr", "ar")
        )
        return next(filter(None, names), "")

    def _days_since(self, step: Step | None) -> int | None:
        if step is None or not is_date(step.when[0]):
            return None
        return (self._today - date.fromisoformat(step.when[0])).days

    # 13

    def duplicates(self) -> Made:
        """Give ``13_Doublons_a_valider``: the pairs proposed, those to decide first, the likeliest first."""
        columns, name = to_columns(DUPLICATES, self._language), "13_Doublons_a_valider"
        return Sheet(name, columns, ORDERS[name], frozen=3, personal=True, fit=1), self._pairs()

    def _pairs(self) -> Iterator[list[object]]:
        pairs = self._programme.duplicates or ()
        for one in sorted(pairs, key=lambda pair: (pair.decision in ("merge", "distinct"), -pair.score, pair.codes)):
            decision = say(one.decision, self._language) if one.decision in TEXTS else one.decision
            first, second = (self._register.commune(code) if code else "" for code in one.communes)
            yield [
                one.score,
                *one.codes,
                _pair(one.names),
                _pair(one.births),
                _pair((first, second)),
                join(one.reasons),
                decision or None,
                one.decided_by or None,
                one.decided_on,
            ]


def to_files(steps: Sequence[Step]) -> list[list[Step]]:
    """Share a woman's steps out over her files, in order.

    A step with a number belongs to the file of that number; one without, to the file before it. The first number that
    is told names the file that began without one.
    """
    files: list[list[Step]] = []
    numbers: dict[str, list[Step]] = {}
    current: list[Step] = []
    for step in steps:
        own = step.answers.get("num_dossier", "")
        if own in numbers:
            current = numbers[own]
        elif not files or (own and any(current is known for known in numbers.values())):
            current = []
            files.append(current)
        if own:
            numbers.setdefault(own, current)
        current.append(step)
    return files


def _last(steps: Sequence[Step], name: str) -> str:
    return next((text for step in reversed(steps) if (text := step.answers.get(name))), "")


def _first_day(steps: Sequence[Step], of: set[str] | frozenset[str]) -> object:
    days = sorted(step.when[0] for step in steps if step.step in of and step.when[0])
    return to_day(days[0]) if days else None


def _pair(both: tuple[str, str]) -> str:
    return "\n".join(both) if any(both) else ""
