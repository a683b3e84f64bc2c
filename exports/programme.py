"""What the workbook is made of: the programme as the server hands it over.

Everything the package knows about women, submissions, conflicts and reference lists comes in through
:class:`Programme`. Nothing here reads a clock, a file or a database: the moment of extraction, the author and the rows
are arguments, so the same programme always gives the same tables.

The entry point is ``exports.workbook.write_workbook(programme, options, out)``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Final, Literal, NamedTuple, Protocol

from forms.definition import FormDefinition

#: Algeria has kept UTC+1 all year since 1981; a fixed offset needs no time zone files.
ALGIERS: Final[tzinfo] = timezone(timedelta(hours=1), "Africa/Algiers")

Language = Literal["fr", "ar"]
#: Sheet -> row -> code of the column -> the figure as a text (``exports.changes``).
Figures = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune of the wilaya; ``pilot`` communes come first in ``02_Par_commune``."""

    code: str
    name_fr: str
    name_ar: str = ""
    daira_fr: str = ""
    daira_ar: str = ""
    pilot: bool = False


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade (métier) and the domain it belongs to."""

    code: str
    fr: str
    ar: str = ""
    domain: str = ""
    domain_ar: str = ""


@dataclass(frozen=True, slots=True)
class Association:
    """One association; the label usually holds both scripts ("Nom – الاسم")."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Woman:
    """One woman as reconciled: what is shown of her today, merged records counted once.

    ``values`` maps property to text (plus ``label`` when there is one). ``open`` names the properties still disputed.
    Deleted women and the losers of a merge are not in the programme at all.
    """

    entity_id: str
    version: int
    values: Mapping[str, str]
    open: frozenset[str] = frozenset()
    registered_on: date | None = None
    changed_at: datetime | None = None


class Submission(NamedTuple):
    """The current version of one submission.

    ``definition`` is the form version it was filled with. ``load`` gives, for a key, the XML as it was received (it was
    readable then); ``digest`` changes when the XML does. ``submitted_at`` is aware (UTC). ``state`` is Central's review
    state ("", "edited", "hasIssues", "rejected", "approved"); what is rejected is listed but never counted.
    ``entity_ids`` are the entities it acted on, in the order of the form; losers of a merge may be named, they are
    resolved through ``Programme.merged``.
    """

    definition: FormDefinition
    key: str
    load: Callable[[str], bytes]
    submitted_at: datetime
    author: str = ""
    device: str = ""
    state: str = ""
    entity_ids: tuple[str, ...] = ()
    edits: int = 0
    attachments_present: int | None = None
    attachments_expected: int | None = None
    digest: str = ""


class Load(Protocol):
    """Gives some submissions in their order: all of them, or those of some keys."""

    def __call__(self, keys: Collection[str] | None = None, /) -> Sequence[Submission]:
        """Give them; their XML is best read when it is asked for."""


class Batch(NamedTuple):
    """Some submissions that follow one another in the stream of a form, read only by who has to look at them.

    Two batches with one ``mark`` hold the same submissions, and nothing was changed that a :class:`Submission` tells of
    them; "" makes no such promise. ``size`` says how many there are.
    """

    mark: str
    size: int
    load: Load


class Candidate(NamedTuple):
    """One of the values that dispute a property. A plain tuple of the same four is as good."""

    value: str
    author: str
    at: datetime
    form_id: str | None


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One disputed property of one woman, open or settled by its policy."""

    entity_id: str
    code: str
    name: str
    property: str
    policy: str
    open: bool
    shown: str
    candidates: Sequence[tuple[str, str, datetime, str | None]] = ()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two records that may be one woman, as proposed; each pair (record A, record B).

    ``decision`` is "" (nobody decided yet), "merge", "distinct" or "later"; ``reasons`` are words for people.
    """

    score: float
    codes: tuple[str, str]
    names: tuple[str, str]
    births: tuple[str, str] = ("", "")
    communes: tuple[str, str] = ("", "")
    reasons: Sequence[str] = ()
    decision: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    found_on: date | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """Which form plays which part in the indicators. A form the programme lacks leaves its columns empty or at 0."""

    registration: str = "cam_a_inscription"
    attendance: str = "cam_b_presence"
    exam: str = "cam_c_examen"
    loan: str = "cam_d_angem"
    visit: str = "cam_e_visite"


@dataclass(frozen=True, slots=True)
class Options:
    """What the person who asks for the workbook may choose.

    - ``language``: headings, labels and reading notes; Arabic sheets run from right to left. Sheet names do not change.
    - ``labels``: choices as labels in that language; ``False`` gives their names, as in the XML.
    - ``headings``: headings of form sheets, Central's ``group-field`` names (the same in every language and for every
      program that reads them) or the questions' labels.
    - ``multiple``: multiple choices joined in one cell, split into one column of 0 and 1 a choice, or both.
    - ``personal``: ``False`` leaves out every sheet that names somebody and hides counts from 1 to 4.
    - ``pseudonyms``: a secret key; without personal data it brings the form sheets back with nothing that names: ids as
      keyed pseudonyms (the same in every workbook), no free text, no position, no file, no day of birth.
    - ``reveal``: identification numbers in full; whoever sets it has checked a right and noted a reason.
    - ``since``, ``until``: the span of days of the figures, and of the day a submission was received on its form's
      sheet; both included, None leaves that end open.
    - ``communes``, ``associations``: only women of these (and what was sent of them); empty: all.
    - ``forms``: only the sheets of these forms, by id; empty: all. Figures are made of all forms.
    - ``versions``: every version of a form, or only what was filled with the newest.
    - ``changed_since``: what was received or changed after this moment stands on a coloured ground.
    - ``pages``: the address under which submissions are shown, by their keys; names of photographs and other files lead
      there. Without it they are plain names.
    - ``zone``: the zone timestamps are shown in.
    """

    language: Language = "fr"
    labels: bool = True
    personal: bool = True
    headings: Literal["names", "labels"] = "names"
    multiple: Literal["joined", "split", "both"] = "joined"
    pseudonyms: bytes = b""
    reveal: bool = False
    since: date | None = None
    until: date | None = None
    communes: frozenset[str] = frozenset()
    associations: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    versions: Literal["all", "newest"] = "all"
    changed_since: datetime | None = None
    pages: str = ""
    zone: tzinfo = ALGIERS

    @property
    def with_forms(self) -> bool:
        """Tell whether the workbook has the sheets of the forms."""
        return self.personal or bool(self.pseudonyms)


def no_submissions(form_id: str) -> Iterable[Submission]:
    """Give no submission, whatever the form: the default of a programme nobody has sent anything to."""
    del form_id
    return ()


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme, ready to be written.

    - ``women``: iterated several times, so a list or a re-iterable; the women of the entity list ``list_name``.
    - ``forms``: every published version of every form, oldest version first; sheets follow the order of first
      appearance.
    - ``submissions``: given a form id, a fresh stream of the current version of each of its submissions, in the order
      of the rows wanted. Usually called once a form; never held in memory.
    - ``merged``: id of a merged record -> id of the record it was merged into (chains are followed).
    - ``batches``: the same stream cut by ``exports.blocks.cut``, so that what has not changed need not be read again;
      None when nobody can tell.
    - ``lists``: labels of external choice lists, list name -> value -> label. The women (``list_name``) and
      ``associations`` need not be repeated there.
    - ``filters``: what was asked for, as (words, value), shown on ``14_Lisez_moi``; the server has already applied
      them.
    - ``extracted_at``: aware.
    - ``sign``: signs what the list of women says of itself, so that it can be sent back; None leaves that out.
    - ``attendance_percent``: share of the half-days of a session that earns the attestation, from 0 to 100.
    - ``duplicates``: the pairs proposed as one woman, decided or not; ``None`` when nobody looks for them.
    - ``targets``: what the chamber wants to reach in the year the figures end in, indicator ("I01") -> number; rates
      are fractions.
    - ``before``: the figures of an earlier workbook (``Outcome.figures``); those that changed are coloured.
    - ``withheld``: women who object to the use of their data: counted, in no list and in no row.
    """

    extracted_at: datetime
    author: str
    forms: Sequence[FormDefinition] = ()
    submissions: Callable[[str], Iterable[Submission]] = no_submissions
    batches: Callable[[str], Iterable[Batch]] | None = None
    women: Iterable[Woman] = ()
    communes: Sequence[Commune] = ()
    trades: Sequence[Trade] = ()
    associations: Sequence[Association] = ()
    conflicts: Iterable[ConflictRow] = ()
    merged: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    filters: Sequence[tuple[str, str]] = ()
    title: str = ""
    list_name: str = "artisanes"
    roles: Roles = Roles()
    attendance_percent: int = 80
    sign: Callable[[bytes], str] | None = None
    duplicates: Sequence[Duplicate] | None = None
    targets: Mapping[str, float] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    before: Figures | None = None

    def names(self, entity_id: str) -> bool:
        """Tell whether a sheet may hold a row about a woman, or name her: not when she objects."""
        return self.follow(entity_id) not in self.withheld

    def living(self) -> Iterator[Woman]:
        """Give each woman once: a record that was merged into another is no woman of its own."""
        return (woman for woman in self.women if self.follow(woman.entity_id) == woman.entity_id)

    def follow(self, entity_id: str) -> str:
        """Follow a record to the one it was merged into; a loop of merges ends where it is met again."""
        passed = set()
        while entity_id in self.merged and entity_id not in passed:
            passed.add(entity_id)
            entity_id = self.merged[entity_id]
        return entity_id
