// What the chamber asks of the agent: forms to correct, with their files, and questions. It stands as last pulled.
import { database } from './db';
import { readFiles, toInstanceFiles, toOwnFiles } from './drafts';
import { decryptJson, encryptJson } from './vault';
import type { InboxItem, InboxRow, SentBack } from './types';
import type { PullAnswer } from '../sync/protocol';

const context = (key: string): string => `inbox ${key}`;

export async function toInboxRow(item: InboxItem): Promise<InboxRow> {
  const [instanceId, formId, formVersion] = item.kind === 'correction' ? [item.instanceId, item.formId, item.formVersion] : ['', '', ''];
  return { key: item.key, kind: item.kind, instanceId, formId, formVersion, sealed: await encryptJson(context(item.key), item) };
}

/** :throws LockedError: */
export async function listInbox(): Promise<InboxItem[]> {
  return Promise.all((await (await database()).getAll('inbox')).map((row) => decryptJson<InboxItem>(context(row.key), row.sealed)));
}

export async function listSentBack(): Promise<SentBack[]> {
  return (await listInbox()).filter((item) => item.kind === 'correction');
}

/** The chamber's requests as rows; null for a kind of which an answer says nothing. :throws LockedError: */
export async function toRequestRows({ corrections, questions }: PullAnswer): Promise<Record<InboxItem['kind'], InboxRow[] | null>> {
  return {
    correction: corrections && await Promise.all(corrections.map((item) => toInboxRow({ kind: 'correction', key: `c:${item.instanceId}`, ...item }))),
    question: questions && await Promise.all(questions.map((item) => toInboxRow({ kind: 'question', key: `q:${item.entity}:${item.property}`, ...item }))),
  };
}

interface InboxStore { put(value: InboxRow): Promise<unknown>; getAll(): Promise<InboxRow[]>; delete(key: string): Promise<void> }

/** The chamber's standing requests replace those held: what it no longer asks is answered. Part of the caller's transaction. */
export async function keepRequests(store: InboxStore, rows: Record<InboxItem['kind'], InboxRow[] | null>): Promise<void> {
  const held = await store.getAll();
  for (const kind of ['correction', 'question'] as const) {
    if (rows[kind] === null) continue;
    for (const row of held) if (row.kind === kind) void store.delete(row.key);
    for (const row of rows[kind]) void store.put(row);
  }
}

/** The files of a form that was sent back lie beside those of own forms, under a name of their own. */
const shelf = (instanceId: string): string => `sent back:${instanceId}`;

export async function keepSentBackFile(instanceId: string, name: string, blob: Blob): Promise<void> {
  const [file] = await toOwnFiles(await toInstanceFiles(shelf(instanceId), [{ name, blob }]));
  await (await database()).put('files', file!);
}

export async function readSentBackFiles(instanceId: string): Promise<{ name: string; blob: Blob }[]> {
  return readFiles(shelf(instanceId));
}

/** Drop the files of what is no longer asked; a draft that corrects it has its own. */
export async function dropSentBackFiles(): Promise<void> {
  const tx = (await database()).transaction(['files', 'inbox'], 'readwrite');
  const asked = new Set((await tx.objectStore('inbox').getAll()).filter((row) => row.kind === 'correction').map((row) => shelf(row.instanceId)));
  for (const key of await tx.objectStore('files').getAllKeys(IDBKeyRange.bound([shelf(''), ''], [shelf('\uffff'), '']))) {
    if (!asked.has(key[0])) void tx.objectStore('files').delete(key);
  }
  await tx.done;
}
