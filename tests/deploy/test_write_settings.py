"""The file of the settings: what is written is read alike by systemd, a shell and us; what is wrong is not written."""

from __future__ import annotations

import os
import pty
import re
import select
import stat
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from server.settings_file import SettingsError, change, parse, quote
from server.texts_settings import SETTINGS
from server.write_settings import GROUPS, main

TOP = Path(__file__).resolve().parents[2]
PROGRAM = TOP / "deploy" / "write-settings"
HOSTILE = [
    "a b", " a ", 'a"b', "a'b", "a$HOME b", "`id`", "$(id)", "a\\b", "a\\", "50%", "%n", "a;b", "a#b", "# a", "; a", "a=b", "=", "!a", "~/a", "a&b|c>d",
    '"', '""', "'", "\\n", "é ﷺ ✓", "*", "[a]", "{a,b}",
]  # fmt: skip


def run(*arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], input=said, capture_output=True, text=True, check=False)


def read_by_shell(text: str, folder: Path) -> str:
    (folder / "read.env").write_text(text)
    return subprocess.run(["sh", "-c", '. "$0"; printf %s "$K"', folder / "read.env"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("text", "values"),
    [  # as systemd 252 reads them (load_env_file)
        ("A=b\nB = c d \n", {"A": "b", "B": "c d"}),
        ("\n  # A=1\n; B=2\nC=3", {"C": "3"}),
        ("# goes on \\\nA=1\nB=2\n", {"B": "2"}),
        ('A="b c"\'d e\'f g\n', {"A": "b cd ef g"}),
        ('A=b"c d"\n', {"A": 'b"c d"'}),
        ('A="b\\"\\\\\\$\\`\\x"\n', {"A": 'b"\\$`\\x'}),
        ("A='b\\c'\nB=a\\b\\ \n", {"A": "b\\c", "B": "ab "}),
        ("A=b\\\nc\n", {"A": "bc"}),
        ('A="b\nc"\n', {"A": "b\nc"}),
        ("A=\nB=$HOME%n\n", {"A": "", "B": "$HOME%n"}),
        ("A=1\r\nB=2\n", {"A": "1", "B": "2"}),
    ],
)  # fmt: skip
def test_parse_reads_what_systemd_reads(text: str, values: dict[str, str]) -> None:
    assert {line.name: line.value for line in parse(text)} == values


@pytest.mark.parametrize("text", ["A\n", "1A=b\n", 'A="b\n', "export A=b\n", "=b\n"])
def test_parse_refuses_what_is_no_setting(text: str) -> None:
    with pytest.raises(SettingsError):
        parse(text)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_read_again_as_it_was_by_a_shell_too(value: str, tmp_path: Path) -> None:
    text = change("", {"K": value})
    assert [line.value for line in parse(text)] == [value]
    assert read_by_shell(text, tmp_path) == value


@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), min_size=1, max_size=30), st.text("\n #;=aB1\"'\\$", max_size=30))
def test_a_value_is_read_again_as_it_was_and_the_rest_stays(value: str, around: str) -> None:
    try:
        before = {line.name: line.value for line in parse(around)}
        parse(around + "\n")
    except SettingsError:
        return
    if around.rstrip(" ").endswith("\\"):  # it goes on over its end
        return
    after = {line.name: line.value for line in parse(change(around, {"K": value}))}
    assert after == {**before, "K": value}


@pytest.mark.parametrize("value", ["a\nHIRFA_URL=https://evil.example", "a\r", "a\0", "\x1b[2J", "\ud800", "a\tb"])
def test_a_value_of_more_than_a_line_is_refused(value: str) -> None:
    with pytest.raises(SettingsError):
        quote(value)


def test_change_keeps_comments_and_what_it_does_not_know() -> None:
    text = "# mine\nHIRFA_URL=https://a.dz\nOTHER='x y'\nHIRFA_URL=https://b.dz\nHIRFA_PROXIES=1\n"
    assert change(text, {"HIRFA_URL": "https://c.dz", "HIRFA_PROXIES": "", "HIRFA_TILES": "/a b"}) == (
        "# mine\nOTHER='x y'\nHIRFA_URL=https://c.dz\nHIRFA_TILES=\"/a b\"\n"
    )


def test_settings_are_written_for_root_and_the_service_alone(tmp_path: Path) -> None:
    file, lines = tmp_path / "hirfa.env", tmp_path / "given"
    file.write_text("# mine\nHIRFA_URL=https://a.dz\n")
    file.chmod(0o644)
    lines.write_text("HIRFA_BLOBS=s3://bucket/p\nHIRFA_S3_KEY=key\nHIRFA_S3_SECRET=a$b\"c'd%e\n")
    done = run("--file", str(file), "--settings", str(lines))
    assert (done.returncode, done.stderr) == (0, "")
    assert not re.search(r"a\$b|key\b", done.stdout)
    assert stat.S_IMODE(file.stat().st_mode) in (0o600, 0o640)  # the second where the service has an account
    assert {line.name: line.value for line in parse(file.read_text())}["HIRFA_S3_SECRET"] == "a$b\"c'd%e"
    assert file.read_text().startswith("# mine\nHIRFA_URL=https://a.dz\n")
    assert run("--file", str(file), "--keep", "HIRFA_URL=https://b.dz", "HIRFA_PROXIES=1").returncode == 0
    assert run("--file", str(file), "--get", "HIRFA_URL").stdout == "https://a.dz\n"
    assert run("--file", str(file), "--get", "HIRFA_S3_SECRET").returncode == 1
    assert sorted(tmp_path.iterdir()) == sorted([file, lines])


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("HIRFA_BLOB=s3://bucket", "HIRFA_BLOBS is"),
        ("PATH=/tmp", "PATH is no setting"),
        ("HIRFA_BLOBS=file:///secret-x", "HIRFA_BLOBS"),
        ("HIRFA_WORKERS=secret-x", "HIRFA_WORKERS"),
        ("HIRFA_BACKUP_TO=secret-x", "HIRFA_BACKUP_TO"),
        ("HIRFA_OIDC_ISSUER=http://secret-x.dz", "HIRFA_OIDC_ISSUER"),
        ("HIRFA_OIDC_ISSUER=https://p.dz\nHIRFA_OIDC_CLIENT=a", "HIRFA_OIDC_SECRET"),
        ("HIRFA_OIDC_ISSUER=https://[secret-x", "an address"),
        ("HIRFA_DATABASE_READ_URL=postgresql://u:secret-x@h/d", "HIRFA_DATABASE_READ_URL"),
        ('HIRFA_S3_SECRET="secret-x\nHIRFA_URL=https://evil.example"', "HIRFA_S3_SECRET"),
        ('HIRFA_S3_SECRET="secret-x', "HIRFA_S3_SECRET"),
        ("secret-x", "line 2"),
    ],
)
def test_what_is_wrong_is_named_without_its_value_and_nothing_is_written(given: str, word: str, tmp_path: Path) -> None:
    file = tmp_path / "hirfa.env"
    file.write_text("HIRFA_URL=https://a.dz\n")
    done = CliRunner().invoke(main, ["--file", str(file), "--settings", "-"], input=f"HIRFA_TILES=/tiles\n{given}\n")
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert word in done.output
    assert "secret-x" not in done.output
    assert file.read_text() == "HIRFA_URL=https://a.dz\n"


def test_a_secret_is_not_taken_where_others_read_it(tmp_path: Path) -> None:
    done = run("--file", str(tmp_path / "hirfa.env"), "HIRFA_S3_SECRET=x")
    assert done.returncode == 1
    assert "HIRFA_S3_SECRET" in done.stderr
    assert list(tmp_path.iterdir()) == []


def converse(file: Path, answers: list[str]) -> tuple[int, str]:
    """Answer one question after the other on a terminal; what stood on it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(  # noqa: S606 - nothing else has a terminal of its own
            PROGRAM, [str(PROGRAM), "--file", str(file), "--ask", "--language", "en"]
        )
    shown = ""

    def read_until_silent() -> None:
        nonlocal shown
        deadline = time.monotonic() + 60
        while not shown.rstrip(" ").endswith((":", "]")):
            assert time.monotonic() < deadline, shown
            if select.select([terminal], [], [], 1)[0]:
                try:
                    shown += os.read(terminal, 4096).decode()
                except OSError:  # it came to its end
                    return

    for answer in answers:
        read_until_silent()
        os.write(terminal, f"{answer}\n".encode())
        shown += "\n> "
    read_until_silent()
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown


def test_what_is_asked_is_written_and_secrets_are_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "hirfa.env"
    file.write_text("HIRFA_DATABASE_URL=postgresql:///hirfa\nHIRFA_OIDC_NAME=Old\n")
    backup = ["y", "/media/backup", "age1abc", ""]
    wrong = ["y", "http://bucket", "", "", "the-key", "the-secret"]
    store = ["s3://bucket/p", "", "", "the-key", "other-$ecret"]
    openid = ["y", "https://p.dz", "hirfa", "a'third", "-"]
    code, shown = converse(file, [*backup, *wrong, *store, "n", *openid])
    assert code == 0, shown
    assert "Begin this part again" in shown
    for secret in ("the-key", "the-secret", "other-$ecret", "a'third"):
        assert secret not in shown
    assert {line.name: line.value for line in parse(file.read_text())} == {
        "HIRFA_DATABASE_URL": "postgresql:///hirfa",
        "HIRFA_BACKUP_TO": "/media/backup",
        "HIRFA_BACKUP_KEY": "age1abc",
        "HIRFA_BLOBS": "s3://bucket/p",
        "HIRFA_S3_KEY": "the-key",
        "HIRFA_S3_SECRET": "other-$ecret",
        "HIRFA_OIDC_ISSUER": "https://p.dz",
        "HIRFA_OIDC_CLIENT": "hirfa",
        "HIRFA_OIDC_SECRET": "a'third",
    }


def test_every_question_is_asked_in_three_languages() -> None:
    assert set(SETTINGS) == {"fr", "ar", "en"}
    wanted = {"how", "set", "wrong", *GROUPS, *(name for names in GROUPS.values() for name in names)}
    assert all(set(words) == wanted for words in SETTINGS.values())
