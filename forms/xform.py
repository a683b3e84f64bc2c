"""Read an XForm, as pyxform or anybody else writes it, into a `FormDefinition`.

Follows the ODK XForms specification (https://getodk.github.io/xforms-spec/) and its entities part. Elements are
recognised by their local name, because forms in the field declare namespaces in many ways; the attributes that are ours
(`merge`, `visibility`, `unit`, `decimals`, `role`) by the namespace `urn:hirfa:xforms:1`, whatever its prefix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from forms.controls import Body, find_path, read_body, to_path
from forms.definition import Choice, EntityDeclaration, FormDefinition, Node
from forms.errors import XformError
from forms.places import Place, find_places
from forms.prefill import Formula, find_lists_read
from forms.texts import Texts, children
from forms.types import Bind, find_type, is_answerable
from forms.xmltree import Element, local_name, namespace_of, parse_xml, text_of
from forms.xpath import NAME

NAMESPACE = "urn:hirfa:xforms:1"
_MAX_FORM_BYTES = 50 * 2**20
_MAX_ID = 255
_RESERVED = frozenset({"name", "label", "_deleted"})
_JR = "{http://openrosa.org/javarosa}"
_CSV = "jr://file-csv/"
_LAST_SAVED = "jr://instance/"
_SEARCH = re.compile(r"""search\(\s*['"]([^'"]+)['"]""")
_PULLDATA = re.compile(r"""pulldata\(\s*['"]([^'"]+)['"]""")
_ITEXT_COLUMN = re.compile(r"jr:itext\(\s*([^'\"()\s]+)\s*\)")


@dataclass(slots=True)
class _Form:
    """What is read on the way to a definition."""

    texts: Texts
    body: Body
    binds: dict[str, Bind]
    places: list[Place] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    instances: dict[str, str] = field(default_factory=dict)  # instance id -> src, "" when it is written in the form


def parse_form(xform: bytes) -> FormDefinition:
    """Read an XForm.

    :raises XmlError: when it is no XML that may be read.
    :raises XformError: when it has no model, instance or form id, a question is defined in a way nobody can use, or
        two questions give one property different policies.
    """
    root = parse_xml(xform, max_bytes=_MAX_FORM_BYTES)
    head = next(children(root, "head"), root)
    model = next(children(head, "model"), None)
    if model is None:
        raise XformError("This is no XForm: it has no model.")
    primary = next((child for child in children(model, "instance") for _ in child), None)
    data = next((child for child in primary if local_name(child)), None) if primary is not None else None
    if data is None:
        raise XformError("The form has no instance, so nothing can be filled in.")
    form_id = (data.get("id") or namespace_of(data)).strip()
    version = data.get("version", "").strip()
    if not form_id:
        raise XformError("The form has no form_id.")
    if len(form_id) > _MAX_ID or len(version) > _MAX_ID:
        raise XformError(f"The form_id or the version has more than {_MAX_ID} characters.")
    if any(element.get("base64RsaPublicKey") for element in children(model, "submission")):
        raise XformError(
            "The form encrypts its answers (public_key in the settings). Remove the key: answers are read here."
        )
    texts = Texts(model)
    binds = _read_binds(model, "/" + local_name(data))
    body = next(children(root, "body"), None)
    references = {bind.id: path for path, bind in binds.items() if bind.id}
    form = _Form(texts, read_body(body, texts, references) if body is not None else Body(), binds)
    for instance in children(model, "instance"):
        if instance is not primary and instance.get("id"):
            form.instances.setdefault(instance.get("id", ""), instance.get("src", "").strip())
    form.places, declared = find_places(data, form.body)
    _find_formulas(form, [*model, *(body.iter() if body is not None else ())], references)
    _check_properties(form)
    entities = tuple(_read_entity(form, place) for place in declared)
    choices = _read_choices(form, model)
    title = next((text_of(element).strip() for element in children(head, "title")), "")
    lists, media = _find_files(form)
    nodes, entities = _build_nodes(form, entities, choices)
    return FormDefinition(
        form_id=form_id,
        version=version,
        title=title or form_id,
        languages=texts.languages,
        default_language=texts.default,
        nodes=nodes,
        choices=choices,
        entities=entities,
        lists=lists,
        media=media,
        root="/" + local_name(data),
    )


def _read_binds(model: Element, root: str) -> dict[str, Bind]:
    binds: dict[str, Bind] = {}
    for element in children(model, "bind"):
        nodeset = element.get("nodeset", "").strip()
        path = to_path(nodeset if nodeset.startswith("/") else f"{root}/{nodeset}")
        bind = Bind(
            id=element.get("id", ""),
            type=element.get("type", "").rpartition(":")[2],
            calculate=element.get("calculate", ""),
            readonly=element.get("readonly", ""),
            preload=element.get(_JR + "preload", ""),
            preload_params=element.get(_JR + "preloadParams", ""),
            save_to=next((str(v).strip() for k, v in element.attrib.items() if _is_save_to(str(k))), ""),
            policy=_own(element, "merge"),
            visibility=_own(element, "visibility"),
            unit=_own(element, "unit"),
            decimals=_to_decimals(_own(element, "decimals")),
            role=_own(element, "role"),
        )
        binds.setdefault(path, bind)
    return binds


def _is_save_to(attribute: str) -> bool:
    return attribute.endswith("}saveto") or attribute == "saveto"


def _own(element: Element, name: str) -> str | None:
    return element.get(f"{{{NAMESPACE}}}{name}", "").strip() or None


def _to_decimals(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 3 else None


def _find_formulas(form: _Form, elements: Iterable[Element], references: dict[str, str]) -> None:
    """Gather every expression that gives a node its value: calculations, and setvalue for any event.

    `elements` are all that can be an action: a question may be named setvalue too.
    """
    for path, bind in form.binds.items():
        if bind.calculate:
            form.formulas.append(Formula(path, bind.calculate))
    for element in elements:
        if local_name(element) not in ("setvalue", "recordaudio"):
            continue
        path = find_path(element, "", references)
        if local_name(element) == "recordaudio":
            form.binds.setdefault(path, Bind()).records_audio = True
            continue
        form.binds.setdefault(path, Bind()).is_set = True
        if element.get("value"):
            form.formulas.append(Formula(path, element.get("value", "")))


def _read_entity(form: _Form, place: Place) -> EntityDeclaration:
    element, path = place.element, place.path
    list_name = element.get("dataset", "").strip()
    if not list_name:
        raise XformError(f"{path} says no entity list (dataset).")
    if not NAME.fullmatch(list_name) or "." in list_name or list_name.startswith("__") or len(list_name) > _MAX_ID:
        raise XformError(f"{list_name[:_MAX_ID]} cannot be the name of an entity list.")
    asks = {name: element.get(name) is not None or f"{path}/@{name}" in form.binds for name in ("create", "update")}
    return EntityDeclaration(list_name, path, place.repeat, asks["create"], asks["update"])


def _check_properties(form: _Form) -> None:
    """Refuse properties whose names have a meaning of their own.

    :raises XformError: naming every such question.
    """
    problems = [
        f"{path} is saved to {bind.save_to[:_MAX_ID]}, which cannot be the name of a property."
        for path, bind in form.binds.items()
        if bind.save_to
        and (
            not NAME.fullmatch(bind.save_to)
            or bind.save_to.lower() in _RESERVED
            or bind.save_to.startswith("__")
            or len(bind.save_to) > _MAX_ID
        )
    ]
    if problems:
        raise XformError(*problems)


def _read_choices(form: _Form, model: Element) -> dict[str, tuple[Choice, ...]]:
    """Read the lists that are written in the form; those of a select that writes its own are keyed by its path."""
    refs: dict[str, tuple[str, str]] = {}
    found: dict[str, tuple[Choice, ...]] = {}
    for path, control in form.body.controls.items():
        if control.items:
            control.choice_list = path
            found[path] = tuple(Choice(name, labels) for name, labels in control.items)
        elif control.choice_list:
            refs.setdefault(control.choice_list, (control.value_ref, control.label_ref))
    for instance in children(model, "instance"):
        name = instance.get("id", "")
        if name in refs and not form.instances.get(name) and name in form.instances:
            found[name] = tuple(_read_items(form.texts, instance, *refs[name]))
    return found


def _read_items(texts: Texts, instance: Element, value_ref: str, label_ref: str) -> Iterator[Choice]:
    translated = _ITEXT_COLUMN.fullmatch(label_ref)
    text_column = translated[1] if translated else "itextId"
    for item in (item for root in instance for item in root):
        columns = {local_name(column): column for column in item}
        value = columns.get(value_ref.rpartition("/")[2])
        if value is None:
            continue
        if text_column in columns:
            labels = texts.find(text_of(columns[text_column]).strip())
        else:
            labels = texts.read(item, label_ref.rpartition("/")[2] or "label")
        yield Choice(text_of(value).strip(), labels)


def _find_files(form: _Form) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the CSV lists the form reads, and the names of all other files it needs."""
    lists: set[str] = set()
    media: set[str] = set()
    defaults = (text_of(place.element).strip() for place in form.places)
    for src in [*form.instances.values(), *form.texts.media, *defaults]:
        if src.startswith(_CSV):
            lists.add(src[len(_CSV) :].rpartition("/")[2].removesuffix(".csv"))
        elif src.startswith("jr://") and not src.startswith(_LAST_SAVED):
            media.add(src.rpartition("/")[2])
    for formula in form.formulas:
        lists.update(name.removesuffix(".csv") for name in _PULLDATA.findall(formula.expression))
    for control in form.body.controls.values():
        lists.update(name.removesuffix(".csv") for name in _SEARCH.findall(control.appearance))
        if control.external:
            media.add("itemsets.csv")
    return frozenset(lists - {""}), frozenset(media - {""})


def _build_nodes(
    form: _Form, entities: tuple[EntityDeclaration, ...], choices: dict[str, tuple[Choice, ...]]
) -> tuple[tuple[Node, ...], tuple[EntityDeclaration, ...]]:
    names = {
        name: src[len(_CSV) :].removesuffix(".csv") if src.startswith(_CSV) else ""
        for name, src in form.instances.items()
    }
    external = {
        path: names.get(control.choice_list) or control.choice_list
        for path, control in form.body.controls.items()
        if control.choice_list and control.choice_list not in choices
    }
    labels = [f"{declaration.path}/label" for declaration in entities]
    paths = [place.path for place in form.places]
    read = find_lists_read(form.formulas, [*paths, *labels], names, external)
    declared = {declaration.list for declaration in entities}
    nodes = tuple(_build_node(form, place, entities, external, read.get(place.path), declared) for place in form.places)
    with_labels = tuple(
        EntityDeclaration(d.list, d.path, d.repeat, d.can_create, d.can_update, _reaches(read.get(label), {d.list}))
        for d, label in zip(entities, labels, strict=True)
    )
    return nodes, with_labels


def _build_node(
    form: _Form,
    place: Place,
    entities: tuple[EntityDeclaration, ...],
    external: dict[str, str],
    read: frozenset[str] | None,
    declared: set[str],
) -> Node:
    bind = form.binds.get(place.path, Bind())
    control = form.body.controls.get(place.path)
    if control is None and place.kind != "question":
        control = form.body.groups.get(place.path)
    question = place.kind == "question"
    list_name = _find_list(place, entities) if question and bind.save_to else None
    default = text_of(place.element) if question else ""
    return Node(
        path=place.path,
        name=place.path.rpartition("/")[2],
        kind=place.kind,
        type=find_type(place.path, bind, control, default) if question else "",
        labels=control.labels if control else {},
        hints=control.hints if control else {},
        choice_list=external.get(place.path, control.choice_list) if control and question else None,
        repeat=place.repeat,
        groups=place.groups,
        save_to=bind.save_to if list_name else None,
        list=list_name,
        policy=bind.policy,
        visibility=bind.visibility,
        unit=bind.unit,
        decimals=bind.decimals,
        appearance=control.appearance if control else "",
        answerable=question and is_answerable(place.path, form.binds, control, default),
        prefilled=question and _reaches(read, {list_name} if list_name else declared),
        role=bind.role,
    )


def _find_list(place: Place, entities: tuple[EntityDeclaration, ...]) -> str | None:
    """Return the list an answer is saved to: that of the entity declared in the nearest node around it."""
    around = [d for d in entities if place.path.startswith(d.container + "/")]
    return max(around, key=lambda declaration: len(declaration.container)).list if around else None


def _reaches(read: frozenset[str] | None, lists: set[str]) -> bool:
    return bool(read) and ("*" in (read or ()) or not lists.isdisjoint(read or ()))
