"""``flask --app server verify-audit``: is the operations log as it was written."""

from __future__ import annotations

import click

from server.terminal import fail, project_and_json, say


@click.command("verify-audit")
@click.option("--expect", default="", help="A hash noted earlier: some line must have it.")
@project_and_json
def verify_audit(expect: str, project_id: int, as_json: bool) -> None:
    """Compute the chain of the operations log anew; fail where a line was changed, taken out or put in."""
    from server.services import audits

    done = audits.verify_audits(project_id, expected=expect.strip().lower())
    if done.broken_at is not None:
        where = {"line": done.broken_at, "reason": done.reason}
        fail(as_json, "audit", f"The operations log is not as it was written: line {done.broken_at}.", **where)
    if not done.found:
        fail(as_json, "audit", "The log is whole, but no line has that hash: another log, or one removed since.")
    text = f"{done.lines} lines, as they were written. Last: {done.hash}"
    if done.removed:
        text += f"\n{done.removed} before them were removed after their time, as the log tells."
    say(as_json, {"lines": done.lines, "removed": done.removed, "hash": done.hash}, text)
