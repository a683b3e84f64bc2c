// The pure rules of the outbox: what an answer changes, what is offered next, what may be forgotten. No clock, no network.
import type { Labels, OutboxItem } from '../store/types';
import type { PushResult } from './protocol';

export type { Labels };

/** Without word of a backup, a settled instance is kept this long. */
export const KEEP_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Take in the server's answer about one instance. `wanted` are the hashes of files the server still lacks. "failed" says that
 * nothing was stored this time; what an earlier, unanswered try did (`unsureBefore`) is as open as it was.
 */
export function applyResult(item: OutboxItem, result: PushResult, wanted: ReadonlySet<string>, serverTime: string, unsureBefore: boolean): OutboxItem {
  if (result.status === 'failed') return { ...item, attempts: item.attempts + 1, error: result.error, unsure: unsureBefore };
  return {
    ...item, state: 'sent', outcome: result.status, entities: result.entities, error: result.error, answeredAt: serverTime,
    attempts: item.attempts + 1, pulled: false, doneAt: null, unsure: false,
    attachments: item.attachments.map((file) => (file.state === 'damaged' ? file : { ...file, state: wanted.has(file.sha256) ? 'wanted' : 'present' })),
  };
}

/** An instance is on its way: until an answer comes nobody knows whether the server has it. */
export function beginOffer(item: OutboxItem): OutboxItem {
  return item.unsure ? item : { ...item, unsure: true };
}

/** The server refused to take anything of a request: what it has is what it had before. */
export function endOffer(item: OutboxItem, unsureBefore: boolean): OutboxItem {
  return { ...item, unsure: unsureBefore };
}

/** Remember why an instance could not be sent this time. */
export function noteError(item: OutboxItem, error: OutboxItem['error']): OutboxItem {
  return { ...item, attempts: item.attempts + 1, error };
}

/** Offer an instance again from the start: the server lost it, or was restored from a backup that may hold it. */
export function offerAgain(item: OutboxItem): OutboxItem {
  if (item.state === 'waiting') return item;
  const counted = item.outcome !== null && item.outcome !== 'quarantined';
  // Offered twice again without a pull between: the records are still those of before the first time.
  const before = item.before && !item.pulled ? item.before : counted ? { entities: item.entities, pulled: item.pulled } : undefined;
  return {
    ...item, ...(before ? { before } : {}), state: 'waiting', pulled: false, doneAt: null, error: null, unsure: true,
    attachments: item.attachments.map((file) => (file.state === 'damaged' ? file : { ...file, state: 'unknown' })),
  };
}

/**
 * Whether an item that the server set aside is offered again in this run, to hear whether an officer released it.
 *
 * Before each pull, when it is about a record: once released, the pulled record holds it and the screen must not add it
 * again. Others, and all of a revoked phone (which is told no records), once a day of the server's time.
 */
export function isAskedAgain(item: OutboxItem, serverTime: string | undefined, revoked: boolean): boolean {
  if (item.state !== 'sent' || item.outcome !== 'quarantined') return false;
  if (item.actions.length > 0 && !revoked) return true;
  if (item.answeredAt === null || serverTime === undefined) return true;
  const waited = Date.parse(serverTime) - Date.parse(item.answeredAt);
  return Number.isNaN(waited) || waited > DAY_MS;
}

/** Settled in every respect: accepted, its change pulled, its files with the server. */
export function isDone(item: OutboxItem): boolean {
  return item.state === 'sent' && item.outcome !== 'quarantined' && item.outcome !== null && item.pulled && item.attachments.every((file) => file.state === 'present');
}

/**
 * Whether a settled instance may be forgotten: a backup made after it was settled holds it, or it was kept long enough.
 *
 * All times are the server's: the clock of a phone may jump by years.
 */
export function mayForget(item: OutboxItem, backedUp: unknown, serverTime: string | undefined): boolean {
  if (!isDone(item) || item.doneAt === null) return false;
  // `doneAt` is the time of the run's pull, and photographs of that run arrived after it: a backup made while they did may lack them.
  const done = Date.parse(item.doneAt) + (item.attachments.length > 0 ? DAY_MS : 0);
  if (typeof backedUp === 'string' && Date.parse(backedUp) >= done) return true;
  return serverTime !== undefined && Date.parse(serverTime) - done > KEEP_DAYS * DAY_MS;
}

/** What the agent is told about an instance, in one word that the screens put in plain language. */
export type Fate = 'waiting' | 'retry' | 'received' | 'already' | 'joined' | 'disputed' | 'aside';

export function fateOf(item: OutboxItem): Fate {
  if (item.state === 'waiting') return item.error ? 'retry' : 'waiting';
  if (item.outcome === 'quarantined') return 'aside';
  if (item.entities.some((entity) => entity.conflicts.length > 0)) return 'disputed';
  // A follow-up whose record had moved on since it was opened was joined with what colleagues did meanwhile: its version is
  // further from the one it was opened on than own work explains.
  const joined = item.actions.some((action) => (action.base !== null || action.branch !== null)
    && item.entities.some((entity) => entity.id === action.entityId && entity.version > (action.base ?? 0) + (action.ahead ?? (action.base === null ? 1 : 0)) + 1));
  if (joined) return 'joined';
  return item.outcome === 'duplicate' ? 'already' : 'received';
}

/** How many instances to send at once: half after a failure, double after a success. */
export function nextBatchSize(size: number, success: boolean, limit: number): number {
  return success ? Math.min(limit, size * 2) : Math.max(1, Math.floor(size / 2));
}

/** Wait before the next try: doubles from 15 s up to 30 min, with a random part so that phones do not all come at once. */
export function backOffMs(failures: number, random: number): number {
  const full = Math.min(30 * 60_000, 15_000 * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return Math.round(full * (0.5 + 0.5 * random));
}

/** When tries failed, and how long the next one waits. Kept over restarts of the app. */
export interface BackOff { failures: number; triedAt: number; delayMs: number }

/** What is left of the wait; a clock that was set back or forward never makes it longer than it was. */
export function waitLeftMs(backOff: BackOff | undefined, now: number): number {
  if (!backOff || backOff.failures === 0) return 0;
  return Math.min(backOff.delayMs, Math.max(0, backOff.triedAt + backOff.delayMs - now));
}
