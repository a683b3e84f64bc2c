// Write a .gz beside every file of dist that packs: the server sends it as it is, and a phone on a bad line waits a quarter as long.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
let before = 0;
let after = 0;
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css|html|svg|txt|wasm|webmanifest)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = await readFile(path);
  const packed = gzipSync(bytes, { level: 9 });
  if (packed.length < bytes.length) {
    await writeFile(`${path}.gz`, packed);
    before += bytes.length;
    after += packed.length;
  }
}
console.log(`compressed ${Math.round(before / 1000)} kB to ${Math.round(after / 1000)} kB`);
