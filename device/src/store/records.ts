// The register as the phone holds it. A page of a pull and its cursor are written in one transaction: a crash between two
// pages costs a page, never a record.
import { announce, database } from './db';
import { keepRequests, toRequestRows } from './inbox';
import { decryptJson, encryptJson, onClose } from './vault';
import type { OutboxItem, RecordBlock, RecordRow, RecordSecret, StoredRecord } from './types';
import type { PullAnswer } from '../sync/protocol';

/** What is personal of this many records is encrypted in one piece: ten thousand calls would take seconds, forty take none. */
export const BLOCK_RECORDS = 250;
/** Blocks with fewer living records than this are written anew together once there are many. */
const THIN_RECORDS = 50;
const MANY_BLOCKS = 40;

/** Blocks never change: each is opened once. */
const opened = new Map<string, RecordSecret[]>();
onClose(() => opened.clear());

const context = (block: string): string => `block ${block}`;

/** Encrypt what is personal of some records; where each one lies, by its place among them. */
export async function toBlocks(secrets: readonly RecordSecret[], makeId: () => string): Promise<{ blocks: RecordBlock[]; place: (index: number) => { block: string; at: number } }> {
  const blocks: RecordBlock[] = [];
  for (let from = 0; from < secrets.length; from += BLOCK_RECORDS) {
    const id = makeId();
    const part = secrets.slice(from, from + BLOCK_RECORDS).map(({ data, open, events }) => ({ data, open, events }));
    blocks.push({ id, sealed: await encryptJson(context(id), part) });
  }
  return { blocks, place: (index) => ({ block: blocks[Math.floor(index / BLOCK_RECORDS)]!.id, at: index % BLOCK_RECORDS }) };
}

async function openRows(rows: readonly RecordRow[], blocks: readonly RecordBlock[]): Promise<StoredRecord[]> {
  await Promise.all(blocks.map(async ({ id, sealed }) => { if (!opened.has(id)) opened.set(id, await decryptJson<RecordSecret[]>(context(id), sealed)); }));
  return rows.map(({ block, at, ...row }) => ({ ...row, ...opened.get(block)![at]! }));
}

/** :throws LockedError: */
export async function listRecords(): Promise<StoredRecord[]> {
  const tx = (await database()).transaction(['records', 'blocks']);
  const rows = await tx.objectStore('records').getAll();
  const wanted = new Set(rows.map((row) => row.block));
  for (const id of opened.keys()) if (!wanted.has(id)) opened.delete(id);
  const missing = [...wanted].filter((id) => !opened.has(id));
  const blocks = missing.length > 20 ? await tx.objectStore('blocks').getAll() : await Promise.all(missing.map((id) => tx.objectStore('blocks').get(id)));
  return openRows(rows, blocks.filter((block) => block !== undefined && wanted.has(block.id)) as RecordBlock[]);
}

/** :throws LockedError: */
export async function readRecord(id: string): Promise<StoredRecord | undefined> {
  const tx = (await database()).transaction(['records', 'blocks']);
  const row = await tx.objectStore('records').get(id);
  const block = row && (await tx.objectStore('blocks').get(row.block));
  return row && block ? (await openRows([row], [block]))[0] : undefined;
}

/** Records that left the phone's places, or were not seen again since a restore: they stay for unsent work alone. */
export async function listLeaving(): Promise<Set<string>> {
  return new Set((await (await database()).getAll('records')).filter((row) => row.dropped || row.stale).map((row) => row.id));
}

export async function listAliases(): Promise<Map<string, string>> {
  const db = await database();
  const tx = db.transaction('aliases');
  const [keys, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
  return new Map(keys.map((key, index) => [key, values[index]!]));
}

export async function readCursors(): Promise<Record<string, number | string>> {
  const tx = (await database()).transaction('cursors');
  const [keys, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
  return Object.fromEntries(keys.map((key, index) => [key, values[index]!]));
}

/**
 * Whether an item may still change this record on the screen: not yet answered, or set aside, or answered and not yet pulled.
 *
 * A record that was not seen again since a restore holds what it held: for it the answers of before the restore count.
 */
export function isPending(item: OutboxItem, entityId: string, record: Pick<StoredRecord, 'version' | 'stale'> | null): boolean {
  const before = record?.stale ? item.before : undefined;
  if (!before && (item.state === 'waiting' || item.outcome === 'quarantined')) return true;
  const { entities, pulled } = before ?? item;
  const answer = entities.find((entity) => entity.id === entityId);
  // A record that left the phone's places and stays for other unsent work is told nothing more: not even this.
  if (answer && record) return record.version < answer.version;
  return !pulled;
}

/** Ids of records that unsent work is about. */
function withUnsentWork(items: OutboxItem[], drafts: { entityId: string }[]): Set<string> {
  const ids = new Set<string>();
  for (const item of items) {
    if (item.state === 'waiting') item.actions.forEach((action) => ids.add(action.entityId));
  }
  for (const draft of drafts) if (draft.entityId) ids.add(draft.entityId);
  return ids;
}

/**
 * Write one page of a pull: records, departures, scopes, cursors and the chamber's requests, in one transaction.
 *
 * `makeId` gives each pulled record a fresh branch. A record that leaves while unsent work is about it stays, marked dropped.
 */
export async function keepPage(answer: PullAnswer, makeId: () => string): Promise<void> {
  // Encrypted before the transaction opens: it would end while anything else is waited for.
  const upserts = Object.values(answer.scopes).flatMap((page) => page.upserts);
  const { blocks, place } = await toBlocks(upserts, () => crypto.randomUUID());
  const requests = await toRequestRows(answer);
  const tx = (await database()).transaction(['records', 'blocks', 'aliases', 'cursors', 'inbox', 'outbox', 'drafts', 'settings'], 'readwrite');
  for (const block of blocks) void tx.objectStore('blocks').put(block);
  const records = tx.objectStore('records');
  const unsent = withUnsentWork(await tx.objectStore('outbox').getAll(), await tx.objectStore('drafts').getAll());

  const leave = (record: RecordRow, scope: string): void => {
    const scopes = record.scopes.filter((other) => other !== scope);
    if (scopes.length > 0) void records.put({ ...record, scopes });
    else if (unsent.has(record.id)) void records.put({ ...record, scopes, dropped: true });
    else void records.delete(record.id);
  };

  // Departures first: a woman who moved between two communes of this phone leaves one and arrives in the other.
  for (const [scope, page] of Object.entries(answer.scopes)) {
    for (const gone of page.gone) {
      if (gone.mergedInto) void tx.objectStore('aliases').put(gone.mergedInto, gone.id);
      const record = await records.get(gone.id);
      if (!record) continue;
      if (gone.mergedInto) void records.delete(gone.id);
      else leave(record, scope);
    }
  }
  let index = 0;
  for (const [scope, page] of Object.entries(answer.scopes)) {
    for (const { id, list, version } of page.upserts) {
      const where = place(index++);
      const held = await records.get(id);
      if (held && !held.stale && held.version > version) continue;
      const scopes = held && !held.stale ? [...new Set([...held.scopes, scope])] : [scope];
      void records.put({ id, list, version, scopes, branchId: makeId(), dropped: false, stale: false, ...where });
      // An unmerge brings a record back under its own id.
      void tx.objectStore('aliases').delete(id);
    }
    void tx.objectStore('cursors').put(page.cursor, scope);
  }
  for (const scope of answer.addScopes) {
    if ((await tx.objectStore('cursors').getKey(scope)) === undefined) void tx.objectStore('cursors').put(0, scope);
  }
  if (answer.dropScopes.length > 0) {
    for (const scope of answer.dropScopes) void tx.objectStore('cursors').delete(scope);
    for (const record of await records.getAll()) {
      for (const scope of answer.dropScopes) if (record.scopes.includes(scope)) leave(record, scope);
    }
  }
  await keepRequests(tx.objectStore('inbox'), requests);
  if (answer.backedUp !== null) void tx.objectStore('settings').put(answer.backedUp, 'backedUp');
  if (answer.era !== null) void tx.objectStore('settings').put(answer.era, 'era');
  void tx.objectStore('settings').put(answer.device, 'deviceState');
  await tx.done;
}

/** A server restored from a backup counts anew: forget the cursors, mark every record as not seen again yet, `change` the outbox. */
export async function beginEra(era: string | number, change: (item: OutboxItem) => OutboxItem): Promise<void> {
  const tx = (await database()).transaction(['records', 'cursors', 'settings', 'outbox'], 'readwrite');
  void tx.objectStore('cursors').clear();
  for (const item of await tx.objectStore('outbox').getAll()) {
    const next = change(item);
    if (next !== item) void tx.objectStore('outbox').put(next);
  }
  for (const record of await tx.objectStore('records').getAll()) void tx.objectStore('records').put({ ...record, stale: true });
  void tx.objectStore('settings').put(era, 'era');
  await tx.done;
  announce('records', 'outbox');
}

/**
 * End a whole pull: own work answered before `begunAt` is now in what was pulled; what left and has no unsent work is deleted.
 *
 * A record whose branch served an action that is no longer pending gets a fresh one: what follows begins on the pulled row.
 */
export async function endPull(answeredBefore: ReadonlySet<string>, makeId: () => string): Promise<void> {
  const tx = (await database()).transaction(['records', 'blocks', 'outbox', 'drafts', 'branches'], 'readwrite');
  const records = tx.objectStore('records');
  const items = await tx.objectStore('outbox').getAll();
  const drafts = await tx.objectStore('drafts').getAll();
  const unsent = withUnsentWork(items, drafts);
  const spent = new Set<string>();
  for (const item of items) {
    if (!answeredBefore.has(item.instanceId) || item.state !== 'sent' || item.pulled) continue;
    void tx.objectStore('outbox').put({ ...item, pulled: true });
    if (item.outcome !== 'quarantined') for (const action of item.actions) if (action.branch) spent.add(action.branch);
  }
  // Places are remembered as long as anything names their branch.
  const named = new Set<string | null | undefined>(drafts.map((draft) => draft.branch));
  const living = new Map<string, number>();
  for (const record of await records.getAll()) {
    const stays = (!record.dropped && !record.stale) || unsent.has(record.id);
    if (stays) living.set(record.block, (living.get(record.block) ?? 0) + 1);
    if (!stays) void records.delete(record.id);
    else if (spent.has(record.branchId)) void records.put({ ...record, branchId: makeId() });
    else named.add(record.branchId);
  }
  for (const item of items) for (const action of item.actions) named.add(action.branch).add(action.ownBranch);
  for (const branch of await tx.objectStore('branches').getAllKeys()) if (!named.has(branch)) void tx.objectStore('branches').delete(branch);
  for (const block of await tx.objectStore('blocks').getAllKeys()) if (!living.has(block)) void tx.objectStore('blocks').delete(block);
  await tx.done;
  const thin = [...living].filter(([, count]) => count < THIN_RECORDS).map(([block]) => block);
  if (thin.length > MANY_BLOCKS) await rewriteBlocks(new Set(thin));
  announce('records', 'outbox', 'inbox', 'settings');
}

/** Write the records of some blocks into fuller ones. A record that was pulled anew meanwhile keeps its place. */
async function rewriteBlocks(thin: ReadonlySet<string>): Promise<void> {
  const db = await database();
  const rows = (await db.getAll('records')).filter((row) => thin.has(row.block));
  const blocks = (await Promise.all([...thin].map((id) => db.get('blocks', id)))).filter((block) => block !== undefined);
  const { blocks: fuller, place } = await toBlocks(await openRows(rows, blocks), () => crypto.randomUUID());
  const tx = db.transaction(['records', 'blocks'], 'readwrite');
  for (const block of fuller) void tx.objectStore('blocks').put(block);
  for (const [index, row] of rows.entries()) {
    const held = await tx.objectStore('records').get(row.id);
    if (held?.block === row.block && held.at === row.at) void tx.objectStore('records').put({ ...held, ...place(index) });
  }
  for (const id of thin) void tx.objectStore('blocks').delete(id);
  await tx.done;
}
