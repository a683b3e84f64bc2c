"""Apply actions to the register inside one transaction: the shell around ``sync.merge``.

Used by every service that writes entities (pushes, officers' decisions, installation). It never commits. Order of
locks: entity rows
sorted by id, then the project's change counter, which stays locked until the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, inspect, select
from sqlalchemy.orm import Session

from server.models import (
    ConflictEntry,
    Entity,
    EntityActionRow,
    EntityList,
    EntityScope,
    EntityVersion,
    ListProperty,
    Project,
)
from sync.actions import LABEL, EntityAction, Recorded, row_from_json, row_to_json
from sync.feed import changes, is_gone, place
from sync.merge import EntityState, Rule, apply, state
from sync.policies import DEFAULT_POLICY

# Rows that are only added: told to the database without the session's bookkeeping, which costs more than the insert.
_ADD_ENTITY = cast(Table, Entity.__table__).insert()
_ENTITY_COLUMNS = tuple(cast(Table, Entity.__table__).columns.keys())
_ADD_ACTION = cast(Table, EntityActionRow.__table__).insert()
_ADD_VERSION = cast(Table, EntityVersion.__table__).insert()
_SCOPES = cast(Table, EntityScope.__table__)
_ADD_SCOPE = _SCOPES.insert()
_CHANGE_SCOPE = (
    _SCOPES.update()
    .where(*(column == bindparam(f"its_{column.name}") for column in _SCOPES.primary_key))
    .values(counter=bindparam("its_counter"), present=bindparam("its_present"))
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
    """The register of one project, for the time of one transaction."""

    def __init__(self, session: Session, project_id: int, now: datetime) -> None:
        self.session = session
        self.project_id = project_id
        self.now = now
        self._project: Project | None = None
        self._rules: dict[str, dict[str, Rule]] = {}
        self._scope_properties: dict[str, str] = {}
        # Read ahead by `lock`; what is in none of these is asked from the database when it is needed.
        self._history: dict[str, list[Recorded]] = {}
        self._entities: dict[str, Entity] = {}
        self._absent: set[str] = set()
        self._committed: dict[str, list[tuple[int, datetime]]] = {}
        self._scopes: dict[str, dict[str, bool]] = {}
        self._undisputed: set[str] = set()

    def lock(self, entity_ids: Iterable[str]) -> None:
        """Lock the entities (and those merged with them) that the transaction will touch, sorted, then the counter.

        What applying actions to them will ask for is read at once: a question for each is what a batch spends most of
        its time on.
        """
        wanted = sorted(set(entity_ids))
        components = set(self._select(Entity.component, Entity.id.in_(wanted))) if wanted else set()
        if components:
            self.session.scalars(
                select(Entity)
                .where(Entity.project_id == self.project_id, Entity.component.in_(components))
                .order_by(Entity.id)
                .with_for_update()
                .execution_options(populate_existing=True)
            ).all()
        self._counter_row()
        if wanted:
            self._read_ahead(wanted)

    def _read_ahead(self, wanted: Sequence[str]) -> None:
        """Read all that concerns some entities. The counter is locked: from here on nobody else writes any of it."""
        joined = select(Entity.component).where(Entity.project_id == self.project_id, Entity.id.in_(wanted))
        found = self.session.scalars(
            select(Entity)
            .where(Entity.project_id == self.project_id, Entity.component.in_(joined))
            .execution_options(populate_existing=True)
        ).all()
        self._entities = {entity.id: entity for entity in found}
        self._absent = set(wanted) - set(self._entities)
        if not found:
            return
        self._history = {entity.component: [] for entity in found}
        self._committed = {entity.id: [] for entity in found}
        ids = list(self._entities)
        for action, version in self.session.execute(self._recorded(ids)):
            self._history[self._entities[action.entity_id].component].append(_recorded(action, version))
            self._committed[version.entity_id].append((version.version, version.at))
        self._scopes = self._read_scopes(ids)
        disputed = self.session.scalars(
            select(ConflictEntry.entity_id).where(
                ConflictEntry.project_id == self.project_id, ConflictEntry.entity_id.in_(ids)
            )
        )
        self._undisputed = set(ids) - set(disputed)

    def _recorded(self, entity_ids: Any) -> Select[EntityActionRow, EntityVersion]:
        """Ask for what was recorded of some entities, each action with its version row, in the order of applying."""
        return (
            select(EntityActionRow, EntityVersion)
            .join(
                EntityVersion,
                (EntityVersion.project_id == EntityActionRow.project_id)
                & (EntityVersion.action_id == EntityActionRow.id),
            )
            .where(EntityActionRow.project_id == self.project_id, EntityActionRow.entity_id.in_(entity_ids))
            .order_by(EntityVersion.counter)
        )

    def _select(self, column: Any, *where: Any) -> Sequence[Any]:
        return self.session.scalars(select(column).where(Entity.project_id == self.project_id, *where)).all()

    def _counter_row(self) -> Project:
        if self._project is None:
            self._project = self.session.scalars(
                select(Project)
                .where(Project.id == self.project_id)
                .with_for_update()
                .execution_options(populate_existing=True)
            ).one()
        return self._project

    def forget(self) -> None:
        """Read everything again: a savepoint was rolled back under it."""
        for kept in (self._history, self._entities, self._absent, self._committed, self._scopes, self._undisputed):
            kept.clear()
        self._project = None

    def next_counter(self) -> int:
        project = self._counter_row()
        project.counter += 1
        return project.counter

    def rules(self, list_name: str) -> dict[str, Rule]:
        """Return the merge rules of a list's properties."""
        if list_name not in self._rules:
            self._rules[list_name] = {
                row.name: Rule(policy=row.policy, type=row.type, choices=tuple(row.choices))
                for row in self.session.scalars(
                    select(ListProperty).where(
                        ListProperty.project_id == self.project_id, ListProperty.list == list_name
                    )
                )
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

    def entity(self, entity_id: str) -> Entity | None:
        if entity_id in self._absent:
            return None
        return self._entities.get(entity_id) or self.session.get(Entity, (self.project_id, entity_id))

    def winner(self, entity_id: str) -> Entity | None:
        """Return the entity itself, or the one it was merged into."""
        found = self.entity(entity_id)
        while found is not None and found.merged_into:
            found = self.entity(found.merged_into)
        return found

    def history(self, component: str) -> list[Recorded]:
        """Return every recorded action of a component, with the row recorded when it was first applied."""
        if component not in self._history:
            joined = select(Entity.id).where(Entity.project_id == self.project_id, Entity.component == component)
            rows = self.session.execute(self._recorded(joined)).all()
            self._history[component] = [_recorded(action, version) for action, version in rows]
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

        :raises ValueError: when the entity lives in another list.
        """
        numbered = self.winner(action.entity_id) or self._new_entity(action)
        if numbered.list != action.list:
            raise ValueError(f"entity {action.entity_id} is in list '{numbered.list}', not in '{action.list}'")
        past = self.history(numbered.component)
        version = numbered.version + 1
        after = apply(numbered.id, past, action, self.rules(action.list), version=version)
        counter = self.next_counter()
        numbered.version = version
        touched = self._show(numbered, after, counter)
        connection = self.session.connection()
        connection.execute(_ADD_ACTION, _action_values(self.project_id, numbered.id, action, instance_id))
        connection.execute(
            _ADD_VERSION,
            {
                "project_id": self.project_id,
                "entity_id": numbered.id,
                "version": version,
                "counter": counter,
                "action_id": action.id,
                "row": row_to_json(after.row),
                "at": self.now,
            },
        )
        past.append(Recorded(action=action, numbered=numbered.id, version=version, row=after.row))
        self._committed.setdefault(numbered.id, []).append((version, self.now))
        return Applied(numbered.id, version, tuple(numbered.open), touched)

    def _new_entity(self, action: EntityAction) -> Entity:
        """Make an entity that is written once its first action was applied."""
        self._scope_property(action.list)
        entity = Entity(
            project_id=self.project_id,
            id=action.entity_id,
            list=action.list,
            version=0,
            counter=0,
            data={},
            open=[],
            component=action.entity_id,
            created_at=self.now,
            updated_at=self.now,
        )
        self._history[entity.id], self._committed[entity.id], self._scopes[entity.id] = [], [], {}
        self._undisputed.add(entity.id)
        return entity

    def _scope_property(self, list_name: str) -> str:
        """Name the property that decides which phones hold the entities of a list; a list that is new is kept."""
        if list_name not in self._scope_properties:
            kept = self.session.get(EntityList, (self.project_id, list_name))
            if kept is None:
                kept = EntityList(project_id=self.project_id, name=list_name)
                self.session.add(kept)
                self.session.flush()
            self._scope_properties[list_name] = kept.scope_property
        return self._scope_properties[list_name]

    def _show(self, entity: Entity, after: EntityState, counter: int) -> frozenset[str]:
        """Write what is shown of an entity; return the scopes concerned."""
        entity.counter = counter
        entity.data = dict(after.values)
        entity.open = sorted(c.property for c in after.conflicts if c.open)
        entity.deleted = is_gone(after)
        entity.updated_at = self.now
        if inspect(entity).transient:  # before whatever refers to it; who asks for it again finds it in the database
            self.session.connection().execute(_ADD_ENTITY, {name: getattr(entity, name) for name in _ENTITY_COLUMNS})
            self._absent.discard(entity.id)
        if after.conflicts or entity.id not in self._undisputed:
            self._undisputed.discard(entity.id)
            self._write_conflicts(entity, after)
        return self._write_scopes(entity, after, counter)

    def _write_scopes(self, entity: Entity, after: EntityState, counter: int) -> frozenset[str]:
        if entity.id not in self._scopes:
            self._scopes |= self._read_scopes([entity.id])
        rows = self._scopes[entity.id]
        before = frozenset(scope for scope, present in rows.items() if present)
        holding = place(after, self._scope_property(entity.list))
        told = changes(before, holding)
        now = dict.fromkeys(told.gone, False) | dict.fromkeys(told.present, True)
        changed = [self._scope_values(entity, s, counter, now[s], "its_") for s in sorted(now.keys() & rows.keys())]
        added = [self._scope_values(entity, s, counter, now[s]) for s in sorted(now.keys() - rows.keys())]
        connection = self.session.connection()
        if changed:
            connection.execute(_CHANGE_SCOPE, changed)
        if added:
            connection.execute(_ADD_SCOPE, added)
        rows |= now
        return before | holding

    def _scope_values(
        self, entity: Entity, scope: str, counter: int, present: bool, prefix: str = ""
    ) -> dict[str, Any]:
        row = {
            "project_id": self.project_id,
            "scope": scope,
            "entity_id": entity.id,
            "counter": counter,
            "present": present,
        }
        return {f"{prefix}{name}": value for name, value in row.items()}

    def _read_scopes(self, entity_ids: Sequence[str]) -> dict[str, dict[str, bool]]:
        """Tell for each entity the scopes that ever held it, and whether they do."""
        found: dict[str, dict[str, bool]] = {entity_id: {} for entity_id in entity_ids}
        for entity_id, scope, present in self.session.execute(
            select(EntityScope.entity_id, EntityScope.scope, EntityScope.present).where(
                EntityScope.project_id == self.project_id, EntityScope.entity_id.in_(entity_ids)
            )
        ):
            found[entity_id][scope] = present
        return found

    def _write_conflicts(self, entity: Entity, after: EntityState) -> None:
        kept = {
            row.property: row
            for row in self.session.scalars(
                select(ConflictEntry).where(
                    ConflictEntry.project_id == self.project_id, ConflictEntry.entity_id == entity.id
                )
            )
        }
        listed = {conflict.property: conflict for conflict in after.conflicts}
        for name, row in kept.items():
            if name not in listed and row.open:
                row.open, row.settled_at = False, self.now
                row.shown = after.values.get(name, "")
        for name, conflict in listed.items():
            candidates = [
                {
                    "action": head.action_id,
                    "value": head.value,
                    "at": head.at.isoformat(),
                    "author": head.author,
                    "device": head.device,
                    "formId": head.form_id,
                }
                for head in conflict.candidates
            ]
            found = kept.get(name)
            row = found or ConflictEntry(project_id=self.project_id, entity_id=entity.id, property=name)
            if found is None:
                row.opened_at = self.now
                self.session.add(row)
            elif conflict.open and not row.open:
                row.opened_at = self.now
            row.open, row.settled_at = conflict.open, None
            row.policy, row.shown, row.candidates = conflict.policy, conflict.shown, candidates

    def state_of(self, entity: Entity) -> EntityState:
        """Compute an entity anew from its recorded actions."""
        return state(entity.id, self.history(entity.component), self.rules(entity.list))

    def recompute_list(self, list_name: str) -> int:
        """Show every entity of a list by the present rules; rows stay as recorded. Return how many changed."""
        changed = 0
        for entity in self.session.scalars(
            select(Entity).where(Entity.project_id == self.project_id, Entity.list == list_name).order_by(Entity.id)
        ).all():
            changed += self.recompute(entity)
        return changed

    def recompute(self, entity: Entity) -> bool:
        """Show one entity anew; say whether anything shown was different."""
        after = self.state_of(entity)
        if self._shown(entity) == (
            dict(after.values),
            sorted(c.property for c in after.conflicts if c.open),
            is_gone(after),
            sorted((c.property, c.open) for c in after.conflicts),
        ):
            return False
        self._show(entity, after, self.next_counter())
        self.session.flush()
        return True

    def _shown(self, entity: Entity) -> tuple[Any, ...]:
        listed = self.session.execute(
            select(ConflictEntry.property, ConflictEntry.open).where(
                ConflictEntry.project_id == self.project_id,
                ConflictEntry.entity_id == entity.id,
                ConflictEntry.settled_at.is_(None),
            )
        ).all()
        return (entity.data, sorted(entity.open), entity.deleted, sorted((name, is_open) for name, is_open in listed))


def to_action(row: EntityActionRow) -> EntityAction:
    """Read a stored action back as the pure value."""
    return EntityAction(
        id=row.id,
        entity_id=row.named_id,
        list=row.list,
        kind=row.kind,
        saved=dict(row.saved),
        prefilled=frozenset(row.prefilled),
        blankable=frozenset(row.blankable),
        branch=row.branch,
        pos=row.pos,
        base=row.base,
        at=row.at,
        author=row.author,
        device=row.device,
        form_id=row.form_id,
        form_version=row.form_version,
        edits=row.edits,
        target=row.target,
        literal=row.literal,
    )


def _recorded(action: EntityActionRow, version: EntityVersion) -> Recorded:
    return Recorded(
        action=to_action(action),
        numbered=version.entity_id,
        version=version.version,
        row=row_from_json(version.row),
    )


def _action_values(project_id: int, entity_id: str, action: EntityAction, instance_id: str | None) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "id": action.id,
        "entity_id": entity_id,
        "named_id": action.entity_id,
        "list": action.list,
        "kind": action.kind,
        "branch": action.branch,
        "pos": action.pos,
        "base": action.base,
        "saved": dict(action.saved),
        "prefilled": sorted(action.prefilled),
        "blankable": sorted(action.blankable),
        "at": action.at,
        "author": action.author,
        "device": action.device,
        "form_id": action.form_id,
        "form_version": action.form_version,
        "instance_id": instance_id,
        "edits": action.edits,
        "target": action.target,
        "literal": action.literal,
    }


def new_action(
    *,
    action_id: str,
    entity_id: str,
    list_name: str,
    kind: str,
    saved: Mapping[str, str],
    author: str,
    at: datetime,
    base: int | None = None,
    target: str | None = None,
) -> EntityAction:
    """Make an officer's action: no branch, no device, no form."""
    return EntityAction(
        id=action_id,
        entity_id=entity_id,
        list=list_name,
        kind=kind,
        saved=dict(saved),
        prefilled=frozenset(saved),
        blankable=frozenset(saved),
        branch=None,
        pos=None,
        base=base,
        at=at.astimezone(UTC),
        author=author,
        device=None,
        form_id=None,
        form_version=None,
        edits=None,
        target=target,
    )
