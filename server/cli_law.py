"""Commands that law 18-07 asks for: how long data are kept, what is processed, whom a breach touches.

The papers they write are in French.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app

from exports.programme import ALGIERS
from server.auth import COMMAND
from server.errors import Problem
from server.models import Breach
from server.services import audits, breaches, law, photographs
from server.terminal import fail, project_and_json, say

SHOWN = 20


RECORDS, PHOTOGRAPHS, LOG = KINDS = ("records", "photographs", "log")


@click.command("retention")
@click.option("--years", default=law.YEARS, show_default=True, type=click.IntRange(1, 100), help="Records: after the last news.")
@click.option(
    "--photos-years", default=None, type=click.IntRange(1, 100),
    help="Photographs: after the last form that names them; HIRFA_KEEP_PHOTOS_YEARS when not given.",
)
@click.option(
    "--log-years", default=None, type=click.IntRange(1, 100),
    help="Lines of the operations log; HIRFA_KEEP_LOG_YEARS when not given.",
)
@click.option("--only", multiple=True, type=click.Choice(KINDS), help="One kind alone; may be repeated.")
@click.option("--apply", "apply_it", is_flag=True, help="Remove what the preview lists. It cannot be undone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@project_and_json
def retention(
    years: int, photos_years: int | None, log_years: int | None, only: tuple[str, ...], apply_it: bool, yes: bool,
    project_id: int, as_json: bool,
) -> None:
    """List what was kept long enough (law 18-07 art. 9), with --apply remove it: records, photographs, the log.

    Records are erased of whom nothing was received for so many years. Of photographs the files go, the forms stay. The
    log loses its oldest lines. What is part of an open request, dispute or correction stays until that is closed.
    """  # fmt: skip
    settings = current_app.config["HIRFA"]
    photos_years, log_years = photos_years or settings.keep_photos_years, log_years or settings.keep_log_years
    now, kinds = datetime.now(UTC), only or KINDS
    due = law.find_due(project_id, now, years) if RECORDS in kinds else []
    pictures = (
        law.find_old_photographs(project_id, now, photos_years, settings.keep_photos_except)
        if PHOTOGRAPHS in kinds
        else photographs.Due((), 0)
    )
    log = law.find_old_lines(project_id, now, log_years) if LOG in kinds else audits.Old(0)
    held = law.count_held(project_id, now, years) if RECORDS in kinds else 0
    told = _tell_due(due, held, pictures, log)
    erased = emptied = files = lines = 0
    if apply_it and (due or pictures.places or log.lines):
        if not yes:
            click.echo("\n".join(told), err=True)
            asked = f"{len(due)} women, {pictures.files} photographs, {log.lines} lines of the log"
            click.confirm(f"Remove the data of {asked}? It cannot be undone", abort=True, err=True)
        if due:
            erased = law.apply_retention(project_id, due, COMMAND, now, years)
        if pictures.places:
            emptied, files = law.remove_old_photographs(project_id, pictures, COMMAND, now, photos_years)
        if log.lines:
            lines = law.remove_old_lines(project_id, COMMAND, now, log_years)
    done = f"Removed: {erased} records, {emptied} photographs ({files} files), {lines} lines of the log."
    value = {
        "due": [{"id": d.entity_id, "lastAt": d.last_at.isoformat()} for d in due],
        "held": held,
        "erased": erased,
        "photographs": {
            "due": len(pictures.places), "files": pictures.files, "bytes": pictures.size_bytes, "held": pictures.held,
            "removed": emptied,
            "questions": [{"formId": f, "question": q, "count": n} for f, q, n in pictures.count_questions()],
        },
        "log": {"due": log.lines, "held": log.waiting, "removed": lines},
    }  # fmt: skip
    say(as_json, value, "\n".join([*told, done if apply_it else "Nothing was changed; --apply removes what is due."]))


def _tell_due(due: Sequence[law.Due], held: int, pictures: photographs.Due, log: audits.Old) -> list[str]:
    told = [f"Records: {len(due)} due."]
    told += [f"  {one.entity_id}  {one.last_at:%Y-%m-%d}  {one.label}" for one in due[:SHOWN]]
    told += [f"  … and {len(due) - SHOWN} more"] if len(due) > SHOWN else []
    told += [f"  {held} more wait for an open request, dispute or question."] if held else []
    told.append(f"Photographs: {pictures.files} due, {pictures.size_bytes / 2**20:.1f} MiB.")
    told += [f"  {form_id}  {question}  {count}" for form_id, question, count in pictures.count_questions()]
    told += [f"  {pictures.held} more wait for an open request, dispute or correction."] if pictures.held else []
    told.append(f"Operations log: {log.lines} lines due.")
    told += [f"  {log.waiting} more wait for an open request, dispute or correction."] if log.waiting else []
    return told


@click.command("processing-record")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Text file to write.")
@click.option("--dpo", default="", help="Name and contact of the data protection officer; HIRFA_DPO when not given.")
@project_and_json
def processing_record(out: Path, dpo: str, project_id: int, as_json: bool) -> None:
    """Write the record of processing for the ANPDP (in French), from what is published and set up here."""
    said = law.describe_processing(project_id)
    settings = current_app.config["HIRFA"]
    today = datetime.now(ALGIERS).strftime("%d/%m/%Y")
    sealed = "scellées à une clé hors du serveur" if settings.backup_key else "NON RÉGLÉES sur ce serveur"
    text = f"""FICHE DE TRAITEMENT — loi 18-07, art. 12 à 14 et 41 bis 2
Établie le {today} par le logiciel Hirfa d’après ce qui est publié ; à relire avant dépôt sur anpdp.dz.

Traitement            : {said.project}
Responsable           : Chambre de l’Artisanat et des Métiers (à compléter : adresse, registre)
Délégué (DPD)         : {dpo or settings.dpo or "à compléter"}
Finalité              : accompagner les femmes artisanes : formation, examen, qualification, micro-crédit, suivi
Base                  : consentement exprès (art. 7), recueilli par le formulaire d’inscription, daté et versionné
Personnes concernées  : femmes artisanes inscrites ({said.women} au {today})
Données, aussi sur les téléphones des agents :
  {", ".join(said.categories) or "aucune"}
Données qui ne quittent pas le bureau :
  {", ".join(said.office) or "aucune"}
Données sensibles     : aucune dans les formulaires livrés (à vérifier dans ceux que vous avez publiés)
Destinataires         : agents de la Chambre ({said.agents} actifs), pour leurs communes ; agents du bureau selon leur rôle ;
                        aucun envoi automatique à un tiers
Transfert à l’étranger: aucun
Conservation          : fiche {law.YEARS} ans après le dernier envoi, puis effacement ; photos {settings.keep_photos_years} ans ;
                        journal {settings.keep_log_years} ans (commande retention) ; téléphones : 30 jours au plus ; sauvegardes : 30 nuits
Sécurité              : HTTPS ; données chiffrées sur les téléphones et scellées après saisie ; rôles ; second facteur ;
                        journal des opérations ; sauvegardes {sealed}
Droits                : accès, rectification, opposition, effacement : au bureau de la Chambre, sur la fiche de la personne
"""
    try:
        out.write_text(text)
    except OSError as error:
        fail(as_json, "500.1", f"{out}: {error.strerror}")
        return
    say(as_json, {"file": str(out), "women": said.women, "office": said.office}, f"Written: {out}. Read it before you send it.")


@click.command("breach")
@click.option("--agent", "app_user_id", type=int, default=None, help="Whose phone was lost; all data when not given.")
@click.option("--kind", default=None, type=click.Choice(breaches.KINDS), help="What happened: phone with --agent, else server.")
@click.option("--words", default="", help="The circumstances; name no woman.")
@click.option("--known", default="", help="When it became known, YYYY-MM-DD HH:MM (Algiers); now when not given.")
@click.option("--since", default="", help="Only records that changed since, YYYY-MM-DD.")
@click.option("--entry", default="", help="The number of a breach that is in the register: its notice is written.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Text file to write.")
@project_and_json
def breach(
    app_user_id: int | None, kind: str | None, words: str, known: str, since: str, entry: str, out: Path,
    project_id: int, as_json: bool,
) -> None:
    """Note a breach in the register and write its notice for the ANPDP (in French): who is affected, the deadline."""
    now = datetime.now(UTC)
    try:
        if entry:
            noted = breaches.find_breach(project_id, entry.strip().lower())
        else:
            noted = breaches.open_breach(
                project_id, kind or ("server" if app_user_id is None else "phone"), words, COMMAND,
                known_at=datetime.fromisoformat(known).replace(tzinfo=ALGIERS) if known else now, now=now,
                app_user_id=app_user_id, since=datetime.fromisoformat(since).replace(tzinfo=ALGIERS) if since else None,
            )
        text = breaches.write_notice(noted)
        breaches.note_notice(project_id, noted.id, COMMAND, now)
    except ValueError:
        fail(as_json, "400.8", "a date is expected: 2026-11-23, or 2026-11-23 14:30")
        return
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    try:
        out.write_text(text)
        out.chmod(0o600)
    except OSError as error:
        fail(as_json, "500.1", f"{out}: {error.strerror}. The breach is in the register: --entry {noted.id}")
        return
    latest = noted.due_at.astimezone(ALGIERS)
    say(
        as_json,
        {"file": str(out), "entry": noted.id, "affected": noted.affected, "before": latest.isoformat()},
        f"Written: {out}. {noted.affected} women at most are affected. The ANPDP must know by {latest:%d/%m/%Y %H:%M}.\n"
        f"In the register: {noted.id}",
    )  # fmt: skip


@click.command("breaches")
@project_and_json
def list_breaches(project_id: int, as_json: bool) -> None:
    """List the register of breaches, open ones first, with the time that is left to tell the ANPDP."""
    now = datetime.now(UTC)
    rows = breaches.list_breaches(project_id).rows
    value = [
        {
            "entry": row.id, "kind": row.kind, "knownAt": row.known_at.isoformat(), "before": row.due_at.isoformat(),
            "affected": row.affected, "notified": row.notified_at is not None, "closed": row.closed_at is not None,
        }
        for row in rows
    ]  # fmt: skip
    lines = [f"{row.id}  {row.kind:6}  {row.known_at:%Y-%m-%d}  {row.affected} women  {_tell_state(row, now)}" for row in rows]
    say(as_json, {"breaches": value}, "\n".join(lines) or "No breach is in the register.")


def _tell_state(row: Breach, now: datetime) -> str:
    if row.closed_at is not None:
        return "closed"
    if row.notified_at is not None:
        return "told to the ANPDP"
    if row.due_at < now:
        return f"LATE: the ANPDP had to know by {row.due_at.astimezone(ALGIERS):%Y-%m-%d %H:%M}"
    hours = int((row.due_at - now).total_seconds()) // 3600
    return f"{hours // 24} d {hours % 24} h left to tell the ANPDP"


LAW_COMMANDS: tuple[click.Command, ...] = (retention, processing_record, breach, list_breaches)
