"""What history holds of a woman whose data were erased: marks that tell equal values from different ones, no value.

A value is replaced by a hash with a salt of her own, which is then thrown away: the rule still finds who agreed with
whom, so computing again gives what is shown, and nobody can find the value again. What the caller keeps stays as it
is (her commune, her trade, counts).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from forms.values import canonical
from sync.actions import DELETED, LABEL
from sync.merge import EntityState
from sync.policies import DEFAULT_RULE, Rule

MARK: Final = "⌫"
SHOWN_LABEL: Final = "⌫ effacée · ممحوة"
"""What stands where her name stood."""


def is_erased(value: str) -> bool:
    """Tell whether a value is what erasure left of one."""
    return value.startswith(MARK)


@dataclass(frozen=True, slots=True)
class Eraser:
    """Replaces the values of one woman; `salt` is known to nobody afterwards."""

    salt: bytes
    rules: Mapping[str, Rule]
    is_kept: Callable[[str], bool]

    def erase(self, name: str, value: str) -> str:
        """Return what stands for a value; blanks and what is erased already stay as they are."""
        if not value.strip() or is_erased(value) or name == DELETED or self.is_kept(name):
            return value
        meant = canonical(self.rules.get(name, DEFAULT_RULE).type, value)
        if isinstance(meant, tuple):
            return " ".join(self._hash(name, element) for element in meant)
        return self._hash(name, meant)

    def _hash(self, name: str, text: str) -> str:
        digest = hashlib.blake2b(f"{name}\0{text}".encode("utf-8", "surrogatepass"), key=self.salt, digest_size=16)
        return MARK + digest.hexdigest()

    def erase_saved(self, saved: Mapping[str, str]) -> dict[str, str]:
        """Erase the answers of one action."""
        return {name: self.erase(name, value) for name, value in saved.items()}

    def erase_row(self, row: Mapping[str, Any], of: frozenset[str] | None) -> dict[str, Any]:
        """Erase the values of a recorded row (as JSON): all, or those behind which one of some actions stands."""
        return {
            name: {**shown, "value": self.erase(name, shown["value"])}
            if of is None or not of.isdisjoint([*shown["by"], *shown.get("heads", ())])
            else shown
            for name, shown in row.items()
        }


def to_shown(after: EntityState) -> EntityState:
    """Return what is shown of a record whose data were erased: what was kept, no dispute."""
    if after.merged_into is not None:
        return after
    values = {n: v for n, v in after.values.items() if v and not is_erased(v) and n != LABEL}
    return replace(after, values={**values, LABEL: SHOWN_LABEL}, conflicts=(), notes={})
