"""What the office asks of phones: forms sent back, questions about disputes. Judged by what phones were told last."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sync.actions import instance_of
from tests.simulator.restores import Restores

Event = dict[str, Any]


def find_wrong_asking(
    events: Sequence[Event], final: Event, restores: Restores, finished: Mapping[str, Event], erased: Collection[str]
) -> list[str]:
    """Return what is wrong with corrections and questions in the end."""
    revoked = {event["device"] for event in events if event["what"] == "revoking"}
    phones = {n: p for n, p in final["phones"].items() if p["kind"] == "ours" and n not in revoked and not p["revoked"]}
    wrong = list(_judge_corrections(final, phones))
    wrong += _judge_questions(final, phones, finished)
    noted = {instance for instance, *_ in final["corrections"]}
    questions = {(entity, name) for entity, name, *_ in final["questions"]}
    for place, event in enumerate(events):
        if restores.undoes(place):
            continue
        if event["what"] == "sent_back" and event["instance"] not in noted:
            about = {step[1] for step in finished[event["instance"]]["steps"]}
            if about.isdisjoint(erased):
                wrong.append(f"{event['instance']} was sent back, nobody remembers")
        if event["what"] == "asked" and event["entity"] not in erased and (event["entity"], event["property"]) not in questions:
            wrong.append(f"{event['property']} of {event['entity']} was asked, nobody remembers")
    return wrong


def _judge_corrections(final: Event, phones: Mapping[str, Event]) -> Iterator[str]:
    replaced, is_open = set(final["replaced"]), set()
    for instance, agent, still, ended in final["corrections"]:
        if still:
            is_open.add(instance)
        if still and instance in replaced:
            yield f"{instance} is still asked for, an edit of it is here"
        if ended == "edited" and instance not in replaced:
            yield f"{instance} counts as corrected, no edit of it is here"
        for name, phone in phones.items():
            if still and phone["agent"] == agent and instance not in phone["corrections"]:
                yield f"{name} is not told that {instance} was sent back"
    for name, phone in phones.items():
        for instance in phone["corrections"]:
            if instance not in is_open:
                yield f"{name} is told to correct {instance}, nobody asks for it"


def _judge_questions(final: Event, phones: Mapping[str, Event], finished: Mapping[str, Event]) -> Iterator[str]:
    is_open: dict[tuple[str, str], list[str]] = {}
    for entity, name, still, ended, answer in final["questions"]:
        record = final["records"][entity]
        if still:
            values, disputed = final["disputes"].get(entity, {}).get(name, (frozenset(), False))
            is_open[entity, name] = sorted(values)
            if not disputed or record["deleted"] or record["merged_into"]:
                yield f"{name} of {entity} is still asked, and is not disputed"
        if ended == "answered":
            steps = finished[instance_of(answer)]["steps"] if instance_of(answer) in finished else ()
            if not any(saved.get(name, "").strip() for _, _, _, saved, _ in steps):
                yield f"{name} of {entity} counts as answered by {answer}, which says nothing of it"
    for device, phone in phones.items():
        told = {(entity, name): values for entity, name, values in phone["questions"]}
        for (entity, name), values in is_open.items():
            if entity in phone["records"] and told.get((entity, name)) != values:
                yield f"{device} is asked {told.get((entity, name))} about {name} of {entity}, in dispute are {values}"
        for entity, name in told.keys() - is_open.keys():
            yield f"{device} is asked about {name} of {entity}, nobody asks"
