"""Turn the events of the story into filled forms, on the phone that fills them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import singledispatchmethod
from random import Random

from server.demo.followups import fill_exam, fill_half_day, fill_step, fill_visit
from server.demo.papers import Paper, Times, find_times
from server.demo.phones import Phone, make_uuid
from server.demo.registration import fill_refusal, fill_registration
from server.demo.story import AGENTS, Event, Exam, HalfDay, Refusal, Registration, Step, Story, Visit


class NotOnPhone(LookupError):
    """The phone does not hold the record that the event is about."""


@dataclass(slots=True)
class Scribe:
    """Fills forms; each from a generator of its own, so that one more answer in one form changes no other."""

    seed: int
    story: Story
    ids: list[str] = field(init=False)
    """The women's record ids, in the order of the story."""
    _filled: dict[tuple[int, date], int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        chance = Random(f"ids {self.seed}")  # noqa: S311 - a made-up programme, no secret
        self.ids = [make_uuid(chance) for _ in self.story.women]

    def chance(self, number: int, purpose: str = "") -> Random:
        """Give the generator of the ``number``-th event."""
        return Random(f"form {self.seed} {number} {purpose}")  # noqa: S311 - a made-up programme, no secret

    def fill(self, number: int, event: Event, phone: Phone) -> tuple[Paper, Times]:
        """Fill the form of an event.

        :raises NotOnPhone: when it is about a woman whom the phone does not know.
        """
        key = (event.agent, event.day)
        order = self._filled[key] = self._filled.get(key, -1) + 1
        rng = self.chance(number)
        times = find_times(rng, event.day, order)
        try:
            return self._fill(event, rng, times, phone), times
        except KeyError as error:
            raise NotOnPhone(str(error)) from None

    @singledispatchmethod
    def _fill(self, event: Event, rng: Random, times: Times, phone: Phone) -> Paper:
        raise TypeError(type(event).__name__)

    @_fill.register
    def _(self, event: Registration, rng: Random, times: Times, phone: Phone) -> Paper:
        woman = self.story.women[event.woman]
        return fill_registration(rng, event, woman, times, AGENTS[phone.number].name, self.ids[event.woman])

    @_fill.register
    def _(self, event: Refusal, rng: Random, times: Times, phone: Phone) -> Paper:
        return fill_refusal(event, times, AGENTS[phone.number].name, make_uuid(rng))

    @_fill.register
    def _(self, event: HalfDay, rng: Random, times: Times, phone: Phone) -> Paper:
        present = [self.ids[n] for n in event.present if self.ids[n] in phone.records]
        excused = [self.ids[n] for n in event.excused if self.ids[n] in phone.records]
        return fill_half_day(event, rng, times, AGENTS[phone.number].name, present, excused)

    @_fill.register
    def _(self, event: Exam, rng: Random, times: Times, phone: Phone) -> Paper:
        return fill_exam(event, rng, times, AGENTS[phone.number].name, phone.records[self.ids[event.woman]])

    @_fill.register
    def _(self, event: Step, rng: Random, times: Times, phone: Phone) -> Paper:
        return fill_step(event, rng, times, AGENTS[phone.number].name, phone.records[self.ids[event.woman]])

    @_fill.register
    def _(self, event: Visit, rng: Random, times: Times, phone: Phone) -> Paper:
        return fill_visit(event, rng, times, AGENTS[phone.number].name, phone.records[self.ids[event.woman]])


def correct(paper: Paper) -> Paper:
    """Correct a registration or visit as its agent did afterwards: years of experience, sales, where she lives."""
    answers = dict(paper.answers)
    if "annees_exp" in answers:
        answers["annees_exp"] = str(int(answers["annees_exp"]) + 2)
    if answers.get("ventes"):
        answers["ventes"] = str(int(answers["ventes"]) + 3_000)
        answers["benefice"] = str(int(answers["benefice"]) + 3_000)
    if answers.get("localite"):
        answers["localite"] = f"Douar {answers['localite']}"
    return replace(paper, answers=answers)
