// Forms being filled. A draft is saved whole within one transaction; photos that did not change are not written again.
import { announce, ask, database, undo } from './db';
import type { Draft, InstanceFile } from './types';

export async function listDrafts(): Promise<Draft[]> {
  return (await database()).getAll('drafts');
}

export async function readDraft(instanceId: string): Promise<Draft | undefined> {
  return (await database()).get('drafts', instanceId);
}

export async function readFiles(instanceId: string): Promise<{ name: string; blob: Blob }[]> {
  const range = IDBKeyRange.bound([instanceId, ''], [instanceId, '\uffff']);
  const files = await (await database()).getAll('files', range);
  return files.map((file) => ({ name: file.name, blob: new Blob([file.bytes], { type: file.type }) }));
}

/** Read the bytes of blobs before a transaction opens: a transaction ends when it waits for anything else. */
export async function toInstanceFiles(instanceId: string, files: { name: string; blob: Blob }[]): Promise<InstanceFile[]> {
  return Promise.all(
    files.map(async ({ name, blob }) => ({
      instanceId, name, type: blob.type, size: blob.size, bytes: await blob.arrayBuffer(),
    })),
  );
}

/**
 * Save a draft with its files in one transaction.
 *
 * `changed` are the files whose bytes are new; `names` are all files the draft has: others are deleted.
 */
export async function saveDraft(draft: Draft, changed: { name: string; blob: Blob }[], names: string[]): Promise<void> {
  const files = await toInstanceFiles(draft.instanceId, changed);
  const tx = (await database()).transaction(['drafts', 'files', 'outbox'], 'readwrite');
  ask(tx.done);
  try {
    // An autosave that arrives after the form was finalized must not bring the draft back.
    if (await tx.objectStore('outbox').getKey(draft.instanceId)) {
      await tx.done;
      return;
    }
    ask(tx.objectStore('drafts').put(draft));
    for (const file of files) ask(tx.objectStore('files').put(file));
    const range = IDBKeyRange.bound([draft.instanceId, ''], [draft.instanceId, '\uffff']);
    for (const key of await tx.objectStore('files').getAllKeys(range)) {
      if (!names.includes(key[1])) ask(tx.objectStore('files').delete(key));
    }
    await tx.done;
  } catch (error) {
    throw await undo(tx, error);
  }
  announce('drafts');
}

export async function deleteDraft(instanceId: string): Promise<void> {
  const tx = (await database()).transaction(['drafts', 'files'], 'readwrite');
  void tx.objectStore('drafts').delete(instanceId);
  void tx.objectStore('files').delete(IDBKeyRange.bound([instanceId, ''], [instanceId, '\uffff']));
  await tx.done;
  announce('drafts');
}
