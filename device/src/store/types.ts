// What the phone keeps. A `…Row` is what stands in a table: what the rules and the exchange need is clear in it, everything personal is
// `sealed` (AES-GCM by `vault.ts`); the shape without `Row` is the same thing opened.
import type { FormFacts } from '../records/facts';
import type { LocalAction } from '../records/actions';
import type { Bytes } from './sealing';

export interface Labels { fr?: string; ar?: string; [language: string]: string | undefined }
export interface Scope { value: string; labels: Labels }

/** The phone's right to sync: one app user, one project, one device id made at enrolment. */
export interface Enrolment {
  /** Lies clear, so that a locked phone can send; once the server knows the other (`tokens.ts`) it does nothing else. */
  token: string;
  deviceId: string;
  appUser: { id: string | number; name: string };
  project: { id: string | number; name: string };
  scopes: Scope[];
  enrolledAt: string;
}

/** A form version held on the phone. `current` is what new instances use; older ones stay for their drafts. */
export interface StoredForm {
  formId: string;
  version: string;
  hash: string;
  title: string;
  audience: string;
  xml: string;
  attachments: { name: string; hash: string }[];
  facts: FormFacts;
  current: boolean;
  withdrawn: boolean;
}

/** `own`: `bytes` are encrypted by this phone's vault. */
export interface MediaFile { hash: string; type: string; bytes: ArrayBuffer; own?: boolean }

export interface RecordEvent { formId: string; date: string; byName: string }

/** A record as last pulled. `scopes` are the scopes that delivered it; `branchId` is fresh for each pulled version. */
export interface StoredRecord {
  id: string;
  list: string;
  version: number;
  data: Record<string, string>;
  open: string[];
  events: RecordEvent[];
  scopes: string[];
  branchId: string;
  /** Left the phone's scopes, or not seen again after a restore: kept only until its unsent work is sent. */
  dropped: boolean;
  /** Not yet seen again since the server's era changed. */
  stale: boolean;
}

/** `at` is the place of the record in its block. */
export interface RecordRow extends Omit<StoredRecord, 'data' | 'open' | 'events'> { block: string; at: number }
export type RecordSecret = Pick<StoredRecord, 'data' | 'open' | 'events'>;
export interface RecordBlock { id: string; sealed: Bytes }

/** One row of an entity list as the form engine reads it: property -> text, versions included. */
export type ListRow = Record<string, string>;

/** What a follow-up was opened on. Restoring its draft uses this row again, whatever was pulled since. */
export interface PinnedRow {
  list: string;
  entityId: string;
  label: string;
  row: ListRow;
  /** How many own actions, not in the pulled record yet, were shown in it. */
  ahead?: number;
}

/** A finished form that the chamber sent back with words. */
export interface SentBack {
  instanceId: string; formId: string; formVersion: string; comment: string; at: string; by: string; xml: string;
  attachments: { name: string; sha256: string; size: number; contentType: string }[];
}

export interface Draft {
  instanceId: string;
  formId: string;
  version: string;
  title: string;
  instanceName: string;
  xml: string;
  answered: number;
  total: number;
  pageIndex: number;
  createdAt: string;
  updatedAt: string;
  /** "" when the draft is about no record. */
  entityId: string;
  pinned: PinnedRow | null;
  entityQuestion: string | null;
  /** The form it corrects, as it was sent back: kept also when the chamber asks no longer. */
  corrects?: SentBack;
}

/** `branch` is the one that the row it was opened on names. */
export interface DraftRow extends Pick<Draft, 'instanceId' | 'formId' | 'version' | 'entityId' | 'updatedAt'> { branch: string; sealed: Bytes }

/** A file of a draft or of a finalized instance. */
export interface InstanceFile {
  instanceId: string;
  name: string;
  type: string;
  /** Of the clear bytes. */
  size: number;
  bytes: ArrayBuffer;
  /** The key that `bytes` are sealed to; absent while they are the phone's own or clear. */
  keyId?: string;
  /** `bytes` are encrypted by this phone's vault. */
  own?: boolean;
}

/** A small picture of a photograph; `sealed` is a JPEG. */
export interface Thumb { instanceId: string; name: string; sealed: Bytes }

export type Outcome = 'accepted' | 'duplicate' | 'quarantined';

export interface OutboxAttachment {
  name: string;
  sha256: string;
  size: number;
  contentType: string;
  /** unknown: the server has not said yet; wanted: to upload; present: the server has the bytes; refused: it said no; damaged: the bytes here are no longer those. */
  state: 'unknown' | 'wanted' | 'present' | 'refused' | 'damaged';
}

export interface Sealed { keyId: string; text: string }

/** A colleague's hand-over file, carried until the server has all of it. */
export interface Carried {
  /** The hash of its head. */
  id: string;
  head: string;
  signature: string;
  name: string;
  writtenAt: string;
  count: number;
  photos: number;
  size: number;
  /** Entries of the file that were damaged or cut off when it was taken. */
  absent: number;
  takenAt: string;
  /** Items as lines of the file, until they are delivered. */
  lines: string[];
  files: { sha256: string; contentType: string; keyId: string; size: number; state: OutboxAttachment['state'] }[];
  outcomes: Record<Outcome, number>;
  state: 'waiting' | 'delivered' | 'refused';
  error: { code: string; message: string } | null;
}

/** A finalized instance, kept until nothing more can be asked of it. */
export interface OutboxItem {
  instanceId: string;
  seq: number;
  formId: string;
  version: string;
  title: string;
  instanceName: string;
  finalizedAt: string;
  /** "" once it is sealed. */
  xml: string;
  /** The XML as only the server opens it. Absent where no public key was known when the form was finished. */
  sealed?: Sealed;
  /** The instance it replaces, when it is an edit. */
  deprecatedId?: string;
  attachments: OutboxAttachment[];
  actions: LocalAction[];
  /** In the table: the name and what the actions saved, encrypted; both are blank in the row. */
  secret?: Bytes;
  /** The PIN was forgotten: what the actions saved can be read no more, here. */
  unreadable?: boolean;
  state: 'waiting' | 'sent';
  /** It was offered and no answer came: the server may have it. Nothing is pulled until it was offered again. */
  unsure?: boolean;
  outcome: Outcome | null;
  /** Entities the server changed by it, with the version each took and the properties in dispute. */
  entities: { id: string; version: number; conflicts: string[] }[];
  /** The message may speak of values: in the table it is `sealed`, or left out when it came while locked. */
  error: { code: string; message: string; sealed?: Bytes } | null;
  attempts: number;
  /** Server time of the answer that settled it. */
  answeredAt: string | null;
  /** A whole pull begun after the answer has ended. */
  pulled: boolean;
  /** What the server said before it was offered again: of the records pulled before that, this tells which hold it. */
  before?: { entities: { id: string; version: number }[]; pulled: boolean };
  /** When it was settled in every respect; the phone forgets it some time later. */
  doneAt: string | null;
}

/** What stays of a forgotten instance: one line for the agent's own memory. */
export interface HistoryLine {
  instanceId: string;
  formId: string;
  title: string;
  instanceName: string;
  finalizedAt: string;
  outcome: Outcome;
  forgottenAt: string;
  secret?: Bytes;
}

/** What the chamber asks of the agent: a form to correct, or a question about a disputed value. */
export type InboxItem =
  | ({ key: string; kind: 'correction' } & SentBack)
  | { key: string; kind: 'question'; entity: string; property: string; values: string[]; words: string; at: string };

/** What the exchange and the tidying need of a request is clear. */
export interface InboxRow { key: string; kind: InboxItem['kind']; instanceId: string; formId: string; formVersion: string; sealed: Bytes }
