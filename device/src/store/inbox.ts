// What the chamber asks of the agent: forms to correct, with their files, and questions. It stands as last pulled.
import { database } from './db';
import { toInstanceFiles } from './drafts';
import type { InboxItem, SentBack } from './types';
import type { PullAnswer } from '../sync/protocol';

export async function listInbox(): Promise<InboxItem[]> {
  return (await database()).getAll('inbox');
}

export async function listSentBack(): Promise<SentBack[]> {
  return (await listInbox()).filter((item) => item.kind === 'correction');
}

interface InboxStore { put(value: InboxItem): Promise<unknown>; getAll(): Promise<InboxItem[]>; delete(key: string): Promise<void> }

/** The chamber's standing requests replace those held: what it no longer asks is answered. Part of the caller's transaction. */
export async function keepRequests(store: InboxStore, answer: PullAnswer): Promise<void> {
  for (const kind of ['correction', 'question'] as const) {
    const incoming = kind === 'correction' ? answer.corrections : answer.questions;
    if (incoming === null) continue;
    for (const held of await store.getAll()) if (held.kind === kind) void store.delete(held.key);
  }
  for (const item of answer.corrections ?? []) void store.put({ kind: 'correction', key: `c:${item.instanceId}`, ...item });
  for (const item of answer.questions ?? []) void store.put({ kind: 'question', key: `q:${item.entity}:${item.property}`, ...item });
}

/** The files of a form that was sent back lie beside those of own forms, under a name of their own. */
const shelf = (instanceId: string): string => `sent back:${instanceId}`;

export async function keepSentBackFile(instanceId: string, name: string, blob: Blob): Promise<void> {
  const [file] = await toInstanceFiles(shelf(instanceId), [{ name, blob }]);
  await (await database()).put('files', file!);
}

export async function readSentBackFiles(instanceId: string): Promise<{ name: string; blob: Blob }[]> {
  const files = await (await database()).getAll('files', IDBKeyRange.bound([shelf(instanceId), ''], [shelf(instanceId), '\uffff']));
  return files.map((file) => ({ name: file.name, blob: new Blob([file.bytes], { type: file.type }) }));
}

/** Drop the files of what is no longer asked; a draft that corrects it has its own. */
export async function dropSentBackFiles(): Promise<void> {
  const asked = new Set((await listSentBack()).map((item) => shelf(item.instanceId)));
  const tx = (await database()).transaction('files', 'readwrite');
  for (const key of await tx.store.getAllKeys(IDBKeyRange.bound([shelf(''), ''], [shelf('\uffff'), '']))) {
    if (!asked.has(key[0])) void tx.store.delete(key);
  }
  await tx.done;
}
