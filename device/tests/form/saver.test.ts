import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSaver, isStorageFull } from '../../src/form/saver';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('saver', () => {
  it('writes once, within a second of the last keystroke', async () => {
    const write = vi.fn(async () => undefined);
    const saver = createSaver({ write });
    for (let i = 0; i < 5; i += 1) {
      saver.touch();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(write).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(write).toHaveBeenCalledTimes(1);
    expect(saver.state()).toBe('clean');
  });

  it('has all but the last second of who types without a pause', async () => {
    let typed = 0;
    let written = 0;
    const saver = createSaver({ write: async () => { written = typed; } });
    for (let i = 0; i < 40; i += 1) {
      typed = i * 100;
      saver.touch();
      await vi.advanceTimersByTimeAsync(100);
      expect(typed - written).toBeLessThanOrEqual(1_000);
    }
  });

  it('leaves a slow phone time to type while it writes', async () => {
    const write = vi.fn(() => new Promise<void>((done) => setTimeout(done, 500)));
    const saver = createSaver({ write });
    for (let i = 0; i < 100; i += 1) {
      saver.touch();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(write.mock.calls.length).toBeLessThanOrEqual(5);
    expect(write.mock.calls.length).toBeGreaterThanOrEqual(3);
  });

  it('never writes twice at a time, and writes again what was answered meanwhile', async () => {
    let running = 0;
    let most = 0;
    const write = vi.fn(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setTimeout(done, 2_000));
      running -= 1;
    });
    const saver = createSaver({ write });
    saver.touch();
    const first = saver.flush();
    saver.touch();
    void saver.flush();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await first).toBe(true);
    expect([write.mock.calls.length, most]).toEqual([2, 1]);
  });

  it('says that a write failed, keeps what it has, and writes it at the next try', async () => {
    let broken = true;
    const write = vi.fn(async () => {
      if (broken) throw new DOMException('full', 'QuotaExceededError');
    });
    const saver = createSaver({ write });
    saver.touch();
    expect(await saver.flush()).toBe(false);
    expect(saver.state()).toBe('failed');
    expect(isStorageFull(saver.error())).toBe(true);
    broken = false;
    expect(await saver.flush()).toBe(true);
    expect([saver.state(), saver.error(), write.mock.calls.length]).toEqual(['clean', null, 2]);
  });

  it('collects held keystrokes before it decides whether there is something to write', async () => {
    const write = vi.fn(async () => undefined);
    let held = true;
    const saver = createSaver({
      write,
      prepare() {
        if (held) saver.touch();
        held = false;
      },
    });
    expect(await saver.flush()).toBe(true);
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('writes nothing once stopped', async () => {
    const write = vi.fn(async () => undefined);
    const saver = createSaver({ write });
    saver.touch();
    saver.stop();
    saver.touch();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(write).not.toHaveBeenCalled();
  });
});
