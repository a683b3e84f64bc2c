"""A line that breaks at any byte: a TCP proxy that ends each connection after so many bytes of request or answer."""

from __future__ import annotations

import random
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from tests.live import free_port


@dataclass
class CuttingProxy:
    """Passes connections on to a port, and breaks most of them.

    :param whole: the share of connections that are let through to their end, so that things get on.
    :param longest: a cut comes before so many bytes of either direction have passed; bytes near the beginning (the
        line, the headers) are as likely as all others together.
    :param surely: so many connections, the first ones, are broken in the line or the headers of their request.
    """

    target: int
    seed: int
    whole: float = 0.4
    longest: int = 60_000
    surely: int = 0
    port: int = field(default_factory=free_port)
    cuts: int = 0
    passed: int = 0

    def __enter__(self) -> CuttingProxy:
        self._random = random.Random(self.seed)
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        accepted = 0
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            chance = self._random
            plan = None
            accepted += 1
            if accepted <= self.surely:
                plan = (False, chance.randrange(1, 100), chance.random() < 0.5)
            elif chance.random() >= self.whole:
                scale = 400 if chance.random() < 0.5 else self.longest
                plan = (chance.random() < 0.5, chance.randrange(scale), chance.random() < 0.5)
            threading.Thread(target=self._pass, args=(client, plan), daemon=True).start()

    def _pass(self, client: socket.socket, plan: tuple[bool, int, bool] | None) -> None:
        """:param plan: (cut the answer, not the request; after so many bytes; by a reset, not by an end)."""
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError:
            client.close()
            return
        cut_answer, after, reset = plan or (False, 0, False)
        request = None if plan is None or cut_answer else after
        answer = after if plan is not None and cut_answer else None
        ends = (client, server)
        back = threading.Thread(target=self._pump, args=(server, client, answer, reset, ends), daemon=True)
        back.start()
        self._pump(client, server, request, reset, ends)
        back.join(60)
        for end in ends:
            end.close()

    def _pump(
        self,
        source: socket.socket,
        sink: socket.socket,
        budget: int | None,
        reset: bool,
        ends: tuple[socket.socket, socket.socket],
    ) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if budget is not None and len(piece) >= budget:
                    sink.sendall(piece[:budget])
                    self.cuts += 1
                    for end in ends:
                        if reset:
                            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        end.shutdown(socket.SHUT_RDWR)
                    return
                sink.sendall(piece)
                budget = None if budget is None else budget - len(piece)
            sink.shutdown(socket.SHUT_WR)
            self.passed += 1
