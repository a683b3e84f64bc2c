"""What ``$orderby`` and ``$search`` say, as Central takes them; which fields there are is for the caller to say.

Source: OData 4.01 part 2, 5.1.4 and 5.1.7; Central's lib/data/odata-filter.js (blanks before everything when rising,
after everything when falling) and PostgreSQL's websearch_to_tsquery, which reads ``$search`` there.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exports.odatafilter import FilterError

MOST_TERMS: Final = 8
MOST_WORDS: Final = 16
_SOUGHT: Final = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')


class Term(NamedTuple):
    """One field that rows are put in order by."""

    field: str
    falling: bool


class Sought(NamedTuple):
    """Words that must all be there, or, ``without``, must not."""

    text: str
    without: bool


def parse_order(text: str) -> tuple[Term, ...]:
    """Read ``$orderby``: fields with ``asc`` or ``desc``, in whatever case, the first counting most.

    :raises FilterError: when it is none.
    """
    terms = []
    for part in text.split(","):
        field, *way = part.split() or [""]
        direction = " ".join(way).lower() or "asc"
        if not field or direction not in ("asc", "desc"):
            raise FilterError(f"{part.strip()!r} is no field with asc or desc")
        terms.append(Term(field, direction == "desc"))
    if len(terms) > MOST_TERMS:
        raise FilterError(f"more than {MOST_TERMS} fields to order by")
    return tuple(terms)


def parse_search(text: str) -> tuple[tuple[Sought, ...], ...]:
    """Read ``$search``: words that are all wanted, ``or`` between what may stand for each other, ``-`` before what may
    not be there. Words in quotation marks belong together.

    :returns: the alternatives, each a list of what it asks; none for a search that asks nothing.
    :raises FilterError: when it is too long.
    """
    alternatives: list[list[Sought]] = [[]]
    words = 0
    negated = False
    for minus, quoted, plain in _SOUGHT.findall(text):
        if plain.lower() == "or" and not minus:
            alternatives.append([])
        elif plain == "NOT" and not minus:
            negated = True
        elif plain != "AND":
            words += len((quoted or plain).split())
            alternatives[-1].append(Sought(quoted or plain, bool(minus) != negated))
            negated = False
    if words > MOST_WORDS:
        raise FilterError(f"more than {MOST_WORDS} words to search for")
    return tuple(tuple(some) for some in alternatives if some)
