// Forms being filled. A draft is saved whole within one transaction; photos that did not change are not written again.
import { announce, ask, database, undo } from './db';
import { decrypt, decryptJson, encrypt, encryptJson } from './vault';
import type { Draft, DraftRow, InstanceFile } from './types';

const context = (instanceId: string): string => `draft ${instanceId}`;
const fileContext = (instanceId: string, name: string): string => `file ${instanceId} ${name}`;

/** A draft as it stands in the table: what it is about and whose form it is stay clear, for the exchange keeps what it needs. */
export async function toDraftRow(draft: Draft): Promise<DraftRow> {
  const { instanceId, formId, version, entityId, updatedAt, pinned } = draft;
  return { instanceId, formId, version, entityId, updatedAt, branch: pinned?.row.__branchId ?? '', sealed: await encryptJson(context(instanceId), draft) };
}

const openDraft = (row: DraftRow): Promise<Draft> => decryptJson<Draft>(context(row.instanceId), row.sealed);

/** :throws LockedError: */
export async function listDrafts(): Promise<Draft[]> {
  return Promise.all((await (await database()).getAll('drafts')).map(openDraft));
}

/** What can be said of the drafts while locked: which form, and since when they lie. */
export async function listDraftRows(): Promise<Pick<DraftRow, 'formId' | 'updatedAt'>[]> {
  return (await (await database()).getAll('drafts')).map(({ formId, updatedAt }) => ({ formId, updatedAt }));
}

/** :throws LockedError: */
export async function readDraft(instanceId: string): Promise<Draft | undefined> {
  const row = await (await database()).get('drafts', instanceId);
  return row && openDraft(row);
}

/** Files of a draft, or (by its shelf) of a form that was sent back. :throws LockedError: */
export async function readFiles(instanceId: string): Promise<{ name: string; blob: Blob }[]> {
  const range = IDBKeyRange.bound([instanceId, ''], [instanceId, '\uffff']);
  const files = await (await database()).getAll('files', range);
  return Promise.all(files.map(async (file) => {
    const bytes = file.own ? await decrypt(fileContext(instanceId, file.name), new Uint8Array(file.bytes)) : file.bytes;
    return { name: file.name, blob: new Blob([bytes], { type: file.type }) };
  }));
}

/** Read the bytes of blobs before a transaction opens: a transaction ends when it waits for anything else. */
export async function toInstanceFiles(instanceId: string, files: { name: string; blob: Blob }[]): Promise<InstanceFile[]> {
  return Promise.all(
    files.map(async ({ name, blob }) => ({
      instanceId, name, type: blob.type, size: blob.size, bytes: await blob.arrayBuffer(),
    })),
  );
}

/** Encrypt files by the phone's own key. :throws LockedError: */
export async function toOwnFiles(files: InstanceFile[]): Promise<InstanceFile[]> {
  return Promise.all(files.map(async (file) => ({ ...file, own: true, bytes: (await encrypt(fileContext(file.instanceId, file.name), file.bytes)).buffer })));
}

/**
 * Save a draft with its files in one transaction.
 *
 * `changed` are the files whose bytes are new; `names` are all files the draft has: others are deleted. :throws LockedError:
 */
export async function saveDraft(draft: Draft, changed: { name: string; blob: Blob }[], names: string[]): Promise<void> {
  const files = await toOwnFiles(await toInstanceFiles(draft.instanceId, changed));
  const row = await toDraftRow(draft);
  const tx = (await database()).transaction(['drafts', 'files', 'outbox'], 'readwrite');
  ask(tx.done);
  try {
    // An autosave that arrives after the form was finalized must not bring the draft back.
    if (await tx.objectStore('outbox').getKey(draft.instanceId)) {
      await tx.done;
      return;
    }
    ask(tx.objectStore('drafts').put(row));
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
