"""Gathers what happened while the submissions stream by: one pass, whatever is asked of it afterwards.

A submission names a record; the record is followed to the woman it was merged into. What names nobody on the list, and
what was rejected, is told apart and counts nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from sys import intern
from typing import Final

from exports.events import ATTESTED, HIRED, NOT_COUNTED, Exam, Life, Moment, Session, Step, Story, Training, Visit
from exports.programme import Programme, Submission, Woman
from forms.values import to_number

_HALVES: Final = {"journee": ("matin", "apresmidi")}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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

#: Gives the answer to a question, "" when there is none.
Read = Callable[[str], str]


class Tally:
    """Gathers the stories: feed it every submission once (:meth:`add`), then ask (:meth:`close`, :meth:`story`)."""

    def __init__(self, programme: Programme, women: Iterable[str]) -> None:
        self._follow = programme.follow
        self.percent = programme.attendance_percent
        self._women = frozenset(women)
        self._stories: dict[str, Story] = {}
        self._sessions: dict[tuple[str, str], Session] = {}
        roles = programme.roles
        # functions, not methods of this tally: it would hold itself, and with it the whole programme, until the
        # collector of circles comes by
        self._roles: dict[str, Callable[[Tally, Submission, Read], bool]] = {
            roles.registration: Tally._register,
            roles.attendance: Tally._attend,
            roles.exam: Tally._examine,
            roles.loan: Tally._lend,
            roles.visit: Tally._visit,
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

    def counts(self, form_id: str) -> bool:
        """Tell whether figures are made of a form."""
        return form_id in self._roles

    def skip(self, form_id: str, count: int, ignored: int) -> None:
        """Take submissions of a form into account that no figure is made of; of these, ``ignored`` count nowhere."""
        seen = self.seen.setdefault(form_id, [0, 0, 0])
        seen[0] += count
        seen[1] += ignored

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

        if not role(self, submission, read):
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
        hired = [to_number(read(name)) for name in (*HIRED, "emp_fam")]
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


def _keep(read: Read, names: Iterable[str]) -> dict[str, str]:
    return {name: intern(text) for name in names if (text := read(name))}


def _to_day(text: str) -> str:
    return text[:10] if _DAY.match(text) else ""


def _to_moment(submission: Submission, day: str) -> Moment:
    return _to_day(day), submission.submitted_at.isoformat(), submission.key
