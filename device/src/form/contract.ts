// What the two halves of the app say to each other. The data half (store, sync, screens) opens a session; the form half
// (engine, FormScreen) fills it and hands back the submission XML and its files. Neither imports anything else of the other.

/** One version of a form, with everything it needs, read from the device alone. */
export interface FormSource {
  formId: string;
  version: string;
  title: string;
  xml: string;
  /** Entity lists come as CSV built from the records ("artisanes.csv"), media as stored; null when there is no such file. */
  attachment(name: string): Promise<Blob | null>;
}

/** An instance as text, and the files its answers name. */
export interface DraftFiles {
  xml: string;
  files: { name: string; blob: Blob }[];
}

/** What is known about a draft each time it is saved. */
export interface AutosaveMeta {
  instanceId: string;
  instanceName: string;
  answered: number;
  total: number;
  pageIndex: number;
}

/** A form being filled: a new one, or a draft when `draft` is there. */
export interface FormSession {
  source: FormSource;
  instanceId?: string;
  draft?: DraftFiles;
  /** A finished instance that is edited: the new one gets an id of its own and names the one it replaces. */
  edit?: DraftFiles;
  /** Questions whose answers were withheld from this agent: they may stay blank. */
  withheld?: readonly string[];
  /** Page on which the draft was left. */
  pageIndex?: number;
  /** Follow-up: the woman was chosen first; her id is preset and shown, not asked. */
  preset?: { entityQuestion?: string; entityId?: string; list?: string; label?: string };
  /** Answers of the last finished form of this kind, by path (`last-saved`). */
  lastSaved?(): Promise<Readonly<Record<string, string>> | undefined>;
  /** Centres of the communes, for maps without tiles. */
  places?(): Promise<readonly { name: { fr: string; ar: string }; latitude: number; longitude: number }[]>;
  /** Server time minus phone time when they last spoke, in milliseconds. */
  clockOffsetMs?: number;
  deviceId: string;
  username: string;
  language: string;
  onAutosave(d: DraftFiles, meta: AutosaveMeta): Promise<void>;
  /** `remembered`: the answers that the next form of this kind will ask for. */
  onFinalize(d: DraftFiles, meta: { instanceId: string; instanceName: string; remembered?: Record<string, string> }): Promise<void>;
  onLeave(): void;
  /** The form is off the screen and what was answered is saved: nothing more comes. */
  onGone?(): void;
}

// export function FormScreen(props: { session: FormSession }): JSX.Element   lives in src/form/FormScreen.tsx
