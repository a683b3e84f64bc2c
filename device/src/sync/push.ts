// Offer the waiting instances to the server, in batches that shrink when the line is bad. A batch is not atomic: whatever was
// answered is settled, the rest is offered again. One bad item never blocks the others.
import { announce, listOutbox, readItems, readSetting, updateItems, updateOutbox, veilError, writeSetting, type Enrolment, type OutboxItem } from '../store';
import { followEra } from './era';
import { askJson, gzip, LineError, ServerProblem, type Fetch } from './http';
import { MAX_COMPRESSED_BYTES, MAX_ITEMS, PROTOCOL, ProtocolError, readPushAnswer, type PushAnswer } from './protocol';
import { applyResult, beginOffer, endOffer, isAskedAgain, nextBatchSize, noteError, offerAgain } from './rules';

export interface PushProgress { done: number; total: number; bytes: number }

export interface PushReport {
  sent: string[];
  /** Numbers of instances that the server never got and the phone no longer has. */
  lost: number[];
  newEra: boolean;
  device: 'ok' | 'revoked';
}

export interface Now { (): number }

/** An item as it travels, sealed or in clear. */
export function toWire(item: OutboxItem): Record<string, unknown> {
  return {
    seq: item.seq, instanceId: item.instanceId, formId: item.formId, formVersion: item.version, finalizedAt: item.finalizedAt,
    ...(item.sealed ? { sealed: item.sealed.text, keyId: item.sealed.keyId } : { xml: item.xml }),
    attachments: item.attachments.map(({ name, sha256, size, contentType }) => ({ name, sha256, size, contentType })),
  };
}

async function compose(batch: OutboxItem[], deviceId: string, now: number): Promise<{ body: Uint8Array<ArrayBuffer>; gzipped: boolean }> {
  const plain = new TextEncoder().encode(
    JSON.stringify({ protocol: PROTOCOL, deviceId, sentAt: new Date(now).toISOString(), submissions: batch.map(toWire) }),
  );
  const packed = await gzip(plain);
  return packed ? { body: packed, gzipped: true } : { body: plain, gzipped: false };
}

/** Learn the server's clock from an answer: middle of the request against the time it says. */
async function noteClock(answer: PushAnswer, begun: number, ended: number): Promise<void> {
  const server = Date.parse(answer.serverTime);
  if (Number.isNaN(server)) return;
  await writeSetting('clockOffsetMs', Math.round(server - (begun + ended) / 2));
  await writeSetting('serverTime', answer.serverTime);
}

async function settle(batch: readonly OutboxItem[], answer: PushAnswer): Promise<void> {
  const results = new Map(answer.results.map((result) => [result.instanceId, result]));
  // Answers come in the order of the items; an id that the server could not read is known by its place.
  if (answer.results.length === batch.length) batch.forEach((item, place) => results.set(item.instanceId, results.get(item.instanceId) ?? answer.results[place]!));
  for (const [instanceId, result] of results) results.set(instanceId, { ...result, error: await veilError(instanceId, result.error) });
  const wanted = new Set(answer.attachmentsWanted);
  const before = new Map(batch.map((item) => [item.instanceId, item.unsure === true]));
  await updateItems(batch.map((item) => item.instanceId), (item) => {
    const result = results.get(item.instanceId);
    return result ? applyResult(item, result, wanted, answer.serverTime, before.get(item.instanceId) === true) : item;
  });
}

/** Offer again what the server says it never received; tell which numbers the phone no longer has. */
async function settleMissing(missing: number[]): Promise<number[]> {
  const asked = new Set(missing.filter((seq) => seq > 0));
  let lost: number[] = [];
  if (asked.size > 0) {
    const held = new Set((await listOutbox()).map((item) => item.seq));
    await updateOutbox((item) => (asked.has(item.seq) ? offerAgain(item) : item));
    lost = [...asked].filter((seq) => !held.has(seq));
  }
  if (lost.length > 0 || (await readSetting('lost'))?.length) await writeSetting('lost', lost);
  return lost;
}

/** What is offered in this run, in the order of finishing: all that waits, and what was set aside. */
async function findOffers(tried: ReadonlySet<string>): Promise<string[]> {
  const serverTime = await readSetting('serverTime');
  const revoked = (await readSetting('deviceState')) === 'revoked';
  return (await listOutbox())
    .filter((item) => !tried.has(item.instanceId) && (item.state === 'waiting' || isAskedAgain(item, serverTime, revoked)))
    .map((item) => item.instanceId);
}

/** Some item was offered and not answered: what the server holds of it is not known, so nothing may be pulled now. */
export async function isUnsure(): Promise<boolean> {
  return (await listOutbox()).some((item) => item.unsure === true);
}

/**
 * Push everything that waits. Returns when each waiting instance was tried once.
 *
 * Before a batch leaves, its items are marked as offered without answer, so that even an app that is killed now offers
 * them again before it pulls.
 *
 * :throws LineError: the line failed for a single item, several times. :throws ServerProblem: 401 and 403, which concern the phone.
 */
export async function push(
  fetcher: Fetch, enrolment: Enrolment, now: Now, progress: (p: PushProgress) => void, signal?: AbortSignal,
): Promise<PushReport> {
  const report: PushReport = { sent: [], lost: [], newEra: false, device: 'ok' };
  const tried = new Set<string>();
  const path = `/v1/projects/${encodeURIComponent(String(enrolment.project.id))}/sync/push`;
  let queue = await findOffers(tried);
  let limit = MAX_ITEMS;
  let maxBytes = MAX_COMPRESSED_BYTES;
  let size = 20;
  let failures = 0;
  let bytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    // What was finished meanwhile goes out in the same run.
    if (queue.length === 0) queue = await findOffers(tried);
    progress({ done: tried.size, total: tried.size + queue.length, bytes });
    if (queue.length === 0) break;
    const batch = await readItems(queue.slice(0, Math.min(size, limit)));
    const ids = batch.map((item) => item.instanceId);
    if (batch.length === 0) {
      queue = queue.slice(Math.min(size, limit));
      continue;
    }
    const { body, gzipped } = await compose(batch, enrolment.deviceId, now());
    if (body.byteLength > maxBytes && batch.length > 1) {
      size = nextBatchSize(batch.length, false, limit);
      continue;
    }
    await updateItems(ids, beginOffer);
    const begun = now();
    const done = (): void => {
      ids.forEach((id) => tried.add(id));
      queue = queue.filter((id) => !tried.has(id));
    };
    try {
      const answer = readPushAnswer(await askJson(fetcher, path, { token: enrolment.token, body, gzipped }));
      await noteClock(answer, begun, now());
      await settle(batch, answer);
      report.lost = await settleMissing(answer.missing);
      report.newEra = (await followEra(answer.era, new Set(ids))) || report.newEra;
      report.device = answer.device;
      done();
      report.sent.push(...ids);
      bytes += body.byteLength;
      failures = 0;
      size = nextBatchSize(Math.max(size, batch.length), true, limit);
    } catch (error) {
      if (!(error instanceof ServerProblem) && !(error instanceof ProtocolError) && !(error instanceof LineError)) throw error;
      const alone = batch.length === 1 ? batch[0] : undefined;
      if (error instanceof ServerProblem && error.isRefusal) {
        // Of one item alone a 4xx says that there is nothing of it; anything else says so of this try only.
        const before = new Map(batch.map((item) => [item.instanceId, item.unsure === true && !(alone && error.status < 500)]));
        await updateItems(ids, (item) => endOffer(item, before.get(item.instanceId) === true));
      }
      // 400.51: the server is older than this app; nothing of the rest would fare better.
      if (error instanceof ServerProblem && (error.status === 401 || error.status === 403 || error.code === '400.51')) throw error;
      if (error instanceof ServerProblem && error.status === 413) {
        const details = error.details as { limit_bytes?: unknown; limit_items?: unknown } | null;
        if (typeof details?.limit_items === 'number' && details.limit_items > 0) limit = Math.min(limit, details.limit_items);
        if (typeof details?.limit_bytes === 'number' && details.limit_bytes > 0) maxBytes = Math.min(maxBytes, details.limit_bytes);
      }
      if (!alone) size = nextBatchSize(batch.length, false, limit);
      // A dead line, or a server in trouble: a few tries, then the next run.
      const trouble = error instanceof LineError || (error instanceof ServerProblem && (error.status >= 500 || error.status === 429));
      if (trouble) {
        failures += 1;
        // One that says when to come back is left alone until then.
        if (failures >= 3 || (error instanceof ServerProblem && error.waitMs > 0)) throw error;
      }
      if (!alone || error instanceof LineError) continue;
      // This one item is refused as such: remember why, go on with the others.
      const problem = { code: error instanceof ServerProblem ? error.code : 'protocol', message: error.message };
      done();
      const veiled = await veilError(ids[0]!, problem);
      await updateItems(ids, (item) => noteError(item, veiled));
    }
  }
  announce('outbox');
  return report;
}
