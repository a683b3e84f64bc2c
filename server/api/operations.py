"""What each route of ``/v1`` takes and answers, beside the URLs of ``init_api``: the OpenAPI document comes from this.

The shapes are those of ``server.schemas``. Left to ``server.api.openapi``, because they follow from the route: what its
address holds, who may call it, and the problems that any route may answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from marshmallow import Schema

from server.schemas.answers import (
    EnrolAnswerSchema,
    FormSchema,
    PlaceSchema,
    SessionAnswerSchema,
    TokenAnswerSchema,
)
from server.schemas.asked import AskSchema, CorrectionSchema, GiveSchema, QuestionSchema, SendBackSchema
from server.schemas.central import (
    AttachmentSchema,
    CentralProjectSchema,
    CentralSubmissionSchema,
    CentralUserSchema,
    DatasetSchema,
    ListedEntitySchema,
    PublishedFormSchema,
)
from server.schemas.desk import (
    CertificateSchema,
    CommentSchema,
    DraftFileSchema,
    DraftSchema,
    IssueSchema,
    ReasonSchema,
    ReviewSchema,
    SaidSchema,
)
from server.schemas.entities import EntitySchema, MergeSchema, SeenSchema
from server.schemas.handover import HandoverAnswerSchema
from server.schemas.sync import (
    EnrolSchema,
    PullAnswerSchema,
    PullSchema,
    PushAnswerSchema,
    PushSchema,
    SessionSchema,
    TokenSchema,
)
from server.schemas.templates import TemplateSchema
from server.services.workbook_options import CHOICES

XML = "text/xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"
APPLICATION_XML = "application/xml"
CSV = "text/csv"
MARKDOWN = "text/markdown"
ZIP = "application/zip"
GEOJSON = "application/geo+json"
ANY = "*/*"
"""A file of whatever type it is."""
PIECE = "application/offset+octet-stream"
BYTES = "application/octet-stream"
MULTIPART = "multipart/form-data"

Shape = type[Schema] | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one route."""

    says: str
    body: Shape = None
    """A schema, sent as JSON; or a media type."""
    answer: Shape = None
    """The same, of the answer that is hoped for; None for no body."""
    many: bool = False
    """Whether the answer is a list of it."""
    status: int = 200
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Parameters after ``?``, with their values where these are listed; none is required."""
    headers: tuple[str, ...] = ()
    """Headers that must be there."""
    told: tuple[str, ...] = ()
    """Headers of the answer."""
    problems: tuple[str, ...] = ()
    """Codes of its own."""


_TUS = ("Tus-Resumable",)
_STALE = ("409.51", "409.53")
_ALL = {"all": ("true", "false")}
_FORM_XML = Operation("The XForm.", answer=XML, problems=("404.6",))
_FORM_FILE = Operation("A media file or plain CSV of the form.", answer=ANY, problems=("404.6",))
_LISTED = Operation("A file of the form, or an entity list as this agent may hold it.", answer=ANY, problems=("404.6",))
_TRUTHS = ("true", "false")
_FILTERS = ("400.18", "501.4", "501.5")
_TABLE = {"$filter": (), "$search": (), "groupPaths": _TRUTHS, "splitSelectMultiples": _TRUTHS}
_ODATA = {
    **dict.fromkeys(("$top", "$skip", "$skiptoken", "$filter", "$search", "$orderby", "$select", "$format"), ()),
    "$count": _TRUTHS,
}
_ODATA_PROBLEMS = (*_FILTERS, "400.8", "400.23", "400.34", "400.35", "406.1", "501.1", "501.6", "501.11")
_MANIFEST = Operation("The form's media files, CSV files and entity lists.", answer=XML, problems=("404.6",))

OPERATIONS: Mapping[str, Operation] = {
    "openapi.document": Operation("This document.", answer=JSON),
    "enrolment.enrol": Operation(
        "Trade a one-time code for a phone's token.",
        body=EnrolSchema,
        answer=EnrolAnswerSchema,
        problems=("404.50", "429.1", "400.51"),
    ),
    "sessions.open_session": Operation(
        "A token for officers' programs, as ODK Central gives it.",
        body=SessionSchema,
        answer=SessionAnswerSchema,
        problems=("401.2", "401.4", "401.5", "429.1", "429.2", "400.51"),
    ),
    "sync.push": Operation(
        "Send a batch; one outcome an item, in the same order. Not atomic: send again freely.",
        body=PushSchema,
        answer=PushAnswerSchema,
        problems=("400.51",),
    ),
    "sync.pull": Operation(
        "Changes of the agent's scopes since her cursors, forms, corrections, questions.",
        body=PullSchema,
        answer=PullAnswerSchema,
        problems=("400.51",),
    ),
    "handover.receive": Operation(
        "A hand-over file that a colleague's phone delivers, whole or in parts.",
        body=BYTES,
        answer=HandoverAnswerSchema,
        problems=("400.2", "422.51"),
    ),
    "enrolment.split": Operation(
        "Give a second token, made by the phone and kept encrypted there; the one of this request may send alone then.",
        body=TokenSchema,
        answer=TokenAnswerSchema,
        problems=("400.51",),
    ),
    "sync.scopes": Operation("The places an agent works in; all for an officer.", answer=PlaceSchema, many=True),
    "forms.list_forms": Operation("The forms that phones are offered.", answer=FormSchema, many=True),
    "forms.form_xml": _FORM_XML,
    "forms.attachment": _FORM_FILE,
    "attachments.options": Operation(
        "What of tus is spoken here.", status=204, told=("Tus-Version", "Tus-Extension", "Tus-Max-Size")
    ),
    "attachments.create": Operation(
        "Begin an upload (tus creation); metadata sha256 and contentType.",
        status=201,
        headers=(*_TUS, "Upload-Length", "Upload-Metadata"),
        told=("Location", "Upload-Offset"),
        problems=("400.6", "400.8", "413.1", "460.1", "422.51"),
    ),
    "attachments.head": Operation(
        "How much of it is here.",
        headers=_TUS,
        told=("Upload-Offset", "Upload-Length"),
        problems=("400.6", "409.52", "460.1", "422.51"),
    ),
    "attachments.patch": Operation(
        "Send a piece at an offset.",
        body=PIECE,
        status=204,
        headers=(*_TUS, "Upload-Offset"),
        told=("Upload-Offset",),
        problems=("400.2", "400.6", "409.52", "460.1", "422.51"),
    ),
    "attachments.download": Operation("A photograph of a submission.", answer=ANY),
    "corrections.list_corrections": Operation(
        "Submissions sent back to be corrected.", answer=CorrectionSchema, many=True, query=_ALL
    ),
    "corrections.attachment": Operation("A file of a submission that this agent is asked to correct.", answer=ANY),
    "corrections.send": Operation(
        "Send a submission back, with words.", body=SendBackSchema, answer=CorrectionSchema, status=201
    ),
    "corrections.give": Operation("Give it to another agent.", body=GiveSchema, answer=CorrectionSchema),
    "corrections.withdraw": Operation("Take it back.", status=204),
    "entities.entity": Operation("A record, with what is disputed.", answer=EntitySchema),
    "entities.merge": Operation("Two records are one woman.", body=MergeSchema, answer=EntitySchema, problems=_STALE),
    "entities.unmerge": Operation("They are two after all.", body=SeenSchema, answer=EntitySchema, problems=_STALE),
    "entities.delete": Operation("Delete a record.", body=SeenSchema, answer=EntitySchema, problems=_STALE),
    "entities.restore": Operation(
        "Bring a deleted record back.", body=SeenSchema, answer=EntitySchema, problems=_STALE
    ),
    "questions.list_questions": Operation(
        "Questions to agents about disputed properties.", answer=QuestionSchema, many=True, query=_ALL
    ),
    "questions.ask": Operation("Ask the agents of her commune.", body=AskSchema, answer=QuestionSchema, status=201),
    "questions.withdraw": Operation("Take a question back.", status=204),
    "workbook.download": Operation(
        "The consolidated workbook.",
        answer=XLSX,
        query={
            **CHOICES, "since": (), "until": (), "commune": (), "association": (), "form": (), "reason": (),
            "template": (),
        },
        problems=("400.8", "422.55"),
    ),
    "templates.list_templates": Operation("The chamber's own workbooks.", answer=TemplateSchema, many=True),
    "templates.put": Operation(
        "Put a workbook that exports fill; one of the same name is replaced.",
        body=XLSX,
        answer=TemplateSchema,
        status=201,
        query={"name": ()},
        problems=("400.8", "422.55"),
    ),
    "templates.names": Operation("The names that it may use.", answer=XLSX, query={"language": ("fr", "ar")}),
    "templates.fetch": Operation("It, as it came.", answer=XLSX),
    "templates.delete": Operation("Delete it.", status=204),
    "workbook.newest": Operation("The newest workbook that saved options made by themselves.", answer=XLSX),
    "drafts.draft": Operation("A form that is being prepared, with what is wrong with it.", answer=DraftSchema),
    "drafts.save": Operation(
        "Keep an XLSForm as the draft of a form.",
        body=(XLSX, MARKDOWN),
        answer=DraftSchema,
        problems=("400.2", "400.15", "409.50"),
    ),
    "drafts.drop": Operation("Throw a draft away.", status=204),
    "drafts.publish": Operation(
        "Publish a draft.", answer=PublishedFormSchema, problems=("400.2", "400.15", "409.6", "409.50")
    ),
    "drafts.files": Operation("The files that a draft names.", answer=DraftFileSchema, many=True),
    "drafts.give_file": Operation(
        "Give a draft a file that it names.", body=BYTES, answer=DraftFileSchema, problems=("400.2",)
    ),
    "reviews.review": Operation(
        "Give a submission a review state.", body=ReviewSchema, answer=CentralSubmissionSchema, problems=_STALE
    ),
    "reviews.comments": Operation("What officers said of a submission.", answer=SaidSchema, many=True),
    "reviews.comment": Operation(
        "Say something of a submission.", body=CommentSchema, answer=SaidSchema, problems=("400.2", *_STALE)
    ),
    "certificates.list_certificates": Operation(
        "Certificates, newest number first, at most a thousand.",
        answer=CertificateSchema,
        many=True,
        query={"kind": ("qualification", "training"), "session": ()},
    ),
    "certificates.certificate": Operation("A certificate.", answer=CertificateSchema),
    "certificates.issue": Operation(
        "Issue the papers of a session to women who earned them; all or none.",
        body=IssueSchema,
        answer=CertificateSchema,
        many=True,
        status=201,
        problems=("400.2", "409.59"),
    ),
    "certificates.cancel": Operation(
        "Cancel a certificate; its number stays listed.",
        body=ReasonSchema,
        answer=CertificateSchema,
        problems=("400.2", "409.51"),
    ),
    "central.current_user": Operation("Who is signed in.", answer=CentralUserSchema),
    "central.projects": Operation("The projects.", answer=CentralProjectSchema, many=True),
    "central.project": Operation("A project.", answer=CentralProjectSchema),
    "central.form": Operation("A form.", answer=PublishedFormSchema),
    "central.submissions": Operation(
        "What was sent of a form, without answers.", answer=CentralSubmissionSchema, many=True
    ),
    "central.submission": Operation("One submission, without answers.", answer=CentralSubmissionSchema),
    "central.attachments": Operation("The files that a submission names.", answer=AttachmentSchema, many=True),
    "central.attachment": Operation("A file of a submission.", answer=ANY),
    "central.datasets": Operation("The entity lists.", answer=DatasetSchema, many=True),
    "central.dataset": Operation("An entity list and its properties.", answer=DatasetSchema),
    "central.entities": Operation("The records of a list, without their data.", answer=ListedEntitySchema, many=True),
    "tables.submissions_csv": Operation("The submissions as CSV.", answer=CSV, query=_TABLE, problems=_FILTERS),
    "tables.submissions_zip": Operation(
        "All tables of a form as CSV, and its photographs.",
        answer=ZIP,
        query={**_TABLE, "attachments": _TRUTHS},
        problems=_FILTERS,
    ),
    "tables.submissions_geojson": Operation(
        "Where a form was answered.",
        answer=GEOJSON,
        query={"$filter": (), "$search": (), "fieldpath": (), "limit": ()},
        problems=(*_FILTERS, "400.8", "400.23"),
    ),
    "tables.entities_csv": Operation(
        "A list as CSV.", answer=CSV, query={"$filter": (), "$search": ()}, problems=_FILTERS
    ),
    "tables.entities_geojson": Operation(
        "Where the records of a list are.",
        answer=GEOJSON,
        query={"$filter": (), "$search": (), "limit": ()},
        problems=(*_FILTERS, "400.8"),
    ),
    "odata.form_service": Operation("The tables of a form (OData 4).", answer=JSON),
    "odata.form_table": Operation(
        "`$metadata`, or the rows of `Submissions`, `Submissions.group.repeat`, `Submissions('uuid:…')/group/repeat`.",
        answer=(JSON, APPLICATION_XML),
        query={**_ODATA, "$wkt": _TRUTHS, "$expand": ("*",)},
        problems=_ODATA_PROBLEMS,
    ),
    "odata.list_service": Operation("The table of an entity list (OData 4).", answer=JSON),
    "odata.list_table": Operation(
        "`$metadata`, or the rows: `Entities`, `Entities('…')`.",
        answer=(JSON, APPLICATION_XML),
        query=_ODATA,
        problems=_ODATA_PROBLEMS,
    ),
    "openrosa.form_list": Operation(
        "Forms for ODK Collect.", answer=XML, query={"formID": (), "verbose": ("true", "false"), "listAllVersions": ()}
    ),
    "openrosa.form_xml": _FORM_XML,
    "openrosa.manifest": _MANIFEST,
    "openrosa.attachment": _LISTED,
    "openrosa.integrity": Operation("Which of some records the phone must drop.", answer=XML, query={"id": ()}),
    "openrosa.submission_head": Operation("Where to send, and how much at once.", status=204),
    "openrosa.submit": Operation(
        "A submission and its files; 201 whenever it is stored.",
        body=MULTIPART,
        answer=XML,
        status=201,
        query={"deviceID": ()},
        problems=("400.2",),
    ),
}
"""By module and name of the view."""
