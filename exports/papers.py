"""The sheets that are printed and signed: 08, the minutes of each exam, and 09, the attendance of each training.

One sheet holds all sessions; each begins with its title and, on paper (A4), on a page of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from exports.cells import join
from exports.events import Exam, Life, Session
from exports.headings import Heading
from exports.headings_papers import ATTENDANCE_AFTER, ATTENDANCE_BEFORE, HALF_DAY, MINUTES
from exports.indicators import is_date, to_window
from exports.programme import Options, Programme
from exports.register import ORDERS, Register, to_columns
from exports.rows import to_day
from exports.tables import Sheet, Title, Total
from exports.tally import Tally
from exports.texts import Words, fill, say
from forms.values import to_number

Made = tuple[Sheet, Iterator[list[object]]]
#: High enough to sign in.
ROW_POINTS: Final = 24.0
_JURY: Final = {"president": "jury_president", "master": "jury_maitre", "members": "jury_membres"}
_ORDER: Final = {"matin": 0, "apresmidi": 1}


class Papers:
    """Makes the rows of these sheets. Everything must have been added to the tally, and the tally closed."""

    def __init__(self, programme: Programme, options: Options, tally: Tally, register: Register) -> None:
        self._programme = programme
        self._language = options.language
        self._tally = tally
        self._register = register
        self._window = to_window(options)
        self.headings: dict[str, Sequence[Heading]] = {}
        self._lives = {life.woman.entity_id: life for life in tally.lives(programme.living())}

    def _sheet(self, name: str, headings: Sequence[Heading], frozen: int) -> Sheet:
        self.headings[name] = headings
        columns = to_columns(headings, self._language, percent=self._programme.attendance_percent)
        bordered = tuple(replace(column, bordered=True) for column in columns)
        return Sheet(
            name, bordered, ORDERS[name], frozen=frozen, personal=True, fit=1, filtered=False, row_points=ROW_POINTS
        )

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    # 08

    def minutes(self) -> Made:
        """Give ``08_Examen_PV``: one line a candidate, session after session, and the jury to sign."""
        return self._sheet("08_Examen_PV", MINUTES, 0), self._minutes()

    def _minutes(self) -> Iterator[list[object]]:
        sessions: dict[str, dict[str, Exam]] = {}
        for entity_id, life in self._lives.items():
            if not self._programme.names(entity_id):
                continue
            for exam in life.story.exams:
                if self._window.holds(exam.when[0]):
                    sessions.setdefault(exam.session, {})[entity_id] = exam  # the last one received stands
        rest = len(MINUTES) - 1
        decisions = self._register.words(self._programme.roles.exam, "decision")
        trades = self._register.words(self._programme.roles.exam, "metier_exam")
        for code, exams in sorted(sessions.items(), key=lambda item: (min(e.when for e in item[1].values()), item[0])):
            page = Title([self._name_exam(code, list(exams.values())), *[None] * rest])
            page.page = True
            yield page
            for number, (entity_id, exam) in enumerate(sorted(exams.items(), key=lambda i: self._sort(i[0])), start=1):
                yield self._candidate(number, self._lives[entity_id], exam, decisions, trades)
            for key, question in _JURY.items():
                who = join(sorted({w for e in exams.values() if (w := e.answers.get(question))}))
                yield Title([self._say(key, who=who or "…"), *[None] * (rest - 2), self._say("signature"), None])
        if not sessions:
            yield Title([self._say("no_exam"), *[None] * rest])

    def _name_exam(self, code: str, exams: Sequence[Exam]) -> str:
        days = sorted({exam.when[0] for exam in exams if is_date(exam.when[0])})
        places = sorted({place for exam in exams if (place := exam.answers.get("lieu_exam"))})
        communes = sorted({self._register.commune(c) for e in exams if (c := e.answers.get("commune_exam"))})
        return " – ".join(filter(None, (code or self._say("no_code"), _to_span(days), join(places), join(communes))))

    def _candidate(
        self, number: int, life: Life, exam: Exam, decisions: Mapping[str, str], trades: Mapping[str, str]
    ) -> list[object]:
        values, answers = life.woman.values, exam.answers
        trade = answers.get("metier_exam", "")
        return [
            number,
            values.get("code_artisane"),
            _name(life, "fr"),
            _name(life, "ar"),
            self._register.birth(life),
            answers.get("metier_exam_autre") or trades.get(trade) or trade or None,
            answers.get("ouvrage"),
            *(to_number(answers.get(name, "")) for name in ("note_pratique", "note_orale", "moyenne")),
            decisions.get(exam.decision) or exam.decision,
            answers.get("num_certificat") or values.get("num_certificat"),
            None,
        ]

    # 09

    def attendance(self) -> Made:
        """Give ``09_Presences``: one line a participant, one column a half-day, session after session."""
        sessions = [one for one in self._tally.sessions if any(self._window.holds(day) for day in one.days)]
        headings: list[Heading] = [*ATTENDANCE_BEFORE]
        names = sorted({name for one in sessions for name in _columns(one)}, key=lambda n: (n[0], _rank(n[1])))
        for day, half in names:
            words = (
                fill(text, day=day, half=say(half, language) if half in _ORDER else half).strip()
                for text, language in ((HALF_DAY.words.fr, "fr"), (HALF_DAY.words.ar, "ar"))
            )
            headings.append(Heading(Words(*words), HALF_DAY.format, HALF_DAY.formula, HALF_DAY.width))
        headings += ATTENDANCE_AFTER
        return self._sheet("09_Presences", headings, 1), self._sessions(sessions, names)

    def _sessions(self, sessions: Sequence[Session], names: Sequence[tuple[int, str]]) -> Iterator[list[object]]:
        width = len(ATTENDANCE_BEFORE) + len(names) + len(ATTENDANCE_AFTER)
        programmes = self._register.words(self._programme.roles.attendance, "programme")
        for session in sessions:
            title = (
                session.code, programmes.get(session.programme, session.programme), _to_span(session.days),
                join(sorted(session.places)), join(sorted(session.trainers)),
            )  # fmt: skip
            page = Title([" – ".join(filter(None, title)), *[None] * (width - 1)])
            page.page = True
            yield page
            held = dict(zip(_columns(session), _halves(session), strict=True))
            places = [held.get(name) for name in names]
            dates: list[object] = [_to_short(place[0]) if place else None for place in places]
            yield Total([self._say("date"), None, None, *dates, None, None, None])
            attended = session.attendance()
            excused = {one for some in session.excused.values() for one in some}
            named = filter(self._programme.names, attended.keys() | excused)
            for entity_id in sorted(named, key=self._sort):
                yield self._participant(session, entity_id, attended.get(entity_id, 0), places)
        if not sessions:
            yield Title([self._say("no_session"), *[None] * (width - 1)])

    def _participant(
        self, session: Session, entity_id: str, attended: int, places: Sequence[tuple[str, str] | None]
    ) -> list[object]:
        life = self._lives[entity_id]
        marks: list[object] = []
        for held in places:
            if held is None:
                marks.append(None)
            elif entity_id in session.present[held]:
                marks.append(self._say("P"))
            else:
                marks.append(self._say("E" if entity_id in session.excused.get(held, ()) else "A"))
        earned = session.earns(attended, self._programme.attendance_percent)
        return [
            _name(life, "fr"),
            _name(life, "ar"),
            self._register.commune(life.woman.values.get("commune", "")),
            *marks,
            attended,
            attended / len(session.present),
            self._say("yes" if earned else "no"),
        ]

    def _sort(self, entity_id: str) -> tuple[str, str]:
        life = self._lives[entity_id]
        return (_name(life, "fr") or _name(life, "ar") or "").casefold(), entity_id


def _rank(half: str) -> tuple[int, str]:
    return _ORDER.get(half, 2), half


def _halves(session: Session) -> list[tuple[str, str]]:
    return sorted(session.present, key=lambda held: (held[0], _rank(held[1])))


def _columns(session: Session) -> list[tuple[int, str]]:
    """Name the half-days of a session by the number of the day and the moment."""
    numbers = {day: number for number, day in enumerate(session.days, start=1)}
    return [(numbers[day], half) for day, half in _halves(session)]


def _to_span(days: Sequence[str]) -> str:
    written = [f"{date.fromisoformat(day):%d/%m/%Y}" for day in days if is_date(day)]
    return "" if not written else written[0] if len(written) == 1 else f"{written[0]} – {written[-1]}"


def _to_short(day: str) -> object:
    return f"{date.fromisoformat(day):%d/%m}" if is_date(day) else to_day(day)


def _name(life: Life, script: str) -> str | None:
    values = life.woman.values
    return f"{values.get(f'nom_{script}', '')} {values.get(f'prenom_{script}', '')}".strip() or None
