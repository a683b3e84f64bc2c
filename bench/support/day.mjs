// One day of one agent over the line, as her app sends it (gzip push, then tus by tus-js-client) or as ODK Collect does (HEAD and one
// multipart POST for each submission). Reads a plan as JSON from a file; prints seconds and the bytes of all bodies as JSON.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { pathToFileURL } from 'node:url';

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const report = { answers_s: 0, photos_s: 0, answer_bytes: 0, photo_bytes: 0 };
const photo = (name) => Buffer.from(plan.photos[name], 'base64');
const say = async (answer, wanted) => { if (!wanted.includes(answer.status)) throw new Error(`${answer.status} ${await answer.text()}`); return answer; };

async function asApp() {
  const begun = performance.now();
  let queue = [...plan.items];
  let size = 20; // as device/src/sync/push.ts begins
  while (queue.length > 0) {
    const submissions = queue.splice(0, size);
    const body = gzipSync(JSON.stringify({ protocol: 1, deviceId: plan.deviceId, sentAt: new Date().toISOString(), submissions }));
    report.answer_bytes += body.byteLength;
    const headers = { Authorization: `Bearer ${plan.token}`, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const answer = await say(await fetch(`${plan.url}/v1/projects/1/sync/push`, { method: 'POST', body, headers }), [200]);
    const told = await answer.json();
    if (told.results.some((result) => result.status !== 'accepted')) throw new Error(JSON.stringify(told.results[0]));
    size *= 2;
  }
  report.answers_s = (performance.now() - begun) / 1000;
  const tus = await import(pathToFileURL(createRequire(`${plan.device}/package.json`).resolve('tus-js-client')).href);
  const later = performance.now();
  for (const item of plan.items) {
    for (const file of item.attachments) {
      const data = photo(file.name);
      report.photo_bytes += data.byteLength;
      await new Promise((resolve, reject) => {
        const Upload = tus.Upload ?? tus.default.Upload;
        new Upload(data, {
          endpoint: `${plan.url}/v1/projects/1/attachments`, headers: { Authorization: `Bearer ${plan.token}` },
          metadata: { sha256: file.sha256, contentType: file.contentType }, chunkSize: plan.chunkBytes,
          retryDelays: [500, 1500, 4000, 10000], onSuccess: resolve, onError: reject,
        }).start();
      });
    }
  }
  report.photos_s = (performance.now() - later) / 1000;
}

async function asCollect() {
  const begun = performance.now();
  const address = `${plan.url}/v1/key/${plan.token}/projects/1/submission`;
  const headers = { 'X-OpenRosa-Version': '1.0' };
  for (const item of plan.items) {
    await say(await fetch(address, { method: 'HEAD', headers }), [204]);
    const form = new FormData();
    form.append('xml_submission_file', new Blob([item.xml], { type: 'text/xml' }), 'submission.xml');
    report.answer_bytes += Buffer.byteLength(item.xml);
    for (const file of item.attachments) {
      const data = photo(file.name);
      report.photo_bytes += data.byteLength;
      form.append(file.name, new Blob([data], { type: file.contentType }), file.name);
    }
    await say(await fetch(address, { method: 'POST', headers, body: form }), [201]);
  }
  report.answers_s = (performance.now() - begun) / 1000;
}

await (plan.way === 'app' ? asApp() : asCollect());
console.log(JSON.stringify(report));
