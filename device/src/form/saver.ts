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
const LONGEST_MS = 5_000;

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
  let dirtySince: number | null = null;
  let running: Promise<boolean> | null = null;
  let stopped = false;

  const run = async (): Promise<boolean> => {
    for (;;) {
      prepare?.();
      if (dirtySince === null || stopped) break;
      dirtySince = null;
      setState('saving');
      try {
        await write();
        setError(null);
        setSavedAt(now());
      } catch (problem) {
        dirtySince ??= Date.now();
        setError(problem);
        setState('failed');
        return false;
      }
    }
    setState('clean');
    return true;
  };

  const flush = (): Promise<boolean> => {
    clearTimeout(timer);
    if (stopped) return Promise.resolve(true);
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    state,
    error,
    savedAt,
    touch() {
      if (stopped) return;
      dirtySince ??= Date.now();
      if (state() !== 'saving' && state() !== 'failed') setState('dirty');
      clearTimeout(timer);
      const waited = Date.now() - dirtySince;
      timer = setTimeout(() => void flush(), Math.max(0, Math.min(PAUSE_MS, LONGEST_MS - waited)));
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
