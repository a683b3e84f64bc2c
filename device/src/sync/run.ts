// One run of the sync button: push, pull, then the photos, which never hold back an answer. A lock shared by all tabs keeps
// two runs from ever meeting.
import { createSignal } from 'solid-js';
import { announce, dropUnusedForms, forget, isOpen, listLeaving, LockedError, listOutbox, readSetting, updateOutbox, writeSetting } from '../store';
import { refreshScopes } from './enrol';
import { deliverCarried } from './handover';
import { LineError, ServerProblem, type Fetch } from './http';
import { ProtocolError } from './protocol';
import { pull, type PullProgress, type PullReport } from './pull';
import { isUnsure, push, type PushReport } from './push';
import { backOffMs, isDone, mayForget } from './rules';
import { mayPhotosGo } from './line';
import { reading } from './tokens';
import { tusTransfer, upload, wantedFiles, type Transfer, type UploadReport } from './upload';

export type Stage = 'push' | 'pull' | 'forms' | 'photos';

export interface Progress {
  stage: Stage;
  done: number;
  /** null while nobody knows how many there are. */
  total: number | null;
  bytes: number;
  bytesTotal: number;
}

export type Failure = 'paused' | 'line' | 'unknownPhone' | 'server' | 'elsewhere' | 'notEnrolled' | 'storage';

export interface RunReport {
  at: string;
  failure: Failure | null;
  /** The server's own words, when it gave some. */
  words: string;
  push: PushReport | null;
  pull: PullReport | null;
  upload: UploadReport | null;
  /** Hand-over files of colleagues that are all with the server now. */
  carried?: number;
  /** How long the server asked to be left alone, ms. */
  waitMs?: number;
  /** Photographs that wait for Wi-Fi, or for the agent's word. */
  photosLeft?: number;
}

/** What is remembered of a run: numbers, nothing of anybody. */
export interface RunNote { at: string; failure: Failure | null; sent: number; records: number; photos: number }
const NOTES_KEPT = 30;

const [progress, setProgress] = createSignal<Progress | null>(null);
const [lastRun, setLastRun] = createSignal<RunReport | null>(null);
export { progress, lastRun };

/** `photos`: send them on any line in this run, whatever the setting says. */
export interface Tools { fetcher: Fetch; transfer?: Transfer; now: () => number; makeId: () => string; photos?: boolean }

const browserTools: Tools = {
  fetcher: (input, init) => fetch(input, init),
  now: () => Date.now(),
  makeId: () => crypto.randomUUID(),
};

function explain(error: unknown): { failure: Failure; words: string } {
  if (error instanceof DOMException && error.name === 'AbortError') return { failure: 'paused', words: '' };
  if (error instanceof ServerProblem) return { failure: error.status === 401 || error.status === 403 ? 'unknownPhone' : 'server', words: error.message };
  if (error instanceof LineError) return { failure: 'line', words: '' };
  if (error instanceof ProtocolError) return { failure: 'server', words: error.message };
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return { failure: 'storage', words: '' };
  return { failure: 'line', words: '' };
}

/** Note which instances are settled now, and forget those that a backup covers or that were kept long enough, by the server's time. */
export async function tidy(): Promise<void> {
  const serverTime = await readSetting('serverTime');
  if (serverTime !== undefined) await updateOutbox((item) => (item.doneAt === null && isDone(item) ? { ...item, doneAt: serverTime } : item));
  const backedUp = await readSetting('backedUp');
  // What is shown over a record that is told nothing more stays with it.
  const left = await listLeaving();
  const gone = (await listOutbox())
    .filter((item) => mayForget(item, backedUp, serverTime) && !item.actions.some((action) => left.has(action.entityId)))
    .map((item) => item.instanceId);
  if (gone.length > 0) await forget(gone, serverTime!);
  await dropUnusedForms();
}

/** The run itself, without the lock. Never throws: what went wrong is in the report, and what was done before stays done. */
export async function runOnce(tools: Tools, signal?: AbortSignal): Promise<RunReport> {
  const report: RunReport = { at: new Date(tools.now()).toISOString(), failure: null, words: '', push: null, pull: null, upload: null };
  const enrolment = await readSetting('enrolment');
  if (!enrolment) return { ...report, failure: 'notEnrolled' };
  const fail = (error: unknown): void => {
    if (report.failure === null || report.failure === 'line') Object.assign(report, explain(error));
    if (error instanceof ServerProblem && error.waitMs > 0) report.waitMs = Math.max(report.waitMs ?? 0, error.waitMs);
  };
  const pushing = (p: { done: number; total: number; bytes: number }): void => {
    setProgress({ stage: 'push', done: p.done, total: p.total, bytes: p.bytes, bytesTotal: 0 });
  };
  /** Send, and make sure that everything offered was answered: what is pulled next is shown with own work over it. */
  const send = async (): Promise<void> => {
    report.push = joinPushes(report.push, await push(tools.fetcher, enrolment, tools.now, pushing, signal));
    if (report.push.device === 'revoked') await writeSetting('deviceState', 'revoked');
    if (await isUnsure()) throw new LineError('something offered was not answered');
  };
  const receive = async (): Promise<void> => {
    setProgress({ stage: 'pull', done: 0, total: null, bytes: 0, bytesTotal: 0 });
    const pulling = (p: PullProgress): void => {
      setProgress(p.formsTotal > 0 && p.forms > 0
        ? { stage: 'forms', done: p.forms, total: p.formsTotal, bytes: 0, bytesTotal: 0 }
        : { stage: 'pull', done: p.records, total: null, bytes: 0, bytesTotal: 0 });
    };
    const take = (): Promise<PullReport> => reading(tools.fetcher, enrolment, (own) => pull(tools.fetcher, own, tools.makeId, pulling, signal));
    report.pull = await take();
    // After a restore what the server may lack goes out first, in the same run.
    if (report.pull.newEra) {
      await send();
      report.pull = { ...(await take()), newEra: true };
    }
    if (report.push?.newEra) report.pull.newEra = true;
    // Names of new places; the phone can do without them until the line is better.
    if (report.pull.scopesChanged) await reading(tools.fetcher, enrolment, (own) => refreshScopes(tools.fetcher, own)).catch(() => undefined);
    await writeSetting('lastSyncAt', new Date(tools.now()).toISOString());
  };
  try {
    await send();
    // While locked nothing is taken in: it could not be encrypted. What is finished goes out all the same.
    if (isOpen()) await receive();
  } catch (error) {
    // Locked in the middle: what was taken in so far is kept, the next run takes in the rest.
    if (!(error instanceof LockedError)) fail(error);
  }
  if (report.failure === null) {
    try {
      const transfer = tools.transfer ?? tusTransfer(enrolment);
      if (tools.photos || (await mayPhotosGo())) report.upload = await upload(transfer, (p) => setProgress({ stage: 'photos', ...p }), signal);
      else report.photosLeft = wantedFiles(await listOutbox()).length;
      report.carried = await deliverCarried(tools.fetcher, transfer, enrolment, signal);
    } catch (error) {
      fail(error);
    }
  }
  await tidy();
  announce('outbox', 'records', 'forms', 'settings', 'inbox');
  return report;
}

function joinPushes(before: PushReport | null, now: PushReport): PushReport {
  return before ? { ...now, newEra: before.newEra || now.newEra, sent: [...new Set([...before.sent, ...now.sent])] } : now;
}

let pausing: AbortController | null = null;

/** Stop the run between two requests, or in the middle of a photograph; the next run goes on where it was. */
export function pause(): void {
  pausing?.abort(new DOMException('paused', 'AbortError'));
}

/** Keep a line about a run. One that was never begun, or changed nothing and failed, as the schedule's tries do, is none. */
async function noteRun(report: RunReport): Promise<void> {
  const note: RunNote = { at: report.at, failure: report.failure, sent: report.push?.sent.length ?? 0, records: report.pull?.records ?? 0, photos: report.upload?.sent ?? 0 };
  if (report.failure === 'elsewhere' || report.failure === 'notEnrolled') return;
  await writeSetting('runs', [note, ...((await readSetting('runs')) ?? [])].slice(0, NOTES_KEPT));
}

/** Remember how the tries go: the pauses between those of the schedule grow, also over a restart of the app. */
async function noteTry(report: RunReport, now: number): Promise<void> {
  if (report.failure === 'elsewhere' || report.failure === 'notEnrolled' || report.failure === 'paused') return;
  const failures = report.failure === null ? 0 : ((await readSetting('backOff'))?.failures ?? 0) + 1;
  await writeSetting('backOff', { failures, triedAt: now, delayMs: failures === 0 ? 0 : Math.max(backOffMs(failures, Math.random()), report.waitMs ?? 0) });
}

/** Sync now, unless another tab does. */
export async function sync(given: Partial<Tools> = {}): Promise<RunReport> {
  const tools: Tools = { ...browserTools, ...given };
  const elsewhere = (): RunReport => ({ at: new Date(tools.now()).toISOString(), failure: 'elsewhere', words: '', push: null, pull: null, upload: null });
  if (progress()) return elsewhere(); // in this tab: its screen shows that run
  // Told before the lock is asked for: a button that was pressed answers at once.
  setProgress({ stage: 'push', done: 0, total: null, bytes: 0, bytesTotal: 0 });
  let report: RunReport;
  pausing = new AbortController();
  const { signal } = pausing;
  try {
    if (typeof navigator !== 'undefined' && 'locks' in navigator) {
      report = await navigator.locks.request('hirfa-sync', { ifAvailable: true }, async (lock) => (lock ? runOnce(tools, signal) : elsewhere()));
    } else {
      report = await runOnce(tools, signal);
    }
  } catch (error) {
    report = { at: new Date(tools.now()).toISOString(), ...explain(error), push: null, pull: null, upload: null };
  }
  await noteTry(report, tools.now()).catch(() => undefined);
  await noteRun(report).catch(() => undefined);
  // Told last: a revoked phone is erased on it, and nothing of it may be written any more.
  setLastRun(report);
  setProgress(null);
  return report;
}
