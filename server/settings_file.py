"""The file of the settings of an installed service, ``/etc/hirfa/hirfa.env``: read and written as systemd and a shell
both read it (``EnvironmentFile=``, and ``.`` in the command ``hirfa``). ``deploy/write-settings`` is this as a program.
"""

from __future__ import annotations

import difflib
import grp
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from server.config import load_settings

#: Each setting, and whether its value may be shown: addresses of databases may hold a password.
KNOWN: Final[Mapping[str, bool]] = {
    "HIRFA_DATA": True, "HIRFA_DATABASE_URL": False, "HIRFA_DATABASE_READ_URL": False, "HIRFA_BIND": True,
    "HIRFA_URL": True, "HIRFA_KEYS": True, "HIRFA_SECRET_KEY": False, "HIRFA_WORKERS": True, "HIRFA_BACKUP_TO": True,
    "HIRFA_BACKUP_KEY": True, "HIRFA_BACKUP_COPIED": True, "HIRFA_PROXIES": True, "HIRFA_METRICS_TOKEN": False,
    "HIRFA_SECOND_FACTOR": True, "HIRFA_OIDC_ISSUER": True, "HIRFA_OIDC_CLIENT": True, "HIRFA_OIDC_SECRET": False,
    "HIRFA_OIDC_NAME": True, "HIRFA_TILES": True, "HIRFA_BLOBS": True, "HIRFA_S3_ENDPOINT": True,
    "HIRFA_S3_REGION": True, "HIRFA_S3_KEY": False, "HIRFA_S3_SECRET": False,
    "HIRFA_KEEP_LOG_YEARS": True, "HIRFA_KEEP_PHOTOS_YEARS": True, "HIRFA_KEEP_PHOTOS_EXCEPT": True, "HIRFA_DPO": True,
}  # fmt: skip
NUMBERS: Final = ("HIRFA_WORKERS", "HIRFA_PROXIES")
FOLDERS: Final = ("HIRFA_DATA", "HIRFA_KEYS", "HIRFA_BACKUP_TO", "HIRFA_TILES")
GROUP: Final = "hirfa"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@%+=:,./?-]+\Z")
_ESCAPED: Final = re.compile(r'(["\\`$])')
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_BLANK, _NEWLINE = " \t\n\r", "\n\r"


class SettingsError(ValueError):
    """What is wrong with a setting, in words that hold no value of one."""


class Line(NamedTuple):
    """One setting of the file, from ``begin`` to ``end`` of its text."""

    name: str
    value: str
    begin: int
    end: int


def parse(text: str) -> list[Line]:
    """Read a file of settings as systemd reads it (``env-file.c``): quotes, backslashes, comments.

    :raises SettingsError: when a line is none, or a quote is not closed.
    """
    found: list[Line] = []
    place = 0
    while place < len(text):
        if text[place] in _BLANK:
            place += 1
        elif text[place] in "#;":
            while place < len(text) and text[place] not in _NEWLINE:
                place += 2 if text[place] == "\\" else 1  # a backslash goes on over the end of the line
        else:
            begin, stop = place, _end_of_line(text, place)
            name, equals, _ = text[begin:stop].partition("=")
            if not equals or not _NAME.match(name.rstrip()):
                raise SettingsError(f"line {text.count(chr(10), 0, begin) + 1}: NAME=VALUE is expected")
            value, place = _read_value(text, begin + len(name) + 1, name)
            found.append(Line(name.rstrip(), value, begin, place))
    return found


def _end_of_line(text: str, place: int) -> int:
    ends = [end for end in (text.find(one, place) for one in _NEWLINE) if end >= 0]
    return min(ends, default=len(text))


def _read_value(text: str, place: int, name: str) -> tuple[str, int]:
    """Read a value; return it and where its line ends."""
    said: list[str] = []
    kept = 0  # characters that were quoted or escaped are no blanks at the end
    quote, begun = "", False
    while place < len(text):
        one = text[place]
        place += 1
        if quote:
            if one == quote:
                quote, begun = "", False
            elif one == "\\" and quote == '"':
                after = text[place : place + 1]
                place += 1
                said.append(after if after in '"\\`$' else "" if after == "\n" else f"\\{after}")
            else:
                said.append(one)
            kept = len(said)
        elif one in _NEWLINE:
            place -= 1
            break
        elif one == "\\":
            after = text[place : place + 1]
            place += 1
            if after not in _NEWLINE:
                said.append(after)
            kept, begun = len(said), True
        elif one in "\"'" and not begun:
            quote = one
        elif begun or one not in _BLANK:
            said.append(one)
            begun = True
            if one not in _BLANK:
                kept = len(said)
    if quote:
        raise SettingsError(f"{name}: a quote is not closed")
    return "".join(said[:kept]), place


def quote(value: str) -> str:
    """Write a value so that systemd and a shell read the same again.

    :raises SettingsError: when it holds what neither keeps: a new line, a NUL, half a character.
    """
    if any(ord(one) < 32 or ord(one) == 127 or 0xD800 <= ord(one) < 0xE000 for one in value):
        raise SettingsError("a value is one line of text")
    if not value or _PLAIN.match(value):
        return value
    escaped = _ESCAPED.sub(r"\\\1", value)
    return f'"{escaped}"'


def change(text: str, given: Mapping[str, str]) -> str:
    """Put settings into the text of a file: in the place of what they were, else at its end; the rest stays as it is.

    An empty value takes a setting away. Where one stands twice, the last counts, as systemd has it, and one stays.
    """
    lines = parse(text)
    made, done = "", 0
    last = {line.name: line for line in lines}
    for line in lines:
        if line.name not in given:
            continue
        made += text[done : line.begin]
        done = line.end
        value = given[line.name]
        if value and line is last[line.name]:
            made += f"{line.name}={quote(value)}"
        else:
            done += text[done : done + 1] == "\n"
    made += text[done:]
    for name, value in given.items():
        if value and name not in last:
            made += "" if not made or made.endswith("\n") else "\n"
            made += f"{name}={quote(value)}\n"
    return made


def check(values: Mapping[str, str]) -> None:
    """Compare settings with what the server takes, all together.

    :raises SettingsError: names the setting that is wrong, never its value.
    """
    for name, value in values.items():
        if name not in KNOWN:
            near = difflib.get_close_matches(name, KNOWN, 1)
            raise SettingsError(f"{name} is no setting" + (f"; {near[0]} is" if near else ""))
        try:
            quote(value)
        except SettingsError as error:
            raise SettingsError(f"{name}: {error}") from None
        if name in NUMBERS and value and not re.fullmatch(r"[0-9]{1,3}", value):
            raise SettingsError(f"{name}: a number is expected")
        if name in FOLDERS and value and not value.startswith("/"):
            raise SettingsError(f"{name}: the whole path of a folder is expected, from / on")
    with tempfile.TemporaryDirectory() as folder:  # reading settings makes the folder of the data
        try:
            load_settings({**{k: v for k, v in values.items() if k in KNOWN}, "HIRFA_DATA": folder})
        except ValueError as error:
            said = str(error)
            ours = re.match(r"HIRFA_[A-Z0-9_]+", said)
            # what other code says may hold the value
            raise SettingsError(said if ours else "an address among them is none") from None


def store(path: Path, given: Mapping[str, str], *, keep: bool = False) -> list[str]:
    """Write settings into a file, whole or not at all, readable by root and the service alone.

    :param keep: only what is missing there.
    :returns: the names of what was changed.
    :raises SettingsError: when something is wrong; nothing is written then.
    """
    text = path.read_text("utf-8") if path.exists() else ""
    now = {line.name: line.value for line in parse(text)}
    wanted = {name: value for name, value in given.items() if now.get(name, "") != value and not (keep and name in now)}
    check({**{name: value for name, value in now.items() if name in KNOWN}, **wanted})
    if not wanted:
        return []
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(change(text, wanted))
            file.flush()
            _share(descriptor)
            os.fsync(descriptor)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return list(wanted)


def _share(descriptor: int) -> None:
    """Let the service read it, where it has an account here."""
    try:
        group = grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return
    if os.geteuid() == 0:
        os.fchown(descriptor, 0, group)
        os.fchmod(descriptor, 0o640)
