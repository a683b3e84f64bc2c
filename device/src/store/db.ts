// The one door to IndexedDB. Every table that holds something personal is opened here and nowhere else; the rest of the app
// speaks to the functions of this folder. Changes are told by topic, to this tab and to the others.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { LocalAction } from '../records/actions';
import type {
  Carried, DraftRow, HistoryLine, InboxRow, InstanceFile, MediaFile, OutboxItem, RecordBlock, RecordRow, StoredForm, Thumb,
} from './types';

export interface HirfaSchema extends DBSchema {
  settings: { key: string; value: unknown };
  forms: { key: [string, string]; value: StoredForm };
  media: { key: string; value: MediaFile };
  records: { key: string; value: RecordRow };
  /** What is personal of the records, encrypted many at a time. */
  blocks: { key: string; value: RecordBlock };
  /** A record merged into another: id -> id of the one that goes on. */
  aliases: { key: string; value: string };
  drafts: { key: string; value: DraftRow };
  files: { key: [string, string]; value: InstanceFile };
  /** Small pictures of the photographs of finished forms, which only the chamber can open. */
  thumbs: { key: [string, string]; value: Thumb };
  outbox: { key: string; value: OutboxItem };
  history: { key: string; value: HistoryLine };
  inbox: { key: string; value: InboxRow };
  cursors: { key: string; value: number | string };
  /** Branch -> the last position in it that an own finalized form took. */
  branches: { key: string; value: number };
  /** Hand-over files of colleagues, and the sealed photographs in them by [file, hash]. */
  carried: { key: string; value: Carried };
  carriedFiles: { key: [string, string]; value: ArrayBuffer };
}

export type Topic = 'settings' | 'forms' | 'records' | 'drafts' | 'outbox' | 'inbox' | 'carried';
export type Database = IDBPDatabase<HirfaSchema>;

/** The database of the first agent; the others' have a number. */
export const FIRST_STORE = 'hirfa';
const VERSION = 4;
let name = FIRST_STORE;
let opened: Promise<Database> | null = null;

function makeTables(db: Database): void {
  db.createObjectStore('settings');
  db.createObjectStore('forms', { keyPath: ['formId', 'version'] });
  db.createObjectStore('media', { keyPath: 'hash' });
  db.createObjectStore('records', { keyPath: 'id' });
  db.createObjectStore('aliases');
  db.createObjectStore('drafts', { keyPath: 'instanceId' });
  db.createObjectStore('files', { keyPath: ['instanceId', 'name'] });
  db.createObjectStore('outbox', { keyPath: 'instanceId' });
  db.createObjectStore('history', { keyPath: 'instanceId' });
  db.createObjectStore('inbox', { keyPath: 'key' });
  db.createObjectStore('cursors');
}

interface Branches { get(branch: string): Promise<number | undefined>; put?(last: number, branch: string): Promise<unknown> }

/** Note the places that actions take in their branches: a position is never given twice. */
export async function takePlaces(branches: Branches, actions: readonly LocalAction[]): Promise<void> {
  for (const { branch, pos } of actions) {
    if (branch !== null && pos !== null && ((await branches.get(branch)) ?? -1) < pos) await branches.put?.(pos, branch);
  }
}

/** Whose database is open. */
export const storeName = (): string => name;
export function setStoreName(store: string): void {
  name = store;
}

/** Open the database once; every caller shares the connection. */
export function database(): Promise<Database> {
  opened ??= openDB<HirfaSchema>(name, VERSION, {
    async upgrade(db, before, _now, tx) {
      if (before < 1) makeTables(db);
      if (before < 2) {
        db.createObjectStore('branches');
        for (const item of await tx.objectStore('outbox').getAll()) await takePlaces(tx.objectStore('branches'), item.actions);
      }
      if (before < 3) {
        db.createObjectStore('carried', { keyPath: 'id' });
        db.createObjectStore('carriedFiles');
      }
      if (before < 4) {
        // What older versions wrote in clear is encrypted when the PIN is chosen (`migrate.ts`).
        db.createObjectStore('blocks', { keyPath: 'id' });
        db.createObjectStore('thumbs', { keyPath: ['instanceId', 'name'] });
      }
    },
    blocking() {
      // A newer app in another tab waits for this connection: let it through.
      void close();
    },
    terminated() {
      opened = null;
    },
  });
  return opened;
}

/** Close the connection; the next use opens it again. */
export async function close(): Promise<void> {
  const waiting = opened;
  opened = null;
  if (waiting) (await waiting).close();
}

/** Ask for a change whose failure the transaction tells. */
export function ask(change: Promise<unknown>): void {
  change.catch(() => undefined);
}

/** Undo a transaction that failed, and tell why it did: its requests only say that they were aborted, it says that there is no room. */
export async function undo(tx: { abort(): void; done: Promise<void>; error: DOMException | null }, error: unknown): Promise<unknown> {
  try {
    tx.abort();
  } catch {
    // It has been undone already.
  }
  await tx.done.catch(() => undefined);
  return tx.error ?? error;
}

type Listener = (topic: Topic) => void;
const listeners = new Set<Listener>();
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('hirfa');
if (channel) {
  channel.onmessage = (event: MessageEvent<Topic>) => {
    for (const listener of listeners) listener(event.data);
  };
  // In Node (tests) an open channel would keep the process alive.
  (channel as unknown as { unref?: () => void }).unref?.();
}

/** Tell this tab and the others that a kind of data changed. */
export function announce(...topics: Topic[]): void {
  for (const topic of topics) {
    for (const listener of listeners) listener(topic);
    channel?.postMessage(topic);
  }
}

/** Hear of changes; returns how to stop. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
