"""The texts of a form in its languages: itext, labels with answers in them, and what media they need.

Follows https://getodk.github.io/xforms-spec/#languages. pyxform writes the language of a form that names none as
"default", and fills a missing translation with "-"; here the first is "" and the second is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms.xmltree import Element, local_name

_ITEXT = re.compile(r"""jr:itext\(\s*['"](.+)['"]\s*\)""", re.DOTALL)
_PLAIN_PATH = re.compile(r"[^\s()\[\],'\"=<>|+*]+")
_UNNAMED = "default"
_MISSING = "-"


class Texts:
    """Every text of the form's `itext`, and the languages they are in."""

    def __init__(self, model: Element) -> None:
        self._texts: dict[str, dict[str, str]] = {}
        self.media: set[str] = set()
        names: list[str] = []
        default = ""
        for translation in (found for itext in children(model, "itext") for found in children(itext, "translation")):
            name = translation.get("lang", "").strip()
            language = "" if name == _UNNAMED else name
            names.append(language)
            if translation.get("default", "false()") not in ("false()", "false"):
                default = language
            for text in children(translation, "text"):
                self._read(text, language)
        self.languages = tuple(dict.fromkeys(name for name in names if name))
        self.default = default or (names[0] if names else "")

    def _read(self, text: Element, language: str) -> None:
        for value in children(text, "value"):
            form = value.get("form", "")
            if form in ("", "long") or (form == "short" and language not in self._texts.get(text.get("id", ""), {})):
                self._texts.setdefault(text.get("id", ""), {})[language] = read_text(value)
            elif (value.text or "").strip().startswith("jr://"):
                self.media.add((value.text or "").strip())

    def find(self, text_id: str) -> dict[str, str]:
        """Return one text by language name; a language in which it is missing is left out."""
        found = {language: text for language, text in self._texts.get(text_id, {}).items() if text}
        if len(found) > 1 and any(text != _MISSING for text in found.values()):
            found = {language: text for language, text in found.items() if text != _MISSING}
        return found

    def read(self, parent: Element | None, tag: str) -> dict[str, str]:
        """Return the label or hint (`tag`) of a control or an item by language name; {} when it has none."""
        element = next(children(parent, tag), None) if parent is not None else None
        if element is None:
            return {}
        named = _ITEXT.fullmatch(element.get("ref", "").strip())
        if named:
            return self.find(named[1])
        text = read_text(element)
        return {"": text} if text else {}


def children(parent: Element, name: str) -> Iterator[Element]:
    """Yield the children of one local name, whatever their namespace."""
    return (child for child in parent if local_name(child) == name)


def read_text(element: Element) -> str:
    """Return the text of a label; an answer shown in it is written `${name}`, as its author wrote it."""
    parts = [element.text or ""]
    for child in element:
        if local_name(child) == "output":
            value = (child.get("value") or child.get("ref") or "").strip()
            name = value.rpartition("/")[2] if _PLAIN_PATH.fullmatch(value) else value
            parts.append(f"${{{name}}}")
        else:
            parts.append(read_text(child))
        parts.append(child.tail or "")
    return "".join(parts).strip()
