"""Which ids are one woman: rule 6 of sync/README.md.

A merge makes the record of one id (the loser) part of that of another (the winner); an unmerge takes one merge back.
Both ends of a merge are resolved to the current winners when it is received, so two officers who merge A into B and B
into A make one merge and nothing more. Rows stay what they were: what was written while two were one stays with the
winner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sync.actions import EntityAction


def find_links(actions: Iterable[EntityAction]) -> Mapping[str, str]:
    """Find the merges that hold, loser -> winner; a merge that an unmerge names does not."""
    merges = {action.id: action for action in actions if action.kind in ("merge", "unmerge")}
    ended = {action.target for action in merges.values() if action.kind == "unmerge"}
    held = [action for action in merges.values() if action.kind == "merge" and action.id not in ended]
    held.sort(key=lambda action: action.id, reverse=True)
    return {action.entity_id: action.target for action in held if action.target is not None}


def find_winner(entity_id: str, links: Mapping[str, str]) -> str:
    """Return the id that an id's record is part of now; itself when it was not merged.

    Links that run in a circle cannot be recorded by `resolve_ends`; should they be there, the smallest id of the
    circle wins.
    """
    path: list[str] = []
    at = entity_id
    while at in links:
        if at in path:
            return min(path[path.index(at) :])
        path.append(at)
        at = links[at]
    return at


def resolve_ends(merge: EntityAction, links: Mapping[str, str]) -> EntityAction | None:
    """Return a merge with both ends resolved to the current winners; None when they are one already."""
    loser = find_winner(merge.entity_id, links)
    winner = find_winner(merge.target or merge.entity_id, links)
    return None if loser == winner else replace(merge, entity_id=loser, target=winner)


def find_linked(entity_id: str, merges: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Find every id that was ever merged with an id, directly or through others, `entity_id` included.

    `merges` are (loser, winner) of all merges, also those taken back: an action that arrived while two were one is
    understood by the rows of both, for ever.
    """
    neighbours: dict[str, set[str]] = {}
    for loser, winner in merges:
        neighbours.setdefault(loser, set()).add(winner)
        neighbours.setdefault(winner, set()).add(loser)
    found = {entity_id}
    waiting = [entity_id]
    while waiting:
        for other in neighbours.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)
