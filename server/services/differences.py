"""What one version of a submission says otherwise than another, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.services.answers import Answer, Answers


@dataclass(frozen=True, slots=True)
class Difference:
    """One question that was answered differently; ``before`` or ``after`` is None where it was not asked."""

    heading: str
    index: int
    """The pass of the repeat it stands in, 0 outside of any."""
    before: Answer | None
    after: Answer | None

    @property
    def label(self) -> str:
        found = self.after or self.before
        return found.label if found else ""


def find_differences(before: Answers, after: Answers) -> list[Difference]:
    """Compare two versions question by question, in the order of the newer, then what only the older says.

    What nobody typed (times, device, calculations without a label) is left out: it differs always.
    """
    old = {answer.place: (heading, index, answer) for heading, index, answer in _walk(before)}
    new = {answer.place: (heading, index, answer) for heading, index, answer in _walk(after)}
    found = []
    for place, (heading, index, answer) in new.items():
        was = old[place][2] if place in old else None
        if (was.exact if was else "") != answer.exact:
            found.append(Difference(heading, index, was, answer))
    for place, (heading, index, answer) in old.items():
        if place not in new and answer.exact:
            found.append(Difference(heading, index, answer, None))
    return found


def _walk(answers: Answers) -> Iterable[tuple[str, int, Answer]]:
    for section in answers.sections:
        for answer in section.answers:
            yield section.heading, section.index, answer
