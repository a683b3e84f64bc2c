// Offer the waiting instances to the server, in batches that shrink when the line is bad. A batch is not atomic: whatever was
// answered is settled, the rest is offered again. One bad item never blocks the others.
import { announce, listOutbox, updateOutbox, writeSetting, type Enrolment, type OutboxItem } from '../store';
import { askJson, gzip, LineError, ServerProblem, type Fetch } from './http';
import { MAX_COMPRESSED_BYTES, MAX_ITEMS, PROTOCOL, ProtocolError, readPushAnswer, type PushAnswer } from './protocol';
import { applyResult, isAskedAgain, nextBatch, nextBatchSize, noteError, offerAgain } from './rules';

export interface PushProgress { done: number; total: number; bytes: number }

export interface PushReport {
  sent: string[];
  /** Numbers of instances that the server never got and the phone no longer has. */
  lost: number[];
  era: string | number | null;
  device: 'ok' | 'revoked';
}

export interface Now { (): number }

function toWire(item: OutboxItem): Record<string, unknown> {
  return {
    seq: item.seq, instanceId: item.instanceId, formId: item.formId, formVersion: item.version, finalizedAt: item.finalizedAt, xml: item.xml,
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
  if (!Number.isNaN(server)) await writeSetting('clockOffsetMs', Math.round(server - (begun + ended) / 2));
}

async function settle(batch: OutboxItem[], answer: PushAnswer): Promise<void> {
  const results = new Map(answer.results.map((result) => [result.instanceId, result]));
  const wanted = new Set(answer.attachmentsWanted);
  const offered = new Set(batch.map((item) => item.instanceId));
  await updateOutbox((item) => {
    const result = offered.has(item.instanceId) ? results.get(item.instanceId) : undefined;
    return result ? applyResult(item, result, wanted, answer.serverTime) : item;
  });
}

/** Offer again what the server says it never received; tell which numbers the phone no longer has. */
async function settleMissing(missing: number[]): Promise<number[]> {
  if (missing.length === 0) return [];
  const held = new Set((await listOutbox()).map((item) => item.seq));
  const asked = new Set(missing.filter((seq) => seq > 0));
  await updateOutbox((item) => (asked.has(item.seq) ? offerAgain(item) : item));
  return missing.filter((seq) => !held.has(seq));
}

/**
 * Push everything that waits. Returns when each waiting instance was tried once.
 *
 * :throws LineError: the line failed for a single item, several times. :throws ServerProblem: 401 and 403, which concern the phone.
 */
export async function push(
  fetcher: Fetch, enrolment: Enrolment, now: Now, progress: (p: PushProgress) => void, signal?: AbortSignal,
): Promise<PushReport> {
  await updateOutbox((item) => (isAskedAgain(item, now()) ? { ...item, state: 'waiting' } : item));
  const report: PushReport = { sent: [], lost: [], era: null, device: 'ok' };
  const tried = new Set<string>();
  const path = `/v1/projects/${encodeURIComponent(String(enrolment.project.id))}/sync/push`;
  let limit = MAX_ITEMS;
  let maxBytes = MAX_COMPRESSED_BYTES;
  let size = 20;
  let lineFailures = 0;
  let bytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const items = await listOutbox();
    const batch = nextBatch(items, Math.min(size, limit), tried);
    const total = tried.size + items.filter((item) => item.state === 'waiting' && !tried.has(item.instanceId)).length;
    progress({ done: tried.size, total, bytes });
    if (batch.length === 0) break;
    const { body, gzipped } = await compose(batch, enrolment.deviceId, now());
    if (body.byteLength > maxBytes && batch.length > 1) {
      size = nextBatchSize(batch.length, false, limit);
      continue;
    }
    const begun = now();
    try {
      const answer = readPushAnswer(await askJson(fetcher, path, { token: enrolment.token, body, gzipped }));
      await noteClock(answer, begun, now());
      await settle(batch, answer);
      report.lost = await settleMissing(answer.missing);
      report.era = answer.era;
      report.device = answer.device;
      batch.forEach((item) => tried.add(item.instanceId));
      report.sent.push(...batch.map((item) => item.instanceId));
      bytes += body.byteLength;
      lineFailures = 0;
      size = nextBatchSize(Math.max(size, batch.length), true, limit);
    } catch (error) {
      if (error instanceof ServerProblem && (error.status === 401 || error.status === 403)) throw error;
      if (error instanceof ServerProblem && error.status === 413) {
        const details = error.details as { limit_bytes?: unknown; limit_items?: unknown } | null;
        if (typeof details?.limit_items === 'number' && details.limit_items > 0) limit = Math.min(limit, details.limit_items);
        if (typeof details?.limit_bytes === 'number' && details.limit_bytes > 0) maxBytes = Math.min(maxBytes, details.limit_bytes);
      }
      if (batch.length > 1) {
        size = nextBatchSize(batch.length, false, limit);
        if (!(error instanceof LineError)) continue;
      }
      if (error instanceof LineError) {
        lineFailures += 1;
        if (lineFailures >= 3) throw error;
        continue;
      }
      if (!(error instanceof ServerProblem) && !(error instanceof ProtocolError)) throw error;
      if (error instanceof ServerProblem && (error.status >= 500 || error.status === 429)) {
        // The server itself is in trouble: one lone item proves nothing about the item.
        lineFailures += 1;
        if (lineFailures >= 3) throw error;
      }
      // This one item is refused as such: remember why, go on with the others.
      const [alone] = batch;
      if (batch.length === 1 && alone) {
        const problem = { code: error instanceof ServerProblem ? error.code : 'protocol', message: error.message };
        tried.add(alone.instanceId);
        await updateOutbox((item) => (item.instanceId === alone.instanceId ? noteError(item, problem) : item));
      }
    }
  }
  announce('outbox');
  return report;
}

