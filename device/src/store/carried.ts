// Hand-over files of colleagues. What they hold stays sealed here; it is kept until the server has all of it.
import { announce, database } from './db';
import type { Carried } from './types';

export async function listCarried(): Promise<Carried[]> {
  return (await (await database()).getAll('carried')).sort((a, b) => (a.takenAt < b.takenAt ? -1 : 1));
}

/** Keep a photograph of a file that is being read; it counts once the file itself is kept. */
export async function keepCarriedFile(id: string, sha256: string, bytes: ArrayBuffer): Promise<void> {
  await (await database()).put('carriedFiles', bytes, [id, sha256]);
}

/** Keep a file whose photographs are here, and drop photographs of files that were never read to their end. */
export async function keepCarried(carried: Carried): Promise<void> {
  const tx = (await database()).transaction(['carried', 'carriedFiles'], 'readwrite');
  void tx.objectStore('carried').put(carried);
  const known = new Set([...(await tx.objectStore('carried').getAllKeys()), carried.id]);
  for (const key of await tx.objectStore('carriedFiles').getAllKeys()) {
    if (!known.has(key[0])) void tx.objectStore('carriedFiles').delete(key);
  }
  await tx.done;
  announce('carried');
}

export async function readCarried(id: string): Promise<Carried | undefined> {
  return (await database()).get('carried', id);
}

/** Change one by a pure rule; once it is delivered its photographs go. */
export async function updateCarried(id: string, change: (carried: Carried) => Carried): Promise<Carried | undefined> {
  const tx = (await database()).transaction(['carried', 'carriedFiles'], 'readwrite');
  const held = await tx.objectStore('carried').get(id);
  const next = held && change(held);
  if (next) void tx.objectStore('carried').put(next);
  if (next?.state === 'delivered') void tx.objectStore('carriedFiles').delete(IDBKeyRange.bound([id, ''], [id, '\uffff']));
  await tx.done;
  announce('carried');
  return next;
}

export async function readCarriedFile(id: string, sha256: string): Promise<ArrayBuffer | undefined> {
  return (await database()).get('carriedFiles', [id, sha256]);
}

/** Let go of a file. Its sender's phone keeps its own. */
export async function dropCarried(id: string): Promise<void> {
  const tx = (await database()).transaction(['carried', 'carriedFiles'], 'readwrite');
  void tx.objectStore('carried').delete(id);
  void tx.objectStore('carriedFiles').delete(IDBKeyRange.bound([id, ''], [id, '\uffff']));
  await tx.done;
  announce('carried');
}
