"""What a filled form says: who it is, and its answers as rows.

Receipt needs only the ids (`parse_instance`), so a submission can be kept whose form nobody knows. The answers are read
with the definition of any version of the form: nodes that this version does not have are passed over.

Follows https://getodk.github.io/xforms-spec/#metadata; keys of rows are those of ODK Central's CSV.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.definition import FormDefinition
from forms.errors import InstanceError
from forms.xmltree import Element, local_name, namespace_of, parse_xml, text_of

_TEMPLATE = "{http://openrosa.org/javarosa}template"
_MAX_ID = 255
_BAD_ID = re.compile(r"[\s\x00-\x1f\x7f-\x9f/\\<>\"'`?#]")


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One filled form. Ids are as written ("uuid:…" kept); `instance_name` and `version` are "" when there is none."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str | None
    instance_name: str
    root: Element


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One pass of a table: the form itself (`table` "") or a repeat (its path).

    `index` counts the passes within the parent from 1; it is 1 for the form itself. A question that the XML does not
    contain, because it was not relevant, is not in `values`; one left blank is "".
    """

    table: str
    key: str
    parent_key: str | None
    index: int
    values: Mapping[str, str]


def parse_instance(xml: bytes) -> Instance:
    """Read the ids of a filled form.

    :raises XmlError: when it is no XML that may be read.
    :raises InstanceError: when it names no form or instance, or is encrypted.
    """
    root = parse_xml(xml)
    form_id = (root.get("id") or namespace_of(root)).strip()
    if not form_id:
        raise InstanceError("no_form_id", "The filled form does not say of which form it is (id).")
    if len(form_id) > _MAX_ID:
        raise InstanceError("bad_form_id", f"The form id has more than {_MAX_ID} characters.")
    meta = next(root.iterchildren("{*}meta"), None)
    ids = {local_name(child): text_of(child).strip() for child in reversed(meta)} if meta is not None else {}
    instance_id = ids.get("instanceID", "") or root.get("instanceID", "").strip()
    if root.get("encrypted") == "yes":
        raise InstanceError("encrypted", "The filled form is encrypted. Only unencrypted forms can be read here.")
    if not instance_id:
        raise InstanceError("no_instance_id", "The filled form has no instanceID.")
    deprecated_id = ids.get("deprecatedID", "")
    for written in (instance_id, deprecated_id):
        if len(written) > _MAX_ID or _BAD_ID.search(written):
            raise InstanceError("bad_instance_id", "An instanceID is too long or has characters that no id has.")
    return Instance(
        form_id=form_id,
        version=root.get("version", "").strip()[:_MAX_ID],
        instance_id=instance_id,
        deprecated_id=deprecated_id or None,
        instance_name=ids.get("instanceName", ""),
        root=root,
    )


def require_form(definition: FormDefinition, instance: Instance) -> None:
    """Refuse to read a filled form with the definition of another form; another version of the same form is fine.

    :raises InstanceError: `wrong_form`.
    """
    if definition.form_id != instance.form_id:
        raise InstanceError("wrong_form", f"The filled form is of {instance.form_id}, not of {definition.form_id}.")


def is_template(element: Element) -> bool:
    """Tell whether an element is the pattern of a repeat, which some clients leave in what they send."""
    return element.get(_TEMPLATE) is not None


def find_rows(definition: FormDefinition, instance: Instance) -> Iterator[InstanceRow]:
    """Yield the rows of a filled form: the form itself first, then every pass of its repeats in document order.

    Of a question that stands twice where it may stand once, the first that is not blank counts.

    :raises InstanceError: `wrong_form`.
    """
    require_form(definition, instance)
    root_row = InstanceRow("", instance.instance_id, None, 1, {})
    rows = [root_row]
    _Reader(definition, rows).read(instance.root, definition.root, root_row, instance.instance_id)
    yield from rows


@dataclass(slots=True)
class _Reader:
    """Walks a filled form once and fills rows."""

    definition: FormDefinition
    rows: list[InstanceRow]

    def read(self, parent: Element, path: str, row: InstanceRow, key: str) -> None:
        passes: dict[str, int] = {}
        values: dict[str, str] = row.values  # type: ignore[assignment]  # ours until it is yielded
        for child in parent:
            name = local_name(child)
            child_path = f"{path}/{name}"
            node = self.definition.node(child_path)
            if node is None:
                if name == "meta":
                    self.read(child, child_path, row, f"{key}/{name}")
            elif node.kind == "question":
                if not values.get(child_path):
                    values[child_path] = text_of(child)
            elif node.kind == "group":
                self.read(child, child_path, row, f"{key}/{name}")
            elif not is_template(child):
                index = passes[name] = passes.get(name, 0) + 1
                below = InstanceRow(child_path, f"{key}/{name}[{index}]", row.key, index, {})
                self.rows.append(below)
                self.read(child, child_path, below, below.key)
