// When answers are written to the device: within a second of the last keystroke, at once when asked, never two writes at a time, and
// never silently not at all.
import { createSignal, type Accessor } from 'solid-js';

export type SaveState = 'clean' | 'dirty' | 'saving' | 'failed';

export interface Saver {
  state: Accessor<SaveState>;
  /** What stopped the last write; null when it went well. */
  error: Accessor<unknown>;
  savedAt: Accessor<Date | null>;
  /** Something was answered. */
  touch(): void;
  /** Write now what is not yet written. True when everything is written. */
  flush(): Promise<boolean>;
  /** No write begins any more (the form is finished or gone). */
  stop(): void;
}

const PAUSE_MS = 600;
// Who types without a pause loses no more than this either, unless writing itself is slow: then it may take a quarter of the time.
const LONGEST_MS = 900;
const SHARE = 4;

export interface SaverParts {
  write(): Promise<void>;
  /** Called before each write: time to hand over keystrokes still held back. */
  prepare?(): void;
  now?(): Date;
}

export function createSaver({ write, prepare, now = () => new Date() }: SaverParts): Saver {
  const [state, setState] = createSignal<SaveState>('clean');
  const [error, setError] = createSignal<unknown>(null);
  const [savedAt, setSavedAt] = createSignal<Date | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dirtySince: number | null = null; // by the clock that nobody sets
  let running: Promise<boolean> | null = null;
  let stopped = false;
  let tookMs = 0;

  const later = (): void => {
    clearTimeout(timer);
    const waited = performance.now() - (dirtySince ?? performance.now());
    timer = setTimeout(() => void go(true), Math.max(0, Math.min(PAUSE_MS, Math.max(LONGEST_MS, SHARE * tookMs) - waited)));
  };
  /** `once`: what is answered while it is written waits for the next time. */
  const run = async (once: boolean): Promise<boolean> => {
    for (;;) {
      prepare?.();
      if (dirtySince === null || stopped) break;
      dirtySince = null;
      setState('saving');
      const began = performance.now();
      try {
        await write();
        setError(null);
        setSavedAt(now());
      } catch (problem) {
        dirtySince ??= performance.now();
        setError(problem);
        setState('failed');
        return false;
      }
      tookMs = performance.now() - began;
      if (once && dirtySince !== null && !stopped) {
        setState('dirty');
        later();
        return true;
      }
    }
    setState('clean');
    return true;
  };
  const go = (once: boolean): Promise<boolean> => {
    running ??= run(once).finally(() => {
      running = null;
    });
    return running;
  };

  const flush = async (): Promise<boolean> => {
    clearTimeout(timer);
    for (;;) {
      if (stopped) return true;
      prepare?.();
      const written = await go(false);
      if (!written || dirtySince === null) return written;
    }
  };

  return {
    state,
    error,
    savedAt,
    touch() {
      if (stopped) return;
      dirtySince ??= performance.now();
      if (state() !== 'saving' && state() !== 'failed') setState('dirty');
      later();
    },
    flush,
    stop() {
      stopped = true;
      clearTimeout(timer);
      setState('clean');
    },
  };
}

/** Is this the browser saying that there is no room left? */
export function isStorageFull(error: unknown): boolean {
  const name = (error as { name?: string } | null)?.name ?? '';
  return name === 'QuotaExceededError' || /quota|storage.*full|no space/i.test(String((error as Error | null)?.message ?? error));
}
