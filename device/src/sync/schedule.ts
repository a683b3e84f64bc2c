// Sending by itself: when there is work and a line, with growing pauses after failures. The button stays for everything else
// and waits for nothing.
import { listOutbox, readSetting } from '../store';
import { mayPhotosGo } from './line';
import { progress, sync } from './run';
import { waitLeftMs } from './rules';
import { wantedFiles } from './upload';

let timer: ReturnType<typeof setTimeout> | null = null;

async function isWorkWaiting(): Promise<boolean> {
  if ((await readSetting('deviceState')) === 'revoked') return true; // it hands over and is erased
  const items = await listOutbox();
  return items.some((item) => item.state === 'waiting') || (wantedFiles(items).length > 0 && (await mayPhotosGo()));
}

async function attempt(): Promise<void> {
  timer = null;
  if (!navigator.onLine || progress() || (await readSetting('autoSync')) === false || !(await readSetting('enrolment'))) return;
  if (!(await isWorkWaiting())) return;
  const left = waitLeftMs(await readSetting('backOff'), Date.now());
  if (left > 0) return plan(left);
  const report = await sync();
  if (report.failure === 'line' || report.failure === 'server') plan(waitLeftMs(await readSetting('backOff'), Date.now()));
}

function plan(delayMs: number): void {
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(() => void attempt(), delayMs);
}

/** Watch the line: a new connection, or the app coming back to the front, starts a try when its pause is over. */
export function startSchedule(): void {
  window.addEventListener('online', () => plan(1500));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && timer === null) plan(2000);
  });
  plan(4000);
}

/** A form was finalized: try soon. */
export function scheduleSoon(): void {
  if (timer === null) plan(1500);
}
