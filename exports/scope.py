"""Which part of a programme a workbook shows, and under which names.

Women are chosen by commune and association, with what was sent of them; rows of forms by form, version and the day
they were received. Without personal data, ids become pseudonyms: keyed, so that nobody who lacks the key can try ids
out, and the same in every workbook of the programme, so that two of them can be compared.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from exports.programme import Options, Programme, Submission

_NAMED_IN = ("artisane", "presentes", "excusees")
_LENGTH_BYTES = 10


class Scope:
    """The part of a programme that some options ask for."""

    def __init__(self, programme: Programme, options: Options) -> None:
        self._options = options
        self._programme = programme
        self.narrow = bool(options.communes or options.associations)
        self._women: frozenset[str] | None = None
        if self.narrow:
            self._women = frozenset(one.entity_id for one in programme.living() if self._wants(one.values))

    @property
    def whole(self) -> bool:
        """Tell whether every submission is shown, and as it is: nothing of it must be looked at."""
        options = self._options
        chosen = self.narrow or options.versions == "newest" or options.since is not None or options.until is not None
        return not (chosen or self.disguises or options.changed_since is not None or self._programme.withheld)

    @property
    def disguises(self) -> bool:
        """Tell whether submissions are shown under pseudonyms."""
        return self._options.with_forms and not self._options.personal

    def _wants(self, values: Mapping[str, str]) -> bool:
        communes, associations = self._options.communes, self._options.associations
        return (not communes or values.get("commune", "") in communes) and (
            not associations or values.get("association", "") in associations
        )

    def narrowed(self) -> Programme:
        """Give the programme with the wanted women alone."""
        women = self._women
        if women is None:
            return self._programme
        return replace(
            self._programme,
            women=[woman for woman in self._programme.living() if woman.entity_id in women],
            conflicts=[one for one in self._programme.conflicts if self._programme.follow(one.entity_id) in women],
        )

    def concerns(self, submission: Submission, facts: Mapping[str, str]) -> bool:
        """Tell whether a submission is about a wanted woman; one about nobody, whether it names a wanted commune."""
        if self._women is None:
            return True
        named = [*submission.entity_ids, *(one for name in _NAMED_IN for one in facts.get(name, "").split())]
        if named:
            return any(self._programme.follow(one) in self._women for one in named)
        return self._wants(facts)

    def shows_form(self, form_id: str) -> bool:
        """Tell whether the sheets of a form are wanted."""
        return self._options.with_forms and (not self._options.forms or form_id in self._options.forms)

    def shows(self, submission: Submission, newest: str) -> bool:
        """Tell whether the rows of a submission are wanted.

        :param newest: the newest version of its form.
        """
        options = self._options
        if self._programme.withheld and not all(map(self._programme.names, submission.entity_ids)):
            return False
        if options.versions == "newest" and submission.definition.version != newest:
            return False
        if options.since is None and options.until is None:
            return True
        day = submission.submitted_at.astimezone(options.zone).date()
        return not ((options.since and day < options.since) or (options.until and day > options.until))

    def disguise(self, submission: Submission) -> Submission:
        """Give a submission as it is shown: with its ids as pseudonyms when nobody may be named."""
        if self._options.personal:
            return submission
        load, key = submission.load, submission.key
        return submission._replace(
            key=self.alias(key),
            load=lambda _: load(key),
            author=self._maybe(submission.author),
            device=self._maybe(submission.device),
            entity_ids=tuple(self.alias(self._programme.follow(one)) for one in submission.entity_ids),
        )

    def _maybe(self, text: str) -> str:
        return self.alias(text) if text else ""

    def alias(self, text: str) -> str:
        """Give the pseudonym of an id or a name."""
        made = hmac.digest(self._options.pseudonyms, text.encode("utf-8", "surrogatepass"), "sha256")
        return f"p-{b32encode(made[:_LENGTH_BYTES]).decode().lower()}"

    def names(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Give the words for the women chosen in answers: their names, or their pseudonyms."""
        follow = self._programme.follow
        return labels if self._options.personal else _Aliases(lambda one: self.alias(follow(one)))


class _Aliases(dict[str, str]):
    """Names whoever is asked for, by a function."""

    def __init__(self, alias: Callable[[str], str]) -> None:
        super().__init__()
        self._alias = alias

    def get(self, key: str, default: Any = None) -> Any:
        del default
        return self._alias(key)
