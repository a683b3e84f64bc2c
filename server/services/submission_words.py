"""The words by which the desk finds submissions: those of the names their forms give them, folded.

They are written and taken back in the transaction that stores or erases the submission. A word is found by how it
begins, from an index: looking inside all names reads every submission that was ever sent.
"""

from __future__ import annotations

from typing import Final, cast

from sqlalchemy import Select, Table, and_, delete, select
from sqlalchemy.orm import Session

from server.models import Submission, SubmissionWord
from server.models.submission import WORD_CHARS
from server.rows import rows_of
from server.services.indexing import fold_words

MAX_WORDS: Final = 24
"""Words kept of one name."""
_WORDS: Final = cast(Table, SubmissionWord.__table__)
_AFTER: Final = chr(0x10FFFF)
"""Sorts after every letter, in both databases."""


def words_of(name: str) -> list[str]:
    """Give the words kept of a name: folded as the register folds, each once."""
    return list(dict.fromkeys(word[:WORD_CHARS] for word in fold_words(name)))[:MAX_WORDS]


def keep_words(session: Session, project_id: int, instance_id: str, name: str) -> None:
    """Write the words of a submission's name; part of the caller's transaction."""
    rows = rows_of(session)
    for word in words_of(name):
        rows.add(_WORDS, {"project_id": project_id, "word": word, "instance_id": instance_id})


def change_words(session: Session, submission: Submission, name: str) -> None:
    """Name a submission otherwise: nothing that was in its name finds it any more."""
    session.execute(
        delete(SubmissionWord).where(
            SubmissionWord.project_id == submission.project_id,
            SubmissionWord.word.in_(words_of(submission.instance_name)),
            SubmissionWord.instance_id == submission.instance_id,
        )
    )
    submission.instance_name = name
    keep_words(session, submission.project_id, submission.instance_id, name)


def find_named(project_id: int, part: str) -> Select[str]:
    """Select the ids of submissions with a word in their name that begins so.

    :param part: one folded word.
    """
    begins = part[:WORD_CHARS]
    return select(SubmissionWord.instance_id).where(
        and_(
            SubmissionWord.project_id == project_id,
            SubmissionWord.word >= begins,
            SubmissionWord.word < begins + _AFTER,
        )
    )
