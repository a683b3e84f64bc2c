"""A slow, lossy link: two TUN devices joined by this process, one of them in a network namespace of its own.

A real TCP connection runs over it, which a proxy in user space cannot show: headers, retransmissions, slow start. It
needs Linux, root, iproute2 and /dev/net/tun. Only loopback-like addresses of ours are involved.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NAMESPACE, NEAR, FAR = "hirfa-link", "10.99.0.1", "10.99.0.2"
_TUNSETIFF, _TUN_NO_PI = 0x400454CA, 0x1001
_QUEUE_BYTES = 30 * 1500
"""What a phone network buffers before it drops."""


@dataclass(slots=True)
class Link:
    """The link while it is up. The client runs in ``NAMESPACE`` and reaches the server at ``FAR``."""

    rate_bits: float
    delay_s: float
    loss: float
    up_bytes: int = 0
    down_bytes: int = 0
    lost: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def carry(self, near: int, far: int) -> None:
        """Carry packets until told to stop, each late by its own length at the rate, the queue and the delay."""
        chance = random.Random(1)  # noqa: S311 - which packets are lost
        waiting: list[tuple[float, int, int, bytes]] = []
        free_at = {near: 0.0, far: 0.0}
        number = 0
        while not self._stop.is_set():
            now = time.monotonic()
            pause = max(0.0, min(0.05, waiting[0][0] - now)) if waiting else 0.05
            ready, _, _ = select.select([near, far], [], [], pause)
            now = time.monotonic()
            for device in ready:
                try:
                    packet = os.read(device, 65536)
                except BlockingIOError:
                    continue
                start = max(now, free_at[device])
                if (start - now) * self.rate_bits / 8 > _QUEUE_BYTES:
                    self.lost += 1
                    continue
                free_at[device] = start + len(packet) * 8 / self.rate_bits
                if device == near:
                    self.up_bytes += len(packet)
                else:
                    self.down_bytes += len(packet)
                if chance.random() < self.loss:
                    self.lost += 1
                    continue
                number += 1
                other = far if device == near else near
                heapq.heappush(waiting, (free_at[device] + self.delay_s, number, other, packet))
            while waiting and waiting[0][0] <= now:
                _, _, device, packet = heapq.heappop(waiting)
                try:
                    os.write(device, packet)
                except OSError:
                    continue

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def open_link(rate_bits: float, round_trip_s: float, loss: float) -> Iterator[Link]:
    """Bring a link up until the end of the block."""
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        raise SystemExit("A link needs root and /dev/net/tun on Linux.")
    _run("ip", "netns", "add", NAMESPACE)
    devices: list[int] = []
    try:
        near, far = _open_tun("hirfa-near"), _open_tun("hirfa-far")
        devices += [near, far]
        _run("ip", "link", "set", "hirfa-near", "netns", NAMESPACE)
        for inside, device, own, peer in ((True, "hirfa-near", NEAR, FAR), (False, "hirfa-far", FAR, NEAR)):
            where = ["-n", NAMESPACE] if inside else []
            _run("ip", *where, "addr", "add", own, "peer", peer, "dev", device)
            _run("ip", *where, "link", "set", device, "up")
        link = Link(rate_bits, round_trip_s / 2, loss)
        thread = threading.Thread(target=link.carry, args=(near, far), daemon=True)
        thread.start()
        try:
            yield link
        finally:
            link.stop()
            thread.join()
    finally:
        for device in devices:
            os.close(device)
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False)


def _open_tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH14x", name.encode(), _TUN_NO_PI))
    return device


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
