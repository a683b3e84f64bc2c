// Locks shared by all tabs of the app (Web Locks). A browser without them has one tab's worth of safety: the transactions.

const locks = (): LockManager | null => (typeof navigator !== 'undefined' && 'locks' in navigator ? navigator.locks : null);
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('hirfa-open');
(channel as unknown as { unref?: () => void } | null)?.unref?.();

/** Do something while no other tab does the same. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const manager = locks();
  return manager ? manager.request(`hirfa-${name}`, work) : work();
}

/** A form that is open in this tab alone. */
export interface Held {
  /** Another tab took it over without being given it: this one must write nothing more. */
  lost(): boolean;
  release(): void;
}

/** How long another tab has to put down what it holds; one that the phone has put to sleep never does. */
const PATIENCE_MS = 4000;

function request(name: string, onWanted: () => void, options: LockOptions): Promise<Held | null> {
  const manager = locks();
  if (!manager) return Promise.resolve({ lost: () => false, release: () => undefined });
  return new Promise((resolve, reject) => {
    let had = false;
    let stolen = false;
    let released = false;
    const listen = (event: MessageEvent<unknown>): void => {
      if (event.data === name) onWanted();
    };
    manager.request(`hirfa-open ${name}`, options, (lock) => {
      if (!lock) return resolve(null);
      had = true;
      channel?.addEventListener('message', listen);
      return new Promise<void>((release) => {
        resolve({
          lost: () => stolen,
          release() {
            released = true;
            channel?.removeEventListener('message', listen);
            release();
          },
        });
      });
    }).catch((error: unknown) => {
      channel?.removeEventListener('message', listen);
      if (had && !released) {
        stolen = true;
        onWanted();
      }
      reject(error instanceof Error ? error : new Error('no lock'));
    });
  });
}

/** Hold something open in this tab; null when another tab has it. `onWanted` is told when another tab asks for it. */
export function holdOpen(name: string, onWanted: () => void): Promise<Held | null> {
  return request(name, onWanted, { ifAvailable: true });
}

/** Ask the tab that has it open to save and let go, and take it; by force when that tab sleeps. */
export async function takeOver(name: string, onWanted: () => void): Promise<Held | null> {
  channel?.postMessage(name);
  try {
    return await request(name, onWanted, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return request(name, onWanted, { steal: true });
  }
}
