// How much the app's first download is, and what it keeps after enrolment: brotli at its best, kB of 1000 bytes, as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const dist = process.argv[2];
const size = (file) => brotliCompressSync(readFileSync(join(dist, file)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const listed = new Set([...readFileSync(join(dist, 'sw.js'), 'utf8').matchAll(/url:"([^"]+)"/g)].map((match) => match[1]));
const extras = JSON.parse(readFileSync(join(dist, 'extras.json'), 'utf8')).map((address) => address.replace(/^\/app\//, ''));
const sum = (files) => [...files].reduce((total, file) => total + size(file), 0) / 1000;
console.log(JSON.stringify({ precacheKb: sum(listed), extrasKb: sum(extras) }));
