"""What an XPath expression of a form reads: answers of the same form, and columns of lists.

Nothing is evaluated. `forms.prefill` needs to know from where a value can come, so only location paths and the few
functions that name data in words (`instance`, `pulldata`, `current`, `jr:choice-name`) are understood; everything else
is walked through.

Follows XPath 1.0 section 3.7 (how `*`, `and`, `div`… are told from names) and the ODK XForms specification's functions.
Source: https://getodk.github.io/xforms-spec/#xpath-functions
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

Steps = tuple[str, ...]

_START = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
)
_START += "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_NAME = rf"[{_START}][{_START}\-.0-9\u00b7\u0300-\u036f\u203f-\u2040]*"
NAME = re.compile(_NAME)
_TOKEN = re.compile(
    rf"""(?P<literal>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d*)?|\.\d+)"""
    rf"""|(?P<name>{_NAME}(?::(?:{_NAME}|\*))?)|(?P<sign>//|::|\.\.|!=|<=|>=|\S)"""
)
_NODE_TESTS = frozenset({"text", "node", "comment", "processing-instruction"})
_OPERATOR_NAMES = frozenset({"and", "or", "div", "mod"})
_SYSTEM_COLUMN = "__"
_MAX_NESTING = 150


class ExpressionError(ValueError):
    """Say that an expression is nested too deep to be walked."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What one expression reads.

    `nodes`: absolute paths of the form's own instance, as steps; a step can be `*` (any one) or `**` (any number).
    `columns`: ids of the secondary instances of which a column is read. Which record it is read from (`name` and the
    columns that begin with `__`) and what stands in a predicate only choose a record: they read nothing from it.
    `choices`: paths of the questions whose choice label is read.
    """

    nodes: frozenset[Steps]
    columns: frozenset[str]
    choices: frozenset[Steps]


@dataclass(slots=True)
class _Path:
    instance: str | None  # None: the form's own instance
    steps: list[str]
    known: bool = True  # False: relative to something nobody can know
    chooses: bool = False  # stands in a predicate of its own instance


@dataclass(slots=True)
class _Scan:
    tokens: list[tuple[str, str]]
    origin: Steps
    at: int = 0
    paths: list[_Path] = field(default_factory=list)
    choices: set[Steps] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)

    def peek(self, offset: int = 0) -> str:
        at = self.at + offset
        return self.tokens[at][1] if at < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""


def find_functions(expression: str) -> tuple[str, ...]:
    """Name the functions an expression calls, once each, in the order of their first call."""
    tokens = [(match.lastgroup, match[0]) for match in _TOKEN.finditer(expression)]
    called = [
        name
        for (kind, name), (_, after) in pairwise(tokens)
        if kind == "name" and after == "(" and name not in _NODE_TESTS and name not in _OPERATOR_NAMES
    ]
    return tuple(dict.fromkeys(called))


def find_reads(expression: str, context: Steps) -> Reads:
    """Find what an expression reads when it stands at the node `context` of the form (its absolute path as steps).

    Unreadable expressions give what could be read of them.

    :raises ExpressionError: when brackets are nested more than 150 deep (a predicate counts twice).
    """
    tokens = [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(expression)]
    scan = _Scan(tokens, context)
    here = _Path(None, list(context))
    while scan.at < len(tokens):
        _walk(scan, here, 0)
        scan.at += 1  # a bracket too many
    nodes = {tuple(path.steps) for path in scan.paths if path.instance is None and path.known and path.steps}
    columns = {path.instance for path in scan.paths if path.instance is not None and _reads_column(path)}
    return Reads(frozenset(nodes), frozenset(columns | scan.columns), frozenset(scan.choices))


def _walk(scan: _Scan, context: _Path, depth: int) -> list[_Path]:
    """Walk one expression up to the bracket or comma that ends it; return the paths it consists of."""
    if depth > _MAX_NESTING:
        raise ExpressionError(f"The expression has more than {_MAX_NESTING} brackets in one another.")
    own: list[_Path] = []
    operand = False  # whether the word before ends an operand: then * and names are operators
    while scan.at < len(scan.tokens):
        kind, word = scan.tokens[scan.at]
        if word in (")", "]", ","):
            break
        if kind in ("literal", "number"):
            scan.at += 1
            operand = True
        elif operand and (word == "*" or word in _OPERATOR_NAMES):
            scan.at += 1
            operand = False
        elif word == "(" or _is_call(scan):
            own += _call(scan, context, depth)
            operand = True
        elif kind == "name" or word in ("/", "//", ".", "..", "@", "*"):
            own.append(_path(scan, _start(scan, context), context, depth))
            operand = True
        else:
            scan.at += 1
            operand = word == "["  # nonsense; walked through
    return own


def _is_call(scan: _Scan) -> bool:
    return scan.kind() == "name" and scan.peek(1) == "(" and scan.peek() not in _NODE_TESTS


def _start(scan: _Scan, context: _Path) -> _Path:
    """Return where a location path begins, before its first step; a leading slash is taken."""
    if scan.peek() in ("/", "//"):
        steps = ["**"] if scan.peek() == "//" else []
        scan.at += 1
        return _Path(None, steps)
    return _Path(context.instance, list(context.steps), context.known, chooses=context.instance is not None)


def _path(scan: _Scan, path: _Path, context: _Path, depth: int) -> _Path:
    """Take the steps of a location path, predicates included, and note it."""
    scan.paths.append(path)
    _steps(scan, [path], depth)
    return path


def _steps(scan: _Scan, paths: list[_Path], depth: int) -> None:
    while scan.at < len(scan.tokens):
        kind, word = scan.tokens[scan.at]
        step = ""
        if word == "@":
            scan.at += 1
            step = "@" + scan.peek()
        elif word in (".", "..", "*") or kind == "name":
            step = word
            if kind == "name" and scan.peek(1) == "::":
                scan.at += 2
                step = _axis(word, scan.peek())
        if step:
            scan.at += 1
            if scan.peek() == "(" and scan.peek(-1) in _NODE_TESTS:
                if step in _NODE_TESTS:
                    step = "" if step == "text" else "*"
                scan.at += 2
            for path in paths:
                _add_step(path, step)
        _predicates(scan, paths, depth)
        if scan.peek() not in ("/", "//"):
            return
        if scan.peek() == "//":
            for path in paths:
                path.steps.append("**")
        scan.at += 1


def _axis(axis: str, name: str) -> str:
    if axis == "attribute":
        return "@" + name
    if axis == "self":
        return "."
    return {"parent": "..", "child": name}.get(axis, "**")


def _add_step(path: _Path, step: str) -> None:
    if step == "..":
        if path.steps and path.steps[-1] != "**":
            path.steps.pop()
    elif step and step != ".":
        path.steps.append(step.rpartition(":")[2] if not step.startswith("@") else step)


def _predicates(scan: _Scan, paths: list[_Path], depth: int) -> None:
    """Take predicates; of a union its first path lends them the context (walking each would cost exponential time)."""
    context = paths[0] if paths else _Path(None, [], known=False)
    while scan.peek() == "[":
        scan.at += 1
        _walk(scan, context, depth + 2)
        while scan.peek() == ",":  # nonsense; walked through
            scan.at += 1
            _walk(scan, context, depth + 2)
        scan.at += 1


def _call(scan: _Scan, context: _Path, depth: int) -> list[_Path]:
    """Take a function call or a bracketed expression, and the steps that follow it."""
    name = "" if scan.peek() == "(" else scan.peek()
    scan.at += 2 if name else 1
    arguments: list[list[_Path]] = []
    spans: list[list[tuple[str, str]]] = []
    while scan.at < len(scan.tokens) and scan.peek() != ")":
        begun = scan.at
        arguments.append(_walk(scan, context, depth + 1))
        spans.append(scan.tokens[begun : scan.at])
        if scan.peek() != ")":
            scan.at += 1
    scan.at += 1
    paths = _results(scan, name, spans, arguments)
    if scan.peek() in ("[", "/", "//"):
        _predicates(scan, paths, depth)
        if scan.peek() in ("/", "//"):
            if scan.peek() == "//":
                for path in paths:
                    path.steps.append("**")
            scan.at += 1
            _steps(scan, paths, depth)
    return paths


def _results(scan: _Scan, name: str, spans: list[list[tuple[str, str]]], arguments: list[list[_Path]]) -> list[_Path]:
    """Return the paths a call stands for, which following steps go on from."""
    literals = [span[0][1][1:-1] if len(span) == 1 and span[0][0] == "literal" else None for span in spans]
    if name == "instance" and literals and literals[0] is not None:
        path = _Path(literals[0], [])
    elif name == "current":
        path = _Path(None, list(scan.origin))
    elif name == "pulldata":
        list_name = literals[0] if literals else None
        column = literals[1] if len(literals) > 1 else None
        if column is None or not _is_system(column):
            scan.columns.add("*" if list_name is None else list_name.removesuffix(".csv"))
        return []
    else:
        if name == "jr:choice-name" and len(literals) > 1 and literals[1] is not None:
            named = find_reads(literals[1], scan.origin)
            scan.choices |= named.nodes
        return [path for argument in arguments for path in argument]
    scan.paths.append(path)
    return [path]


def _is_system(column: str) -> bool:
    return column == "name" or column.startswith(_SYSTEM_COLUMN)


def _reads_column(path: _Path) -> bool:
    if path.chooses:
        return False
    steps = path.steps[1:] if path.steps[:1] == ["root"] else path.steps
    steps = steps[1:] if steps[:1] == ["item"] else steps
    if not steps or _is_system(steps[-1]):
        return False
    return steps[-1] != "**" and not (steps[-1] == "item" and "**" in steps)
