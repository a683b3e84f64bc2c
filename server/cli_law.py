"""Commands that law 18-07 asks for: how long data are kept, what is processed, whom a breach touches.

The papers they write are in French.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from flask import current_app

from exports.programme import ALGIERS
from server.auth import COMMAND
from server.errors import Problem
from server.services import audits, law, photographs
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
    told = _tell_due(due, pictures, log)
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
        "erased": erased,
        "photographs": {
            "due": len(pictures.places), "files": pictures.files, "bytes": pictures.size_bytes, "held": pictures.held,
            "removed": emptied,
            "questions": [{"formId": f, "question": q, "count": n} for f, q, n in pictures.count_questions()],
        },
        "log": {"due": log.lines, "held": log.waiting, "removed": lines},
    }  # fmt: skip
    say(as_json, value, "\n".join([*told, done if apply_it else "Nothing was changed; --apply removes what is due."]))


def _tell_due(due: Sequence[law.Due], pictures: photographs.Due, log: audits.Old) -> list[str]:
    told = [f"Records: {len(due)} due."]
    told += [f"  {one.entity_id}  {one.last_at:%Y-%m-%d}  {one.label}" for one in due[:SHOWN]]
    told += [f"  … and {len(due) - SHOWN} more"] if len(due) > SHOWN else []
    told.append(f"Photographs: {pictures.files} due, {pictures.size_bytes / 2**20:.1f} MiB.")
    told += [f"  {form_id}  {question}  {count}" for form_id, question, count in pictures.count_questions()]
    told += [f"  {pictures.held} more wait for an open request, dispute or correction."] if pictures.held else []
    told.append(f"Operations log: {log.lines} lines due.")
    told += [f"  {log.waiting} more wait for an open request, dispute or correction."] if log.waiting else []
    return told


@click.command("processing-record")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Text file to write.")
@click.option("--dpo", default="", help="Name and contact of the data protection officer.")
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
Délégué (DPD)         : {dpo or "à compléter"}
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
@click.option("--known", default="", help="When it became known, YYYY-MM-DD HH:MM (Algiers); now when not given.")
@click.option("--since", default="", help="Only records that changed since, YYYY-MM-DD.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Text file to write.")
@project_and_json
def breach(app_user_id: int | None, known: str, since: str, out: Path, project_id: int, as_json: bool) -> None:
    """Write the notice of a breach for the ANPDP (in French), with who is affected and the deadline."""
    try:
        at = datetime.fromisoformat(known).replace(tzinfo=ALGIERS) if known else datetime.now(ALGIERS)
        begun = datetime.fromisoformat(since).replace(tzinfo=ALGIERS) if since else None
        found = law.find_affected(project_id, app_user_id, begun)
    except ValueError:
        fail(as_json, "400.8", "a date is expected: 2026-11-23, or 2026-11-23 14:30")
        return
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    latest, aim = at + timedelta(days=law.NOTICE_DAYS), at + timedelta(hours=law.AIM_HOURS)
    what = f"perte du téléphone de l’agent {found.agent}" if found.agent else "atteinte au serveur ou à une sauvegarde"
    women = "\n".join(f"  {w.entity_id}  {w.label}" for w in found.women)
    text = f"""NOTIFICATION DE VIOLATION DE DONNÉES — loi 18-07 modifiée par 25-11
À déposer à l’ANPDP au plus tard le {latest:%d/%m/%Y à %H:%M} (5 jours) ; visé en interne : {aim:%d/%m/%Y à %H:%M} (72 h).

Connue le             : {at:%d/%m/%Y à %H:%M}
Nature                : {what} (à préciser : vol, perte, intrusion, erreur)
Personnes concernées  : {len(found.women)} au plus, liste ci-dessous (à garder au bureau, ne pas joindre)
Données concernées    : {", ".join(found.categories) or "aucune"}
Protection            : sur un téléphone, les données sont chiffrées par un code et verrouillées ; ce qui est saisi et non envoyé
                        est scellé et illisible, même pour l’agent
Conséquences probables: à compléter
Mesures prises        : agent révoqué (page Agents) le … ; mots de passe et sessions fermés le … ; sauvegardes vérifiées le …
Personnes informées   : le …, par …
Contact (DPD)         : à compléter

--- Personnes concernées ---
{women or "  aucune"}
"""
    try:
        out.write_text(text)
        out.chmod(0o600)
    except OSError as error:
        fail(as_json, "500.1", f"{out}: {error.strerror}")
        return
    say(
        as_json,
        {"file": str(out), "affected": len(found.women), "before": latest.isoformat()},
        f"Written: {out}. {len(found.women)} women at most are affected. The ANPDP must know by {latest:%d/%m/%Y %H:%M}.",
    )


LAW_COMMANDS: tuple[click.Command, ...] = (retention, processing_record, breach)
