// The phone's own upload client (tus-js-client), as the app sets it up, in Node: one photo, resumed after any cut.
// Arguments: address of the collection, token, file, its sha256, bytes of a chunk. Prints one line of JSON at the end.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../device/package.json', import.meta.url));
const tus = require('tus-js-client');
const [endpoint, token, file, sha256, chunk] = process.argv.slice(2);
const bytes = readFileSync(file);
let retries = 0;
let addresses = 0;
let furthest = 0;

const upload = new tus.Upload(bytes, {
  endpoint,
  uploadSize: bytes.length,
  chunkSize: Number(chunk),
  headers: { Authorization: `Bearer ${token}` },
  metadata: { sha256, contentType: 'image/jpeg' },
  retryDelays: Array(400).fill(50),
  onUploadUrlAvailable: () => { addresses += 1; },
  onShouldRetry: (error) => {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 460) return false;
    retries += 1;
    return true;
  },
  onChunkComplete: (_size, accepted) => { furthest = Math.max(furthest, accepted); },
  onSuccess: () => tell({ done: true }),
  onError: (error) => tell({ done: false, status: error.originalResponse?.getStatus() ?? 0, body: error.originalResponse?.getBody() ?? String(error) }),
});

function tell(result) {
  console.log(JSON.stringify({ ...result, retries, addresses, furthest }));
  process.exit(0);
}

upload.start();
