"""Filled forms read again by the ten thousand: what `forms.instance.find_rows` says, several times as fast.

A form version says which elements its filled forms have and in which order, so its pattern is compiled once to one
regular expression that takes all answers out of the XML in one step. It matches only what it understands without doubt
(no entity, comment, attribute on an answer, blank answer with spaces, element out of order…); everything else is parsed
and walked as on receipt. Either way the rows are the same.

Only for XML that was parsed once before: that it is well-formed is taken for granted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from forms.definition import FormDefinition, Node
from forms.instance import find_rows, parse_instance

#: Beyond, compiling the expression takes longer than it saves.
MAX_NODES: Final = 2000

_PLAIN_NAME: Final = re.compile(r"[\w.-]+")
_DECLARATION: Final = re.compile(
    r"""<\?xml version=["']1\.0["'](?: encoding=["'][Uu][Tt][Ff]-8["'])?(?: standalone=["'](?:yes|no)["'])? ?\?>"""
)
_META: Final = r"(?:[\w.-]++:)?+meta"
_NAME: Final = re.compile(r"<(?:[\w.-]++:)?+instanceName>([^<]*+)</")
_SPACE: Final = re.compile(r">\s")


class AnswerRow(NamedTuple):
    """One pass of a table: `texts` belong to `AnswerReader.questions[table]`; None or "" where nothing was answered."""

    table: str
    key: str
    parent_key: str | None
    texts: Sequence[str | None]


class Answers(NamedTuple):
    """One filled form: its name and its rows, the form itself first, then every pass in document order."""

    name: str
    rows: list[AnswerRow]


class _Table(NamedTuple):
    path: str
    steps: str
    pattern: re.Pattern[str] | None
    places: tuple[int, ...]
    """Which groups of the match are answers."""
    below: tuple[tuple[int, int], ...]
    """(group, number of the table) of the repeats inside."""


class AnswerReader:
    """Reads the filled forms of one version."""

    def __init__(self, definition: FormDefinition) -> None:
        self._definition = definition
        self.questions: dict[str, tuple[Node, ...]] = {
            path: tuple(n for n in definition.nodes if n.kind == "question" and (n.repeat or "") == path)
            for path in definition.tables()
        }
        self._paths = {path: tuple(node.path for node in nodes) for path, nodes in self.questions.items()}
        self._tables = _compile(definition) if len(definition.nodes) <= MAX_NODES else ()

    def read(self, xml: bytes, key: str) -> Answers:
        """Read the XML of a filled form that is kept under a key.

        :raises FormsError: when it is no filled form of this form; what was received and kept always is.
        """
        return (self._tables and self._match(xml, key)) or self._walk(xml, key)

    def _walk(self, xml: bytes, key: str) -> Answers:
        instance = replace(parse_instance(xml), instance_id=key)
        rows = []
        for row in find_rows(self._definition, instance):
            values = row.values
            texts = [values.get(path) for path in self._paths[row.table]]
            rows.append(AnswerRow(row.table, row.key, row.parent_key, texts))
        return Answers(instance.instance_name, rows)

    def _match(self, xml: bytes, key: str) -> Answers | None:
        try:
            text = xml.decode()
        except UnicodeDecodeError:
            return None
        declared = _DECLARATION.match(text)
        text = text[declared.end() if declared else 0 :].strip()
        if "&" in text or "<!" in text or "<?" in text or "\r" in text or _SPACE.search(text):
            return None
        root = self._tables[0]
        assert root.pattern is not None  # noqa: S101 - the others are found through it
        found = root.pattern.fullmatch(text)
        if found is None:
            return None
        groups = found.groups()
        name = _find_name(groups[-1] or "")
        if name is None:
            return None
        rows = [AnswerRow("", key, None, [groups[place] for place in root.places])]
        for group, number in root.below:
            if groups[group] and not self._repeat(number, groups[group], key, key, rows):
                return None
        return Answers(name, rows)

    def _repeat(self, number: int, text: str, parent: str, above: str, rows: list[AnswerRow]) -> bool:
        table = self._tables[number]
        assert table.pattern is not None  # noqa: S101
        match, end, index, position = table.pattern.match, len(text), 0, 0
        while position < end:
            found = match(text, position)
            if found is None:
                return False
            index += 1
            position = found.end()
            key = f"{above}{table.steps}[{index}]"
            groups = found.groups()
            rows.append(AnswerRow(table.path, key, parent, [groups[place] for place in table.places]))
            for group, below in table.below:
                if groups[group] and not self._repeat(below, groups[group], key, key, rows):
                    return False
        return True


def _find_name(meta: str) -> str | None:
    """Find the name of the form in its `meta` element, "" when there is none; None when it must be parsed."""
    found = _NAME.search(meta)
    if found is None:
        return None if "instanceName" in meta else ""
    before = meta[: found.start()]
    is_child = before.count("<") - 2 * before.count("</") - before.count("/>") == 1
    return found[1].strip() if is_child else None


def _compile(definition: FormDefinition) -> tuple[_Table, ...]:
    """Compile the tables of a form, the form itself first; () when a name would make the expression ambiguous."""
    children: dict[str, list[Node]] = {}
    for node in definition.nodes:
        if node.name == "meta" or not _PLAIN_NAME.fullmatch(node.name):
            return ()
        children.setdefault(node.path.rpartition("/")[0], []).append(node)
    compiler = _Compiler(children)
    root = re.escape(definition.root.strip("/"))
    try:
        # a default namespace or attributes change nothing; a prefix on the root is left to the parser
        compiler.table("", definition.root, f"<{root}(?: [^<>]*+)?+>", f"({_skip(_META)})?+</{root}>", 0)
    except _AmbiguousError:
        return ()
    return tuple(compiler.tables[number] for number in range(len(compiler.tables)))


class _AmbiguousError(Exception):
    pass


class _Compiler:
    def __init__(self, children: dict[str, list[Node]]) -> None:
        self._children = children
        self.tables: dict[int, _Table] = {}

    def table(self, path: str, container: str, head: str, tail: str, number: int) -> None:
        parts, places, below = [head], [], []
        self.tables[number] = _Table(path, "", None, (), ())
        groups = 0
        steps = container.count("/")

        def walk(inside: str) -> None:
            nonlocal groups
            for node in self._children.get(inside, ()):
                name = re.escape(node.name)
                if node.kind == "question":
                    parts.append(f"(?:<{name}(?:>([^<]*+)</{name}>| ?/>))?+")
                    places.append(groups)
                    groups += 1
                elif node.kind == "group":
                    parts.append(f"(?:<{name}(?:>")
                    walk(node.path)
                    parts.append(f"(?:{_skip(_META)})?+</{name}>| ?/>))?+")
                else:
                    if any(node.name in other.path[len(node.path) :].split("/") for other in self._under(node.path)):
                        raise _AmbiguousError
                    parts.append(f"((?:{_skip(name)})*+)")
                    below.append((groups, node))
                    groups += 1

        walk(container)
        numbered = []
        for group, node in below:
            child = len(self.tables)
            numbered.append((group, child))
            name = re.escape(node.name)
            self.table(node.path, node.path, f"<{name}>", f"(?:{_skip(_META)})?+</{name}>", child)
            own = "/".join(node.path.split("/")[steps + 1 :])
            self.tables[child] = self.tables[child]._replace(steps=f"/{own}")
        pattern = re.compile("".join(parts) + tail)
        self.tables[number] = _Table(path, "", pattern, tuple(places), tuple(numbered))

    def _under(self, path: str) -> Iterator[Node]:
        for node in self._children.get(path, ()):
            yield node
            yield from self._under(node.path)


def _skip(name: str) -> str:
    """Return the expression of an element that is taken whole, whatever is in it but itself."""
    attributes = "(?: [^<>]*+)?+" if name == _META else ""
    return f"<{name}{attributes}>[^<]*+(?:<(?!/{name}>)[^<]*+)*+</{name}>"
