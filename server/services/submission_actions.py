"""What a received submission does to the register: its entities' actions, and what its being an edit cancels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityRequest
from server.models import EntityActionRow, Submission
from server.services.feed import find_visibility
from server.services.items import ID_CHARS, Parsed, Sender
from server.services.register import Register
from sync.actions import EntityAction
from sync.protocol import is_visible
from sync.receipt import decide_at


def find_actions(
    session: Session, register: Register, sender: Sender, parsed: Parsed, finalized_at: datetime, edited: bool
) -> Iterable[EntityAction]:
    assert parsed.instance is not None  # noqa: S101 - the parse said so
    instance = parsed.instance
    author = sender.actor.label
    named = set()
    replaced = _find_replaced(session, register, instance.deprecated_id) if instance.deprecated_id else None
    # Nothing is withheld from an officer.
    by_another = bool(instance.deprecated_id and sender.app_user_id) and _is_by_another(
        session, register.project_id, sender, instance.deprecated_id or ""
    )
    visibility = find_visibility(register.project_id) if by_another and parsed.requests else {}
    for request in parsed.requests:
        named.add(request.entity_id)
        yield EntityAction(
            id=f"{parsed.instance_id}#{request.position}",
            entity_id=request.entity_id,
            list=request.list,
            kind=request.kind,
            saved=_without_withheld(request, visibility) if by_another else dict(request.saved),
            prefilled=request.prefilled,
            blankable=request.blankable,
            branch=request.branch,
            pos=request.pos,
            base=request.base,
            at=decide_at(
                finalized_at,
                sender.offset_s,
                not_before=register.committed_at(request.entity_id, request.base),
                received_at=sender.received_at,
            ),
            author=author,
            device=sender.device,
            form_id=instance.form_id,
            form_version=instance.version,
            edits=_edited(instance.deprecated_id, request, replaced),
            target=None,
            literal=sender.literal,
        )
    if edited or instance.deprecated_id:
        yield from _undone(session, register, sender, parsed, named)


def _is_by_another(session: Session, project_id: int, sender: Sender, original_id: str) -> bool:
    """Tell whether another agent had a hand in what an edit replaces: then some answers were withheld from its sender.

    Which of them she saw cannot be told once the chain went through several hands, so none counts as seen.
    """
    root = select(Submission.root_id).where(
        Submission.project_id == project_id, Submission.instance_id == original_id
    )
    return (
        session.scalar(
            select(Submission.instance_id)
            .where(
                Submission.project_id == project_id,
                Submission.root_id.in_(root),
                Submission.app_user_id.is_distinct_from(sender.actor.id),
            )
            .limit(1)
        )
        is not None
    )


def _without_withheld(request: EntityRequest, visibility: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return what an edit saves of what its sender was given: a blank for what was withheld from her is no answer."""
    declared = visibility.get(request.list, {})
    return {name: text for name, text in request.saved.items() if text.strip() or is_visible(name, declared)}


def _find_replaced(session: Session, register: Register, original_id: str) -> dict[tuple[str, int], str] | None:
    """Return what a submission did, (woman named, position) → action id; None when it has not arrived."""
    if session.get(Submission, (register.project_id, original_id)) is None:
        return None
    return {
        (row.named_id, int(row.id.rpartition("#")[2])): row.id
        for row in _rows_of(session, register, original_id)
        if row.kind in ("create", "update")
    }


def _edited(
    original_id: str | None, request: EntityRequest, replaced: Mapping[tuple[str, int], str] | None
) -> str | None:
    """Name the action that an edit's action replaces: the original's on the same woman, at the same place if there.

    While the original is on its way it is taken to have named the same woman at the same place.
    """
    if original_id is None:
        return None
    if replaced is None:
        return f"{original_id}#{request.position}"
    same = {position: action for (woman, position), action in replaced.items() if woman == request.entity_id}
    return same.get(request.position) or next(iter(same.values()), None)


def _undone(
    session: Session, register: Register, sender: Sender, parsed: Parsed, named: set[str]
) -> Iterable[EntityAction]:
    """Cancel what an edited submission did to a woman whom the edit does not name any more, whichever arrives first."""
    assert parsed.instance is not None  # noqa: S101 - the parse said so
    pairs: list[tuple[str, str, set[str]]] = []  # edit, original, women named by the edit
    if parsed.instance.deprecated_id:
        pairs.append((parsed.instance_id, parsed.instance.deprecated_id, named))
    for edit in session.scalars(
        select(Submission).where(
            Submission.project_id == register.project_id, Submission.deprecated_id == parsed.instance_id
        )
    ):
        pairs.append(
            (edit.instance_id, parsed.instance_id, {a.named_id for a in _rows_of(session, register, edit.instance_id)})
        )
    for edit_id, original_id, kept in pairs:
        for row in _rows_of(session, register, original_id):
            if row.kind in ("create", "update") and row.named_id not in kept:
                yield EntityAction(
                    id=f"{edit_id}#undo:{row.id}"[:ID_CHARS],
                    entity_id=row.named_id,
                    list=row.list,
                    kind="undo",
                    saved={},
                    prefilled=frozenset(),
                    blankable=frozenset(),
                    branch=None,
                    pos=None,
                    base=None,
                    at=sender.received_at,
                    author=sender.actor.label,
                    device=sender.device,
                    form_id=parsed.instance.form_id,
                    form_version=parsed.instance.version,
                    edits=None,
                    target=row.id,
                )


def _rows_of(session: Session, register: Register, instance_id: str) -> Sequence[EntityActionRow]:
    return session.scalars(
        select(EntityActionRow).where(
            EntityActionRow.project_id == register.project_id, EntityActionRow.instance_id == instance_id
        )
    ).all()
