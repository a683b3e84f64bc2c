"""Ask pip-audit and npm audit for known faults of what is pinned; no answer is no fault. Run by ``make audit``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 180


def ask(*command: str, folder: Path = ROOT) -> Any:
    """Run an auditor that answers in JSON; None when it got no answer from its registry."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S)
        return json.loads(done.stdout)
    except (ValueError, OSError, subprocess.TimeoutExpired):
        return None


def python_faults() -> list[str] | None:
    said = ask(sys.executable, "-m", "pip_audit", "-r", "requirements.txt", "--no-deps", "--disable-pip", "-f", "json")
    if said is None:
        return None
    return [f"{p['name']} {p['version']}: {v['id']}" for p in said["dependencies"] for v in p.get("vulns", [])]


def node_faults() -> list[str] | None:
    if shutil.which("npm") is None:
        return None
    said = ask("npm", "audit", "--omit=dev", "--json", folder=ROOT / "device")
    if not isinstance(said, dict) or "vulnerabilities" not in said:
        return None
    return [f"{name}: {fault['severity']}" for name, fault in said["vulnerabilities"].items()]


def main() -> int:
    faults: list[str] = []
    for name, found in (("Python", python_faults()), ("npm", node_faults())):
        sys.stdout.write(f"{name}: {'no answer from the registry' if found is None else f'{len(found)} known faults'}\n")
        faults += found or []
    sys.stdout.write("".join(f"  {fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
