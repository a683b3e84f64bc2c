"""Fill a freshly installed project with a believable programme, on the phones' own way.

Agents are created, their phones pull, fill forms out of coverage and push, week after week; nothing is written past
``services.sync``. The same seed on the same day tells the same year.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select

from forms.definition import FormDefinition
from forms.entities import find_entity_requests
from forms.instance import parse_instance
from server.auth import COMMAND, Actor
from server.database import db, end_reads, retried, transaction
from server.demo.papers import FORM_A, FORM_B, FORM_C, FORM_D, FORM_E, Paper, Times, write_item
from server.demo.people import make_woman
from server.demo.phones import WOMEN, Phone, make_uuid
from server.demo.pictures import Picture
from server.demo.scribe import NotOnPhone, Scribe, correct
from server.demo.story import AGENTS, Event, Registration, tell_story
from server.demo.tables import associations
from server.models import Audit, Entity, Project, Quarantined, Submission
from server.services import actors, attachments, audits, entities, feed, sync
from server.services.forms import definition_of, find_version
from server.services.history import new_action
from server.services.programme import ASSOCIATIONS
from server.services.register import Register
from sync.feed import decide_limit

BEGUN, FILLED = "demo.begin", "demo.fill"
LOST_AFTER = 20
"""The phone of the first agent loses a form after this many: its number never arrives."""
WITHHELD = 3
"""Photographs that are still on their way at the end."""
OLD_VERSION = "2025060101"
"""A form version that was never published here."""


class DemoRefused(Exception):
    """The project is not one to fill; the message says why."""


@dataclass(frozen=True, slots=True)
class DemoFilled:
    """What was made; ``agents`` with their one-time codes and tokens, told this once."""

    seed: int
    already: bool
    agents: tuple[actors.NewAppUser, ...] = ()
    forms: dict[str, int] = field(default_factory=dict)
    """Form id → submissions sent."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """Status → items."""
    women: int = 0
    open_conflicts: int = 0
    pictures: int = 0


def fill_programme(project_id: int, seed: int, today: date, *, women: int = 200) -> DemoFilled:
    """Fill the project with a year that ends the day before ``today``.

    A project that was filled before is left as it is.

    :param women: distinct women who are registered.
    :raises DemoRefused: when the project has women or submissions of its own, was filled half, or is not installed.
    """
    known = _begin(project_id, seed)
    if known is not None:
        return DemoFilled(known, already=True)
    _name_associations(project_id)
    agents = [actors.create_app_user(project_id, agent.name, agent.scopes, COMMAND) for agent in AGENTS]
    year = _Year(project_id, seed, today, women, agents)
    year.live()
    _settle_one(project_id)
    _end(project_id, seed)
    return DemoFilled(
        seed=seed,
        already=False,
        agents=tuple(agents),
        forms=dict(sorted(year.sent.items())),
        outcomes=dict(year.outcomes),
        women=_count_women(project_id),
        open_conflicts=entities.count_open_conflicts(project_id),
        pictures=year.uploaded,
    )


@retried
def _begin(project_id: int, seed: int) -> int | None:
    """Note that the filling begins; return the seed of one that was done already.

    :raises DemoRefused: see ``fill_programme``.
    """
    with transaction() as session:
        if session.get(Project, project_id) is None or not entities.has_entities(project_id, ASSOCIATIONS):
            raise DemoRefused("The project is not installed. Run first: flask --app server init")
        notes = {
            note.action: note
            for note in session.scalars(
                select(Audit).where(Audit.project_id == project_id, Audit.action.in_((BEGUN, FILLED)))
            )
        }
        if FILLED in notes:
            return int(notes[FILLED].details["seed"])
        if BEGUN in notes:
            raise DemoRefused("An earlier demo was cut off. Remove the data folder, or choose another with HIRFA_DATA.")
        if entities.has_entities(project_id, WOMEN) or any(
            session.scalar(select(table.project_id).where(table.project_id == project_id).limit(1)) is not None
            for table in (Submission, Quarantined)
        ):
            raise DemoRefused(
                "The project has women or submissions of its own; made-up ones must not be mixed with them. "
                "Choose another data folder with HIRFA_DATA."
            )
        audits.note(session, project_id, COMMAND, BEGUN, "", datetime.now(UTC), seed=seed)
    return None


@retried
def _end(project_id: int, seed: int) -> None:
    with transaction() as session:
        audits.note(session, project_id, COMMAND, FILLED, "", datetime.now(UTC), seed=seed)


@retried
def _name_associations(project_id: int) -> None:
    """Give the numbered associations made-up names, as an officer would."""
    now, wanted = datetime.now(UTC), {one.code: one for one in associations()}
    with transaction() as session:
        register = Register(session, project_id, now)
        found = session.scalars(
            select(Entity).where(Entity.project_id == project_id, Entity.list == ASSOCIATIONS).order_by(Entity.id)
        ).all()
        chance = Random(f"associations {now.isoformat()}")  # noqa: S311 - ids of actions, no secret
        for entity in found:
            named = wanted.get(entity.data.get("code", ""))
            if named is None or entity.data.get("nom_fr") != f"Association {named.number:02}":
                continue
            register.apply(
                new_action(
                    action_id=make_uuid(chance),
                    entity_id=entity.id,
                    list_name=ASSOCIATIONS,
                    kind="update",
                    saved={
                        "label": f"{named.french} – {named.arabic}",
                        "nom_fr": named.french,
                        "nom_ar": named.arabic,
                        "commune_code": named.commune,
                    },
                    author=COMMAND.label,
                    at=now,
                    base=entity.version,
                ),
                None,
            )


def _settle_one(project_id: int) -> None:
    """An officer has settled the conflict about the longest-known woman; the others wait for her."""
    listed = entities.list_conflicts(project_id)
    if len(listed) > 1:
        conflict, entity = min(listed, key=lambda pair: pair[1].id)
        entities.settle_conflict(
            project_id, entity.id, entity.version, {conflict.property: conflict.candidates[0]["value"]}, COMMAND
        )


def _count_women(project_id: int) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Entity)
            .where(Entity.project_id == project_id, Entity.list == WOMEN, Entity.deleted.is_(False))
        )
        or 0
    )


@dataclass(frozen=True, slots=True)
class _Sent:
    """A form on a phone, ready to be pushed."""

    item: dict[str, Any]
    paper: Paper
    corrected: bool


class _Year:
    """Lives the story on four phones."""

    def __init__(
        self, project_id: int, seed: int, today: date, women: int, agents: Sequence[actors.NewAppUser]
    ) -> None:
        self.project_id = project_id
        self.seed = seed
        self.today = today
        self.story = tell_story(seed, today, women)
        self.scribe = Scribe(seed, self.story)
        self.definitions = {form_id: self._definition(form_id) for form_id in (FORM_A, FORM_B, FORM_C, FORM_D, FORM_E)}
        self.actors = [
            Actor("app_user", agent.id, agent.name, "app_user", project_id, scopes=frozenset(agent.scopes))
            for agent in agents
        ]
        chance = Random(f"phones {seed}")  # noqa: S311 - a made-up programme, no secret
        self.phones = [Phone(number, make_uuid(chance)) for number in range(len(agents))]
        self.sent: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.uploaded = 0
        self.waiting: list[tuple[Actor, Picture]] = []
        self.corrections: dict[int, list[tuple[_Sent, Times]]] = {phone.number: [] for phone in self.phones}

    def _definition(self, form_id: str) -> FormDefinition:
        return definition_of(find_version(self.project_id, form_id, None))

    def live(self) -> None:
        """Live the year, one week after the other; at its end some photographs are still on their way."""
        weeks: dict[date, list[tuple[int, Event]]] = {}
        for number, event in enumerate(self.story.events):
            sunday = event.day - timedelta(days=(event.day.weekday() + 1) % 7)
            weeks.setdefault(sunday, []).append((number, event))
        for sunday in sorted(weeks):
            self._live_week(weeks[sunday])
        self._go_wrong()
        for actor, picture in self.waiting[: len(self.waiting) - WITHHELD]:
            self._upload(actor, picture)

    def _live_week(self, events: Sequence[tuple[int, Event]]) -> None:
        """All phones pull, then work without a network, then push."""
        working = sorted({event.agent for _number, event in events})
        for agent in working:
            self._pull(self.phones[agent])
        batches = {agent: self._correct_earlier(self.phones[agent]) for agent in working}
        for number, event in events:
            batches[event.agent] += self._fill(number, event)
        for agent in working:
            self._push(agent, batches[agent])

    def _pull(self, phone: Phone) -> None:
        more = True
        while more:
            request = feed.PullRequest(era=None, scopes=phone.cursors, forms={}, limit=decide_limit(None))
            more = phone.learn(feed.pull(self.project_id, self.actors[phone.number], request))
        end_reads()

    def _fill(self, number: int, event: Event) -> list[_Sent]:
        phone = self.phones[event.agent]
        try:
            paper, times = self.scribe.fill(number, event, phone)
        except NotOnPhone:  # she moved away from this agent's communes meanwhile
            return []
        instance_id = make_uuid(self.scribe.chance(number, "instance"))
        sent = self._write(phone, paper, instance_id, times.finalized_at, corrected=getattr(event, "corrected", False))
        if sent.corrected:
            self.corrections[phone.number].append((sent, times))
        if phone.number == 0 and phone.seq == LOST_AFTER:
            phone.next_seq()
        return [sent]

    def _write(
        self,
        phone: Phone,
        paper: Paper,
        instance_id: str,
        finalized_at: str,
        *,
        corrected: bool = False,
        deprecated_id: str = "",
    ) -> _Sent:
        definition = self.definitions[paper.form_id]
        item = write_item(
            definition,
            paper,
            instance_id=instance_id,
            finalized_at=finalized_at,
            seq=phone.next_seq(),
            deprecated_id=deprecated_id,
        )
        if not deprecated_id:
            requests, _problems = find_entity_requests(definition, parse_instance(item["xml"].encode()))
            for request in requests:
                phone.note(request)
        return _Sent(item, paper, corrected)

    def _correct_earlier(self, phone: Phone) -> list[_Sent]:
        """Send again, a week later or more, what the agent found wrong."""
        found = []
        for sent, times in self.corrections[phone.number]:
            original = sent.item["instanceId"].removeprefix("uuid:")
            again = replace(times, end=times.end + timedelta(days=7))
            chance = Random(f"correction {original}")  # noqa: S311 - a made-up programme, no secret
            found.append(
                self._write(phone, correct(sent.paper), make_uuid(chance), again.finalized_at, deprecated_id=original)
            )
        self.corrections[phone.number].clear()
        return found

    def _push(self, agent: int, batch: Sequence[_Sent]) -> None:
        phone, actor = self.phones[agent], self.actors[agent]
        answer = sync.receive_batch(
            self.project_id, actor, phone.device_id, datetime.now(UTC), [sent.item for sent in batch]
        )
        self.outcomes.update(result["status"] for result in answer.results)
        self.sent.update(sent.paper.form_id for sent in batch)
        wanted = set(answer.attachments_wanted)
        for sent in batch:
            for told, picture in zip(sent.item["attachments"], sent.paper.pictures, strict=True):
                if told["sha256"] in wanted:
                    self.waiting.append((actor, picture))

    def _upload(self, actor: Actor, picture: Picture) -> None:
        digest = hashlib.sha256(picture.data).hexdigest()
        upload = attachments.create_upload(self.project_id, actor, digest, len(picture.data), picture.content_type)
        attachments.append_piece(upload, 0, io.BytesIO(picture.data))
        self.uploaded += 1

    def _go_wrong(self) -> None:
        """Send what is set aside: a version nobody published, and a copied phone's other answers under a known id."""
        phone = self.phones[1]
        rng = Random(f"aside {self.seed}")  # noqa: S311 - a made-up programme, no secret
        day = self.story.events[-1].day
        event = Registration(day, phone.number, 0, True, "", "commande")
        woman = make_woman(rng, 0, "3105", self.today)
        scribe = Scribe(self.seed + 1, replace(self.story, women=(woman,)))
        paper, times = scribe.fill(0, event, phone)
        old = self._write(phone, paper, make_uuid(rng), times.finalized_at)
        version = self.definitions[FORM_A].version
        old.item["xml"] = old.item["xml"].replace(f'version="{version}"', f'version="{OLD_VERSION}"', 1)
        old.item["formVersion"] = OLD_VERSION
        copied = self._write(phone, correct(paper), make_uuid(rng), times.finalized_at)
        number = next(
            n for n, e in enumerate(self.story.events) if isinstance(e, Registration) and e.agent == phone.number
        )
        taken = make_uuid(self.scribe.chance(number, "instance"))
        copied.item["xml"] = copied.item["xml"].replace(copied.item["instanceId"], f"uuid:{taken}")
        copied.item["instanceId"] = f"uuid:{taken}"
        self._push(1, [old, copied])
