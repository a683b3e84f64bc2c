// One run of the sync button: push, pull, then the photos, which never hold back an answer. A lock shared by all tabs keeps
// two runs from ever meeting.
import { createSignal } from 'solid-js';
import { announce, dropUnusedForms, forget, listOutbox, readSetting, updateOutbox, writeSetting } from '../store';
import { refreshScopes } from './enrol';
import { LineError, ServerProblem, type Fetch } from './http';
import { ProtocolError } from './protocol';
import { pull, type PullReport } from './pull';
import { push, type PushReport } from './push';
import { isDone, mayForget } from './rules';
import { tusTransfer, upload, type Transfer, type UploadReport } from './upload';

export type Stage = 'push' | 'pull' | 'forms' | 'photos';

export interface Progress {
  stage: Stage;
  done: number;
  /** null while nobody knows how many there are. */
  total: number | null;
  bytes: number;
  bytesTotal: number;
}

export type Failure = 'line' | 'unknownPhone' | 'server' | 'elsewhere' | 'notEnrolled' | 'storage';

export interface RunReport {
  at: string;
  failure: Failure | null;
  /** The server's own words, when it gave some. */
  words: string;
  push: PushReport | null;
  pull: PullReport | null;
  upload: UploadReport | null;
}

const [progress, setProgress] = createSignal<Progress | null>(null);
const [lastRun, setLastRun] = createSignal<RunReport | null>(null);
export { progress, lastRun };

export interface Tools { fetcher: Fetch; transfer?: Transfer; now: () => number; makeId: () => string }

const browserTools: Tools = {
  fetcher: (input, init) => fetch(input, init),
  now: () => Date.now(),
  makeId: () => crypto.randomUUID(),
};

function explain(error: unknown): { failure: Failure; words: string } {
  if (error instanceof ServerProblem) return { failure: error.status === 401 || error.status === 403 ? 'unknownPhone' : 'server', words: error.message };
  if (error instanceof LineError) return { failure: 'line', words: '' };
  if (error instanceof ProtocolError) return { failure: 'server', words: error.message };
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return { failure: 'storage', words: '' };
  return { failure: 'line', words: '' };
}

/** Note which instances are settled now, and forget those that a backup covers or that were kept long enough. */
export async function tidy(now: number): Promise<void> {
  const at = new Date(now).toISOString();
  await updateOutbox((item) => (item.doneAt === null && isDone(item) ? { ...item, doneAt: at } : item));
  const backedUp = await readSetting('backedUp');
  await forget((await listOutbox()).filter((item) => mayForget(item, backedUp, now)).map((item) => item.instanceId), at);
  await dropUnusedForms();
}

/** The run itself, without the lock. Never throws: what went wrong is in the report, and what was done before stays done. */
export async function runOnce(tools: Tools, signal?: AbortSignal): Promise<RunReport> {
  const report: RunReport = { at: new Date(tools.now()).toISOString(), failure: null, words: '', push: null, pull: null, upload: null };
  const enrolment = await readSetting('enrolment');
  if (!enrolment) return { ...report, failure: 'notEnrolled' };
  const fail = (error: unknown): void => {
    if (report.failure === null || report.failure === 'line') Object.assign(report, explain(error));
  };
  const pushing = (p: { done: number; total: number; bytes: number }): void => {
    setProgress({ stage: 'push', done: p.done, total: p.total, bytes: p.bytes, bytesTotal: 0 });
  };
  try {
    report.push = await push(tools.fetcher, enrolment, tools.now, pushing, signal);
    if (report.push.device === 'revoked') await writeSetting('deviceState', 'revoked');
    setProgress({ stage: 'pull', done: 0, total: null, bytes: 0, bytesTotal: 0 });
    report.pull = await pull(tools.fetcher, enrolment, tools.makeId, (p) => {
      setProgress(p.formsTotal > 0 && p.forms > 0
        ? { stage: 'forms', done: p.forms, total: p.formsTotal, bytes: 0, bytesTotal: 0 }
        : { stage: 'pull', done: p.records, total: null, bytes: 0, bytesTotal: 0 });
    }, signal);
    // After a restore, or when the server misses something, what it lacks goes out in the same run.
    if (report.pull.newEra) {
      report.push = await push(tools.fetcher, enrolment, tools.now, pushing, signal);
      await pull(tools.fetcher, enrolment, tools.makeId, () => undefined, signal);
    }
    // Names of new places; the phone can do without them until the line is better.
    if (report.pull.scopesChanged) await refreshScopes(tools.fetcher, enrolment).catch(() => undefined);
    await writeSetting('lastSyncAt', new Date(tools.now()).toISOString());
  } catch (error) {
    fail(error);
  }
  if (report.failure === null) {
    try {
      report.upload = await upload(tools.transfer ?? tusTransfer(enrolment), (p) => setProgress({ stage: 'photos', ...p }), signal);
    } catch (error) {
      fail(error);
    }
  }
  await tidy(tools.now());
  setProgress(null);
  announce('outbox', 'records', 'forms', 'settings', 'inbox');
  return report;
}

/** Sync now, unless another tab does. */
export async function sync(tools: Tools = browserTools): Promise<RunReport> {
  const run = async (): Promise<RunReport> => {
    setProgress({ stage: 'push', done: 0, total: null, bytes: 0, bytesTotal: 0 });
    return runOnce(tools);
  };
  let report: RunReport;
  try {
    if (typeof navigator !== 'undefined' && 'locks' in navigator) {
      report = await navigator.locks.request('hirfa-sync', { ifAvailable: true }, async (lock) =>
        lock ? run() : { at: new Date(tools.now()).toISOString(), failure: 'elsewhere', words: '', push: null, pull: null, upload: null },
      );
    } else {
      report = progress() ? { at: new Date(tools.now()).toISOString(), failure: 'elsewhere', words: '', push: null, pull: null, upload: null } : await run();
    }
  } catch (error) {
    setProgress(null);
    report = { at: new Date(tools.now()).toISOString(), ...explain(error), push: null, pull: null, upload: null };
  }
  setLastRun(report);
  return report;
}
