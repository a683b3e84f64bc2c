"""Apply actions to the register inside one transaction: the shell around ``sync.merge``.

Used by every service that writes entities (pushes, officers' decisions, installation). It never commits. Order of
locks: entity rows sorted by id, then the project's change counter, which stays locked until the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from server.models import ConflictEntry, Entity, EntityList, EntityVersion, ListProperty, Project
from server.rows import rows_of
from server.services.history import Past, read_past, record, to_place
from server.services.showing import (
    Kept,
    new_kept,
    read_kept,
    read_scopes,
    read_shown,
    to_shown,
    write_conflicts,
    write_kept,
    write_scopes,
)
from sync.actions import LABEL, EntityAction, Recorded
from sync.erasure import to_shown as to_shown_erased
from sync.line import continue_line, is_line
from sync.merge import EntityState, Rule, apply, state
from sync.policies import DEFAULT_POLICY
from sync.protocol import FIRST_ERA, OFFICE, find_version_floor

AT_ONCE = 200
"""Entities of which all is held in memory when a whole list is computed anew."""
_PROJECTS = cast(Table, Project.__table__)
_LISTS, _PROPERTIES, _CONFLICTS = EntityList.__table__.c, ListProperty.__table__.c, ConflictEntry.__table__.c
_COUNTER = (
    select(_PROJECTS.c.counter, _PROJECTS.c.era)
    .where(_PROJECTS.c.id == bindparam("project"))
    .with_for_update(key_share=True)
)
_RULES = select(
    _PROPERTIES.name, _PROPERTIES.policy, _PROPERTIES.type, _PROPERTIES.choices, _PROPERTIES.visibility
).where(_PROPERTIES.project_id == bindparam("project"), _PROPERTIES.list == bindparam("list"))
_SCOPE_PROPERTY = select(_LISTS.scope_property).where(
    _LISTS.project_id == bindparam("project"), _LISTS.name == bindparam("list")
)
_DISPUTED = select(_CONFLICTS.entity_id).where(
    _CONFLICTS.project_id == bindparam("project"), _CONFLICTS.entity_id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What one action did."""

    entity_id: str
    version: int
    conflicts: tuple[str, ...]
    """Properties in open conflict after it."""
    scopes: frozenset[str]
    """Scopes that held the entity before or hold it after."""


class Register:
    """The register of one project, for the time of one transaction.

    What it writes waits (``server.rows``) until somebody reads or the transaction ends.
    """

    def __init__(self, session: Session, project_id: int, now: datetime) -> None:
        self.session = session
        self.project_id = project_id
        self.now = now
        self._counter: int | None = None
        self._era = FIRST_ERA
        self._rules: dict[str, dict[str, Rule]] = {}
        self._scope_properties: dict[str, str] = {}
        # Read ahead by `lock`; what is in none of these is asked from the database when it is needed.
        self._history: dict[str, Past] = {}
        self._entities: dict[str, Kept] = {}
        self._absent: set[str] = set()
        self._committed: dict[str, list[tuple[int, datetime]]] = {}
        self._scopes: dict[str, dict[str, bool]] = {}
        self._undisputed: set[str] = set()

    def lock(self, entity_ids: Iterable[str]) -> None:
        """Lock the entities (and those merged with them) that the transaction will touch, sorted, then the counter.

        What applying actions to them will ask for is read at once: a question for each is what a batch would spend
        most of its time on.
        """
        wanted = sorted(set(entity_ids))
        if wanted and self.session.connection().dialect.name != "sqlite":  # which locks the whole file
            joined = select(Entity.component).where(Entity.project_id == self.project_id, Entity.id.in_(wanted))
            components: set[str] = set()
            while more := set(self.session.scalars(joined.distinct())) - components:
                components |= more  # a merge may be committed while this one waits for its rows
                self.session.execute(
                    select(Entity.id)
                    .where(Entity.project_id == self.project_id, Entity.component.in_(components))
                    .order_by(Entity.id)
                    .with_for_update(key_share=True)
                ).all()
        self._lock_counter()
        if wanted:  # the counter is locked: from here on nobody else writes any of it
            self._read_ahead(wanted, read_kept(self.session, self.project_id, wanted, joined=True))

    def _read_ahead(self, wanted: Sequence[str], found: Sequence[Kept]) -> None:
        """Read all that concerns some entities."""
        self._entities = {kept.id: kept for kept in found}
        self._absent = set(wanted) - set(self._entities)
        if not found:
            return
        self._history = {kept.component: Past() for kept in found}
        self._committed = {kept.id: [] for kept in found}
        ids = list(self._entities)
        for row, entity_id, version, at in read_past(self.session, self.project_id, ids):
            self._history[self._entities[entity_id].component].keep(row)
            self._committed[entity_id].append((version, at))
        self._scopes = read_scopes(self.session, self.project_id, ids)
        disputed = self.session.scalars(_DISPUTED, {"project": self.project_id, "ids": ids})
        self._undisputed = set(ids) - set(disputed)

    def _lock_counter(self) -> int:
        if self._counter is None:
            self._counter, self._era = self.session.execute(_COUNTER, {"project": self.project_id}).one()
        return self._counter

    def forget(self) -> None:
        """Read everything again: a savepoint was rolled back under it."""
        for kept in (self._history, self._entities, self._absent, self._committed, self._scopes, self._undisputed):
            kept.clear()
        self._scope_properties.clear()
        self._counter = None

    def next_counter(self) -> int:
        self._counter = self._lock_counter() + 1
        rows_of(self.session).change(_PROJECTS, (self.project_id,), {"counter": self._counter})
        return self._counter

    def rules(self, list_name: str) -> dict[str, Rule]:
        """Return the merge rules of a list's properties."""
        if list_name not in self._rules:
            self._rules[list_name] = {
                row.name: Rule(
                    policy=row.policy, type=row.type, choices=tuple(row.choices), office=row.visibility == OFFICE
                )
                for row in self.session.execute(_RULES, {"project": self.project_id, "list": list_name})
            }
        return self._rules[list_name]

    def declare(self, list_name: str, properties: Iterable[str]) -> None:
        """Make properties known that no form declares, as visible text: those of a list that is kept without a form."""
        if self.session.get(EntityList, (self.project_id, list_name)) is None:
            self.session.add(EntityList(project_id=self.project_id, name=list_name))
            self.session.flush()
        for name in sorted(set(properties) - set(self.rules(list_name)) - {LABEL}):
            self.session.add(
                ListProperty(
                    project_id=self.project_id,
                    list=list_name,
                    name=name,
                    type="text",
                    policy=DEFAULT_POLICY,
                    visibility="",
                    choices=[],
                    labels={},
                )
            )
        self.session.flush()
        self._rules.pop(list_name, None)

    def entity(self, entity_id: str) -> Kept | None:
        """Return a record by its id, as it is after all that was applied so far."""
        if entity_id in self._absent:
            return None
        if entity_id not in self._entities:
            for kept in read_kept(self.session, self.project_id, [entity_id]):
                self._entities[entity_id] = kept
        return self._entities.get(entity_id)

    def winner(self, entity_id: str) -> Kept | None:
        """Return the entity itself, or the one it was merged into."""
        found = self.entity(entity_id)
        while found is not None and found.merged_into:
            found = self.entity(found.merged_into)
        return found

    def history(self, component: str) -> list[Recorded]:
        """Return every recorded action of a component, with the row recorded when it was first applied."""
        return self._past(component).recorded()

    def _past(self, component: str) -> Past:
        if component not in self._history:
            past = self._history[component] = Past()
            joined = select(Entity.id).where(Entity.project_id == self.project_id, Entity.component == component)
            ids = self.session.scalars(joined).all()
            for row, _entity_id, _version, _at in read_past(self.session, self.project_id, ids):
                past.keep(row)
        return self._history[component]

    def committed_at(self, entity_id: str, base: int | None) -> datetime | None:
        """Say when the row that an author saw was committed: no action of hers can be older."""
        if not base or entity_id in self._absent:
            return None
        if entity_id in self._committed:
            return next((at for version, at in reversed(self._committed[entity_id]) if version <= base), None)
        return self.session.scalar(
            select(EntityVersion.at)
            .where(
                EntityVersion.project_id == self.project_id,
                EntityVersion.entity_id == entity_id,
                EntityVersion.version <= base,
            )
            .order_by(EntityVersion.version.desc())
            .limit(1)
        )

    def apply(self, action: EntityAction, instance_id: str | None) -> Applied:
        """Apply one action: version row, values shown, conflicts, what phones hold.

        A merge takes a version of the winner; both components must be one already (``services.identity``).

        :raises ValueError: when the entity lives in another list.
        """
        named = action.target if action.kind == "merge" and action.target else action.entity_id
        numbered = self.winner(named) or self._new_entity(action)
        if numbered.erased_at:
            raise ValueError(f"the data of entity {action.entity_id} were erased")
        if numbered.list != action.list:
            raise ValueError(f"entity {action.entity_id} is in list '{numbered.list}', not in '{action.list}'")
        past, rules = self._past(numbered.component), self.rules(action.list)
        self._lock_counter()
        version = max(numbered.version, find_version_floor(self._era)) + 1
        after = self._continue(numbered, past, action, version) or apply(
            numbered.id, past.recorded(), action, rules, version=version
        )
        counter = self.next_counter()
        numbered.version = version
        touched = self._show(numbered, after, counter)
        recorded = Recorded(action=action, numbered=numbered.id, version=version, row=after.row)
        record(self.session, self.project_id, recorded, counter=counter, at=self.now, instance_id=instance_id)
        past.add(recorded)
        if numbered.id in self._committed:
            self._committed[numbered.id].append((version, self.now))
        return Applied(numbered.id, version, tuple(numbered.open), touched)

    def _continue(self, kept: Kept, past: Past, action: EntityAction, version: int) -> EntityState | None:
        """Go the short way where the history is a line and shows what its last row says; None where it is not."""
        if kept.id not in self._undisputed or kept.component != kept.id:
            return None
        if not is_line([*past.places, to_place(action, kept.id, version)]):
            return None
        before = past.last_row()
        if kept.data != {name: shown.value for name, shown in before.items()}:  # the rules changed since it was made
            return None
        return continue_line(before, action, self.rules(kept.list))

    def _new_entity(self, action: EntityAction) -> Kept:
        """Make an entity that is written once its first action was applied."""
        self._scope_property(action.list)
        kept = new_kept(self.project_id, action.entity_id, action.list, self.now)
        self._absent.discard(kept.id)
        self._entities[kept.id] = kept
        self._history[kept.id], self._committed[kept.id], self._scopes[kept.id] = Past(), [], {}
        self._undisputed.add(kept.id)
        return kept

    def _scope_property(self, list_name: str) -> str:
        """Name the property that decides which phones hold the entities of a list; a list that is new is kept."""
        if list_name not in self._scope_properties:
            known = self.session.scalar(_SCOPE_PROPERTY, {"project": self.project_id, "list": list_name})
            if known is None:
                kept = EntityList(project_id=self.project_id, name=list_name)
                self.session.add(kept)
                self.session.flush()
                known = kept.scope_property
            self._scope_properties[list_name] = known
        return self._scope_properties[list_name]

    def _show(self, kept: Kept, after: EntityState, counter: int) -> frozenset[str]:
        """Write what is shown of an entity; return the scopes concerned."""
        after = to_shown_erased(after) if kept.erased_at else after
        write_kept(self.session, kept, after, counter, self.now)
        if after.conflicts or kept.id not in self._undisputed:
            self._undisputed.discard(kept.id)
            write_conflicts(self.session, kept, after, self.now)
        if kept.id not in self._scopes:
            self._scopes |= read_scopes(self.session, self.project_id, [kept.id])
        return write_scopes(self.session, kept, after, self._scope_property(kept.list), self._scopes[kept.id])

    def state_of(self, kept: Kept | Entity) -> EntityState:
        """Compute an entity anew from its recorded actions."""
        after = state(kept.id, self.history(kept.component), self.rules(kept.list))
        return to_shown_erased(after) if kept.erased_at else after

    def recompute_list(self, list_name: str) -> int:
        """Show every entity of a list by the present rules; rows stay as recorded. Return how many changed."""
        wanted = select(Entity.id).where(Entity.project_id == self.project_id, Entity.list == list_name)
        return self.recompute_all(self.session.scalars(wanted.order_by(Entity.id)).all())

    def recompute_all(self, entity_ids: Sequence[str]) -> int:
        """Show entities anew, some at a time; return how many changed."""
        changed = 0
        for start in range(0, len(entity_ids), AT_ONCE):
            some = entity_ids[start : start + AT_ONCE]
            self.lock(some)
            changed += sum(self.recompute(self._entities[entity_id]) for entity_id in some)
        return changed

    def recompute(self, kept: Kept) -> bool:
        """Show one entity anew; say whether anything shown was different."""
        after = self.state_of(kept)
        if read_shown(self.session, kept) == to_shown(after):
            return False
        self._show(kept, after, self.next_counter())
        return True
