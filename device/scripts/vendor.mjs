// Copy the parts of Bootstrap that the officers' pages use out of node_modules: one lock file pins them for both.
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const from = new URL('../node_modules/bootstrap/', import.meta.url);
const to = new URL('../../server/console/static/vendor/', import.meta.url);
const files = [
  ['dist/css/bootstrap.min.css', 'bootstrap.min.css'],
  ['dist/css/bootstrap.rtl.min.css', 'bootstrap.rtl.min.css'],
  ['LICENSE', 'bootstrap-LICENSE.txt'],
];
await mkdir(to, { recursive: true });
for (const [source, target] of files) await copyFile(new URL(source, from), new URL(target, to));
console.log(`${files.length} files in ${fileURLToPath(to)}`);
