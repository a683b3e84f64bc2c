"""What one version of a form says otherwise than another: questions, choices, what is saved and how it is merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.definition import FormDefinition, Node


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    `kind` is `question.added`, `question.removed`, `question.moved`, `type`, `label`, `hint`, `choice.added`,
    `choice.removed`, `choice.label`, `save_to`, `policy`, `visibility`, `unit`, `language.added`, `language.removed`,
    `property.gone` or `list.gone`. `subject` names the question, choice list or property; `language` that of a label.
    """

    kind: str
    subject: str
    before: str = ""
    after: str = ""
    language: str = ""


def find_changes(old: FormDefinition, new: FormDefinition) -> tuple[Change, ...]:
    """Return what changed from one version of a form to another, in the order of the newer one's questions."""
    return tuple(_find(old, new))


def _find(old: FormDefinition, new: FormDefinition) -> Iterator[Change]:
    for language in (language for language in new.languages if language not in old.languages):
        yield Change("language.added", language)
    for language in (language for language in old.languages if language not in new.languages):
        yield Change("language.removed", language)
    before = {_key(old, node): node for node in old.nodes}
    after = {_key(new, node): node for node in new.nodes}
    names = {node.name: key for key, node in before.items() if key not in after and node.kind == "question"}
    moved: set[str] = set()
    for key, node in after.items():
        if key in before:
            yield from _compare(before[key], node)
        elif node.name in names and node.kind == "question":
            yield Change("question.moved", node.name, names[node.name], key)
            moved.add(names[node.name])
            yield from _compare(before[names.pop(node.name)], node)
        else:
            yield Change("question.added", node.name, after=_first(node.labels))
    for key, node in before.items():
        if key not in after and key not in moved:
            yield Change("question.removed", node.name, before=_first(node.labels))
    yield from _compare_choices(old, new)
    for list_name in sorted({declared.list for declared in old.entities}):
        if list_name not in {declared.list for declared in new.entities}:
            yield Change("list.gone", list_name)
            continue
        for name in old.properties(list_name):
            if name not in new.properties(list_name):
                yield Change("property.gone", name, before=list_name)


def _key(definition: FormDefinition, node: Node) -> str:
    return node.path.removeprefix(definition.root)


def _first(labels: Mapping[str, str]) -> str:
    return next((text for text in labels.values() if text), "")


def _compare(old: Node, new: Node) -> Iterator[Change]:
    if old.type != new.type:
        yield Change("type", new.name, old.type, new.type)
    yield from _compare_texts("label", new.name, old.labels, new.labels)
    yield from _compare_texts("hint", new.name, old.hints, new.hints)
    for kind in ("save_to", "policy", "visibility", "unit"):
        was, now = getattr(old, kind) or "", getattr(new, kind) or ""
        if was != now:
            yield Change(kind, new.name, was, now)


def _compare_texts(kind: str, subject: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for language in dict.fromkeys((*new, *old)):
        if language in old and language in new and old[language] != new[language]:
            yield Change(kind, subject, old[language], new[language], language)


def _compare_choices(old: FormDefinition, new: FormDefinition) -> Iterator[Change]:
    for name, choices in new.choices.items():
        if name not in old.choices:
            continue  # its question is new, or was of another kind: that is told
        before = {choice.name: choice for choice in old.choices[name]}
        after = {choice.name: choice for choice in choices}
        for choice in after.values():
            if choice.name not in before:
                yield Change("choice.added", name, after=_first(choice.labels) or choice.name)
            else:
                yield from _compare_texts(
                    "choice.label", f"{name} · {choice.name}", before[choice.name].labels, choice.labels
                )
        for choice in before.values():
            if choice.name not in after:
                yield Change("choice.removed", name, before=_first(choice.labels) or choice.name)
