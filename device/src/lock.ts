// When the app locks: after some minutes without a touch, by the button, by three fingers on the screen, or because another tab did.
// The screens are covered at once; the key leaves memory when an open form has saved itself, a few seconds later at most.
import { followAddress } from './router';
import { cover, followVault, lockMinutes, lockState } from './state';
import { closeVault, isOpen, watchAgents, watchVault } from './store';

/** How long an open form may take to save itself. */
const PATIENCE_MS = 5000;
/** After the camera or the gallery: the picture is handed over once the app is in front again. */
const PICKING_MS = 20_000;

const forms = new Set<Promise<void>>();

/** A form is open: the key stays until it has saved. Returns how to say that it has. */
export function trackForm(): () => void {
  let end = (): void => undefined;
  const gone = new Promise<void>((resolve) => { end = resolve; });
  forms.add(gone);
  void gone.then(() => forms.delete(gone));
  return end;
}

let locking: Promise<void> | null = null;

async function putDown(everywhere: boolean): Promise<void> {
  // A word that is being typed is given to its form, which must hear of it before it is taken off the screen.
  (document.activeElement as HTMLElement | null)?.blur?.();
  await new Promise((later) => setTimeout(later));
  cover();
  // Forms are taken off the screen by this turn, and save as they go.
  await Promise.race([Promise.all(forms), new Promise((later) => setTimeout(later, PATIENCE_MS))]);
  // What was open is found again by its address: a form by its draft.
  followAddress();
  closeVault(everywhere);
}

/** Lock, in all tabs. */
export function lockNow(everywhere = true): Promise<void> {
  if (!isOpen()) return Promise.resolve();
  locking ??= putDown(everywhere).finally(() => { locking = null; });
  return locking;
}

let touchedAt = 0;
let pickingUntil = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Look again when the time would be over; a touch only notes itself, so that nothing runs while nothing happens. */
function arm(): void {
  clearTimeout(timer);
  if (lockState() !== 'open') return;
  const now = Date.now();
  const end = Math.max(touchedAt + lockMinutes() * 60_000, pickingUntil);
  // A clock that was set back must not keep the app open.
  if (now >= end || touchedAt > now + 1000) void lockNow();
  else timer = setTimeout(arm, end - now + 50);
}

function touch(): void {
  touchedAt = Date.now();
}

/** Begin to watch; `changed` when another tab went over to another agent. */
export function startLock(): void {
  for (const kind of ['pointerdown', 'keydown', 'wheel', 'input']) window.addEventListener(kind, touch, { passive: true, capture: true });
  window.addEventListener('touchstart', (event) => {
    touch();
    if (event.touches.length >= 3) void lockNow();
  }, { passive: true, capture: true });
  window.addEventListener('click', (event) => {
    if ((event.target as Element | null)?.closest?.('input[type=file], label:has(input[type=file])')) pickingUntil = Infinity;
  }, { capture: true });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    if (pickingUntil === Infinity) pickingUntil = Date.now() + PICKING_MS;
    arm();
  });
  window.addEventListener('change', () => { if (pickingUntil > 0) pickingUntil = Date.now() + PICKING_MS; }, { capture: true });
  watchAgents(() => location.reload());
  watchVault(() => {
    touch();
    pickingUntil = 0;
    void followVault().then(arm);
  }, () => void lockNow(false));
}

/** The agent chose another time. */
export const lockTimeChanged = (): void => { touch(); arm(); };
