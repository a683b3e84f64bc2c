"""Say that two records are one woman, and take it back.

A merge joins the histories of both for ever (`entities.component`): what arrived while two were one is understood by
the rows of both. What is shown follows the merges that hold (`sync.identity`): phones drop the loser, what is sent
for it numbers the winner, an unmerge brings it back to the phones as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select, update

from server.auth import Actor
from server.database import retried, transaction
from server.errors import Problem
from server.models import Entity
from server.services import audits, questions
from server.services.history import new_action
from server.services.register import Register
from server.services.showing import Kept
from sync.actions import Recorded
from sync.identity import find_links, resolve_ends


@retried
def merge_entities(
    project_id: int, loser_id: str, winner_id: str, seen_loser: int, seen_winner: int, actor: Actor
) -> tuple[str, int]:
    """Make one record part of another; return the id it is part of and that record's version.

    Of two that are one already nothing more is recorded.

    :param seen_loser: the version of the loser that the officer had before her eyes; ``seen_winner`` of the winner.
    :raises Problem: 404.1 unknown; 400.8 the same record or of another list; 409.51 when either changed meanwhile, was
        deleted, or became part of a third.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        register = Register(session, project_id, now)
        register.lock([loser_id, winner_id])
        loser, winner = register.entity(loser_id), register.entity(winner_id)
        if loser is None or winner is None:
            raise Problem("404.1")
        if loser_id == winner_id or loser.list != winner.list:
            raise Problem("400.8", field="into", reason="another record of the same list is expected")
        if loser.erased_at or winner.erased_at:
            raise Problem("409.53")
        merge = new_action(
            action_id=str(uuid4()),
            entity_id=loser_id,
            list_name=loser.list,
            kind="merge",
            saved={},
            author=actor.label,
            at=now,
            base=seen_winner,
            target=winner_id,
        )
        history = _read_history(register, (loser, winner))
        resolved = resolve_ends(merge, find_links(record.action for record in history))
        if resolved is None:
            found = register.winner(winner_id)
            assert found is not None  # noqa: S101 - it is here
            return found.id, found.version
        stale = (loser.version, winner.version) != (seen_loser, seen_winner)
        if stale or (resolved.entity_id, resolved.target) != (loser_id, winner_id) or loser.deleted or winner.deleted:
            raise Problem("409.51")
        _join(register, loser, winner)
        applied = register.apply(resolved, None)
        _show_others(register, winner_id, now)
        audits.note(session, project_id, actor, "entity.merge", loser_id, now, into=winner_id)
        return applied.entity_id, applied.version


@retried
def unmerge_entity(project_id: int, loser_id: str, seen_winner: int, actor: Actor) -> int:
    """Take back the merge that made a record part of another; return its version.

    What was written meanwhile stays with the other.

    :param seen_winner: the version of the record it is part of that the officer had before her eyes.
    :raises Problem: 404.1 unknown; 409.51 when it is part of none, or the other changed meanwhile.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        register = Register(session, project_id, now)
        register.lock([loser_id])
        loser, winner = register.entity(loser_id), register.winner(loser_id)
        if loser is None or winner is None:
            raise Problem("404.1")
        if loser.erased_at or winner.erased_at:
            raise Problem("409.53")
        if loser.merged_into is None or winner.version != seen_winner:
            raise Problem("409.51")
        register.apply(
            new_action(
                action_id=str(uuid4()),
                entity_id=loser_id,
                list_name=loser.list,
                kind="unmerge",
                saved={},
                author=actor.label,
                at=now,
                base=seen_winner,
                target=_find_merge(register.history(loser.component), loser_id),
            ),
            None,
        )
        _show_others(register, winner.id, now)
        audits.note(session, project_id, actor, "entity.unmerge", loser_id, now, out_of=winner.id)
        return loser.version


def _read_history(register: Register, entities: Iterable[Kept]) -> list[Recorded]:
    return [record for component in {e.component for e in entities} for record in register.history(component)]


def _find_merge(history: Iterable[Recorded], loser_id: str) -> str:
    """Name the merge that holds a record now."""
    actions = {record.action.id: record.action for record in history}
    ended = {action.target for action in actions.values() if action.kind == "unmerge"}
    held = [a.id for a in actions.values() if a.kind == "merge" and a.entity_id == loser_id and a.id not in ended]
    return min(held)


def _join(register: Register, loser: Kept, winner: Kept) -> None:
    """Make two components one; what was read of them is read again."""
    if loser.component == winner.component:
        return
    register.session.execute(
        update(Entity)
        .where(Entity.project_id == register.project_id, Entity.component == loser.component)
        .values(component=winner.component)
    )
    register.forget()
    register.lock([loser.id, winner.id])


def _show_others(register: Register, shown_id: str, now: datetime) -> None:
    """Show anew every record of the component but the one that an action just showed; close what is settled of all."""
    shown = register.entity(shown_id)
    assert shown is not None  # noqa: S101 - it is here
    ids = register.session.scalars(
        select(Entity.id)
        .where(Entity.project_id == register.project_id, Entity.component == shown.component, Entity.id != shown_id)
        .order_by(Entity.id)
    ).all()
    for entity_id in ids:
        other = register.entity(entity_id)
        assert other is not None  # noqa: S101 - it is here
        register.recompute(other)
    questions.close_answered(register.session, register.project_id, [*ids, shown_id], now)
