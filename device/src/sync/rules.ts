// The pure rules of the outbox: what an answer changes, what is offered next, what may be forgotten. No clock, no network.
import type { Labels, OutboxItem } from '../store/types';
import type { PushResult } from './protocol';

export type { Labels };

/** Without word of a backup, a settled instance is kept this long. */
export const KEEP_DAYS = 30;
const DAY_MS = 86_400_000;

/** The next instances to offer, in their order, leaving out those already tried in this run. */
export function nextBatch(items: readonly OutboxItem[], limit: number, tried: ReadonlySet<string>): OutboxItem[] {
  return items.filter((item) => item.state === 'waiting' && !tried.has(item.instanceId)).sort((a, b) => a.seq - b.seq).slice(0, Math.max(1, limit));
}

/** Take in the server's answer about one instance. `wanted` are the hashes of files the server still lacks. */
export function applyResult(item: OutboxItem, result: PushResult, wanted: ReadonlySet<string>, serverTime: string): OutboxItem {
  if (result.status === 'failed') return { ...item, attempts: item.attempts + 1, error: result.error };
  return {
    ...item, state: 'sent', outcome: result.status, entities: result.entities, error: result.error, answeredAt: serverTime,
    attempts: item.attempts + 1, pulled: false, doneAt: null,
    attachments: item.attachments.map((file) => ({ ...file, state: wanted.has(file.sha256) ? 'wanted' : 'present' })),
  };
}

/** Remember why an instance could not be sent this time. */
export function noteError(item: OutboxItem, error: { code: string; message: string }): OutboxItem {
  return { ...item, attempts: item.attempts + 1, error };
}

/** Offer an instance again from the start: the server lost it, or was restored from a backup. */
export function offerAgain(item: OutboxItem): OutboxItem {
  if (item.state === 'waiting') return item;
  return { ...item, state: 'waiting', pulled: false, doneAt: null, error: null, attachments: item.attachments.map((file) => ({ ...file, state: 'unknown' })) };
}

/** An item the server set aside is offered again from time to time, to hear whether an officer released it. */
export function isAskedAgain(item: OutboxItem, now: number): boolean {
  return item.state === 'sent' && item.outcome === 'quarantined' && (item.answeredAt === null || now - Date.parse(item.answeredAt) > DAY_MS);
}

/** Settled in every respect: accepted, its change pulled, its files with the server. */
export function isDone(item: OutboxItem): boolean {
  return item.state === 'sent' && item.outcome !== 'quarantined' && item.outcome !== null && item.pulled && item.attachments.every((file) => file.state === 'present');
}

/** Whether a settled instance may be forgotten: a backup made after the answer holds it, or it was kept long enough. */
export function mayForget(item: OutboxItem, backedUp: unknown, now: number): boolean {
  if (!isDone(item) || item.doneAt === null) return false;
  if (typeof backedUp === 'string' && item.answeredAt !== null && Date.parse(backedUp) >= Date.parse(item.answeredAt)) return true;
  return now - Date.parse(item.doneAt) > KEEP_DAYS * DAY_MS;
}

/** What the agent is told about an instance, in one word that the screens put in plain language. */
export type Fate = 'waiting' | 'retry' | 'received' | 'already' | 'joined' | 'disputed' | 'aside';

export function fateOf(item: OutboxItem): Fate {
  if (item.state === 'waiting') return item.error ? 'retry' : 'waiting';
  if (item.outcome === 'quarantined') return 'aside';
  if (item.entities.some((entity) => entity.conflicts.length > 0)) return 'disputed';
  // A follow-up whose record had moved on since it was opened was joined with what colleagues did meanwhile.
  const joined = item.actions.some((action) => action.base !== null && item.entities.some((entity) => entity.id === action.entityId && entity.version > (action.pos ?? action.base ?? 0) + 1));
  if (joined) return 'joined';
  return item.outcome === 'duplicate' ? 'already' : 'received';
}

/** How many instances to send at once: half after a failure, double after a success. */
export function nextBatchSize(size: number, success: boolean, limit: number): number {
  return success ? Math.min(limit, size * 2) : Math.max(1, Math.floor(size / 2));
}

/** Wait before the next try: doubles from 15 s up to 30 min, with a random part so that phones do not all come at once. */
export function backOffMs(failures: number, random: number): number {
  const full = Math.min(30 * 60_000, 15_000 * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (0.5 + 0.5 * random));
}
