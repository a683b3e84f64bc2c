"""What of a filled form another agent may not see: answers that stay in the office.

A form that an agent filled can be given to a colleague for correction. Questions whose answers stay in the office are
left out of it, and with them what nobody types but repeats such an answer: a calculation, the name of the instance.
What the author herself typed into another question cannot be told apart and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from forms.definition import FormDefinition, Node
from forms.instance import parse_instance, require_form
from forms.steps import FILE_TYPES
from forms.xmltree import Element, local_name, text_of, write_xml

MIN_REPEATED = 4
"""Characters of a text worth looking for elsewhere: shorter ones stand everywhere."""


def find_withheld(definition: FormDefinition, is_office: Callable[[str, str], bool]) -> frozenset[str]:
    """Return the paths of the questions whose answers stay in the office.

    `is_office` tells it of a property of a list, whichever form said so.
    """
    return frozenset(
        node.path
        for node in definition.nodes
        if node.kind == "question"
        and (node.visibility or (node.save_to and node.list and is_office(node.list, node.save_to)))
    )


def leave_out(definition: FormDefinition, xml: bytes, withheld: frozenset[str]) -> tuple[bytes, frozenset[str]]:
    """Return a filled form without the withheld questions, and the names of the files that only those name.

    :raises XmlError: when it cannot be read; :raises InstanceError: when it is of another form.
    """
    instance = parse_instance(xml)
    require_form(definition, instance)
    found = list(_walk(instance.root, definition.root))
    secret = {text_of(element).strip() for element, path in found if path in withheld}
    told = {text for text in secret if len(text) >= MIN_REPEATED}
    gone = [
        (element, path)
        for element, path in found
        if path in withheld or (_repeats(element, told) and _is_made(definition.node(path)))
    ]
    out = {id(element) for element, _ in gone}
    kept_files = {text_of(e).strip() for e, path in found if _is_file(definition.node(path)) and id(e) not in out}
    files = {text_of(e).strip() for e, path in gone if _is_file(definition.node(path))}
    for element, _path in gone:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return write_xml(instance.root), frozenset(files - kept_files - {""})


def _walk(parent: Element, path: str) -> Iterator[tuple[Element, str]]:
    for child in parent:
        child_path = f"{path}/{local_name(child)}"
        yield child, child_path
        yield from _walk(child, child_path)


def _is_made(node: Node | None) -> bool:
    """Tell whether nobody types it and nothing depends on its being there: a calculation that is not saved, or meta."""
    return node is None or (node.kind == "question" and not node.answerable and not node.save_to)


def _repeats(element: Element, told: set[str]) -> bool:
    text = text_of(element)
    return not len(element) and any(secret in text for secret in told)


def _is_file(node: Node | None) -> bool:
    return node is not None and node.type in FILE_TYPES
