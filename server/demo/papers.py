"""What every filled form has in common: when, by whom, about which woman, and how it becomes one item of a push."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

from forms.definition import FormDefinition
from server.demo.filled import EntityNode, Filled, Meta, write_instance
from server.demo.phones import WOMEN, Record
from server.demo.pictures import Picture

ALGIERS = timezone(timedelta(hours=1))
FORM_A, FORM_B, FORM_C = "cam_a_inscription", "cam_b_presence", "cam_c_examen"
FORM_D, FORM_E = "cam_d_angem", "cam_e_visite"


@dataclass(frozen=True, slots=True)
class Paper:
    """A filled form that is not yet sent."""

    form_id: str
    answers: Mapping[str, str]
    name: str
    """Its ``instanceName``."""
    entity: EntityNode | None = None
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """When a form was opened and finalized, in Algeria's time."""

    start: datetime
    end: datetime

    @property
    def finalized_at(self) -> str:
        return self.end.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def find_times(rng: Random, day: date, order: int) -> Times:
    """Say when the ``order``-th form of a day was filled, from nine o'clock on."""
    minutes = min(9 * 60 + order * 45 + rng.randint(0, 20), 21 * 60)
    start = datetime.combine(day, time(minutes // 60, minutes % 60, rng.randrange(60)), ALGIERS)
    return Times(start, start + timedelta(minutes=rng.randint(6, 34)))


def header(times: Times, agent: str) -> dict[str, str]:
    """Answer the questions that a phone answers by itself."""
    return {
        "start": times.start.isoformat(timespec="milliseconds"),
        "end": times.end.isoformat(timespec="milliseconds"),
        "today": times.start.date().isoformat(),
        "agent": agent,
    }


NAMES = ("code_artisane", "nom_ar", "prenom_ar", "nom_fr", "prenom_fr")
SHOWN = (*NAMES, "annee_naissance", "localite", "metier", "etape")


def chosen(record: Record) -> dict[str, str]:
    """Answer the group in which forms C, D and E choose a woman: what it shows is read from the phone's record."""
    return {
        "f_commune": "",
        "artisane": record.id,
        **{f"x_{name}": record.get(name) for name in SHOWN},
        "n_fiche": "",
        "bonne_personne": "oui",
    }


def updating(record: Record, wanted: bool) -> EntityNode:
    """Say which record a form updates and what of it was seen; ``wanted`` is what the form's ``update_if`` came to."""
    return EntityNode({"dataset": WOMEN, "update": "true" if wanted else "false", **record.attributes})


def write_item(
    definition: FormDefinition,
    paper: Paper,
    *,
    instance_id: str,
    finalized_at: str,
    seq: int,
    deprecated_id: str = "",
) -> dict[str, Any]:
    """Write one item of a push."""
    meta = Meta(f"uuid:{instance_id}", paper.name, f"uuid:{deprecated_id}" if deprecated_id else "")
    return {
        "seq": seq,
        "instanceId": meta.instance_id,
        "formId": definition.form_id,
        "formVersion": definition.version,
        "finalizedAt": finalized_at,
        "xml": write_instance(definition, Filled(paper.answers, paper.entity), meta),
        "attachments": [
            {
                "name": picture.name,
                "sha256": hashlib.sha256(picture.data).hexdigest(),
                "size": len(picture.data),
                "contentType": picture.content_type,
            }
            for picture in paper.pictures
        ],
    }
