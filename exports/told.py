"""What submissions tell figures and whoever chooses among them: read from their XML once, and kept.

It follows from the submissions alone, never from the options of a workbook, so a workbook that shows a part of them
finds here what the workbook of all has read: which are wanted, without the XML of any.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from exports.blocks import Kept, Told
from exports.events import FACTS, to_facts
from exports.programme import Load, Submission
from forms.definition import FormDefinition
from forms.reading import AnswerReader

_OF: Final = "told 1"


class Teller:
    """Reads what the submissions of one form tell, or finds what was read before.

    :param versions: known versions of the form; others are taken from the submissions that are read.
    """

    def __init__(self, form_id: str, versions: Iterable[FormDefinition], kept: Kept | None) -> None:
        self._form_id = form_id
        self._definitions = {one.version: one for one in versions}
        self._kept = kept
        self._readers: dict[str, tuple[AnswerReader, list[int]]] = {}

    def tell(self, mark: str, load: Load) -> list[Told]:
        """Give what some submissions tell, in their order.

        :param mark: says everything about them; what is kept stands under it.
        """
        found = self.find(mark)
        if found is None:
            found = self._read(load())
            self.keep(mark, found)
        return found

    def find(self, mark: str) -> list[Told] | None:
        """Give it if it is kept."""
        data = self._kept.get(self._name(mark)) if self._kept is not None else None
        if data is None or sha256(data[32:]).digest() != data[:32]:
            return None
        rows = json.loads(data[32:].decode("utf-8", "surrogatepass"))
        if any(row[1] not in self._definitions for row in rows):
            return None
        return [self._to_told(*row) for row in rows]

    def keep(self, mark: str, told: Sequence[Told]) -> None:
        """Keep what they tell."""
        if self._kept is None:
            return
        rows = [
            (one.key, one.definition.version, one.submitted_at.isoformat(), one.author, one.state, one.entity_ids, of)
            for one, of in told
        ]
        data = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        self._kept.put(self._name(mark), sha256(data).digest() + data)

    def _name(self, mark: str) -> str:
        return sha256(f"{_OF}\n{self._form_id}\n{mark}".encode("utf-8", "surrogatepass")).hexdigest()

    def _to_told(
        self, key: str, version: str, at: str, author: str, state: str, entities: list[str], facts: dict[str, str]
    ) -> Told:
        definition, moment = self._definitions[version], datetime.fromisoformat(at)
        return Told(Submission(definition, key, _nothing, moment, author, "", state, tuple(entities)), facts)

    def _read(self, submissions: Sequence[Submission]) -> list[Told]:
        for one in submissions:
            version = one.definition.version
            self._definitions.setdefault(version, one.definition)
            if version not in self._readers:
                reader = AnswerReader(one.definition)
                places = [place for place, node in enumerate(reader.questions[""]) if node.name in FACTS]
                self._readers[version] = reader, places
        facts: dict[str, dict[str, str]] = {}
        for version, (reader, places) in self._readers.items():
            some = [one for one in submissions if one.definition.version == version]
            if some and places:
                _, found = reader.read_many([one.load(one.key) for one in some], [one.key for one in some])
                nodes = [reader.questions[""][place] for place in places]
                columns = [found[""].columns[place] for place in places]
                for one, texts in zip(some, zip(*columns, strict=True), strict=True):
                    facts[one.key] = to_facts(nodes, texts)
        return [Told(one, facts.get(one.key, {})) for one in submissions]


def load_from(submissions: Sequence[Submission]) -> Load:
    """Give a way to load submissions that are at hand, all or those of some keys."""

    def load(keys: Collection[str] | None = None) -> Sequence[Submission]:
        return submissions if keys is None else [one for one in submissions if one.key in keys]

    return load


def _nothing(key: str) -> bytes:
    raise LookupError(key)  # nothing more is asked of a submission that was told
