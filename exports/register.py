"""The numbered sheets of the programme: by commune, by trade, and the women by name.

Each is made of the women as reconciled and of what the submissions tell of them (``exports.indicators``). Columns,
order and names are the programme's; where a programme lacks a form, a list or a property, the column stands there empty
or at 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from exports.cells import join
from exports.events import Life
from exports.headings import BY_COMMUNE, BY_TRADE, COUNTS, KEY, MEDIAN, NOMINAL, RATES, VERSION, Heading
from exports.headings_figures import BY_ASSOCIATION_ALL
from exports.indicators import MIN_ANSWERS, Figures, count, group, has_card, to_window
from exports.labels import Labeller
from exports.manifest import offer_choices
from exports.masking import hide_small_counts
from exports.naming import to_code, to_headings
from exports.programme import Options, Programme
from exports.rows import to_day
from exports.tables import Chart, Column, Disputed, Fresh, Sheet, Sum
from exports.tally import Tally
from exports.texts import SHEETS, fill, say

#: The place of each sheet of the programme: its number.
ORDERS: Final = {name: int(name[:2]) for name in SHEETS if name[:2].isdigit()}
KEY_CODE: Final = "KEY"
VERSION_CODE: Final = "VERSION"
#: Property a question of the nominal list comes from, where the heading does not say so itself.
_PROPERTIES: Final = {"#commune": "commune", "#trade": "metier", "#association": "association"}


def to_columns(headings: Iterable[Heading], language: str, **values: object) -> tuple[Column, ...]:
    """Make the columns of a numbered sheet; what a heading counts is shown when it is selected."""
    listed = list(headings)
    names = to_headings([heading.words.to(language) for heading in listed])
    codes = to_headings([to_code(heading.words.fr) or f"c{place}" for place, heading in enumerate(listed, start=1)])
    return tuple(
        Column(
            name,
            heading.format,
            unit="DZD" if heading.format == "money" else "",
            decimals=0,
            width=heading.width,
            prompt=fill(heading.formula.to(language), **values),
            code=code,
            also=(heading.words.fr, heading.words.ar),
        )
        for name, code, heading in zip(names, codes, listed, strict=True)
    )


class Register:
    """Makes the rows of the numbered sheets. Everything must have been added to the tally, and the tally closed."""

    def __init__(self, programme: Programme, options: Options, tally: Tally, labeller: Labeller) -> None:
        self._programme = programme
        self._options = options
        self._language = options.language
        self._personal = options.personal
        self._labels = options.labels
        self._lives = tally.lives(programme.living())
        self._window = to_window(options)
        self._since = options.changed_since
        self._labeller = labeller
        self.headings: dict[str, Sequence[Heading]] = {
            "02_Par_commune": (*BY_COMMUNE, *COUNTS, *RATES),
            "03_Par_metier": (*BY_TRADE, *COUNTS, *RATES, MEDIAN),
            "04_Par_association": BY_ASSOCIATION_ALL,
        }
        if options.personal:
            self.headings["07_Liste_nominative"] = (*(heading for _, heading in NOMINAL), KEY, VERSION)
        self._communes = {item.code: self._in_language(item.name_fr, item.name_ar) for item in programme.communes}
        self._trades = {item.code: self._in_language(item.fr, item.ar) for item in programme.trades}
        self._associations = {item.code: item.label for item in programme.associations}
        self._forms = {definition.form_id for definition in programme.forms}
        self._choices = {
            role: self._find_choices(form_id, names)
            for role, form_id, names in (
                ("exam", programme.roles.exam, "decision"),
                ("step", programme.roles.loan, "etape_angem"),
                ("activity", programme.roles.visit, "etat_act"),
            )
        }

    def _in_language(self, fr: str, ar: str) -> str:
        return (ar or fr) if self._language == "ar" else (fr or ar)

    def commune(self, code: str) -> str:
        """Name a commune as the list does, else as it was written."""
        return self._communes.get(code) or code or say("unknown", self._language)

    def trade(self, code: str) -> str:
        """Name a trade as the list does, else as it was written."""
        return self._trades.get(code) or code or say("unknown", self._language)

    def words(self, form_id: str, question: str) -> Mapping[str, str]:
        """Give the choices of a question, name -> words, in the order of its list."""
        for definition in reversed(self._programme.forms):
            if definition.form_id == form_id:
                for node in definition.nodes:
                    if node.name == question and node.choice_list:
                        labels = self._labeller.labels_of(definition, node.choice_list)
                        listed = definition.choices.get(node.choice_list, ())
                        return {choice.name: labels.get(choice.name) or choice.name for choice in listed}
        return {}

    def _find_choices(self, form_id: str, question: str) -> Mapping[str, str]:
        """Find the words of a question's choices, in the newest version that asks it."""
        for definition in reversed(self._programme.forms):
            if definition.form_id == form_id:
                for node in definition.nodes:
                    if node.name == question and node.choice_list:
                        return self._labeller.labels_of(definition, node.choice_list)
        return {}

    # 02 and 03

    def by_commune(self) -> tuple[Sheet, Iterator[list[object]]]:
        """Give ``02_Par_commune``: every commune, pilot communes first, then what the list does not know, the total."""
        name, percent = "02_Par_commune", self._programme.attendance_percent
        columns = to_columns(self.headings[name], self._language, percent=percent)
        sheet = Sheet(name, columns, ORDERS[name], frozen=2, fit=1, charts=(self._chart(1, 3),))
        communes = sorted(self._programme.communes, key=lambda item: not item.pilot)
        known = {
            item.code: [item.code, self._communes[item.code], self._in_language(item.daira_fr, item.daira_ar)]
            for item in communes
        }
        return sheet, self._summaries("commune", known, 3, at=1)

    def by_trade(self) -> tuple[Sheet, Iterator[list[object]]]:
        """Give ``03_Par_metier``: every trade, then what the list does not know, then the total."""
        columns = to_columns(self.headings["03_Par_metier"], self._language, percent=self._programme.attendance_percent)
        sheet = Sheet("03_Par_metier", columns, ORDERS["03_Par_metier"], frozen=1, fit=1, charts=(self._chart(0, 2),))
        known = {
            item.code: [self._trades[item.code], self._in_language(item.domain, item.domain_ar)]
            for item in self._programme.trades
        }
        return sheet, self._summaries("metier", known, 2, at=0, with_median=True)

    def by_association(self) -> tuple[Sheet, Iterator[list[object]]]:
        """Give ``04_Par_association``: every association and the communes of its women, those without, the total."""
        columns = to_columns(BY_ASSOCIATION_ALL, self._language, percent=self._programme.attendance_percent)
        sheet = Sheet(
            "04_Par_association", columns, ORDERS["04_Par_association"], frozen=1, fit=1, charts=(self._chart(0, 2),)
        )
        covered = {
            code: join(sorted({self._communes.get(one, one) for one in group(some, "commune") if one}))
            for code, some in group(self._lives, "association").items()
        }
        known: dict[str, Sequence[object]] = {
            code: [label, covered.get(code)] for code, label in self._associations.items()
        }
        for code in sorted(covered.keys() - known.keys() - {""}):
            known[code] = [code, covered[code]]
        known[""] = [say("no_association", self._language), covered.get("")]
        return sheet, self._summaries("association", known, 2, at=0)

    def _chart(self, labels: int, first: int) -> Chart:
        """Draw the women registered, qualified and funded of each line."""
        return Chart(say("chart_counts", self._language), labels, (first, first + 3, first + 6))

    def _summaries(
        self, name: str, known: Mapping[str, Sequence[object]], width: int, *, at: int, with_median: bool = False
    ) -> Iterator[list[object]]:
        lives = self._lives
        lines: dict[str, Figures] = {code: Figures() for code in known}
        lines |= {code: count(some, self._window) for code, some in group(lives, name).items()}
        total = count(lives, self._window)
        others = sorted(code for code in lines if code not in known)
        others.sort(key=bool, reverse=True)  # those that say nothing come last
        rows: list[list[object]] = []
        for code in (*known, *others):
            head = list(known.get(code) or [None] * width)
            if code not in known:
                head[at] = code or say("unknown", self._language)
                head[0] = code or head[0]
            rows.append([*head, *self._figures(lines[code], with_median)])
        head = [None] * width
        head[at] = say("total", self._language)
        rows.append(Sum([*head, *self._figures(total, with_median)]))
        if not self._personal:
            hide_small_counts(rows, range(width, width + len(COUNTS)), range(width + len(COUNTS), len(rows[0])))
        yield from rows

    def _figures(self, figures: Figures, with_median: bool) -> list[object]:
        found: list[object] = [*figures.counts(), *figures.rates()]
        if with_median:
            value = figures.median_profit()
            asked = self._programme.roles.visit in self._forms
            found.append(f"n<{MIN_ANSWERS}" if value is None and asked else value)
        return found

    # 07

    def nominal(self) -> tuple[Sheet, Iterator[list[object]]]:
        """Give ``07_Liste_nominative``: one line a woman, in the order of the programme; KEY and VERSION last."""
        columns = to_columns(self.headings["07_Liste_nominative"], self._language)
        named = [name if name and not name.startswith("#") else "" for name, _ in NOMINAL] + [KEY_CODE, VERSION_CODE]
        columns = tuple(replace(one, code=name or one.code) for one, name in zip(columns, named, strict=True))
        if self._programme.sign is not None:
            columns = offer_choices(columns, [name for name, _ in NOMINAL], self._programme, self._options)
        name, key = "07_Liste_nominative", len(columns) - 2
        return Sheet(name, columns, ORDERS[name], key=key, frozen=2, personal=True, fit=2), self._women()

    def _women(self) -> Iterator[list[object]]:
        named = (life for life in self._lives if self._programme.names(life.woman.entity_id))
        for number, life in enumerate(named, start=1):
            woman = life.woman
            row: list[object] = []
            for name, _ in NOMINAL:
                if not name:
                    fresh = self._since and woman.changed_at and woman.changed_at > self._since
                    row.append(Fresh(number) if fresh else number)
                    continue
                value = self._known[name](self, life) if name in self._known else woman.values.get(name)
                disputed = _PROPERTIES.get(name, name) in woman.open
                if name == "#birth":
                    disputed = not woman.open.isdisjoint({"date_naissance", "annee_naissance"})
                row.append(Disputed(value) if disputed else value)
            yield [*row, woman.entity_id, woman.version]

    def birth(self, life: Life) -> object:
        """Give the day of birth, or the year it is presumed to be in."""
        day = life.woman.values.get("date_naissance")
        year = life.woman.values.get("annee_naissance")
        return to_day(day) if day else say("presumed", self._language, year=year) if year else None

    def _word(self, known: Mapping[str, str], value: str | None) -> str | None:
        return (known.get(value) if self._labels and value else None) or value

    def _training(self, life: Life) -> object:
        words = []
        for training in life.story.trainings:
            tail = f" ({say('attestation', self._language)})" if training.earned else ""
            words.append(f"{training.code} – {training.attended * 100 // training.held} %{tail}")
        return join(words)

    def _card(self, life: Life) -> object:
        if has_card(life):
            return say("yes", self._language)
        return say("no", self._language) if life.card == "non" else life.card

    def _activity(self, life: Life) -> object:
        visit = life.story.activity
        return (self._choices["activity"].get(visit.state) or visit.state) if visit else None

    def _jobs(self, life: Life) -> object:
        return life.story.activity.jobs if life.story.activity else None

    _known: Final[Mapping[str, Callable[[Register, Life], object]]] = {
        "#birth": birth,
        "#commune": lambda self, life: self._word(self._communes, life.woman.values.get("commune")),
        "#trade": lambda self, life: self._word(self._trades, life.woman.values.get("metier")),
        "#association": lambda self, life: self._word(self._associations, life.woman.values.get("association")),
        "#registered": lambda _, life: to_day(life.registered),
        "#training": _training,
        "#exam": lambda self, life: self._choices["exam"].get(life.story.decision) or life.story.decision,
        "#certificate": lambda _, life: life.woman.values.get("num_certificat") or life.story.certificate,
        "#card": _card,
        "#step": lambda self, life: self._choices["step"].get(life.story.step) or life.story.step,
        "#amount": lambda _, life: sum(paid.values()) if (paid := life.story.payments) else None,
        "#activity": _activity,
        "#jobs": _jobs,
        "#visit": lambda _, life: to_day(life.story.visited),
    }
