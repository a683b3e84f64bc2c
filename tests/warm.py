"""Processes that begin with the server's code already read: reading it takes 2.5 s of every command, running most takes 0.3.

One process of ``multiprocessing``'s fork server imports the code, makes nothing, and is copied for each command. What runs
is Flask's own ``main``, with its own environment, arguments and folder.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.preload"])


class Process:
    """What ``subprocess.Popen`` offers of it."""

    def __init__(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], out: Path, err: Path) -> None:
        self._process: ForkServerProcess = _FORKS.Process(
            target=_flask, args=(list(arguments), str(cwd), dict(env), str(out), str(err)), daemon=True
        )
        self._process.start()
        assert self._process.pid
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"process {self.pid} goes on after {timeout} s")
        return code

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _flask(arguments: list[str], cwd: str, env: dict[str, str], out: str, err: str) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for path, stream in ((out, 1), (err, 2)):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    sys.argv = ["flask", "--app", "server", *arguments]
    from flask.cli import main

    main()
