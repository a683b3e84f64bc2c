"""A small disk of its own that can be filled, emptied and made read-only: a memory file system where this machine lets
us mount one; elsewhere the kernel's limit on the size of files, set on the running workers."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class SmallDisk:
    folder: Path
    mounted: bool
    pids: Callable[[], list[int]] = list
    """Processes that a limit is set on where nothing could be mounted."""

    def fill(self) -> None:
        """Leave no room."""
        if not self.mounted:
            self._limit(0)
            return
        block = b"\0" * 4096
        with (self.folder / "ballast").open("ab", buffering=0) as file:
            while True:
                try:
                    file.write(block)
                except OSError:
                    return

    def free(self) -> None:
        if not self.mounted:
            self._limit(resource.RLIM_INFINITY)
        (self.folder / "ballast").unlink(missing_ok=True)

    def _limit(self, size_bytes: int) -> None:
        for pid in self.pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))

    def set_read_only(self, read_only: bool) -> None:
        """Where nothing could be mounted: take away the right to write, which root does not need, so limit it."""
        if self.mounted:
            subprocess.run(["mount", "-o", f"remount,{'ro' if read_only else 'rw'}", str(self.folder)], check=True)
        else:
            self._limit(0 if read_only else resource.RLIM_INFINITY)


    def grow(self, size_mib: int) -> None:
        """Give it room, as an administrator does."""
        if self.mounted:
            subprocess.run(["mount", "-o", f"remount,size={size_mib}m", str(self.folder)], check=True)


@contextmanager
def small_disk(size_mib: int) -> Iterator[SmallDisk]:
    folder = Path(tempfile.mkdtemp(prefix="disk."))
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=0755", "hirfa-test", str(folder)], capture_output=True
    )
    mounted = done.returncode == 0
    try:
        yield SmallDisk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)
