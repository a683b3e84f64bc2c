// Copy the parts of Bootstrap and Chart.js that the officers' pages use out of node_modules: one lock file pins them for both.
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const from = new URL('../node_modules/', import.meta.url);
const to = new URL('../../server/console/static/vendor/', import.meta.url);
const files = [
  ['bootstrap/dist/css/bootstrap.min.css', 'bootstrap.min.css'],
  ['bootstrap/dist/css/bootstrap.rtl.min.css', 'bootstrap.rtl.min.css'],
  ['bootstrap/LICENSE', 'bootstrap-LICENSE.txt'],
  ['chart.js/dist/chart.umd.min.js', 'chart.umd.min.js'],
  ['chart.js/LICENSE.md', 'chart-LICENSE.md'],
];
await mkdir(to, { recursive: true });
for (const [source, target] of files) await copyFile(new URL(source, from), new URL(target, to));
console.log(`${files.length} files in ${fileURLToPath(to)}`);
