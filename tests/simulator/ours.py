"""A phone with our app, by the rules of device/README.md written once more: what its buttons do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree  # noqa: S405 - reads what our own server answered

from tests.simulator.line import Cut
from tests.simulator.outbox import Refused
from tests.simulator.phones import Item, Step
from tests.simulator.pulling import Pulling
from tests.simulator.questionnaires import FORMS, Place
from tests.simulator.uploading import Uploading

KEEP_DAYS = 30


class OurPhone(Pulling, Uploading):
    def correct(self) -> None:
        """Take up a form that was sent back; of another agent's the phone has what the pull told of it."""
        asked = [one for one in self.corrections if (one["formId"], one["formVersion"]) in FORMS]
        if not asked:
            return
        told = self.chance.choice(asked)
        mine = next((item for item in self.items if item.instance == told["instanceId"]), None)
        item = mine or read_told(told)
        if item is not None and self.may_revise(item):
            self.revise(item)

    def sync(self) -> None:
        try:
            self._push()
            if self._pull():
                self._push()
                self._pull()
            self._upload()
        except (Cut, Refused):
            pass
        self._tidy()

    def send(self) -> None:
        self._push()

    def _tidy(self) -> None:
        """Forget what nobody can ask for any more."""
        now = self.log.clock.now.timestamp()
        for item in list(self.items):
            settled = item.state == "sent" and item.outcome in ("accepted", "duplicate") and item.pulled
            if settled and (item.photo is None or item.photo.state == "present"):
                item.done_at = item.done_at if item.done_at is not None else now
                covered = self.backed_up is not None and self.backed_up >= _iso(item.answered_at)
                if covered or now - item.done_at > KEEP_DAYS * 86400:
                    self.items.remove(item)
                    self.forgotten.append(item.instance)
                    self.log.add("forgot", device=self.name, instance=item.instance)


def read_told(told: Mapping[str, Any]) -> Item | None:
    """Read a form that was sent back as a phone gets it: without what stays in the office, unless it is the author's."""
    form = FORMS[(told["formId"], told["formVersion"])]
    root = ElementTree.fromstring(told["xml"])  # noqa: S314 - our own server's
    if form.repeats:
        return None
    node = root.find("meta/entity")
    assert node is not None
    saved = {child.tag: child.text or "" for child in root if child.tag in form.asks}
    step = Step(
        told["instanceId"], node.attrib["id"], form.kind, saved, form.prefilled, form.blankable, Place(), {}, counted=""
    )
    return Item(told["instanceId"], 0, form, "", [step], told["xml"], state="sent")


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
