"""What a restore from a backup took back: what was acknowledged after the backup and before the restore."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Restores:
    """The times between a backup and its restore, by the places of events in the log."""

    def __init__(self, events: Sequence[dict[str, Any]]) -> None:
        self.lost: list[tuple[int, int]] = []
        backup = 0
        for place, event in enumerate(events):
            if event["what"] == "backed_up":
                backup = place
            elif event["what"] == "restored":
                self.lost.append((backup, place))

    def __bool__(self) -> bool:
        return bool(self.lost)

    def undoes(self, place: int, until: int | None = None) -> bool:
        """Tell whether what was done at a place of the log had been taken back (by the place `until`)."""
        return any(begun < place < ended and (until is None or ended < until) for begun, ended in self.lost)

    def find_epoch(self, place: int) -> int:
        """Tell how many restores came before."""
        return sum(ended < place for _, ended in self.lost)
