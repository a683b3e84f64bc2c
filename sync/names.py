"""Fold a person's name, written in Arabic or Latin letters, so that its usual spellings in Algeria meet.

Three forms of each name: `plain`, folded within its own script, for two names in one script; `sound`, in Latin letters
whatever the script; `key`, the consonants alone, the same for both scripts, to find candidates by. The phone folds
the same way (`device/src/records/linkage.ts`); `tests/vectors/linkage.json` holds both to it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

ARABIC: Final = re.compile("[\u0600-\u06ff]")
_LETTERS: Final = str.maketrans({
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "گ": "ق", "ڨ": "ق",
    "ڤ": "ف", "پ": "ب", "ک": "ك", "ظ": "ض", "ء": "",
})  # fmt: skip
_SOUNDS: Final = str.maketrans({
    "ا": "a", "ب": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "x", "د": "d", "ذ": "d", "ر": "r", "ز": "z",
    "س": "s", "ش": "c", "ص": "s", "ض": "d", "ط": "t", "ع": "a", "غ": "g", "ف": "f", "ق": "k", "ك": "k", "ل": "l",
    "م": "m", "ن": "n", "ه": "h", "و": "u", "ي": "i",
})  # fmt: skip
_PAIRS: Final = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        ("tch|ch|sh", "C"),
        ("kh", "X"),
        ("gh|^rh", "G"),
        ("dj", "j"),
        ("th", "t"),
        ("dh", "d"),
        ("ph", "f"),
        ("c(?=[eiy])", "s"),
        ("[gq]u(?=[ei])", "k"),
        ("[qgc]", "k"),
        ("p", "b"),
        ("v", "f"),
        ("ou|oo|[ow]", "u"),
        ("y", "i"),
        ("e", "a"),
        ("a*i+", "i"),
    )
)
_DOUBLE: Final = re.compile(r"(.)\1+")
_WEAK: Final = re.compile("[aiu]")
_PARTICLES: Final = frozenset({"ben", "bel", "bou", "bin", "ould", "oum", "abd", "sidi", "si", "nour"})
_ARABIC_PARTICLES: Final = frozenset({"بن", "بل", "بو", "ولد", "ام", "عبد", "سيدي", "نور"})
_ARTICLES: Final = frozenset({"el", "al", "l"})
_NO_ARTICLE: Final = frozenset({"الهام", "الياس", "الاء"})
"""Names that begin with these two letters by themselves."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name in one script, folded; equal spellings give equal objects."""

    arabic: bool
    plain: str
    words: tuple[str, ...]
    """The words of `plain`, a particle joined to what follows it: Ben Ali is one word, Fatima Zohra two."""
    sound: str
    key: str


@lru_cache(maxsize=32768)
def fold_name(text: str) -> Name | None:
    """Fold a name; None when it holds no letter.

    :param text: in one script, as it was typed; of a text in both the Arabic part counts.
    """
    bare = unicodedata.normalize("NFKC", text)
    arabic = ARABIC.search(bare) is not None
    # taken apart, an Arabic letter with its hamza would lose it: it tells an article from a name that begins alike
    bare = bare if arabic else unicodedata.normalize("NFKD", bare).lower()
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    words = _arabic_words(bare) if arabic else _latin_words(bare)
    if not words:
        return None
    plain = "".join(words)
    sound = _sound_arabic(words) if arabic else plain
    return Name(arabic, plain, tuple(words), sound, to_key(sound))


def to_key(sound: str) -> str:
    """Give the consonants of a name by its sound; "a" when it has none."""
    return _DOUBLE.sub(r"\1", _WEAK.sub("", sound)) or "a"


def _join(words: list[str], particles: frozenset[str]) -> list[str]:
    joined: list[str] = []
    before = ""
    for place, word in enumerate(words):
        if word in particles and place + 1 < len(words):
            before += word
        else:
            joined.append(before + word)
            before = ""
    return joined


def _latin_words(bare: str) -> list[str]:
    words = re.sub(r"[^a-z]+", " ", re.sub("['’ʼ`]", "", bare)).split()
    words = [word for place, word in enumerate(words) if word not in _ARTICLES or place + 1 == len(words)]
    return [folded for word in _join(words, _PARTICLES) if (folded := _fold_latin(word))]


def _fold_latin(word: str) -> str:
    word = re.sub("(?<=[^aeiouy])e$|(?<=[aeiouy])h$", "", word) if len(word) > 3 else word
    for pattern, letter in _PAIRS:
        word = pattern.sub(letter, word)
    return _DOUBLE.sub(r"\1", word.lower())


def _arabic_words(bare: str) -> list[str]:
    words = re.sub("[^\u0621-\u064a\u0671\u067e\u06a4\u06a8\u06a9\u06af\u06cc]+", " ", bare.replace("ـ", "")).split()
    return _join([folded for word in words if (folded := _fold_arabic(word))], _ARABIC_PARTICLES)


def _fold_arabic(word: str) -> str:
    if len(word) > 4 and word.startswith("ال") and word not in _NO_ARTICLE:
        word = word[2:]
    return word.translate(_LETTERS)


def _sound_arabic(words: list[str]) -> str:
    ends = ((re.compile("اه$"), "ات"), (re.compile("(?<=.)ه$"), "ا"), (re.compile("(?<=..)ح$"), ""))
    sounds = []
    for word in words:
        for pattern, end in ends:  # Hayat, Fatima; a final h is left out in Latin letters
            word = pattern.sub(end, word)
        sounds.append(word.translate(_SOUNDS))
    return _DOUBLE.sub(r"\1", re.sub("a*i+", "i", "".join(sounds)))
