// Pictures of the ground, where the chamber's own server has some (setting HIRFA_TILES): same address as the app, never a foreign host.
// Those that were seen once stay on the phone; without any the map is a grid.
import { MAX_ZOOM } from './geometry';

const KEPT = 'tiles';
const MOST = 400;

async function find(address: string): Promise<Blob | null> {
  const cache = await caches.open(KEPT).catch(() => null);
  const held = await cache?.match(address);
  if (held) return held.blob();
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || !answer.headers.get('Content-Type')?.startsWith('image/')) return null;
  if (cache) {
    await cache.put(address, answer.clone()).catch(() => undefined); // a full phone goes without
    const keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(old);
  }
  return answer.blob();
}

/** Tiles by demand; `onCome` is told when one more can be drawn. */
export function openTiles(onCome: () => void): { picture(z: number, x: number, y: number): CanvasImageSource | null; close(): void } {
  const pictures = new Map<string, ImageBitmap | null>();
  let misses = 0;
  let closed = false;
  return {
    picture(z, x, y) {
      // Four in a row that are not there: this server has none.
      if (misses >= 4 || z > MAX_ZOOM || typeof caches === 'undefined') return null;
      const address = `tiles/${z}/${x}/${y}.png`;
      const known = pictures.get(address);
      if (known !== undefined) return known;
      pictures.set(address, null);
      void find(address).then(async (blob) => {
        const picture = blob ? await createImageBitmap(blob).catch(() => null) : null;
        if (closed) return;
        misses = picture ? 0 : misses + 1;
        pictures.set(address, picture);
        if (picture) onCome();
      }, () => { misses += 1; });
      return null;
    },
    close() {
      closed = true;
      pictures.forEach((picture) => picture?.close());
    },
  };
}
