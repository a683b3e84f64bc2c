// The register as the phone holds it. A page of a pull and its cursor are written in one transaction: a crash between two
// pages costs a page, never a record.
import { announce, database } from './db';
import { keepRequests } from './inbox';
import type { OutboxItem, StoredRecord } from './types';
import type { PullAnswer } from '../sync/protocol';

export async function listRecords(): Promise<StoredRecord[]> {
  return (await database()).getAll('records');
}

export async function readRecord(id: string): Promise<StoredRecord | undefined> {
  return (await database()).get('records', id);
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

/** Whether an item may still change this record on the screen: not yet answered, or set aside, or answered and not yet pulled. */
export function isPending(item: OutboxItem, entityId: string, version: number | null): boolean {
  if (item.state === 'waiting' || item.outcome === 'quarantined') return true;
  const answer = item.entities.find((entity) => entity.id === entityId);
  // A record that left the phone's places and stays for other unsent work is told nothing more: not even this.
  if (answer && version !== null) return version < answer.version;
  return !item.pulled;
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
  const tx = (await database()).transaction(['records', 'aliases', 'cursors', 'inbox', 'outbox', 'drafts', 'settings'], 'readwrite');
  const records = tx.objectStore('records');
  const unsent = withUnsentWork(await tx.objectStore('outbox').getAll(), await tx.objectStore('drafts').getAll());

  const leave = (record: StoredRecord, scope: string): void => {
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
  for (const [scope, page] of Object.entries(answer.scopes)) {
    for (const upsert of page.upserts) {
      const held = await records.get(upsert.id);
      if (held && !held.stale && held.version > upsert.version) continue;
      const scopes = held && !held.stale ? [...new Set([...held.scopes, scope])] : [scope];
      void records.put({ ...upsert, scopes, branchId: makeId(), dropped: false, stale: false });
      // An unmerge brings a record back under its own id.
      void tx.objectStore('aliases').delete(upsert.id);
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
  await keepRequests(tx.objectStore('inbox'), answer);
  if (answer.backedUp !== null) void tx.objectStore('settings').put(answer.backedUp, 'backedUp');
  if (answer.era !== null) void tx.objectStore('settings').put(answer.era, 'era');
  void tx.objectStore('settings').put(answer.device, 'deviceState');
  await tx.done;
}

/** A server restored from a backup counts anew: forget the cursors, mark every record as not seen again yet. */
export async function beginEra(era: string | number): Promise<void> {
  const tx = (await database()).transaction(['records', 'cursors', 'settings'], 'readwrite');
  void tx.objectStore('cursors').clear();
  for (const record of await tx.objectStore('records').getAll()) void tx.objectStore('records').put({ ...record, stale: true });
  void tx.objectStore('settings').put(era, 'era');
  await tx.done;
}

/**
 * End a whole pull: own work answered before `begunAt` is now in what was pulled; what left and has no unsent work is deleted.
 *
 * A record whose branch served an action that is no longer pending gets a fresh one: what follows begins on the pulled row.
 */
export async function endPull(answeredBefore: ReadonlySet<string>, makeId: () => string): Promise<void> {
  const tx = (await database()).transaction(['records', 'outbox', 'drafts', 'branches'], 'readwrite');
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
  const named = new Set<string | null | undefined>(drafts.map((draft) => draft.pinned?.row.__branchId));
  for (const record of await records.getAll()) {
    if ((record.dropped || record.stale) && !unsent.has(record.id)) void records.delete(record.id);
    else if (spent.has(record.branchId)) void records.put({ ...record, branchId: makeId() });
    else named.add(record.branchId);
  }
  for (const item of items) for (const action of item.actions) named.add(action.branch).add(action.ownBranch);
  for (const branch of await tx.objectStore('branches').getAllKeys()) if (!named.has(branch)) void tx.objectStore('branches').delete(branch);
  await tx.done;
  announce('records', 'outbox', 'inbox', 'settings');
}
