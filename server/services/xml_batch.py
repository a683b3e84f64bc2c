"""The XML of submissions, a batch at a time: for whoever writes long tables of them in bounded memory."""

from __future__ import annotations

from sqlalchemy import select

from server.database import db
from server.models import Submission


class XmlBatch:
    """The XML of some submissions, read from the database when the first of them is asked for."""

    def __init__(self, project_id: int, ids: list[str]) -> None:
        self._project_id = project_id
        self._ids = ids
        self._found: dict[str, bytes] = {}

    def load(self, key: str) -> bytes:
        if not self._found:
            rows = db.session.execute(
                select(Submission.instance_id, Submission.xml).where(
                    Submission.project_id == self._project_id, Submission.instance_id.in_(self._ids)
                )
            )
            self._found = {instance_id: xml for instance_id, xml in rows.all()}  # noqa: C416
        return self._found[key]
