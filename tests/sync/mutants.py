"""Try every mutant of `sync`: mutmut makes them, mypy refuses some, and here the tests are asked about the others.

Run by `make test-mutants`: `python -m tests.sync.mutants [pattern …]`. What came out is noted in the folder `mutants`, where
mutmut notes it, and `survivors` judges it. What a test noticed is not tried again until its function is changed: to begin
anew the folder is removed.

mutmut's own run begins pytest anew for each mutant, and leads every call through a wrapper: a mutant that lives costs it
half a minute. Here pytest collects once. Each mutant is a child of that process, in which one function has other code,
and the tests that reach this function are asked, the quickest first, until one fails.
"""

from __future__ import annotations

import contextlib
import fnmatch
import gc
import importlib.util
import io
import json
import math
import os
import resource
import sys
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from time import process_time
from types import CodeType, FunctionType, ModuleType

import pytest
from mutmut.__main__ import create_mutants
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.file_mutation import filter_mutants_with_type_checker
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, walk_mutatable_files
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

# What is noted: the tests that ran did not fail, one failed, the process was ended (-24: it used up its time), …
ALIVE, NOTICED, BROKEN, UNREACHED, REFUSED = 0, 1, 3, 33, 37
# A mutant with which a test uses this many times its seconds, and some to begin with, has lost its way.
PATIENCE, TO_BEGIN_S = 10, 3
MEMORY_BYTES = 4 << 30
ROOT = Path("mutants")
# The tests that are asked; of a failure no more is wanted than that it is one.
ARGUMENTS = [
    "tests/sync",
    "--ignore=tests/sync/test_mutants.py",
    "--ignore=tests/sync/test_mutants_by_line.py",
    "--hypothesis-profile=mutants",
    "--assert=plain",
    "--tb=no",
    "-qs",
]


class Trying:
    """A plugin of pytest: instead of running the tests once, it runs them once for each mutant."""

    def __init__(self, names: Iterable[str], note: Callable[[str, int], None]) -> None:
        self.names = list(names)
        self.note = note

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, to see which reach what; then those of each mutant."""
        gc.freeze()  # what is here stays: no child is to copy all of it in looking for what is not needed
        reading, writing = os.pipe()
        child = fork(lambda: observe(session, writing))
        os.close(writing)
        with os.fdopen(reading) as pipe:
            told = pipe.read()
        if wait(child) != ALIVE:
            raise pytest.UsageError("a test fails that nothing was changed for")
        reached = json.loads(told)
        for name in self.names:
            tests = sorted(reached.get(to_function(name).__qualname__ + "@" + to_function(name).__module__, ()))
            load_mutants(name.rpartition(".")[0])
            tried = fork(lambda: try_mutant(session, name, tests)) if tests else None  # noqa: B023 - called at once
            self.note(name, UNREACHED if tried is None else wait(tried))
        return True


def fork(work: Callable[[], int]) -> int:
    """Do some work in a child of this process, silently; give the id of the child."""
    child = os.fork()
    if child:
        return child
    code = BROKEN
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        code = work()
    finally:
        os._exit(code)


def wait(child: int) -> int:
    """Give the exit code of a child, or the signal that ended it, below zero."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def observe(session: pytest.Session, out: int) -> int:
    """Run every test and write, for each function of ours, which tests reach it and how long they take."""
    reached: dict[str, list[tuple[float, int]]] = {}
    for place, item in enumerate(session.items):
        codes: set[CodeType] = set()
        begun = process_time()
        sys.setprofile(lambda frame, event, _: codes.add(frame.f_code) if event == "call" else None)  # noqa: B023
        run(session, item)
        sys.setprofile(None)
        seconds = process_time() - begun
        for code in codes:
            path = Path(code.co_filename)
            if path.parent.name == "sync" and path.parent.parent == Path.cwd():
                reached.setdefault(f"{code.co_qualname}@sync.{path.stem}", []).append((seconds, place))
    with os.fdopen(out, "w") as pipe:
        json.dump(reached, pipe)
    return NOTICED if session.testsfailed else ALIVE


def try_mutant(session: pytest.Session, name: str, tests: list[tuple[float, int]]) -> int:
    """Change one function and ask the tests."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    change(name)
    for (seconds, place), (_, after) in pairwise([*tests, (0, -1)]):
        limit_s = math.ceil(process_time() + TO_BEGIN_S + PATIENCE * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, resource.RLIM_INFINITY))
        run(session, session.items[place], session.items[after] if after >= 0 else None)
        if session.testsfailed:
            return NOTICED
    return ALIVE


def run(session: pytest.Session, item: pytest.Item, after: pytest.Item | None = None) -> None:
    """Run a test; what `after` needs too stays set up."""
    session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)


def change(name: str) -> None:
    """Give a function the code, and the defaults, of its mutant."""
    _, class_name = orig_function_and_class_names_from_key(name)
    module, _, mangled = name.rpartition(".")
    owner = vars(load_mutants(module))
    found = vars(owner[class_name]) if class_name else owner
    mutant, twin = (found[n] for n in (mangled, mangled.partition("__mutmut_")[0] + "__mutmut_orig"))
    mutant, twin = (getattr(one, "__func__", one) for one in (mutant, twin))
    function = to_function(name)
    function.__code__ = mutant.__code__
    # What a default was made of in the mutants' module is another object: only one that the mutant changes is taken.
    if repr(mutant.__defaults__) != repr(twin.__defaults__):
        function.__defaults__ = mutant.__defaults__
    if repr(mutant.__kwdefaults__) != repr(twin.__kwdefaults__):
        function.__kwdefaults__ = mutant.__kwdefaults__


@cache
def to_function(name: str) -> FunctionType:
    """Find the function a mutant is of."""
    function, class_name = orig_function_and_class_names_from_key(name)
    module = importlib.import_module(name.rpartition(".")[0])
    found = vars(vars(module)[class_name] if class_name else module)[function]
    return getattr(found, "__func__", found)


@cache
def load_mutants(module: str) -> ModuleType:
    """Import what mutmut made of a module, beside the module itself."""
    spec = importlib.util.spec_from_file_location(f"mutants_of_{module}", ROOT / (module.replace(".", "/") + ".py"))
    assert spec is not None and spec.loader is not None
    made = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def make() -> dict[str, SourceFileMutationData]:
    """Let mutmut write the mutants; give, by the name of each, the file of notes it is in."""
    ROOT.mkdir(exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        made = create_mutants(1)
        refused = filter_mutants_with_type_checker() if made.mutated else {}
    files: dict[str, SourceFileMutationData] = {}
    for path in walk_mutatable_files():
        file = SourceFileMutationData(path=path)
        file.load()
        files.update(dict.fromkeys(file.exit_code_by_key, file))
        file.exit_code_by_key.update(dict.fromkeys(refused.keys() & file.exit_code_by_key.keys(), REFUSED))
        file.save()
    return files


def main(patterns: list[str]) -> int:
    """Make the mutants, try them, note what came out."""
    files = make()

    def note(name: str, code: int) -> None:
        files[name].exit_code_by_key[name] = code
        files[name].save()
        if code != NOTICED:
            print(f"{name}: {code}", flush=True)  # noqa: T201 - lives, as far as is known

    again = (None, ALIVE, UNREACHED, BROKEN)
    tried = [
        name
        for name, file in files.items()
        if file.exit_code_by_key[name] in again and any(fnmatch.fnmatch(name, one) for one in patterns or ["*"])
    ]
    sys.stdout.write(f"{len(tried)} mutants to try\n")
    return int(pytest.main(ARGUMENTS, plugins=[Trying(tried, note)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
