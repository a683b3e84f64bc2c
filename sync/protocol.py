"""What a phone and a server agree on before the first word: numbers, names, limits, and what may leave at all.

The wire itself is described in sync/README.md ("Push", "Pull"). A batch comes compressed, from anybody, so its inflated
size is bounded while it is inflated, not afterwards.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

from sync.actions import DELETED, LABEL
from sync.errors import SyncError

PROTOCOL: Final = 1

# One push: the client halves its batch after a failure and doubles it after success, up to these.
MAX_ITEMS: Final = 500
MAX_COMPRESSED: Final = 2**20
MAX_INFLATED: Final = 16 * 2**20

# One pull: upserts over all scopes.
MAX_UPSERTS: Final = 1_000
DEFAULT_UPSERTS: Final = 200

ACCEPTED: Final = "accepted"
DUPLICATE: Final = "duplicate"
QUARANTINED: Final = "quarantined"
FAILED: Final = "failed"
STATUSES: Final = (ACCEPTED, DUPLICATE, QUARANTINED, FAILED)
# With these the server has the instance; after `failed` nothing was stored and it must be sent again.
FINAL_STATUSES: Final = frozenset({ACCEPTED, DUPLICATE, QUARANTINED})

DEVICE_OK: Final = "ok"
DEVICE_REVOKED: Final = "revoked"

# Records without a scope come under this key, to every phone.
EVERY_PHONE: Final = "*"

# After a restore from a backup, versions and change numbers start at era × this, above all that was lost.
ERA_STEP: Final = 1_000_000

OFFICE: Final = "office"


# The era of a project that was never restored from a backup; its numbers begin at 0.
FIRST_ERA: Final = 1


def find_era_start(era: int, counter: int = 0) -> int:
    """Return the number below which no change of an era lies; era 0 starts at 0.

    `counter` is where the backup stood: a step is left above it too, for what was lost since then had numbers as well.
    """
    return max(era, counter // ERA_STEP + 1 if counter else 0) * ERA_STEP


def find_version_floor(era: int) -> int:
    """Return the number above which every version lies that is given in an era."""
    return find_era_start(era) if era > FIRST_ERA else 0


def inflate(data: bytes, max_bytes: int = MAX_INFLATED) -> bytes:
    """Inflate one gzip member; never holds more than `max_bytes` of it.

    :raises SyncError: code "too_large" when it inflates to more than `max_bytes`, "truncated" when it ends too soon,
        "bad_gzip" when it is no gzip, is damaged, or is followed by anything else.
    """
    inflater = zlib.decompressobj(wbits=31)
    try:
        inflated = inflater.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise SyncError("bad_gzip", f"The batch is not good gzip: {error}") from None
    if len(inflated) > max_bytes:
        raise SyncError("too_large", f"The batch inflates to more than {max_bytes} bytes.")
    if not inflater.eof:
        raise SyncError("truncated", "The batch was cut: its gzip has no end.")
    if inflater.unused_data:
        raise SyncError("bad_gzip", "Something follows the end of the gzip batch.")
    return inflated


def to_visible(values: Mapping[str, str], visibility: Mapping[str, str]) -> dict[str, str]:
    """Leave out what only the office may see. The one place where this is done, for every answer to a phone.

    `visibility` goes from each declared property to "" or "office".
    """
    return {name: value for name, value in values.items() if is_visible(name, visibility)}


def is_visible(name: str, visibility: Mapping[str, str]) -> bool:
    """Tell whether a property may leave the office.

    It fails closed: a property that is not declared, or whose visibility is any other word, stays in the office. The
    label is not declared and passes.
    """
    return name != DELETED and visibility.get(name, "" if name == LABEL else OFFICE) == ""
