"""Write the settings of an installed service: ``deploy/write-settings``, which ``deploy/install`` runs too."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from server.settings_file import KNOWN, SettingsError, check, parse, store
from server.texts import LANGUAGES
from server.texts_settings import SETTINGS

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "backup": ("HIRFA_BACKUP_TO", "HIRFA_BACKUP_KEY", "HIRFA_BACKUP_COPIED"),
    "store": ("HIRFA_BLOBS", "HIRFA_S3_ENDPOINT", "HIRFA_S3_REGION", "HIRFA_S3_KEY", "HIRFA_S3_SECRET"),
    "replica": ("HIRFA_DATABASE_READ_URL",),
    "openid": ("HIRFA_OIDC_ISSUER", "HIRFA_OIDC_CLIENT", "HIRFA_OIDC_SECRET", "HIRFA_OIDC_NAME"),
}
NOTHING: Final = "-"


def ask(now: Mapping[str, str], language: str) -> dict[str, str]:
    """Ask an administrator for what is not asked by options; secrets are neither shown nor echoed."""
    words, found = SETTINGS[language], dict(now)
    click.echo(words["how"])
    for group, names in GROUPS.items():
        if not click.confirm(words[group], default=any(found.get(name) for name in names)):
            continue
        while True:
            tried = {**found, **{name: _ask_one(name, found.get(name, ""), words) for name in names}}
            try:
                check({name: value for name, value in tried.items() if name in KNOWN})
            except SettingsError as error:
                click.echo(words["wrong"].format(error=error), err=True)
            else:
                found = tried
                break
    return {name: value for name, value in found.items() if now.get(name, "") != value}


def _ask_one(name: str, now: str, words: Mapping[str, str]) -> str:
    shown = KNOWN[name]
    told = f" [{now if shown else words['set']}]" if now else ""
    said = str(click.prompt(words[name] + told, default="", show_default=False, hide_input=not shown)).strip()
    return "" if said == NOTHING else said or now


def _read_given(lines: Path | None, pairs: tuple[str, ...]) -> dict[str, str]:
    given: dict[str, str] = {}
    if lines is not None:
        found = parse(sys.stdin.read() if str(lines) == NOTHING else lines.read_text("utf-8"))
        given |= {line.name: line.value for line in found}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SettingsError("NAME=VALUE is expected")
        if not KNOWN.get(name, True):
            raise SettingsError(f"{name}: whoever lists the processes reads it here; give it by --settings or --ask")
        given[name] = value
    return given


@click.command()
@click.option("--file", "path", default="/etc/hirfa/hirfa.env", type=click.Path(path_type=Path), show_default=True)
@click.option("--settings", "lines", type=click.Path(path_type=Path), help="File of NAME=VALUE lines; - reads them.")
@click.option("--ask", "asks", is_flag=True, help="Ask for backup, store, replica and OpenID Connect.")
@click.option("--language", type=click.Choice(LANGUAGES), default="fr", show_default=True, help="Of the questions.")
@click.option("--keep", is_flag=True, help="Write only what is missing there.")
@click.option("--get", "wanted", help="Print one setting that is no secret.")
@click.argument("pairs", nargs=-1, metavar="[NAME=VALUE]...")
def main(
    path: Path,
    lines: Path | None,
    asks: bool,
    language: str,
    keep: bool,
    wanted: str | None,
    pairs: tuple[str, ...],
) -> None:
    """Write settings into the file of an installed service; what else stands in it is kept. NAME= takes one away."""
    try:
        now = {line.name: line.value for line in parse(path.read_text("utf-8"))} if path.exists() else {}
        if wanted is not None:
            if not KNOWN.get(wanted):
                raise SettingsError(f"{wanted} is no setting that is shown")
            click.echo(now.get(wanted, ""))
            return
        given = _read_given(lines, pairs)
        if asks:
            given |= ask({**now, **given}, language)
        changed = store(path, given, keep=keep)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path if lines is None else lines}: {type(error).__name__}") from None
    if changed:
        click.echo(f"{path}: {', '.join(changed)}")


if __name__ == "__main__":
    main()
