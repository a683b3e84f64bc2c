// Who works with this phone. Each agent has a database of her own, encrypted by her own PIN; this small one holds what the choice
// needs: names, and which database is whose. Nothing else is shared.
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { close, database, FIRST_STORE, setStoreName, storeName } from './db';
import type { Enrolment } from './types';

export interface Agent { store: string; projectId: string; appUserId: string; name: string; project: string }

/** What the phone says after it was wiped. */
export interface Farewell { name: string; at: string; forms: number; drafts: number }

interface PhoneSchema extends DBSchema {
  agents: { key: string; value: Agent };
  settings: { key: string; value: unknown };
}

async function withPhone<T>(work: (db: IDBPDatabase<PhoneSchema>) => Promise<T>): Promise<T> {
  const db = await openDB<PhoneSchema>('hirfa-phone', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('agents', { keyPath: 'store' });
      fresh.createObjectStore('settings');
    },
  });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('hirfa-phone');
(channel as unknown as { unref?: () => void } | null)?.unref?.();

/** Hear that another tab went over to another agent: this one must begin anew. */
export function watchAgents(changed: () => void): void {
  if (channel) channel.onmessage = (event: MessageEvent<string>) => { if (event.data !== storeName()) changed(); };
}

export const listAgents = (): Promise<Agent[]> => withPhone((db) => db.getAll('agents'));

/** Write an agent into the list, under the database that is open. */
export async function noteAgent({ project, appUser }: Enrolment): Promise<void> {
  const agent = { store: storeName(), projectId: String(project.id), appUserId: String(appUser.id), name: appUser.name, project: project.name };
  await withPhone((db) => db.put('agents', agent));
}

/** Go to the database of the agent who worked here last. */
export async function openLastStore(): Promise<void> {
  setStoreName(await withPhone(async (db) => ((await db.get('settings', 'current')) as string | undefined) ?? FIRST_STORE));
  // A phone that was enrolled before there was a list.
  const own = (await (await database()).get('settings', 'enrolment')) as Enrolment | undefined;
  if (own) await noteAgent(own);
}

/** Go over to another agent's database, now and after a restart; the other tabs follow. */
export async function useStore(store: string): Promise<void> {
  await close();
  setStoreName(store);
  await withPhone((db) => db.put('settings', store, 'current'));
  channel?.postMessage(store);
}

/** The database of an agent: her own if she has worked here, this one if nobody has, else a new one. */
export async function findStore(projectId: string, appUserId: string): Promise<string> {
  const own = (await (await database()).get('settings', 'enrolment')) as Enrolment | undefined;
  if (!own || (String(own.project.id) === projectId && String(own.appUser.id) === appUserId)) return storeName();
  const agents = await listAgents();
  const known = agents.find((agent) => agent.projectId === projectId && agent.appUserId === appUserId);
  if (known) return known.store;
  const taken = new Set([storeName(), ...agents.map((agent) => agent.store)]);
  for (let number = 2; ; number += 1) if (!taken.has(`${FIRST_STORE}-${number}`)) return `${FIRST_STORE}-${number}`;
}

/** Delete everything an agent has on this phone, and go to another one who works here. */
export async function removeAgent(farewell: Farewell | null): Promise<void> {
  const gone = storeName();
  const next = await withPhone(async (db) => {
    await db.delete('agents', gone);
    if (farewell) await db.put('settings', farewell, 'farewell');
    return (await db.getAll('agents'))[0]?.store ?? FIRST_STORE;
  });
  // Gone over to the other first: whatever is still being read or written must not make the old one again.
  await useStore(next);
  await deleteDB(gone);
}

export const readFarewell = (): Promise<Farewell | null> => withPhone(async (db) => ((await db.get('settings', 'farewell')) as Farewell | undefined) ?? null);
export const dropFarewell = (): Promise<void> => withPhone((db) => db.delete('settings', 'farewell'));
