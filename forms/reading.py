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
from itertools import repeat
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
#: Stands before each of several texts: XML cannot hold it.
_SEPARATOR: Final = "\0"


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


class Passes(NamedTuple):
    """All passes of one table in some filled forms, in document order, column by column.

    `forms` says which of the forms each belongs to; `columns` follow `AnswerReader.questions[table]`, "" where nothing
    was answered.
    """

    forms: Sequence[int]
    keys: Sequence[str]
    parents: Sequence[str]
    columns: Sequence[Sequence[str]]


_NO_PASSES: Final = Passes((), (), (), ())


class _Table(NamedTuple):
    path: str
    steps: str
    pattern: re.Pattern[str]
    """Of the form: one match for each form of a text in which :data:`_SEPARATOR` comes before each. Of a repeat: one
    for each pass of a text in which it stands between the passes of different parents. The first group of a form and
    the second of a pass are empty where something must be parsed; the first of a pass is the separators before it."""
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

    def read_many(self, xmls: Sequence[bytes], keys: Sequence[str]) -> tuple[list[str], dict[str, Passes]]:
        """Read some filled forms at once: their names, and for each table what :meth:`read` gives, column by column.

        :raises FormsError: as :meth:`read`.
        """
        if not self._tables:
            names, found, odd = [""] * len(xmls), dict.fromkeys(self.questions, _NO_PASSES), set(range(len(xmls)))
        else:
            names, found, odd = self._match_many(_tidy_many(xmls), keys)
        if odd:
            rows: dict[str, list[tuple[int, str, str, Sequence[str]]]] = {
                path: [row for row in zip(*passes[:3], _to_rows(passes), strict=True) if row[0] not in odd]
                for path, passes in found.items()
            }
            for number in sorted(odd):
                names[number], walked = self._walk(xmls[number], keys[number])
                for row in walked:
                    texts = [text or "" for text in row.texts]
                    rows[row.table].append((number, row.key, row.parent_key or "", texts))
            for path, every in rows.items():
                every.sort(key=lambda row: row[0])
                found[path] = _to_passes(*zip(*every, strict=True)) if every else _NO_PASSES
        return names, found

    def _match_many(
        self, texts: Sequence[str], keys: Sequence[str]
    ) -> tuple[list[str], dict[str, Passes], set[int]]:
        """Take the answers out of forms that were tidied; tells too the numbers of those that must be parsed."""
        root = self._tables[0]
        groups = root.pattern.findall(_SEPARATOR + _SEPARATOR.join(texts))
        names, odd = [], set()
        for number, of in enumerate(groups):
            name = _find_name(of[-1]) if of[0] else None
            if name is None:
                odd.add(number)
            names.append(name or "")
        columns = list(zip(*groups, strict=True))
        own = Passes(range(len(texts)), keys, [""] * len(texts), [columns[place] for place in root.places])
        found = dict.fromkeys(self.questions, _NO_PASSES) | {"": own}
        for group, number in root.below:
            self._repeat_many(number, columns[group], own, found, odd)
        return names, found, odd

    def _repeat_many(
        self, number: int, texts: Sequence[str], above: Passes, found: dict[str, Passes], odd: set[int]
    ) -> None:
        """Take the answers out of the passes of a repeat.

        :param texts: all its passes for each of the passes ``above``.
        """
        if not any(texts):
            return
        table = self._tables[number]
        forms, keys, parents, taken = [], [], [], []
        place, index = -1, 0
        for groups in table.pattern.findall(_SEPARATOR + _SEPARATOR.join(texts)):
            if groups[0]:
                place += len(groups[0])
                index, form, key = 0, above.forms[place], above.keys[place]
            if not groups[1]:
                odd.add(form)
                continue
            index += 1
            forms.append(form)
            keys.append(f"{key}{table.steps}[{index}]")
            parents.append(key)
            taken.append(groups)
        if not taken:
            return
        columns = list(zip(*taken, strict=True))
        own = found[table.path] = Passes(forms, keys, parents, [columns[place] for place in table.places])
        for group, below in table.below:
            self._repeat_many(below, columns[group], own, found, odd)

    def _walk(self, xml: bytes, key: str) -> Answers:
        instance = replace(parse_instance(xml), instance_id=key)
        rows = []
        for row in find_rows(self._definition, instance):
            values = row.values
            texts = [values.get(path) for path in self._paths[row.table]]
            rows.append(AnswerRow(row.table, row.key, row.parent_key, texts))
        return Answers(instance.instance_name, rows)

    def _match(self, xml: bytes, key: str) -> Answers | None:
        root = self._tables[0]
        found = root.pattern.match(_SEPARATOR + _tidy(xml))
        groups = found.groups("") if found else ("",)
        name = _find_name(groups[-1]) if groups[0] else None
        if name is None:
            return None
        rows = [AnswerRow("", key, None, [groups[place] for place in root.places])]
        for group, number in root.below:
            if groups[group] and not self._repeat(number, groups[group], key, rows):
                return None
        return Answers(name, rows)

    def _repeat(self, number: int, text: str, above: str, rows: list[AnswerRow]) -> bool:
        table = self._tables[number]
        for index, groups in enumerate(table.pattern.findall(text), start=1):
            if not groups[1]:
                return False
            key = f"{above}{table.steps}[{index}]"
            rows.append(AnswerRow(table.path, key, above, [groups[place] for place in table.places]))
            for group, below in table.below:
                if groups[group] and not self._repeat(below, groups[group], key, rows):
                    return False
        return True


def _tidy(xml: bytes) -> str:
    """Give the XML of a filled form without its declaration; "" when it must be parsed."""
    try:
        text = xml.decode()
    except UnicodeDecodeError:
        return ""
    text = _undeclare(text).strip()
    return "" if _is_odd(text) else text


def _tidy_many(xmls: Sequence[bytes]) -> list[str]:
    """Give :func:`_tidy` of each; whether something is odd is asked once of all together."""
    try:
        texts = [_undeclare(xml.decode()).strip() for xml in xmls]
    except UnicodeDecodeError:
        return list(map(_tidy, xmls))
    every = "".join(texts)
    return list(map(_tidy, xmls)) if _is_odd(every) else texts


def _is_odd(text: str) -> bool:
    """Tell whether a text has what the expressions do not understand; of two signs the rarer is looked for first."""
    return (
        "&" in text
        or "\r" in text
        or _SEPARATOR in text
        or ("!" in text and "<!" in text)
        or ("?" in text and "<?" in text)
    )


def _undeclare(text: str) -> str:
    declared = _DECLARATION.match(text) if text.startswith("<?") else None
    return text[declared.end() :] if declared else text


def _to_rows(passes: Passes) -> Iterator[Sequence[str]]:
    return zip(*passes.columns, strict=True) if passes.columns else repeat((), len(passes.keys))


def _to_passes(
    forms: Sequence[int], keys: Sequence[str], parents: Sequence[str], texts: Sequence[Sequence[str]]
) -> Passes:
    return Passes(forms, keys, parents, list(zip(*texts, strict=True)))


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
        head, tail = f"\\0(?:(<{root}(?: [^<>]*+)?+>)", f"({_skip(_META)})?+</{root}>(?![^\\0])|[^\\0]*+)"
        compiler.table("", definition.root, head, tail, 0, 1)
    except _AmbiguousError:
        return ()
    return tuple(compiler.tables[number] for number in range(len(compiler.tables)))


class _AmbiguousError(Exception):
    pass


class _Compiler:
    def __init__(self, children: dict[str, list[Node]]) -> None:
        self._children = children
        self.tables: dict[int, _Table] = {}

    def table(self, path: str, container: str, head: str, tail: str, number: int, groups: int) -> None:
        """Compile a table.

        :param groups: how many groups ``head`` has.
        """
        parts, places, below = [head], [], []
        self.tables[number] = _Table(path, "", re.compile(""), (), ())  # keeps its place
        steps = container.count("/")

        def walk(inside: str) -> None:
            nonlocal groups
            for node in self._children.get(inside, ()):
                name = re.escape(node.name)
                if node.kind == "question":
                    parts.append(f"(?:<{name}(?:>((?!\\s)[^<]*+)</{name}>| ?/>))?+")
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
            begin, end = f"(\\0*+)(?:(<{name}>)", f"(?:{_skip(_META)})?+</{name}>|[^\\0]++)"
            self.table(node.path, node.path, begin, end, child, 2)
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
