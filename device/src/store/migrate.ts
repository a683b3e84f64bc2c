// From clear to encrypted, once, when the first PIN is chosen on a phone whose app was older; and the way out of a forgotten PIN.
import { announce, database, type HirfaSchema } from './db';
import { toDraftRow, toOwnFiles } from './drafts';
import { toOwnMedia } from './forms';
import { toInboxRow } from './inbox';
import { BLOCK_RECORDS, toBlocks } from './records';
import { sealInstance } from './outbox';
import { veil, veilError } from './secrets';
import { closeVault, onOpen } from './vault';
import type { Draft, DraftRow, InboxItem, InboxRow, OutboxItem, RecordRow, StoredRecord } from './types';

/** Rows are encrypted in portions, each written in one transaction: a phone that gives up in the middle goes on where it was. */
const PORTION = BLOCK_RECORDS;

type Table = 'records' | 'drafts' | 'inbox' | 'files' | 'media' | 'outbox';

/** Replace the clear rows of a table. `change` reads rows before the transaction and gives what stands in their place. */
async function replaceClear<T extends Table>(table: T, isClear: (row: HirfaSchema[T]['value']) => boolean, change: (rows: HirfaSchema[T]['value'][]) => Promise<HirfaSchema[T]['value'][]>): Promise<void> {
  const db = await database();
  const keys = await db.getAllKeys(table);
  for (let from = 0; from < keys.length; from += PORTION) {
    const rows = (await Promise.all(keys.slice(from, from + PORTION).map((key) => db.get(table, key as never)))).filter((row) => row !== undefined && isClear(row as HirfaSchema[T]['value']));
    if (rows.length === 0) continue;
    const next = await change(rows as HirfaSchema[T]['value'][]);
    const tx = db.transaction(table, 'readwrite');
    for (const row of next) void tx.store.put(row as never);
    await tx.done;
  }
}

async function encryptClear(): Promise<void> {
  const db = await database();
  if (await db.get('settings', 'encrypted')) return;
  await replaceClear('records', (row) => 'data' in row, async (rows) => {
    const { blocks, place } = await toBlocks(rows as unknown as StoredRecord[], () => crypto.randomUUID());
    const tx = db.transaction('blocks', 'readwrite');
    for (const block of blocks) void tx.store.put(block);
    await tx.done;
    return rows.map((row, index): RecordRow => {
      const { data: _d, open: _o, events: _e, ...rest } = row as unknown as StoredRecord;
      return { ...rest, ...place(index) };
    });
  });
  await replaceClear('drafts', (row) => !('sealed' in row), (rows) => Promise.all((rows as unknown as Draft[]).map(toDraftRow)) as Promise<DraftRow[]>);
  await replaceClear('inbox', (row) => !('sealed' in row), (rows) => Promise.all((rows as unknown as InboxItem[]).map(toInboxRow)) as Promise<InboxRow[]>);
  await replaceClear('media', (row) => !row.own, (rows) => Promise.all(rows.map(toOwnMedia)));
  const finished = new Set(await db.getAllKeys('outbox'));
  await replaceClear('files', (row) => !row.own && !row.keyId && !finished.has(row.instanceId), toOwnFiles);
  // Finished forms of before are sealed to the chamber, as new ones are: the server reads the same in both.
  await replaceClear('outbox', (row) => !row.secret, (rows) => Promise.all(rows.map(async (row): Promise<OutboxItem> => {
    const lying = await db.getAll('files', IDBKeyRange.bound([row.instanceId, ''], [row.instanceId, '\uffff']));
    const { item, files } = await sealInstance(row, lying.filter((file) => !file.keyId));
    const tx = db.transaction('files', 'readwrite');
    for (const file of files) void tx.store.put(file);
    await tx.done;
    const xml = row.xml === '' ? {} : { xml: item.xml, ...(item.sealed ? { sealed: item.sealed } : {}) };
    return { ...(await veil(row)), ...xml, error: await veilError(row.instanceId, row.error) };
  })));
  await db.put('settings', true, 'encrypted');
}

onOpen(encryptClear);

/**
 * Give up what only the forgotten PIN opens: drafts and pulled records. Finished forms stay, sealed, with their photographs; what they were
 * called and what they changed can be shown no more. The next step is a new PIN, and a pull from the beginning.
 */
export async function forgetPin(): Promise<void> {
  closeVault();
  const tables = ['records', 'blocks', 'drafts', 'inbox', 'cursors', 'thumbs', 'media', 'forms', 'files', 'outbox', 'settings', 'history'] as const;
  const tx = (await database()).transaction(tables, 'readwrite');
  for (const table of tables.slice(0, 8)) void tx.objectStore(table).clear();
  for await (const cursor of tx.objectStore('files')) if (cursor.value.own) void cursor.delete();
  for await (const cursor of tx.objectStore('outbox')) {
    const { secret, ...row } = cursor.value;
    if (secret) void cursor.update({ ...row, unreadable: true, error: row.error && { code: row.error.code, message: '' } });
  }
  for await (const cursor of tx.objectStore('history')) {
    const { secret: _s, ...line } = cursor.value;
    void cursor.update(line);
  }
  for (const key of ['vault', 'pinTries', 'encrypted', 'reading']) void tx.objectStore('settings').delete(key);
  await tx.done;
  announce('settings', 'records', 'forms', 'drafts', 'outbox', 'inbox');
}
