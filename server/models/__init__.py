"""Tables, one aggregate a module, no business rule. ``project_id`` stands first in every key."""

from server.models.actor import (
    AppUser,
    AppUserScope,
    AppUserToken,
    Device,
    EnrolmentCode,
    User,
    UserIdentity,
    UserToken,
)
from server.models.asked import Correction, Question
from server.models.audit import Audit, AuditHead
from server.models.backup import Backup
from server.models.blob import Blob
from server.models.certificate import Certificate, CertificateCounter, SessionForm, SessionWoman
from server.models.entity import (
    ConflictEntry,
    Entity,
    EntityActionRow,
    EntityList,
    EntityScope,
    EntityVersion,
    ListProperty,
)
from server.models.erased import Erased
from server.models.form import DraftFile, Form, FormAttachment, FormDraft, FormVersion
from server.models.imported import ImportedList
from server.models.legal import Breach, LegalRequest
from server.models.linkage import IndexProgress, LinkageKey, LinkagePair, RecordIndex
from server.models.project import Place, Project
from server.models.review import Remark
from server.models.safety import RecoveryCode, ResetLink, SecondFactor, SignInTry, UserSession
from server.models.saved_filter import SavedFilter
from server.models.service import RateCount, ServerSeen
from server.models.submission import Quarantined, Submission, SubmissionAttachment, SubmissionWord
from server.models.upload import BlobRemoval, PartialUpload, UploadPiece
from server.models.workbook import Target, WorkbookJob, WorkbookPreset, WorkbookTemplate

__all__ = [
    "AppUser",
    "AppUserScope",
    "AppUserToken",
    "Audit",
    "AuditHead",
    "Backup",
    "Blob",
    "BlobRemoval",
    "Breach",
    "Certificate",
    "CertificateCounter",
    "ConflictEntry",
    "Correction",
    "Device",
    "DraftFile",
    "EnrolmentCode",
    "Entity",
    "EntityActionRow",
    "EntityList",
    "EntityScope",
    "EntityVersion",
    "Erased",
    "Form",
    "FormAttachment",
    "FormDraft",
    "FormVersion",
    "IndexProgress",
    "LegalRequest",
    "LinkageKey",
    "LinkagePair",
    "ImportedList",
    "ListProperty",
    "PartialUpload",
    "Place",
    "Project",
    "Quarantined",
    "Question",
    "RateCount",
    "RecordIndex",
    "Remark",
    "SavedFilter",
    "Submission",
    "SubmissionAttachment",
    "SubmissionWord",
    "Target",
    "UploadPiece",
    "User",
    "UserIdentity",
    "UserToken",
    "RecoveryCode",
    "ResetLink",
    "SecondFactor",
    "SessionForm",
    "ServerSeen",
    "SessionWoman",
    "SignInTry",
    "UserSession",
    "WorkbookJob",
    "WorkbookPreset",
    "WorkbookTemplate",
]
