"""Serve with gunicorn: threads in a few processes, set up from the same settings."""

from __future__ import annotations

import gc
import selectors
import socket
import struct
import time
from collections import deque
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from server.config import Settings
from server.overload import waited
from server.services.restores import serving

THREADS = 4
TIMEOUT_S = 300
"""A large workbook takes its time."""
SILENCE_S = 60
"""A phone that vanished in the middle of a request holds a thread no longer than this; one that sends, however slowly,
is heard to the end."""
PARTING_S, PARTING_BYTES = 10.0, 2**23
"""How long, and for how much, a client is heard out whose connection is closed."""
KEPT_OPEN_S = 75
"""How long a connection waits for its next request. On a line of 100 kbit/s that loses packets gunicorn's 2 s close it
while the request is on its way: a new connection for each, and a POST that its client may not repeat by itself."""
REQUEST_LINE = 8190
"""The most that gunicorn bounds: Collect asks for its offline records by id in the address, about 200 fit."""

GARBAGE_LOOKED_FOR = (50_000, 2, 2)
"""Objects made and not freed, after which the collector looks for circles among them (Python's own number is 700), and
how often it does so before it looks among older ones. Were the last two larger, circles that outlived one look would
fill tens of MiB before the next, and what is filled once is seldom given back to the system."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """Threads that know how long a connection that has something to say waited for them, and that part in peace.

    Whoever is refused before her body was read (a photograph, a batch) is answered, and her connection closed: not at
    once, or the answer would be lost with it. gunicorn waits for her to hang up, two seconds at most, and answers
    nobody meanwhile. Here such connections wait among those that are kept open.
    """

    def init_process(self) -> None:
        self.parting: deque[Any] = deque()
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        conn.waits_since = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        waited.set(time.monotonic() - conn.waits_since)
        return super().handle(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        if fs.cancelled() or fs.exception() is not None or fs.result():
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._hear_out, conn))
        except (OSError, ValueError):  # gone already
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout, conn.heard = time.monotonic() + PARTING_S, 0
        self.parting.append(conn)

    def _hear_out(self, conn: Any, client: socket.socket) -> None:
        """Read on, so that she reads the answer; until she hangs up or has said too much."""
        try:
            while said := client.recv(65536):
                conn.heard += len(said)
                if conn.heard > PARTING_BYTES:
                    break
        except BlockingIOError:
            return
        except OSError:
            pass
        self._part(conn)

    def _part(self, conn: Any) -> None:
        self.parting.remove(conn)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Close also those who did not hang up; all of them when the worker stops.

        A stopping worker waited half a minute for a connection that a browser holds ready and never used.
        """
        if not self.alive:
            for conn in self.pending_conns:
                conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        super().murder_pending()
        while self.parting and (self.parting[0].timeout <= time.monotonic() or not self.alive):
            self._part(self.parting[0])


class Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.settings.bind,
            "workers": self.settings.workers,
            "worker_class": Worker,
            "threads": THREADS,
            "timeout": TIMEOUT_S,
            "keepalive": KEPT_OPEN_S,
            "limit_request_line": REQUEST_LINE,
            "control_socket_disable": True,
            "loglevel": "warning",
            "when_ready": _prepare,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        from server import create_app

        # A batch makes tens of thousands of objects that are all freed with it: looking for circles among them after
        # every 700 was a tenth to a quarter of its time.
        gc.set_threshold(*GARBAGE_LOOKED_FOR)
        app = create_app(self.settings)
        gc.freeze()
        return app


def _prepare(arbiter: Any) -> None:
    """Make ready for the workers, which are not there yet.

    A quarter of a million objects of the programme itself stay to the end: going through them took a quarter of a
    second each time, in which nobody was answered. Left alone before the workers are forked, they also stay memory that
    all share: a worker that went through them once had a copy of its own, 30 MiB of it.
    """
    _bound_silence(arbiter)
    gc.collect()
    gc.freeze()


def _bound_silence(arbiter: Any) -> None:
    """Let no connection be silent for ever; sockets that are accepted take this over from the one that listens."""
    for listener in arbiter.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE_S, 0))
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: what was sent and is not confirmed
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_S * 1000)


def run(settings: Settings) -> None:
    """Serve until stopped. Addresses are never logged: they may hold tokens.

    :raises VaultError: when the data folder is being restored or moved.
    """
    with serving(settings):
        Server(settings).run()
