"""A small world that drives the rule: phones, officers, bad lines. What is on whose screen is kept outside it, in `truth`.

Three kinds of phone: `ours` shows its own unsent work over what it pulled and keeps its branch over a pull; `collect`
copies every answer into its local record, blanks too, and drops that when a newer record comes; `plain` knows only the
version it pulled.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from sync.actions import EntityAction
from sync.identity import find_links, find_winner
from sync.merge import EntityState
from tests.sync.ledger import START, Ledger, act, listed
from tests.sync.truth import EMPTY, NONE, RULES, Cell, Deletion, Intent, Key, Truth, meaning, number

POOLS = {
    "name": ("x", "y", "z", "e\u0301", "\u00e9"),
    "rooms": ("1", "2", "2.0", "3"),
    "phone": ("x", "y", "z"),
    "code": ("x", "y"),
    "visited": ("1", "2", "3", "03", "10"),
    "floor": ("1", "1.50", "1.5", "-2"),
    "paid": ("1", "2", "5", "10", "10.0"),
    "trades": ("a", "b", "a b", "b a", "a b c", "c d", "b c"),
    "notes": ("n1", "n2"),
}
Screen = dict[str, Cell]


@dataclass
class Own:
    """One action of a phone: what it was opened on, what it left on the screen, the version it was answered with."""

    action: EntityAction
    before: Screen
    after: Screen
    version: int | None = None
    counted: Decimal = Decimal(0)  # what a calculation counted on
    chain: frozenset[str] = frozenset()  # this action, and what it is the edit of
    newer: Own | None = None  # the edit that replaced it


@dataclass
class Held:
    """A record on a phone."""

    pulled: Screen = field(default_factory=dict)
    version: int | None = None
    local: Screen = field(default_factory=dict)  # collect: the one local copy
    local_version: int = 0
    branch: str | None = None
    pos: int = 0
    own: list[Own] = field(default_factory=list)


@dataclass
class Page:
    """A record on the desk of an officer: what it shows, who is behind it, and whether it was deleted."""

    entity_id: str
    version: int
    screen: Screen
    candidates: dict[str, frozenset[Key]]
    present: frozenset[Key]
    deletions: frozenset[str]


@dataclass
class Draft:
    """A form that is open: what it was opened on is pinned."""

    entity_id: str
    screen: Screen
    base: int | None
    branch: str | None
    pos: int | None


@dataclass
class Phone:
    """One agent's phone."""

    name: str
    kind: str
    skew: timedelta
    held: dict[str, Held] = field(default_factory=dict)
    draft: Draft | None = None

    def unsent(self, entity_id: str) -> bool:
        held = self.held.get(entity_id)
        return held is not None and any(own.version is None for own in held.own)


class World:
    """Runs one history from a source of chance; `lossy` lets some actions never arrive."""

    def __init__(self, chance: Random, *, lossy: bool = False, kinds: tuple[str, ...] | None = None) -> None:
        self.chance = chance
        self.lossy = lossy
        self.ledger = Ledger(RULES)
        self.truth = Truth()
        self.arrived: set[str] = set()
        self.violations: list[str] = []
        kinds = kinds or tuple(chance.choice(("ours", "ours", "collect", "plain")) for _ in range(3))
        self.phones = [
            Phone(f"d{n}", kind, timedelta(minutes=chance.choice((0, 0, 0, -500, 500)))) for n, kind in enumerate(kinds)
        ]
        self.entities: list[str] = []
        self.queue: list[Own] = []
        self.delivered: list[Own] = []
        self.pages: list[Page] = []
        self.active: list[str] = []
        self.made: dict[tuple[str, str], list[Own]] = {}
        self.numbers = 0
        self.minutes = 0

    # What the server shows

    def links(self) -> dict[str, str]:
        return dict(find_links(record.action for record in self.ledger.history))

    def members(self, entity_id: str) -> list[str]:
        links = self.links()
        return [r.action.id for r in self.ledger.history if find_winner(r.numbered, links) == entity_id]

    def served(self, entity_id: str) -> tuple[EntityState, Screen]:
        state = self.ledger.served.get(entity_id) or self.ledger.state(entity_id)
        members = self.members(entity_id)
        screen: Screen = {}
        for name, text in state.values.items():
            present = self.truth.present(name, members, frozenset(self.arrived))
            if name == "trades":
                adds = {key: el for key in present if (el := self.truth.adds.get(key))}
                elements = {
                    el: frozenset(key for key, added in adds.items() if added == el) for el in set(text.split())
                }
                screen[name] = Cell(text, elements=elements)
            elif name == "paid":
                screen[name] = Cell(text)
            elif name == "notes":
                screen[name] = Cell(text, behind=frozenset(present))
            else:
                screen[name] = Cell(text, behind=self.behind(name, text, present))
        return state, screen

    def behind(self, name: str, text: str, present: set[Key]) -> frozenset[Key]:
        intents = self.truth.intents[name]
        return frozenset(key for key in present if meaning(name, intents[key].text) == meaning(name, text))

    # One step

    def run(self, steps: int) -> None:
        """Do a number of things, then let everything arrive that is to arrive, and check."""
        self.create(self.chance.choice(self.phones))
        doings = (
            [self.follow_up] * 9
            + [self.open_draft, self.close_draft] * 2
            + [self.deliver] * 7
            + [self.pull] * 7
            + [self.repeat, self.create, self.edit, self.edit, self.look]
            + [self.resolve] * 3
            + [self.look, self.officer_update, self.merge, self.unmerge, self.delete]
        )
        for _ in range(steps):
            self.chance.choice(doings)()
            if self.violations:
                return
        while self.queue:
            own = self.queue.pop(self.chance.randrange(len(self.queue)))
            if not (self.lossy and self.chance.random() < 0.3):
                self.arrive(own)
        self.mark_unsure()
        self.check(complete=not self.lossy)

    def mark_unsure(self) -> None:
        """Mark what was answered after a step that never arrived."""
        for phone in self.phones:
            for entity_id in self.entities:
                missing = False
                for own in self.made.get((phone.name, entity_id), ()):
                    if missing:
                        self.truth.unsure.add(own.action.id)
                    missing = missing or own.action.id not in self.arrived

    def tick(self) -> None:
        self.minutes += 1

    def now(self, skew: timedelta = timedelta(0)) -> timedelta:
        return timedelta(minutes=self.minutes) + skew

    def next_id(self, prefix: str) -> str:
        self.numbers += 1
        return f"{prefix}{self.numbers}"

    def check(self, *, complete: bool) -> None:
        for entity_id in self.entities:
            state = self.ledger.state(entity_id)
            if state.merged_into is not None:
                continue
            found = self.truth.find_violations(
                state, self.members(entity_id), frozenset(self.arrived), complete=complete
            )
            self.violations += [f"{entity_id}: {text}" for text in found]

    # Phones

    def create(self, phone: Phone | None = None) -> None:
        phone = phone or self.chance.choice(self.phones)
        if len(self.entities) >= 3:
            return
        self.tick()
        entity_id = f"e{len(self.entities) + 1}"
        self.entities.append(entity_id)
        branch = None
        self.finish(phone, Draft(entity_id, {}, None, branch, None), kind="create")

    def screen(self, phone: Phone, held: Held) -> Screen:
        """Show a record on a phone."""
        if phone.kind == "plain":
            return dict(held.pulled)
        if phone.kind == "collect":
            return dict(held.local)
        screen = dict(held.pulled)
        for own in held.own:
            if self.shows(own, held.version or 0):
                for name in own.action.saved:
                    screen[name] = self.cover(name, screen.get(name, EMPTY), own)
        return screen

    def shows(self, own: Own, version: int) -> bool:
        """Tell whether an own action is not in the pulled record yet, and no edit of it either."""
        chain: Own | None = own
        while chain is not None:
            if chain.version is not None and chain.version <= version:
                return False
            chain = chain.newer
        return True

    def cover(self, name: str, cell: Cell, own: Own) -> Cell:
        """Show one own answer over the pulled one, as our app does."""
        carried = self.truth.carried[own.action.id].get(name, NONE)
        mine = frozenset(key for key in carried if key[0] == own.action.id)
        if name == "paid":
            delta = sum((self.truth.deltas[key] for key in mine), number("0"))
            text = str(number(cell.text) + delta) if mine else cell.text
            return Cell(text, pending=cell.pending | mine)
        if name == "trades":
            elements = dict(cell.elements)
            shown = set(cell.text.split())
            for key in mine:
                if key in self.truth.adds:
                    element = self.truth.adds[key]
                    shown.add(element)
                    elements[element] = elements.get(element, NONE) | {key}
            for key in mine:
                if key in self.truth.removes:
                    shown.discard(self.truth.removes[key][0])
            return Cell(" ".join(sorted(shown)), elements=elements, pending=cell.pending | mine)
        if name == "notes" or (own.action.edits and (own.action.id, name) not in self.truth.intents[name]):
            return cell
        return own.after[name]

    def place(self, phone: Phone, held: Held) -> tuple[int | None, str | None, int | None]:
        """Return base, branch and pos for the next form on a record."""
        if phone.kind == "plain":
            return held.version, None, None
        if phone.kind == "collect":
            if held.branch is None:
                held.branch = self.next_id("branch")
            return held.version, held.branch, held.local_version
        pending = [own for own in held.own if own.version is None or own.version > (held.version or 0)]
        if held.branch is None or (not pending and self.chance.random() < 0.5):
            held.branch = self.next_id("branch")
            held.pos = 0
        follow_ups = sum(own.action.kind != "create" for own in pending)
        held.pos = max(held.pos + 1, (held.version or 1) + follow_ups)
        return held.version, held.branch, held.pos

    def usable(self, phone: Phone, entity_id: str) -> bool:
        held = phone.held.get(entity_id)
        if held is None or (phone.draft and phone.draft.entity_id == entity_id):
            return False
        return phone.kind != "plain" or held.version is not None

    def choose(self) -> tuple[Phone, str] | None:
        pairs = [(p, e) for p in self.phones for e in p.held if self.usable(p, e)]
        return self.chance.choice(pairs) if pairs else None

    def follow_up(self) -> None:
        chosen = self.choose()
        if chosen:
            self.finish(chosen[0], self.draft(*chosen))

    def draft(self, phone: Phone, entity_id: str) -> Draft:
        held = phone.held[entity_id]
        return Draft(entity_id, self.screen(phone, held), *self.place(phone, held))

    def open_draft(self) -> None:
        chosen = self.choose()
        if chosen and chosen[0].draft is None and chosen[0].kind == "ours":
            chosen[0].draft = self.draft(*chosen)

    def close_draft(self) -> None:
        for phone in self.phones:
            if phone.draft is not None and phone.draft.entity_id in phone.held:
                self.finish(phone, phone.draft)
                phone.draft = None
                return

    def finish(self, phone: Phone, draft: Draft, kind: str = "update") -> None:
        """Fill in and finish one form."""
        self.tick()
        action_id = self.next_id("a")
        at = self.now(phone.skew)
        saved: dict[str, str] = {}
        after = dict(draft.screen)
        prefilled: set[str] = set()
        blankable: set[str] = set()
        self.truth.carried[action_id] = {}
        self.truth.devices[action_id] = phone.name
        style = self.chance.random()
        for name in RULES:
            if self.chance.random() < 0.35:
                continue
            cell = draft.screen.get(name, EMPTY)
            fills = kind == "update" and name != "notes" and (style < 0.5 or self.chance.random() < style - 0.3)
            if fills:
                prefilled.add(name)
                if self.chance.random() < 0.85:
                    blankable.add(name)
            text = self.write_answer(name, cell, fills, name in blankable)
            saved[name] = text
            after[name] = self.mean(action_id, name, text, cell, fills, name in blankable, kind, at)
            if name == "trades" and phone.kind == "collect" and not fills:
                said = {
                    key for key in cell.pending if self.truth.adds.get(key) in {*text.split()} & {*cell.text.split()}
                }
                after[name] = replace(after[name], pending=after[name].pending | said)
        action = act(
            action_id,
            kind,
            entity_id=draft.entity_id,
            saved=saved,
            prefilled=frozenset(prefilled),
            blankable=frozenset(blankable),
            branch=draft.branch,
            pos=draft.pos,
            base=draft.base,
            at=START + at,
            device=phone.name,
            literal=phone.kind == "collect",
        )
        own = Own(action, dict(draft.screen), after, chain=frozenset({action_id}))
        own.counted = number(saved.get("paid", "")) - number(draft.screen.get("paid", EMPTY).text)
        self.keep(phone, own)

    def keep(self, phone: Phone, own: Own) -> None:
        held = phone.held.setdefault(own.action.entity_id, Held())
        held.own.append(own)
        self.made.setdefault((phone.name, own.action.entity_id), []).append(own)
        self.truth.answered[own.action.id] = set(own.action.saved)
        if phone.kind == "collect":
            held.local.update({name: own.after.get(name, EMPTY) for name in own.action.saved})
            held.local_version += 1
        self.queue.append(own)

    def write_answer(self, name: str, cell: Cell, prefilled: bool, blankable: bool) -> str:
        """Choose what a person leaves in one question."""
        if prefilled:
            roll = self.chance.random()
            if roll < 0.5 or not blankable and not cell.text:
                return cell.text
            if roll < 0.6 and blankable:
                return ""
            return self.chance.choice(POOLS[name])
        return "" if self.chance.random() < 0.5 else self.chance.choice(POOLS[name])

    def mean(
        self,
        action_id: str,
        name: str,
        text: str,
        cell: Cell,
        prefilled: bool,
        blankable: bool,
        kind: str,
        at: timedelta,
    ) -> Cell:
        """Note what one answer changed, and return what is on the screen then, word for word."""
        carried = self.truth.carried[action_id]
        if name == "paid":
            return self.mean_sum(action_id, text, cell, prefilled, blankable)
        if name == "trades":
            return self.mean_union(action_id, text, cell, prefilled, blankable)
        if name == "notes":
            if text:
                key = (action_id, name)
                self.truth.intents[name][key] = Intent(text, NONE, START + at, action_id)
                carried[name] = frozenset({key})
            return Cell(text)
        if not text and not (blankable and cell.text):
            if blankable:
                carried[name] = cell.behind
                return cell
            return EMPTY
        if kind == "update" and meaning(name, text) == meaning(name, cell.text):
            carried[name] = self.own_only(cell.behind)
            return Cell(text, behind=cell.behind)
        key = (action_id, name)
        self.truth.intents[name][key] = Intent(text, cell.behind, START + at, action_id)
        carried[name] = frozenset({key})
        return Cell(text, behind=frozenset({key}))

    def own_only(self, keys: frozenset[Key]) -> frozenset[Key]:
        """Leave what had arrived: repeating it brings nothing new."""
        return frozenset(key for key in keys if key[0] not in self.arrived)

    def mean_sum(self, action_id: str, text: str, cell: Cell, prefilled: bool, blankable: bool) -> Cell:
        key = (action_id, "paid")
        seen = number(cell.text) if prefilled else number("0")
        pending = cell.pending if prefilled else NONE
        if (not text and not blankable) or (not text and not cell.text):
            return Cell(text, pending=NONE)
        delta = number(text) - seen
        if delta or not prefilled:
            self.truth.deltas[key] = delta
            pending = pending | {key}
        self.truth.carried[action_id]["paid"] = pending
        return Cell(text, pending=pending)

    def mean_union(self, action_id: str, text: str, cell: Cell, prefilled: bool, blankable: bool) -> Cell:
        chosen = set(text.split())
        if not chosen and not (prefilled and blankable):
            return EMPTY
        mine: set[Key] = set()
        shown = set(cell.text.split())
        elements = {element: cell.elements[element] for element in chosen & shown if prefilled}
        for element in chosen - (shown if prefilled else set()):
            key = (action_id, "trades", element)
            self.truth.adds[key] = element
            elements[element] = (cell.elements[element] if element in shown else NONE) | {key}
            mine.add(key)
        if prefilled:
            for element in shown - chosen:
                key = (action_id, "trades", element, "-")
                self.truth.removes[key] = (element, cell.elements[element])
                mine.add(key)
        pending = (cell.pending if prefilled else NONE) | mine
        self.truth.carried[action_id]["trades"] = pending
        return Cell(text, elements=elements, pending=pending)

    def edit(self) -> None:
        """Open a finished form again and change some answers."""
        choices = [
            (phone, own)
            for phone in self.phones
            for held in phone.held.values()
            for own in held.own
            if own.newer is None and self.usable(phone, own.action.entity_id)
        ]
        if not choices:
            return
        self.tick()
        phone, own = self.chance.choice(choices)
        old = own.action
        action_id = self.next_id("a")
        at = self.now(phone.skew)
        self.truth.carried[action_id] = {}
        self.truth.devices[action_id] = phone.name
        saved = dict(old.saved)
        after: Screen = {}
        screen = self.screen(phone, phone.held[old.entity_id])
        for name in old.saved:
            if name == "paid" and name in old.prefilled - old.blankable:
                if self.chance.random() < 0.5:  # a calculation is calculated again from the record as it is now
                    saved[name] = str(number(screen.get(name, EMPTY).text) + own.counted)
                self.truth.carried[action_id][name] = self.truth.carried[old.id].get(name, NONE)
                after[name] = Cell(saved[name], pending=own.after.get(name, EMPTY).pending)
                continue
            if self.chance.random() < 0.3:
                saved[name] = "" if self.chance.random() < 0.3 else self.chance.choice(POOLS[name])
            cell = self.mean_edit(action_id, name, saved[name], own, at)
            now = screen.get(name, EMPTY)
            elements = {el: keys | now.elements.get(el, NONE) for el, keys in cell.elements.items()}
            after[name] = replace(cell, elements=elements)
        base, branch, pos = self.place(phone, phone.held[old.entity_id])
        action = replace(old, id=action_id, saved=saved, edits=old.id, at=START + at, base=base, branch=branch, pos=pos)
        newer = Own(action, own.before, after, counted=own.counted, chain=own.chain | {action_id})
        own.newer = newer
        self.truth.edits[action_id] = old.id
        self.keep(phone, newer)

    def mean_edit(self, action_id: str, name: str, text: str, own: Own, at: timedelta) -> Cell:
        """Note what an edit of one answer changed."""
        old = own.action.saved[name]
        was = own.after.get(name, EMPTY)
        carried = self.truth.carried[action_id]
        before = self.truth.carried[own.action.id].get(name, NONE)
        carried[name] = before
        key = (action_id, name)
        if meaning(name, text) == meaning(name, old):
            return was
        if name == "paid":
            self.truth.deltas[key] = number(text) - number(old)
            carried[name] = before | {key}
            return Cell(text, pending=was.pending | {key})
        if name == "trades":
            return self.mean_union_edit(action_id, text, own, was, before)
        if name == "notes":
            replaces = frozenset(before)
        else:
            replaces = was.behind if was.behind or old else own.before.get(name, EMPTY).behind
        self.truth.intents[name][key] = Intent(text, replaces, START + at, action_id)
        carried[name] = frozenset({key})
        return Cell(text, behind=frozenset({key}))

    def mean_union_edit(self, action_id: str, text: str, own: Own, was: Cell, before: frozenset[Key]) -> Cell:
        old, chosen = set(own.action.saved["trades"].split()), set(text.split())
        opened = own.before.get("trades", EMPTY)
        fills = "trades" in own.action.prefilled
        shown = {el: keys for el, keys in opened.elements.items() if fills and el in opened.text.split()}
        mine: set[Key] = set()
        elements = {element: keys for element, keys in was.elements.items() if element in chosen}
        for element in chosen - old:
            key = (action_id, "trades", element)
            self.truth.adds[key] = element
            elements[element] = frozenset({key})
            mine.add(key)
        for element in old - chosen:
            key = (action_id, "trades", element, "-")
            added = frozenset(known for known in before if self.truth.adds.get(known) == element)
            self.truth.removes[key] = (element, shown.get(element, NONE) | added)
            self.truth.narrow[key] = frozenset(known for known in added if known[0] in own.chain)
            mine.add(key)
        self.truth.carried[action_id]["trades"] = before | mine
        return Cell(text, elements=elements, pending=was.pending | mine)

    # The line

    def deliver(self) -> None:
        if self.queue:
            self.arrive(self.queue.pop(self.chance.randrange(len(self.queue))))

    def arrive(self, own: Own) -> None:
        self.tick()
        record = self.ledger.receive(own.action)
        if record is not None:
            own.version = record.version if record.numbered == own.action.entity_id else 1 << 40
            self.arrived.add(own.action.id)
            self.delivered.append(own)

    def repeat(self) -> None:
        if self.delivered:
            before = len(self.ledger.history)
            self.ledger.receive(self.chance.choice(self.delivered).action)
            if len(self.ledger.history) != before:
                self.violations.append("a repeat was recorded")

    def pull(self) -> None:
        """Pull everything to one phone."""
        phone = self.chance.choice(self.phones)
        for entity_id in self.entities:
            version = self.ledger.version(entity_id)
            if not version:
                continue
            state, screen = self.served(entity_id)
            held = phone.held.get(entity_id)
            if state.merged_into is not None or state.deleted:
                if held is not None and not phone.unsent(entity_id) and not self.drafting(phone, entity_id):
                    del phone.held[entity_id]
                continue
            if phone.kind == "collect" and held is not None and held.local_version > version:
                continue
            if held is None:
                held = phone.held[entity_id] = Held()
            held.pulled, held.version = screen, version
            if phone.kind == "collect":
                held.local, held.local_version, held.branch = dict(screen), version, None

    def drafting(self, phone: Phone, entity_id: str) -> bool:
        return phone.draft is not None and phone.draft.entity_id == entity_id

    # The office

    def look(self) -> None:
        """Open a page of the desk."""
        entity_id = self.chance.choice(self.entities)
        if not self.ledger.version(entity_id) or entity_id in self.links():
            return
        state, screen = self.served(entity_id)
        members = self.members(entity_id)
        candidates: dict[str, frozenset[Key]] = {}
        for name in RULES:
            if name in screen and name not in ("paid", "trades", "notes"):
                present = self.truth.present(name, members, frozenset(self.arrived))
                texts = {state.values[name], *(listed(state, name) or ())}
                if RULES[name].policy in ("max", "min"):
                    texts |= {self.truth.intents[name][key].text for key in present}
                candidates[name] = frozenset().union(*(self.behind(name, text, present) for text in texts))
        present = self.truth.all_present(members, frozenset(self.arrived))
        deletions = frozenset(self.truth.deletions).intersection(members)
        version = self.ledger.version(entity_id)
        self.pages.append(Page(entity_id, version, screen, candidates, present, deletions))

    def office_action(self, kind: str) -> None:
        if not self.pages:
            return
        self.tick()
        page = self.chance.choice(self.pages[-3:])
        entity_id, screen = page.entity_id, page.screen
        action_id = self.next_id("r")
        self.truth.carried[action_id] = {}
        at = self.now()
        names = [name for name in RULES if name in screen and self.chance.random() < 0.5]
        saved = {}
        waiting = any(own.action.entity_id == entity_id for own in self.queue)
        for name in names:
            if kind == "resolve" and waiting and RULES[name].policy in ("max", "min"):
                continue  # what is outranked is on no page, and what a missing step hides even less
            cell = screen[name]
            text = cell.text if self.chance.random() < 0.4 else self.chance.choice(POOLS[name])
            if kind == "resolve":
                self.mean_resolve(action_id, name, text, cell, page.candidates, at)
            elif name == "notes":
                continue
            else:
                self.mean(action_id, name, text, cell, True, True, "update", at)
            saved[name] = text
        action = act(
            action_id, kind, entity_id=entity_id, saved=saved, base=page.version, at=START + at, author="officer"
        )
        if kind == "resolve" and page.deletions:
            self.truth.knowing.add(action_id)
        if self.ledger.receive(action) is not None:
            self.arrived.add(action_id)

    def delete(self) -> None:
        """Delete a record, or restore one."""
        self.look()
        if not self.pages or self.chance.random() < 0.6:
            return
        self.tick()
        page = self.chance.choice(self.pages[-2:])
        action_id = self.next_id("r")
        self.truth.carried[action_id] = {}
        restores = bool(page.deletions) and self.chance.random() < 0.4
        self.truth.deletions[action_id] = Deletion(not restores, page.present, page.deletions)
        kind, saved = ("resolve", {"_deleted": ""}) if restores else ("delete", {})
        at = START + self.now()
        self.ledger.receive(act(action_id, kind, entity_id=page.entity_id, saved=saved, base=page.version, at=at))
        self.arrived.add(action_id)

    def resolve(self) -> None:
        self.look()
        self.office_action("resolve")

    def officer_update(self) -> None:
        self.office_action("update")

    def mean_resolve(
        self,
        action_id: str,
        name: str,
        text: str,
        cell: Cell,
        candidates: dict[str, frozenset[Key]],
        at: timedelta,
    ) -> None:
        carried = self.truth.carried[action_id]
        if name == "paid":
            key = (action_id, "paid")
            self.truth.deltas[key] = number(text) - number(cell.text)
            carried[name] = frozenset({key})
        elif name == "trades":
            self.mean_union(action_id, text, cell, True, True)
            mine = set(carried[name])
            for element in text.split():
                key = (action_id, "trades", element)
                self.truth.adds[key] = element
                mine.add(key)
            carried[name] = frozenset(mine)
        else:
            key = (action_id, name)
            replaces = cell.behind if name == "notes" else candidates[name]
            self.truth.intents[name][key] = Intent(text, replaces, START + at, action_id)
            carried[name] = frozenset({key})

    def merge(self) -> None:
        if len(self.entities) < 2:
            return
        loser, winner = self.chance.sample(self.entities, 2)
        if not self.ledger.version(loser) or not self.ledger.version(winner):
            return
        action_id = self.next_id("m")
        at = START + self.now()
        if self.ledger.receive(act(action_id, "merge", entity_id=loser, target=winner, at=at)) is not None:
            self.active.append(action_id)

    def unmerge(self) -> None:
        if not self.active or self.chance.random() < 0.5:
            return
        merge_id = self.active.pop(self.chance.randrange(len(self.active)))
        record = next(r for r in self.ledger.history if r.action.id == merge_id)
        action_id = self.next_id("u")
        at = START + self.now()
        self.ledger.receive(act(action_id, "unmerge", entity_id=record.numbered, target=merge_id, at=at))
        self.ledger.served.clear()
