"""From names to words: which label of a form is shown, and what a choice is called.

Forms name their languages freely ("Français (fr)", "French", "العربية (ar)", or none at all) and keep only the labels
of their own version, so a label is looked for by language, then in the form's default language, then anywhere, and the
name itself is the last resort: a cell is never empty because a label is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from exports.cells import join
from forms.definition import FormDefinition

_CODE: Final = re.compile(r"\(\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)?\s*\)\s*$")
_NAMES: Final = {
    "fr": ("fr", "fra", "fre", "french", "français", "francais", "الفرنسية", "فرنسية"),
    "ar": ("ar", "ara", "arabic", "arabe", "العربية", "عربية", "عربي"),
}


_BETWEEN: Final = re.compile(r" +[–—|/-] +")
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")


@lru_cache(maxsize=512)
def to_code(language: str) -> str:
    """Give the two-letter code of a language as a form names it, or the name in lower case when it has none."""
    found = _CODE.search(language)
    word = found.group(1) if found else language.strip()
    word = word.casefold()
    for code, names in _NAMES.items():
        if word in names or word.split("-")[0] in names:
            return code
    return word


def in_language(text: str, language: str) -> str:
    """Return the part in the reader's script of a text written in both ("Visite – زيارة"); any other text whole.

    A part without a letter ("2026") belongs to both; a dash between no-break spaces parts nothing.
    The agents' app does the same (``device/src/form/titles.ts``).
    """
    parts = _BETWEEN.split(text)
    arabic = [bool(_ARABIC.search(part)) for part in parts]
    neutral = [not any(char.isalpha() for char in part) for part in parts]
    if len(parts) == 1 or not any(arabic) or all(each or other for each, other in zip(arabic, neutral, strict=True)):
        return text
    kept = [part for part, has, no in zip(parts, arabic, neutral, strict=True) if no or has is (language == "ar")]
    return " – ".join(kept).strip()


def pick(labels: Mapping[str, str], language: str, default: str = "") -> str:
    """Choose a label: in that language, the form's default one, the unnamed one, then any; "" when there is none."""
    if not labels:
        return ""
    for name, text in labels.items():
        if text and to_code(name) == language:
            return text
    return labels.get(default) or labels.get("") or next((text for text in labels.values() if text), "")


def pick_exactly(labels: Mapping[str, str], language: str) -> str:
    """Choose a label in that very language, or "" (the dictionary of columns shows what is missing)."""
    return next((text for name, text in labels.items() if text and to_code(name) == language), "")


class Labeller:
    """Finds the label of a choice, in the form version it was chosen in, else in any other, else in an external list.

    :param external: external list name -> value -> label (women, associations, other CSV files).
    :param labels: ``False`` makes every method give the name back.
    :param always: external lists whose words are given all the same.
    """

    def __init__(
        self,
        definitions: Iterable[FormDefinition],
        language: str,
        external: Mapping[str, Mapping[str, str]] | None = None,
        *,
        labels: bool = True,
        always: frozenset[str] = frozenset(),
    ) -> None:
        self._language = language
        self._labels = labels
        self._always = always
        self._external = external or {}
        self._known: dict[tuple[str, str, str], dict[str, str]] = {}
        self._any: dict[tuple[str, str], dict[str, str]] = {}
        for definition in definitions:
            self._learn(definition)

    def _learn(self, definition: FormDefinition) -> None:
        for name, choices in definition.choices.items():
            known = {
                choice.name: pick(choice.labels, self._language, definition.default_language) or choice.name
                for choice in choices
            }
            self._known[definition.form_id, definition.version, name] = known
            self._any.setdefault((definition.form_id, name), {}).update(known)

    def labels_of(self, definition: FormDefinition, choice_list: str | None) -> Mapping[str, str]:
        """Give name -> label for a list as seen from one form version; empty when labels are not wanted."""
        if not choice_list or not (self._labels or choice_list.rsplit(".", 1)[0] in self._always):
            return {}
        own = self._known.get((definition.form_id, definition.version, choice_list))
        if own is None and self._external:
            external = self._external.get(choice_list)
            if external is None and choice_list.endswith((".csv", ".xml", ".geojson")):
                external = self._external.get(choice_list.rsplit(".", 1)[0])
            if external is not None:
                return external
        every = self._any.get((definition.form_id, choice_list), {})
        return {**every, **(own or {})}


def to_words(names: str, labels: Mapping[str, str]) -> str:
    """Give the labels of a select_multiple answer (names separated by spaces), joined."""
    return join(labels.get(name) or name for name in names.split())
