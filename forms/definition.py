"""What a form is: its questions, their choices, and what it does to entity lists.

The shapes every other room reads. They are made by `forms.xform.parse_form` and never change: a published form version
is immutable, so callers keep one `FormDefinition` for each version.

Follows the ODK XForms specification (https://getodk.github.io/xforms-spec/) and its entities part
(https://getodk.github.io/xforms-spec/entities), versions 2022.1 to 2025.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms.errors import XformError
from forms.steps import Step, build_steps

DEFAULT_POLICY = "review"
ROLES = (
    "given", "family", "name", "married", "father", "birth", "place", "locality", "phone", "id", "none",
)  # fmt: skip
"""What a property can tell of a person: given and family name (any script, one property or two), or the whole name;
her husband's name; her father's given name; date or year of birth; commune; village; telephone; national number.
``none`` says that it tells nothing, whatever its name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be picked. `labels` goes from language name to text; "" is a form without languages."""

    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """One group, repeat or question of the form's instance, at its absolute `path` ("/data/g/q", without prefixes)."""

    path: str
    name: str
    kind: str
    """`group`, `repeat` or `question`."""
    type: str
    """ODK type ("" for a group or repeat); a calculation that says its type has that type, else `calculate`."""
    labels: Mapping[str, str]
    hints: Mapping[str, str]
    choice_list: str | None
    """Key in `FormDefinition.choices`, or the name of the external list; None also for choices that are answers."""
    repeat: str | None
    """Path of the innermost repeat around it; of a repeat: the repeat around that one."""
    groups: tuple[str, ...]
    """Names of the groups around it inside that repeat, outermost first."""
    save_to: str | None
    list: str | None
    policy: str | None
    visibility: str | None
    unit: str | None
    decimals: int | None
    appearance: str
    answerable: bool
    """Whether a person can type or pick it: it has a control, and is no note or read-only question."""
    prefilled: bool
    """Whether its value can come from the record: see `forms.prefill`."""
    role: str | None = None
    """What it tells of a person (:data:`ROLES`), where the form says so."""


@dataclass(frozen=True, slots=True)
class EntityDeclaration:
    """One `<entity>` node of the form: what a filled form may create or update, once in each pass of `repeat`."""

    list: str
    path: str
    repeat: str | None
    can_create: bool
    can_update: bool
    label_prefilled: bool = False

    @property
    def container(self) -> str:
        """Return the path of the node whose `meta` it stands in: answers inside it are saved to this entity."""
        return self.path.rsplit("/", 2)[0]


@dataclass(frozen=True, slots=True)
class PropertyRule:
    """What a form says about one property of an entity list.

    `policy` is `review` where the form says nothing (`declared` is then False); `visibility` is "" or "office";
    `choices` are the names of the answers in the order of the form, () for anything else than a select.
    """

    name: str
    type: str
    policy: str
    declared: bool
    visibility: str
    unit: str | None
    decimals: int | None
    choices: tuple[str, ...]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Saving:
    """Which property of which declaration (its index in `entities`) the answer to one question is saved to."""

    declaration: int
    property: str
    prefilled: bool
    blankable: bool


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """One version of a form. `nodes` are in document order; `default_language` is "" when the form names none."""

    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    default_language: str
    nodes: tuple[Node, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    entities: tuple[EntityDeclaration, ...]
    lists: frozenset[str]
    media: frozenset[str]
    root: str = "/data"
    _by_path: dict[str, Node] = field(init=False, repr=False, compare=False, default_factory=dict)
    _properties: dict[str, dict[str, PropertyRule]] = field(init=False, repr=False, compare=False, default_factory=dict)
    savings: dict[str, Saving] = field(init=False, repr=False, compare=False, default_factory=dict)
    """By the path of the question; worked out here once, because every filled form needs it."""
    _steps: list[Step] = field(init=False, repr=False, compare=False, default_factory=list)

    def __post_init__(self) -> None:
        """Prepare the look-ups.

        :raises XformError: when two questions give one property different policies.
        """
        self._by_path.update((node.path, node) for node in self.nodes)
        for declaration in self.entities:
            self._properties.setdefault(declaration.list, {})
        problems: list[str] = []
        for node in self.nodes:
            if node.save_to and node.list:
                rules = self._properties.setdefault(node.list, {})
                rules[node.save_to] = self._join(rules.get(node.save_to), node, problems)
        if problems:
            raise XformError(*problems)
        self.savings.update(self._find_savings())
        self._steps.append(build_steps(self.root, self._by_path, self.entities, self.savings))

    @property
    def steps(self) -> Step:
        """Where there is something to do in a filled form: see `forms.steps`."""
        return self._steps[0]

    def _find_savings(self) -> Iterator[tuple[str, Saving]]:
        for node in self.nodes:
            if not node.save_to:
                continue
            around = [
                (len(declaration.container), number)
                for number, declaration in enumerate(self.entities)
                if node.path.startswith(declaration.container + "/")
            ]
            if around:
                blankable = node.prefilled and node.answerable
                yield node.path, Saving(max(around)[1], node.save_to, node.prefilled, blankable)

    def node(self, path: str) -> Node | None:
        """Return the node at an absolute path, or None."""
        return self._by_path.get(path)

    def tables(self) -> tuple[str, ...]:
        """Return the tables a filled form fills: "" for the form itself, then the path of every repeat."""
        return ("", *(node.path for node in self.nodes if node.kind == "repeat"))

    def properties(self, list_name: str) -> Mapping[str, PropertyRule]:
        """Return what this form says about the properties it saves to a list, in the order of its questions.

        {} for a list it saves nothing to. `label` is no question, so it is not among them.
        """
        return self._properties.get(list_name, {})

    def _join(self, rule: PropertyRule | None, node: Node, problems: list[str]) -> PropertyRule:
        """Add one question to what the form says about its property: a policy, "office" or a type, said once, holds."""
        mine = PropertyRule(
            name=node.save_to or "",
            type=node.type,
            policy=node.policy or DEFAULT_POLICY,
            declared=bool(node.policy),
            visibility="office" if node.visibility else "",
            unit=node.unit,
            decimals=node.decimals,
            choices=self._choice_names(node),
            role=node.role or "",
        )
        if rule is None:
            return mine
        if rule.declared and mine.declared and rule.policy != mine.policy:
            problems.append(
                f"The property {mine.name} of {node.list} has the merge policy {rule.policy} in one question and"
                f" {mine.policy} in {node.path}. Write the same in both."
            )
        declared = rule if rule.declared or not mine.declared else mine
        typed = mine if rule.type in ("calculate", "hidden") else rule
        return PropertyRule(
            name=mine.name,
            type=typed.type,
            policy=declared.policy,
            declared=declared.declared,
            visibility=rule.visibility or mine.visibility,
            unit=rule.unit or mine.unit,
            decimals=mine.decimals if rule.decimals is None else rule.decimals,
            choices=tuple(dict.fromkeys(rule.choices + mine.choices)),
            role=rule.role or mine.role,
        )

    def _choice_names(self, node: Node) -> tuple[str, ...]:
        choices = self.choices.get(node.choice_list, ()) if node.choice_list else ()
        return tuple(dict.fromkeys(choice.name for choice in choices))


def find_label(labels: Mapping[str, str], language: str, default: str = "") -> str:
    """Return a label in a language, else in a likeness of it, else any: never "" when there is one.

    `language` is a name as in the form ("Français (fr)") or a code ("fr"), which is looked for in the brackets. Then
    comes the language `default`, then the label without language, then the first.
    """
    if language in labels:
        return labels[language]
    if language:
        for name, text in labels.items():
            if name.endswith(f"({language})"):
                return text
    for name in (default, ""):
        if name in labels:
            return labels[name]
    return next(iter(labels.values()), "")
