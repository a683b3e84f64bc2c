"""The installed service on a machine of its own, with real systemd: every part is killed, the disk fills, the database goes
and comes back, the certificate runs out, an upgrade is cut off in the middle, the machine is started again. Agents send all
the while; what was acknowledged is there at the end. `make test-installed`, some ten minutes; the tests go in their order.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.settings_file import change
from tests.builders import registration
from tests.faults.agents import Agent
from tests.faults.field import CUTS, Phone, in_background
from tests.installed.machine import Machine

TOP = Path(__file__).resolve().parents[2]
KEPT = Path.home() / ".cache" / "hirfa-machine"
PORT = 8000
INSTALL = "/src/deploy/install --lan 127.0.0.1"


def copy_source(target: Path) -> None:
    """Copy what is under version control, and the built app."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True, capture_output=True).stdout.decode().split("\0")
    for name in filter(None, files):
        if (TOP / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, target / name)
    shutil.copytree(TOP / "device" / "dist", target / "device" / "dist")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    source = tmp_path_factory.mktemp("source")
    copy_source(source)
    found = Machine(KEPT, source)
    try:
        found.boot()
        found.run(INSTALL)
        yield found
    finally:
        found.power_off()
        found.unmount()


@pytest.fixture(scope="module")
def agent(machine: Machine) -> Agent:
    made = json.loads(machine.run("hirfa create-app-user Amina --scope 3112 --json"))
    one = Agent(made["token"], 1)
    one.work(PORT, 4)
    return one


def is_answered(path: str, agent: Agent) -> int:
    """Return the status of a GET, 0 when nobody answers."""
    try:
        return agent.phone(PORT).ask("GET", path).status
    except CUTS:
        return 0


def wait_for(path: str, status: int, agent: Agent, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while (found := is_answered(path, agent)) != status:
        assert time.monotonic() < deadline, f"{path}: {found}"
        time.sleep(0.2)


def find_open(machine: Machine) -> dict[str, str]:
    """Return what the doctor says must be done, by key."""
    findings = json.loads(machine.run("hirfa doctor --json", check=False))["findings"]
    return {found["key"]: found["text"] for found in findings if found["level"] == "bad"}


def test_installing_again_changes_nothing(machine: Machine, agent: Agent) -> None:
    before = machine.run("cat /etc/hirfa/hirfa.env /etc/caddy/Caddyfile; readlink /opt/hirfa/current")
    said = machine.run(INSTALL)
    assert machine.run("cat /etc/hirfa/hirfa.env /etc/caddy/Caddyfile; readlink /opt/hirfa/current") == before
    assert "First administrator" not in said
    assert machine.run("systemctl --failed --no-legend --plain").strip() == ""
    wait_for("/ready", 200, agent)
    agent.work(PORT, 2)


def test_a_setting_is_read_alike_by_the_service_and_by_its_commands(machine: Machine, agent: Agent) -> None:
    value = "Chambre d'Oran \"A\" & $HOME 50% \\ `id` #é"
    (machine.root / "root" / "further").write_text(change("", {"HIRFA_OIDC_NAME": value}))
    machine.run(f"{INSTALL} --settings /root/further")
    wait_for("/ready", 200, agent)
    served = machine.run("tr '\\0' '\\n' < /proc/$(systemctl show -p MainPID --value hirfa)/environ | sed -n 's/^HIRFA_OIDC_NAME=//p'")
    assert served.rstrip("\n") == value
    assert machine.run("set -a; . /etc/hirfa/hirfa.env; printf %s \"$HIRFA_OIDC_NAME\"") == value
    assert machine.run("stat -c '%a %U %G' /etc/hirfa/hirfa.env").split() == ["640", "root", "hirfa"]
    assert "HIRFA_OIDC_NAMES" in machine.run("/opt/hirfa/current/deploy/write-settings HIRFA_OIDC_NAMES=x", check=False)
    machine.run("/opt/hirfa/current/deploy/write-settings HIRFA_OIDC_NAME=; systemctl restart hirfa")
    wait_for("/ready", 200, agent)


def test_phones_reach_it_by_https_and_nothing_else_listens_outside(machine: Machine, agent: Agent) -> None:
    machine.run("cp $(find /var/lib/caddy -name root.crt | head -1) /tmp/root.crt; chmod a+r /tmp/root.crt")
    assert machine.run("curl -sS --cacert /tmp/root.crt -o /dev/null -w '%{http_code}' https://127.0.0.1/app/") == "200"
    assert machine.run("curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1/confiance") == "200"
    listening = machine.run("cat /proc/net/tcp")
    outside = {int(line.split()[1].rpartition(":")[2], 16) for line in listening.splitlines()[1:] if line.split()[3] == "0A" and line.split()[1].startswith("00000000")}
    assert not outside & {5432, 8000, 2019}


@pytest.mark.parametrize(
    "kill",
    [
        "kill -9 $(pgrep -P $(systemctl show -p MainPID --value hirfa) | tail -1)",
        "kill -9 $(systemctl show -p MainPID --value hirfa)",
        "systemctl kill -s KILL hirfa",
        "systemctl kill -s KILL postgresql@15-main",
        "kill -9 $(head -1 /var/lib/postgresql/15/main/postmaster.pid)",
        "systemctl kill -s KILL caddy",
        "systemctl kill -s KILL systemd-journald",
    ],
    ids=["a process", "the first process", "the service", "the database", "its first process", "caddy", "the journal"],
)
def test_a_part_that_is_killed_comes_back_by_itself(machine: Machine, agent: Agent, kill: str) -> None:
    with in_background(lambda: agent.work(PORT, 6)):
        machine.run(kill)
    wait_for("/ready", 200, agent)
    agent.work(PORT, 2)
    deadline = time.monotonic() + 30
    while machine.run("curl -sk -o /dev/null -w '%{http_code}' https://127.0.0.1/app/", check=False) != "200":
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert machine.run("systemctl --failed --no-legend --plain").strip() == ""


def test_a_database_that_is_away_is_told_and_comes_back(machine: Machine, agent: Agent) -> None:
    machine.run("systemctl stop postgresql@15-main")
    phone = Phone(PORT, agent.token)
    answer = phone.push(phone.registrations(1))
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert is_answered("/ready", agent) == 503
    assert is_answered("/health", agent) == 200
    with in_background(lambda: agent.work(PORT, 4)):
        time.sleep(3)
        machine.run("systemctl start postgresql@15-main")
    wait_for("/ready", 200, agent)


def test_a_full_disk_is_told_and_nothing_is_confirmed_that_is_not_stored(machine: Machine, agent: Agent) -> None:
    machine.run("dd if=/dev/zero of=/var/filling bs=1M 2>/dev/null; dd if=/dev/zero of=/var/rest bs=1k 2>/dev/null; sync", check=False)
    phone = Phone(PORT, agent.token)
    deadline, status = time.monotonic() + 120, 200
    while status == 200:  # what the database had set aside beforehand holds some more
        assert time.monotonic() < deadline
        status = phone.push([phone.item(*registration(localite="x" * 900)[:2]) for _ in range(40)]).status
    assert status in (503, 507)
    with in_background(lambda: agent.work(PORT, 6)):
        time.sleep(5)
        machine.run("rm -f /var/filling /var/rest")
    wait_for("/ready", 200, agent, 120)
    assert machine.run("systemctl --failed --no-legend --plain").strip() == ""


def test_a_certificate_that_ran_out_is_named(machine: Machine, agent: Agent) -> None:
    assert not [key for key in find_open(machine) if key.startswith("certificate")]
    _write_expired_certificate(machine.root / "etc" / "caddy")
    machine.run("cp /etc/caddy/Caddyfile /root/Caddyfile; sed -i 's|tls internal.*|tls /etc/caddy/over.crt /etc/caddy/over.key|' /etc/caddy/Caddyfile; chgrp caddy /etc/caddy/over.*; systemctl reload caddy")
    assert "certificate_over" in find_open(machine)
    agent.work(PORT, 1)
    machine.run(f"cp /root/Caddyfile /etc/caddy/Caddyfile; {INSTALL}")
    assert "certificate_over" not in find_open(machine)


def _write_expired_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=90)).not_valid_after(now - timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "over.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "over.key").write_bytes(pem)
    (folder / "over.key").chmod(0o640)


def test_the_nightly_backup_works_under_its_unit(machine: Machine, agent: Agent) -> None:
    assert "backup_unset" in find_open(machine)
    public = json.loads(machine.run("hirfa backup-key --out /var/lib/hirfa/key.txt --json"))["publicKey"]
    machine.run(f"mkdir -p /media/backup; {INSTALL} --backup-to /media/backup --backup-key {public}")
    machine.run("systemctl start hirfa-backup.service")
    machine.run("hirfa verify-backup --key /var/lib/hirfa/key.txt")
    timers = machine.run("systemctl list-timers --no-legend --plain")
    assert "hirfa-backup.timer" in timers
    assert "hirfa-doctor.timer" in timers
    assert not {key for key in find_open(machine) if key.startswith("backup")}
    assert machine.run("systemctl start hirfa-doctor.service; systemctl is-failed hirfa-doctor.service", check=False).strip() == "inactive"


def test_an_upgrade_that_is_cut_off_is_done_again_and_goes_back(machine: Machine, agent: Agent) -> None:
    old = machine.run("readlink -f /opt/hirfa/current").strip()
    machine.run("cp -r /src /root/new; echo '# newer' >> /root/new/server/__init__.py")
    running = machine.start("exec /root/new/deploy/upgrade")
    deadline = time.monotonic() + 300
    while machine.run("ls /opt/hirfa/releases | grep -v part | wc -l").strip() != "2":  # its packages are being put in
        assert time.monotonic() < deadline
        time.sleep(0.5)
    machine.run("pkill -9 -f '[d]eploy/upgrade'; pkill -9 -f '[d]eploy/install'; pkill -9 -f '[p]ip install'", check=False)
    running.wait(30)
    agent.work(PORT, 2)
    assert machine.run("readlink -f /opt/hirfa/current").strip() == old
    running = machine.start("exec /root/new/deploy/upgrade")  # cut off again, later
    while machine.run("readlink -f /opt/hirfa/current").strip() == old:
        assert time.monotonic() < deadline + 300
        time.sleep(0.2)
    machine.run("pkill -9 -f '[d]eploy/upgrade'; pkill -9 -f '[d]eploy/install'; pkill -9 -f '[f]lask --app server (upgrade|init)'", check=False)
    running.wait(30)
    machine.run("/root/new/deploy/upgrade")
    new = machine.run("readlink -f /opt/hirfa/current").strip()
    assert new != old
    wait_for("/ready", 200, agent)
    agent.work(PORT, 2)
    machine.run("/root/new/deploy/upgrade --back")
    assert machine.run("readlink -f /opt/hirfa/current").strip() == old
    wait_for("/ready", 200, agent)
    agent.work(PORT, 2)


def test_all_comes_up_by_itself_after_a_restart_and_every_visit_is_there(machine: Machine, agent: Agent) -> None:
    machine.power_off()
    machine.boot()
    wait_for("/ready", 200, agent, 90)
    agent.work(PORT, 1)
    assert machine.run("systemctl --failed --no-legend --plain").strip() == ""
    stored = set(machine.run("su postgres -c \"psql -qtA hirfa -c 'select instance_id from submissions'\"").split())
    assert agent.acknowledged == {instance for instance, _ in agent.kept}
    assert agent.acknowledged <= stored
    for sha256, photo in agent.photos.items():
        assert (machine.root / "var/lib/hirfa/blobs/1" / sha256[:2] / sha256).read_bytes() == photo
    assert json.loads(machine.run("hirfa rebuild-entities --json"))["changed"] == 0
    assert not {key for key in find_open(machine) if not key.startswith(("clock", "backup"))}
