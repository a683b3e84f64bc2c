// Pieces of the app that few days need (widgets that few forms have, the QR reader, resumable uploads, places for the map) are not in the
// first download. Once the agent is enrolled they are kept beside it, and those of a new version before it is offered: a phone
// in a village never lacks one. `extras.json` is written by the build.
const CACHE = 'extras';
const MOST = 24;

/** Keep every piece of the version that the server has now. Quietly does what the line allows. */
export async function keepExtras(): Promise<void> {
  if (typeof caches === 'undefined' || !navigator.onLine) return;
  try {
    const list = (await (await fetch(`${import.meta.env.BASE_URL}extras.json`, { cache: 'no-cache' })).json()) as string[];
    const cache = await caches.open(CACHE);
    for (const address of list) if (!(await cache.match(address))) await cache.add(address);
    // Pieces of versions long gone; those of the one that still runs are among the newest.
    const keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(old);
  } catch {
    // The line is bad: the next start tries again.
  }
}
