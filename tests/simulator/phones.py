"""Phones as people use them: what is common to our app and ODK Collect."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from tests.simulator.line import Line, Log
from tests.simulator.questionnaires import (
    CALCULATED,
    FAMILY,
    LATE,
    PROPERTIES,
    REGISTER,
    VISITS,
    Place,
    Questionnaire,
    find_mark,
    write_xml,
)
from tests.simulator.server import Agent
from tests.simulator.truth import number


@dataclass
class Photo:
    data: bytes
    state: str = "unknown"  # wanted, present
    upload: str | None = None
    wire: bytes | None = None  # what was sealed, where it travels so
    key_id: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def name(self) -> str:
        return f"{self.sha256[:8]}.jpg"


@dataclass
class Step:
    """What a finished form does to one entity, as the phone remembers it."""

    action: str
    entity: str
    kind: str
    saved: dict[str, str]
    prefilled: frozenset[str]
    blankable: frozenset[str]
    place: Place
    seen: Mapping[str, str]
    counted: str = "0"
    own_branch: str | None = None
    edits: Step | None = None
    edited: Step | None = None


@dataclass
class Item:
    """A finished form on its way."""

    instance: str
    seq: int
    form: Questionnaire
    finalized_at: str
    steps: list[Step]
    xml: str
    photo: Photo | None = None
    edits: str | None = None
    sealed: tuple[str, str] | None = None  # the key's name and what was sealed to it
    state: str = "waiting"
    outcome: str | None = None
    versions: dict[str, int] = field(default_factory=dict)
    answered_at: float = 0.0
    pulled: bool = False
    before: tuple[dict[str, int], bool] | None = None  # versions and pulled, as they were when it was offered again
    done_at: float | None = None


@dataclass
class Draft:
    """A form that is open: what it was opened on is pinned."""

    instance: str
    entity: str
    shown: dict[str, str]
    place: Place
    form: Questionnaire


class Phone(ABC):
    """One phone. A kind of client says what it shows (`screen`), which versions it carries (`place`), how it syncs."""

    kind = ""
    literal = False

    def __init__(self, name: str, agent: Agent, line: Line, log: Log, skew: timedelta) -> None:
        self.name, self.agent, self.line, self.log = name, agent, line, log
        self.skew = skew
        self.items: list[Item] = []
        self.draft: Draft | None = None
        self.seq = 0
        self.chance = Random()

    # To be said by each kind

    @abstractmethod
    def known(self) -> list[str]:
        """Name the records that a follow-up may be opened on."""

    @abstractmethod
    def screen(self, entity: str) -> tuple[dict[str, str], int | None, list[str]]:
        """Return what a record shows, the version it was pulled in, and the own actions shown over that."""

    @abstractmethod
    def place(self, entity: str) -> Place:
        """Return the versions that a follow-up opened now carries."""

    def has_left(self, entity: str) -> bool:
        """Tell whether a record left the phone and is kept only because something about it is not sent yet."""
        return False

    def editable(self, item: Item) -> bool:
        return True

    def keep(self, item: Item) -> None:
        self.items.append(item)

    @abstractmethod
    def sync(self) -> None:
        """Send what waits, then fetch."""

    @abstractmethod
    def send(self) -> None:
        """Send what waits, and fetch nothing."""

    # What an agent does

    def make_id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def clock_text(self) -> str:
        moment = self.log.clock.now + self.skew
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def set_clock(self) -> None:
        """Set the phone's clock: what was finished before has a time that nobody can correct any more."""
        self.skew = timedelta(seconds=self.chance.choice((0, 3600, -86400 * 3000, 86400 * 900)))
        self.log.add("clock", device=self.name, waiting=[item.instance for item in self.items if item.outcome is None])

    def register(self) -> None:
        if self.chance.random() < 0.15:
            self._register_children()
            return
        entity = self.make_id()
        saved = {name: self._write(name, "", False, False) for name in REGISTER.asks if self.chance.random() < 0.7}
        saved["commune"] = self.chance.choice(self.agent.scopes) if self.chance.random() < 0.9 else ""
        saved["nick"] = saved.get("nick") or "x"
        step = self._step(REGISTER, f"uuid:{self.make_id()}", entity, saved, Place(), {})
        step.own_branch = self.make_id()
        self._finish(REGISTER, step.action, [step])

    def _register_children(self) -> None:
        instance, steps = f"uuid:{self.make_id()}", []
        for place in range(self.chance.randrange(1, 4)):
            saved = {"nick": self.chance.choice(PROPERTIES["nick"].pool), "weight": self.chance.choice(("1", "2", "30"))}
            step = self._step(FAMILY, instance, self.make_id(), saved, Place(), {})
            step.action = f"{instance}/{place}"
            step.own_branch = self.make_id()
            steps.append(step)
        self._finish(FAMILY, instance, steps)

    def usable(self) -> list[str]:
        return [entity for entity in self.known() if self.draft is None or self.draft.entity != entity]

    def visit(self) -> None:
        usable = self.usable()
        if usable:
            self.visit_one(self.chance.choice(usable))

    def visit_one(self, entity: str) -> None:
        self._close(self._open(entity))

    def open_draft(self) -> None:
        usable = self.usable()
        if usable and self.draft is None:
            self.draft = self._open(self.chance.choice(usable))

    def close_draft(self) -> None:
        if self.draft is not None:
            draft, self.draft = self.draft, None
            self._close(draft)

    def _open(self, entity: str) -> Draft:
        instance = f"uuid:{self.make_id()}"
        shown, version, over = self.screen(entity)
        form = LATE if self.chance.random() < 0.06 else self.chance.choice((VISITS[0], *VISITS))
        self.log.add(
            "opened", device=self.name, instance=instance, entity=entity, shown=shown, version=version, over=over,
            left=self.has_left(entity),
        )
        return Draft(instance, entity, shown, self.place(entity), form)

    def _close(self, draft: Draft) -> None:
        form, saved = draft.form, {}
        touches = self.chance.random()
        for name in form.asks:
            if self.chance.random() < 0.35:
                continue  # not relevant this time
            filled, clears = name in form.prefilled, name in form.blankable
            text = draft.shown.get(name, "")
            keeps = filled and self.chance.random() < touches
            saved[name] = text if keeps else self._write(name, text, filled, clears)
        self._finish(form, draft.instance, [self._step(form, draft.instance, draft.entity, saved, draft.place, draft.shown)])

    def _write(self, name: str, text: str, filled: bool, clears: bool) -> str:
        """Choose what a person leaves in one question."""
        chance, pool = self.chance, PROPERTIES[name].pool
        if not filled:
            return "" if chance.random() < 0.5 else chance.choice(pool)
        if not clears and not text:
            return text
        roll = chance.random()
        if roll < (0.8 if name == "commune" else 0.35):
            return text
        return "" if roll < 0.5 and clears else chance.choice(pool)

    def _step(
        self, form: Questionnaire, instance: str, entity: str, saved: dict[str, str], place: Place, seen: Mapping[str, str]
    ) -> Step:
        counted = str(number(saved.get("paid", "")) - number(seen.get("paid", "")))
        return Step(instance, entity, form.kind, saved, form.prefilled, form.blankable, place, seen, counted)

    def edit(self) -> None:
        """Open a finished form again and change some answers."""
        choices = [item for item in self.items if self.may_revise(item)]
        if not choices:
            return
        self.revise(self.chance.choice(choices))

    def may_revise(self, item: Item) -> bool:
        one = len(item.steps) == 1 and item.steps[0].edited is None and item.form is not LATE
        return one and item.steps[0].entity in self.usable() and self.editable(item)

    @abstractmethod
    def correct(self) -> None:
        """Answer an officer who sent a form back, where the client is told of it."""

    def revise(self, item: Item) -> None:
        """Change some answers of a finished form, and finish it again."""
        old, instance = item.steps[0], f"uuid:{self.make_id()}"
        shown, version, over = self.screen(old.entity)
        self.log.add(
            "opened", device=self.name, instance=instance, entity=old.entity, shown=shown, version=version, over=over,
            left=self.has_left(old.entity),
        )
        saved = dict(old.saved)
        for name in saved:
            if item.form.asks[name] == CALCULATED and PROPERTIES[name].policy == "sum":
                if old.counted and self.chance.random() < 0.5:  # calculated again from the record as it is now
                    saved[name] = str(number(shown.get(name, "")) + number(old.counted))
            elif self.chance.random() < 0.3:
                saved[name] = "" if self.chance.random() < 0.3 else self.chance.choice(PROPERTIES[name].pool)
        if item.form is REGISTER:
            saved["nick"] = saved["nick"] or "x"
        step = Step(
            instance, old.entity, old.kind, saved, old.prefilled, old.blankable,
            self.place(old.entity), old.seen, old.counted, edits=old,
        )
        old.edited = step
        self._finish(item.form, instance, [step], edits=item.instance)

    def _finish(self, form: Questionnaire, instance: str, steps: list[Step], edits: str | None = None) -> None:
        self.seq += 1
        photo = None
        if form.photo and edits is None and self.chance.random() < 0.25:
            photo = Photo(b"\xff\xd8\xff" + self.chance.choice((b"same", self.chance.randbytes(300))))
        end = self.clock_text()
        for step in steps:
            if step.saved.get("notes"):
                step.saved["notes"] += f" {find_mark(step.entity)}"
        xml = write_xml(
            form, instance, [(step.entity, step.saved, step.place) for step in steps],
            end=end, photo=photo.name if photo else "", deprecated_id=edits,
        )
        item = Item(instance, self.seq, form, end, steps, xml, photo, edits)
        self.log.add(
            "finished", device=self.name, kind=self.kind, instance=instance, seq=self.seq, edits=edits,
            form=(form.form_id, form.version), photo=photo.sha256 if photo else None,
            steps=[(s.action, s.entity, s.kind, dict(s.saved), s.place) for s in steps],
        )
        self.line.authors[instance] = self.name
        self.keep(item)
