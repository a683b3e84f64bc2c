"""Filled forms by the hundred, for measurements: the demonstration's women, without their pictures' bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from forms.definition import FormDefinition
from server.demo.followups import fill_visit
from server.demo.papers import find_times, write_item
from server.demo.people import make_women
from server.demo.phones import Record, make_uuid
from server.demo.registration import fill_registration
from server.demo.story import Registration, Visit

DAY = date(2026, 11, 22)

FORM_A, FORM_E = "cam_a_inscription", "cam_e_visite"
VERSIONS = {FORM_A: "2026112701", FORM_E: "2026112702"}  # as forms/library has them


def make_registrations(definition: FormDefinition, count: int, seed: int) -> tuple[list[dict[str, Any]], list[Record]]:
    """Make push items of form A, and the records that a phone would hold once they are pulled (version 1)."""
    rng = Random(f"registrations {seed}")
    items, records = [], []
    for number, woman in enumerate(make_women(rng, count, DAY)):
        event = Registration(DAY - timedelta(days=number % 300), 0, woman.number, True, "pnr_mp", "commande")
        times = find_times(rng, event.day, number % 6)
        entity_id = make_uuid(rng)
        paper = fill_registration(rng, event, woman, times, "Agente", entity_id)
        items.append(
            write_item(
                definition, paper, instance_id=make_uuid(rng), finalized_at=times.finalized_at, seq=number + 1
            )
        )
        saved = {node.save_to: paper.answers.get(node.name, "") for node in definition.nodes if node.save_to}
        records.append(Record(entity_id, 1, 1, make_uuid(rng), {str(name): value for name, value in saved.items()}))
    return items, records


def put_into(items: list[dict[str, Any]], communes: Sequence[str]) -> None:
    """Have registrations without photographs be of some communes in turn."""
    for number, item in enumerate(items):
        code = communes[number % len(communes)]
        item["attachments"] = []
        item["xml"] = re.sub(r"<commune>\d+</commune>", f"<commune>{code}</commune>", item["xml"])


def make_visits(
    definition: FormDefinition, records: list[Record], seed: int, first_seq: int = 1
) -> list[dict[str, Any]]:
    """Make push items of form E: one visit for each record, on the version it holds; the record then counts it."""
    rng = Random(f"visits {seed}")
    items = []
    for number, record in enumerate(records):
        event = Visit(DAY - timedelta(days=number % 30), 0, number, "active", False, "na")
        times = find_times(rng, event.day, number % 6)
        paper = fill_visit(event, rng, times, "Agente", record)
        items.append(
            write_item(
                definition,
                paper,
                instance_id=make_uuid(rng),
                finalized_at=times.finalized_at,
                seq=first_seq + number,
            )
        )
        record.version += 1
        record.trunk = record.version
        record.branch = make_uuid(rng)
        record.values |= {name: paper.answers[name] for name in ("etape", "nb_visites")}
    return items
