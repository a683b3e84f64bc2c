"""Measure the workbook of N submissions of the registration form, made up in memory with a seed.

    python bench/workbook.py [--count 10000] [--language fr]

Prints the seconds, the CPU seconds and the peak memory of ``exports.workbook.write_workbook`` alone; parsing the XML of
the submissions is part of it (a server streams them from its database the same way), making them up is not.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).parents[1]))

from exports.programme import Commune, Options, Programme, Submission, Trade, Woman
from exports.workbook import write_workbook
from forms.definition import FormDefinition
from forms.xform import parse_form
from forms.xlsform import convert_xlsform

FORM = Path(__file__).parents[1] / "forms" / "library" / "a_inscription.xlsx"
START = datetime(2026, 1, 4, 8, 0, tzinfo=UTC)


def make_answer(chance: random.Random, kind: str, names: list[str], number: int) -> str:
    """Make up one answer of a type."""
    if kind in ("integer", "range"):
        return str(chance.randrange(0, 60))
    if kind == "decimal":
        return f"{chance.random() * 20:.2f}"
    if kind in ("date", "today"):
        return (START + timedelta(days=chance.randrange(300))).date().isoformat()
    if kind in ("start", "end", "dateTime"):
        return (START + timedelta(seconds=chance.randrange(25_000_000))).isoformat(timespec="milliseconds")
    if kind == "select_multiple":
        return " ".join(chance.sample(names, min(len(names), chance.randrange(1, 4)))) if names else ""
    if kind == "select_one":
        return chance.choice(names) if names else f"asso_{chance.randrange(25):02}"
    if kind == "geopoint":
        return f"35.{chance.randrange(1000):03} -0.{chance.randrange(1000):03} 90.5 12"
    if kind in ("image", "file"):
        return f"{chance.randrange(10**12)}.jpg"
    return chance.choice(
        ["Kheira", "بن علي", "Douar Sidi Ali", f"05{number:08}", "Observation de l’agente, une phrase."]
    )


def make_xml(definition: FormDefinition, chance: random.Random, number: int) -> bytes:
    """Make up one filled form."""

    def inside(path: str) -> str:
        written = ""
        for node in definition.nodes:
            if node.path.rpartition("/")[0] == path:
                if node.kind == "group":
                    written += f"<{node.name}>{inside(node.path)}</{node.name}>"
                elif node.kind == "question" and node.type != "note":
                    names = [choice.name for choice in definition.choices.get(node.choice_list or "", ())]
                    answer = "oui" if node.name == "consent" else make_answer(chance, node.type, names, number)
                    written += f"<{node.name}>{escape(answer)}</{node.name}>"
        return written

    key = UUID(int=chance.getrandbits(128), version=4)
    root = definition.root.strip("/")
    meta = f"<meta><instanceID>uuid:{key}</instanceID><instanceName>Fiche {number}</instanceName></meta>"
    head = f'<{root} id="{definition.form_id}" version="{definition.version}">'
    return f"{head}{inside(definition.root)}{meta}</{root}>".encode()


def main() -> None:
    """Make the data up, write the workbook, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--language", choices=["fr", "ar"], default="fr")
    wanted = parser.parse_args()
    chance = random.Random(2026)
    definition = parse_form(convert_xlsform(FORM.read_bytes(), file_name=FORM.name).xform)
    ids = [str(UUID(int=chance.getrandbits(128), version=4)) for _ in range(wanted.count)]
    xmls = [make_xml(definition, chance, number) for number in range(wanted.count)]

    def stream(form_id: str) -> Iterator[Submission]:
        for number, xml in enumerate(xmls):
            at = START + timedelta(minutes=number)
            yield Submission(definition, f"uuid:{ids[number]}", lambda _, xml=xml: xml, at, "Amina", "appareil-1", "", (ids[number],))

    women = [
        Woman(
            entity_id,
            1,
            {"code_artisane": f"3112-{entity_id[:6]}", "nom_fr": "BENALI", "commune": "3112", "metier": "pates"},
        )
        for entity_id in ids
    ]
    programme = Programme(
        extracted_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC), author="bench", forms=[definition], submissions=stream,
        women=women, communes=[Commune("3112", "Tafraoui", pilot=True)], trades=[Trade("pates", "Pâtes")],
    )  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    out = io.BytesIO()
    wall, cpu = time.perf_counter(), time.process_time()
    outcome = write_workbook(programme, Options(language=wanted.language), out)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"submissions {wanted.count}  sheets {len(outcome.sheets)}  bytes {len(out.getvalue())}")
    print(f"seconds {wall:.2f}  cpu_seconds {cpu:.2f}")
    print(f"peak_rss_mb {peak / 1024:.0f}  (before writing {before / 1024:.0f})")


if __name__ == "__main__":
    main()
