"""What every application that a test makes would compute again, computed once in a test process: how its addresses are
built, and the code of its templates. Both depend on nothing but their own text."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing.rules import Rule

# What takes longest in the long profile begins first, so that nobody waits for it at the end.
LONGEST = ("test_simulator.py", "test_simulator_postgres.py", "test_week.py", "test_blocks.py", "test_contract.py", "test_hard.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("HIRFA_TESTS") == "long":
        items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


class _InMemory(BytecodeCache):
    """Compiled templates by the hash of their source."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        found = self.kept.get((bucket.key, bucket.checksum))
        if found is not None:
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[(bucket.key, bucket.checksum)] = bucket.bytecode_to_string()


def _compile_once(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """Remember the builder of an address by its parts; with defaults it depends on more, and is left alone."""
    kept: dict[Any, Any] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (append_unknown, *rule._trace)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    return compiled


Rule._compile_builder = _compile_once(Rule._compile_builder)  # type: ignore[method-assign]
Flask.jinja_options = {"bytecode_cache": _InMemory()}
