"""A fresh Debian that boots with its own systemd, to install the service on: made by debootstrap, started by systemd-nspawn.

It shares this machine's network, so 443, 80, 8000 and 5432 must be free here, and its disk is an image of its own that
can be filled. Needs root.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

RELEASE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,curl,procps"
PORTS = (443, 80, 8000, 5432)
NEEDED = ("debootstrap", "systemd-nspawn", "mkfs.ext4", "nsenter")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP = ("cert", "index-url")
INSIDE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb"}


class Machine:
    """One machine. ``folder`` keeps the bare system between runs; ``source`` is shown inside as ``/src``."""

    def __init__(self, folder: Path, source: Path, disk_mib: int = 3000) -> None:
        missing = [name for name in NEEDED if shutil.which(name) is None]
        assert not missing, f"{', '.join(missing)} is missing: apt-get install debootstrap systemd-container e2fsprogs util-linux"
        assert os.geteuid() == 0, "a machine is booted by root only: sudo make test-installed"
        for port in PORTS:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))  # else something else answers here in its name
        self.source = source
        self.base, self.image, self.root = folder / "base", folder / "disk.img", folder / "root"
        self.log = folder / "console.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._make_base()
        self._make_disk(disk_mib)

    def _make_base(self) -> None:
        if (self.base / "etc" / "hostname").exists():
            return
        part = self.base.with_name("base.part")
        shutil.rmtree(part, ignore_errors=True)
        self.base.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE, part, MIRROR], check=True)
        (part / "etc" / "hostname").write_text("hirfa-try\n")
        part.rename(self.base)

    def _make_disk(self, disk_mib: int) -> None:
        self.unmount()
        self.image.unlink(missing_ok=True)
        with self.image.open("wb") as file:
            file.truncate(disk_mib << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", "-d", self.base, self.image], check=True)
        self.root.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", "loop", self.image, self.root], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc" / "resolv.conf")
        shutil.copy(CERTIFICATES, self.root / CERTIFICATES.relative_to("/"))
        (self.root / "etc" / "pip.conf").write_text(self._read_pip_settings())

    def _read_pip_settings(self) -> str:
        """Packages come from where this machine has them from."""
        said = subprocess.run(["pip", "config", "list"], check=False, capture_output=True, text=True).stdout
        found = {m[1]: m[2] for m in re.finditer(r"^(?:global|:env:)\.([\w-]+)='(.*)'$", said, re.MULTILINE)}
        return "[global]\n" + "".join(f"{name} = {found[name]}\n" for name in PIP if name in found)

    def boot(self) -> None:
        """Start it and wait until systemd has started all."""
        command = [
            "systemd-nspawn", "-D", self.root, "--boot", "--register=no", "--keep-unit", "--machine=hirfa-try", "--resolv-conf=off",
            f"--bind-ro={self.source}:/src",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self._leader() and self.run("systemctl is-system-running --wait", check=False, timeout_s=120).strip() in ("running", "degraded"):
                return
            time.sleep(0.5)
        raise AssertionError(f"it does not boot: {self.log}")

    def _leader(self) -> str:
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return children.read_text().split()[0] if self.process.poll() is None and children.read_text().split() else ""

    def run(self, command: str, *, check: bool = True, timeout_s: float = 900) -> str:
        """Run a shell command inside and return what it printed; both streams."""
        done = subprocess.run(self._enter(command), check=False, capture_output=True, timeout=timeout_s)
        text = (done.stdout + done.stderr).decode(errors="replace")
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{text[-3000:]}"
        return text

    def start(self, command: str) -> subprocess.Popen[bytes]:
        """Start a shell command inside, in a group of its own."""
        return subprocess.Popen(self._enter(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def _enter(self, command: str) -> list[str]:
        given = [f"{name}={text}" for name, text in INSIDE.items()]
        return ["nsenter", "-t", self._leader(), "-m", "-u", "-i", "-p", "-C", "-r", "-w", "--", "env", "-i", *given, "bash", "-c", command]

    def power_off(self) -> None:
        """Shut it down as a person does."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.run("systemctl poweroff", check=False)
        self.process.wait(120)
        self.process = None

    def unmount(self) -> None:
        subprocess.run(["umount", "-q", self.root], check=False)
