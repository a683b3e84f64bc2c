// Form definitions and their media. Versions that a draft still needs are kept; media are kept by hash, once.
import { announce, database } from './db';
import { decrypt, encrypt } from './vault';
import type { MediaFile, StoredForm } from './types';

export async function listForms(): Promise<StoredForm[]> {
  return (await database()).getAll('forms');
}

export async function readForm(formId: string, version: string): Promise<StoredForm | undefined> {
  return (await database()).get('forms', [formId, version]);
}

const context = (hash: string): string => `media ${hash}`;

/** Media may be lists of people. :throws LockedError: */
export async function toOwnMedia(file: MediaFile): Promise<MediaFile> {
  return { ...file, own: true, bytes: (await encrypt(context(file.hash), file.bytes)).buffer };
}

/** Keep a downloaded version with its media, in one transaction; a current one takes the place of the former. The pull announces them all at once. */
export async function keepForm(form: StoredForm, clear: MediaFile[]): Promise<void> {
  const media = await Promise.all(clear.map(toOwnMedia));
  const db = await database();
  const tx = db.transaction(['forms', 'media'], 'readwrite');
  const forms = tx.objectStore('forms');
  for (const file of media) void tx.objectStore('media').put(file);
  for (const other of await forms.getAll()) {
    if (form.current && other.formId === form.formId && other.version !== form.version && other.current) {
      void forms.put({ ...other, current: false });
    }
  }
  void forms.put(form);
  await tx.done;
}

/** Hide forms the chamber withdrew. They stay for the drafts that use them. */
export async function withdrawForms(formIds: string[]): Promise<void> {
  if (formIds.length === 0) return;
  const tx = (await database()).transaction('forms', 'readwrite');
  let changed = false;
  for (const form of await tx.store.getAll()) {
    if (formIds.includes(form.formId) && !form.withdrawn) {
      void tx.store.put({ ...form, withdrawn: true, current: false });
      changed = true;
    }
  }
  await tx.done;
  if (changed) announce('forms');
}

/** Delete old versions that neither a draft nor a kept instance nor a form to correct names, and media that no form names. */
export async function dropUnusedForms(): Promise<void> {
  const tx = (await database()).transaction(['forms', 'media', 'drafts', 'outbox', 'inbox'], 'readwrite');
  const used = new Set<string>();
  for (const draft of await tx.objectStore('drafts').getAll()) used.add(`${draft.formId}\n${draft.version}`);
  for (const item of await tx.objectStore('outbox').getAll()) used.add(`${item.formId}\n${item.version}`);
  for (const item of await tx.objectStore('inbox').getAll()) if (item.kind === 'correction') used.add(`${item.formId}\n${item.formVersion}`);
  const hashes = new Set<string>();
  for (const form of await tx.objectStore('forms').getAll()) {
    if (form.current || used.has(`${form.formId}\n${form.version}`)) form.attachments.forEach((a) => hashes.add(a.hash));
    else void tx.objectStore('forms').delete([form.formId, form.version]);
  }
  for (const hash of await tx.objectStore('media').getAllKeys()) {
    if (!hashes.has(hash)) void tx.objectStore('media').delete(hash);
  }
  await tx.done;
}

export async function hasMedia(hash: string): Promise<boolean> {
  return (await (await database()).getKey('media', hash)) !== undefined;
}

export async function readMedia(hash: string): Promise<Blob | null> {
  const file = await (await database()).get('media', hash);
  if (!file) return null;
  return new Blob([file.own ? await decrypt(context(hash), new Uint8Array(file.bytes)) : file.bytes], { type: file.type });
}
