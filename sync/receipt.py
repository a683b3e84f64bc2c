"""What to do with a submission that arrives, before anything in it is understood.

Whatever arrives is kept. What cannot be applied at once goes to quarantine, whole, with the reason, and an officer
releases it. The same submission sent again changes nothing and gets the answer it got before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sync.protocol import ACCEPTED, DUPLICATE, QUARANTINED

# Reasons for quarantine.
VARIANT: Final = "variant"
REVOKED: Final = "revoked"
UNKNOWN_FORM: Final = "unknown_form"
INVALID_XML: Final = "invalid_xml"
OTHER_ID: Final = "other_id"
EDITS_ITSELF: Final = "edits_itself"
REASONS: Final = (VARIANT, REVOKED, UNKNOWN_FORM, INVALID_XML, OTHER_ID, EDITS_ITSELF)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission as it came: the id the sender gave it, the sha256 of its XML byte for byte, and what the XML says.

    `xml_id` and `deprecated_id` are None when the XML could not be read (`invalid`). `known_form` tells whether the
    version of the form was ever published; a retired one was. `revoked` tells of the sender.
    """

    instance_id: str
    sha256: str
    xml_id: str | None
    deprecated_id: str | None
    known_form: bool
    revoked: bool
    invalid: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored under the same id: the sha256 that was accepted, and those in quarantine with their reasons."""

    accepted: str | None = None
    quarantined: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What to do: `kind` is new, edit, duplicate, variant or refused; `status` is what the sender is told.

    Only new and edit are applied; they and the quarantined are stored, a duplicate is not: it gets the original answer
    again. `reason` says why something is in quarantine, also for a repeat of it.
    """

    kind: str
    status: str
    reason: str | None = None

    @property
    def stores(self) -> bool:
        """Tell whether the XML must be stored."""
        return self.kind != "duplicate"

    @property
    def applies(self) -> bool:
        """Tell whether its entity actions are applied now."""
        return self.kind in ("new", "edit")


def decide_receipt(arrival: Arrival, stored: Stored | None) -> Receipt:
    """Decide what becomes of a submission.

    A repeat is recognised before anything else, so it gets its first answer also when the sender was revoked or the
    form withdrawn since. An edit may arrive before its original. Content that was never readable does not occupy its
    id: the whole submission may still come.
    """
    stored = stored or Stored()
    if arrival.sha256 == stored.accepted:
        return Receipt("duplicate", DUPLICATE)
    if arrival.sha256 in stored.quarantined:
        return Receipt("duplicate", QUARANTINED, stored.quarantined[arrival.sha256])
    if arrival.revoked:
        return Receipt("refused", QUARANTINED, REVOKED)
    if arrival.invalid or arrival.xml_id is None:
        return Receipt("refused", QUARANTINED, INVALID_XML)
    if arrival.xml_id != arrival.instance_id:
        return Receipt("refused", QUARANTINED, OTHER_ID)
    if stored.accepted is not None or any(reason not in UNREADABLE for reason in stored.quarantined.values()):
        return Receipt("variant", QUARANTINED, VARIANT)
    if not arrival.known_form:
        return Receipt("refused", QUARANTINED, UNKNOWN_FORM)
    if arrival.deprecated_id == arrival.xml_id:
        return Receipt("refused", QUARANTINED, EDITS_ITSELF)
    return Receipt("edit" if arrival.deprecated_id else "new", ACCEPTED)


UNREADABLE: Final = frozenset({INVALID_XML, OTHER_ID})


def decide_at(
    finalized_at: datetime, offset_s: float, *, not_before: datetime | None, received_at: datetime
) -> datetime:
    """Return the time that breaks ties for an action, in UTC.

    It is the phone's time plus the offset of its clock measured at this push (server minus phone, seconds), between the
    commit of the version it was based on and the receipt. A time without zone is taken for UTC; a clock that is off by
    years gives one of the two ends. It can choose a provisional winner, it cannot lose a value.
    """
    latest = _to_utc(received_at)
    earliest = _to_utc(not_before) if not_before is not None else None
    try:
        at = _to_utc(finalized_at) + timedelta(seconds=offset_s if math.isfinite(offset_s) else 0.0)
    except OverflowError:
        at = latest if offset_s > 0 else _BEGINNING
    if earliest is not None and at < earliest:
        at = earliest
    return min(at, latest)


_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _to_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # year 1 or 9999, and a zone that leads out of it
        return moment.replace(tzinfo=UTC)
