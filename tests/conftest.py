"""What makes thousands of tests quick: temporary folders in memory, and what every application that a test makes would
compute again, computed once in a test process: how its addresses are built, and the code of its templates. Both depend on
nothing but their own text."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing.rules import Rule

# What takes longest in the long profile begins first, so that nobody waits for it at the end.
LONGEST = ("test_simulator.py", "test_simulator_postgres.py", "test_week.py", "test_blocks.py", "test_contract.py", "test_hard.py")

# A folder in memory, and how much of it must be free: every test lays an installed server there, on disk a third of its time.
MEMORY, ENOUGH = Path("/dev/shm"), 6 * 2**30  # noqa: S108 - nothing in it outlives the tests


def pytest_configure() -> None:
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and min(shutil.disk_usage(MEMORY).free, _free_memory()) > ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # ask again


def _free_memory() -> int:
    """Bytes that processes can still take, from Linux; 0 elsewhere."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("HIRFA_TESTS") == "long":
        items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests measured (``record_property("measured", text)``), whatever became of them."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, words in report.user_properties if report.when == "call" else ():
                if name == "measured":
                    terminalreporter.section(f"measured by {report.nodeid}", sep="-")
                    terminalreporter.write_line(str(words))


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
