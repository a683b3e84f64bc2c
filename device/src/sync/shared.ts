// Files that another app shared with this one: `public/share.js` keeps them until the hand-over screen takes them.
const CACHE = 'shared';

/** Give each file to `take`; one that `take` does not want to see again (true) is let go. */
export async function takeShared(take: (file: Blob) => Promise<boolean>): Promise<void> {
  if (typeof caches === 'undefined' || !(await caches.has(CACHE))) return;
  const cache = await caches.open(CACHE);
  for (const key of await cache.keys()) {
    const held = await cache.match(key);
    if (!held || (await take(await held.blob()))) await cache.delete(key);
  }
}

/** Let go of all that was shared: who may not use this phone any more leaves nothing in it. */
export async function forgetShared(): Promise<void> {
  if (typeof caches !== 'undefined') await caches.delete(CACHE);
}
