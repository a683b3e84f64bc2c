// Finalized instances: from the moment a draft becomes one to the moment the phone may forget it.
import { announce, ask, database, takePlaces, undo } from './db';
import { toInstanceFiles } from './drafts';
import { sealFile, sealText } from './sealing';
import { reveal, veil } from './secrets';
import { readSetting } from './settings';
import { decrypt, encrypt } from './vault';
import type { HistoryLine, InstanceFile, OutboxItem, Thumb } from './types';

export const thumbContext = (instanceId: string, name: string): string => `thumb ${instanceId} ${name}`;

type Unnumbered = Omit<OutboxItem, 'seq'>;

/**
 * Seal an instance and its files, where the project's public key is known.
 *
 * A form that cannot be sealed is kept in clear rather than lost: it goes the way it went before there was a key.
 */
export async function sealInstance(item: Unnumbered, files: InstanceFile[]): Promise<{ item: Unnumbered; files: InstanceFile[] }> {
  const [publicKey, enrolment] = [await readSetting('publicKey'), await readSetting('enrolment')];
  if (!publicKey || !enrolment) return { item, files };
  const { keyId } = publicKey;
  const project = enrolment.project.id;
  const hashes = new Map(item.attachments.map(({ name, sha256 }) => [name, sha256]));
  try {
    return {
      item: { ...item, xml: '', sealed: { keyId, text: await sealText(publicKey, project, item.instanceId, item.xml) } },
      files: await Promise.all(files.map(async (file) => {
        const sha256 = hashes.get(file.name);
        return sha256 ? { ...file, keyId, bytes: (await sealFile(publicKey, project, sha256, file.bytes)).buffer } : file;
      })),
    };
  } catch {
    return { item, files };
  }
}

/**
 * Turn a draft into a finalized instance, in one transaction: draft away, item and files in (sealed), sequence number taken.
 *
 * The number is given here, not by the caller, so that two tabs never give the same one. `thumbs` are small pictures of its photographs,
 * to be shown here. :throws LockedError:
 */
export async function finalize(
  clear: Unnumbered, files: { name: string; blob: Blob }[], thumbs: { name: string; blob: Blob }[] = [],
): Promise<OutboxItem> {
  // Before the transaction opens: it would end while anything else is waited for.
  const { item: sealed, files: stored } = await sealInstance(clear, await toInstanceFiles(clear.instanceId, files));
  const item = await veil(sealed);
  const pictures: Thumb[] = await Promise.all(thumbs.map(async ({ name, blob }) => (
    { instanceId: item.instanceId, name, sealed: await encrypt(thumbContext(item.instanceId, name), await blob.arrayBuffer()) }
  )));
  const tx = (await database()).transaction(['drafts', 'files', 'outbox', 'settings', 'branches', 'thumbs'], 'readwrite');
  ask(tx.done);
  let numbered: OutboxItem;
  try {
    const present = await tx.objectStore('outbox').get(item.instanceId);
    if (present) {
      await tx.done;
      return present;
    }
    const seq = (((await tx.objectStore('settings').get('seq')) as number | undefined) ?? 0) + 1;
    numbered = { ...item, seq };
    ask(tx.objectStore('settings').put(seq, 'seq'));
    ask(tx.objectStore('outbox').put(numbered));
    ask(tx.objectStore('drafts').delete(item.instanceId));
    ask(tx.objectStore('files').delete(IDBKeyRange.bound([item.instanceId, ''], [item.instanceId, '\uffff'])));
    for (const file of stored) ask(tx.objectStore('files').put(file));
    for (const picture of pictures) ask(tx.objectStore('thumbs').put(picture));
    await takePlaces(tx.objectStore('branches'), item.actions);
    await tx.done;
  } catch (error) {
    throw await undo(tx, error);
  }
  announce('drafts', 'outbox');
  return numbered;
}

/** The order in which instances were finished. */
const inOrder = (a: OutboxItem, b: OutboxItem): number => a.seq - b.seq || (a.finalizedAt < b.finalizedAt ? -1 : 1);

/** All finished forms. While locked they are as they stand in the table: enough to count and to send them. */
export async function listOutbox(): Promise<OutboxItem[]> {
  return Promise.all((await (await database()).getAll('outbox')).sort(inOrder).map(reveal));
}

/** Change items by a pure rule, each read and written in one transaction. Only those that came out different are written. */
export async function updateOutbox(change: (item: OutboxItem) => OutboxItem): Promise<void> {
  const tx = (await database()).transaction('outbox', 'readwrite');
  let changed = false;
  for (const item of await tx.store.getAll()) {
    const next = change(item);
    if (next !== item) {
      void tx.store.put(next);
      changed = true;
    }
  }
  await tx.done;
  if (changed) announce('outbox');
}

/** Change some items, like `updateOutbox`, without reading the others: a month's work may be waiting. */
export async function updateItems(instanceIds: readonly string[], change: (item: OutboxItem) => OutboxItem): Promise<void> {
  const tx = (await database()).transaction('outbox', 'readwrite');
  for (const instanceId of instanceIds) {
    const item = await tx.store.get(instanceId);
    const next = item && change(item);
    if (next && next !== item) void tx.store.put(next);
  }
  await tx.done;
  announce('outbox');
}

export async function readItems(instanceIds: readonly string[]): Promise<OutboxItem[]> {
  const tx = (await database()).transaction('outbox');
  const items = await Promise.all(instanceIds.map((instanceId) => tx.store.get(instanceId)));
  return items.filter((item) => item !== undefined);
}

/** The last position that own work took in each branch. */
export async function listBranches(): Promise<Map<string, number>> {
  const tx = (await database()).transaction('branches');
  const [keys, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
  return new Map(keys.map((key, index) => [key, values[index]!]));
}

/** Number the waiting items anew, for a new enrolment whose count begins again; 0 marks those the former one sent. */
export async function renumberOutbox(): Promise<void> {
  const tx = (await database()).transaction(['outbox', 'settings'], 'readwrite');
  let seq = 0;
  for (const item of (await tx.objectStore('outbox').getAll()).sort(inOrder)) {
    if (item.state === 'waiting') seq += 1;
    void tx.objectStore('outbox').put({ ...item, seq: item.state === 'waiting' ? seq : 0 });
  }
  void tx.objectStore('settings').put(seq, 'seq');
  void tx.objectStore('settings').delete('lost');
  await tx.done;
  announce('outbox', 'settings');
}

/** Forget instances that nobody can ask for any more; one line of each stays. */
export async function forget(instanceIds: string[], now: string): Promise<void> {
  if (instanceIds.length === 0) return;
  const tx = (await database()).transaction(['outbox', 'files', 'history', 'thumbs'], 'readwrite');
  for (const instanceId of instanceIds) {
    const item = await tx.objectStore('outbox').get(instanceId);
    if (!item?.outcome) continue;
    const line: HistoryLine = {
      instanceId, formId: item.formId, title: item.title, instanceName: item.instanceName,
      finalizedAt: item.finalizedAt, outcome: item.outcome, forgottenAt: now, ...(item.secret ? { secret: item.secret } : {}),
    };
    void tx.objectStore('history').put(line);
    void tx.objectStore('outbox').delete(instanceId);
    const own = IDBKeyRange.bound([instanceId, ''], [instanceId, '\uffff']);
    void tx.objectStore('files').delete(own);
    void tx.objectStore('thumbs').delete(own);
  }
  await tx.done;
  announce('outbox');
}

/** Read one file of a finalized instance as it travels: sealed, with the key's name, or clear. */
export async function readAttachment(instanceId: string, name: string): Promise<{ blob: Blob; keyId: string | null } | null> {
  const file = await (await database()).get('files', [instanceId, name]);
  return file ? { blob: new Blob([file.bytes], { type: file.type }), keyId: file.keyId ?? null } : null;
}

/** The small pictures of the photographs of some finished forms. :throws LockedError: */
export async function readThumbs(instanceIds: readonly string[]): Promise<{ instanceId: string; name: string; blob: Blob }[]> {
  const tx = (await database()).transaction('thumbs');
  const found = await Promise.all(instanceIds.map((id) => tx.store.getAll(IDBKeyRange.bound([id, ''], [id, '\uffff']))));
  return Promise.all(found.flat().map(async ({ instanceId, name, sealed }) => (
    { instanceId, name, blob: new Blob([await decrypt(thumbContext(instanceId, name), sealed)], { type: 'image/jpeg' }) }
  )));
}
