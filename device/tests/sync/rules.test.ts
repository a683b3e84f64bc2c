// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { backOffMs, fateOf, mayForget, nextBatchSize, waitLeftMs } from '../../src/sync/rules';
import type { OutboxItem } from '../../src/store';
import { onRecord } from './phone';

const item = (fields: Partial<OutboxItem>): OutboxItem => ({
  instanceId: 'uuid:a', seq: 1, formId: 'f', version: '1', title: '', instanceName: '', finalizedAt: '', xml: '', attachments: [], actions: [], state: 'sent',
  outcome: 'accepted', entities: [], error: null, attempts: 1, answeredAt: null, pulled: false, doneAt: null, ...fields,
});

describe('pauses between tries', () => {
  it('double up to half an hour, with a random part', () => {
    expect([1, 2, 3, 9, 500].map((failures) => [backOffMs(failures, 0), backOffMs(failures, 1)])).toEqual([[7500, 15_000], [15_000, 30_000], [30_000, 60_000], [900_000, 1_800_000], [900_000, 1_800_000]]);
  });
  it('are not made longer by a clock that was set', () => {
    const backOff = { failures: 2, triedAt: 1_000_000, delayMs: 20_000 };
    expect([1_000_000, 1_015_000, 1_020_000, 9e12].map((now) => waitLeftMs(backOff, now))).toEqual([20_000, 5_000, 0, 0]);
    expect(waitLeftMs(backOff, 1_000)).toBe(20_000);
    expect(waitLeftMs(undefined, 5)).toBe(0);
    expect(waitLeftMs({ ...backOff, failures: 0 }, 1_000_000)).toBe(0);
  });
  it('and batches halve and double within their limit', () => {
    expect([nextBatchSize(20, true, 30), nextBatchSize(20, false, 30), nextBatchSize(1, false, 30)]).toEqual([30, 10, 1]);
  });
});

describe('what became of a form', () => {
  const told = (version: number, action: Parameters<typeof onRecord>[1]): string => fateOf(item({ actions: [onRecord('w', action)], entities: [{ id: 'w', version, conflicts: [] }] }));
  it('is "joined" only when a colleague wrote meanwhile', () => {
    expect(told(5, { branch: 'B', pos: 4, base: 4, ahead: 0 })).toBe('received');
    expect(told(6, { branch: 'B', pos: 4, base: 4, ahead: 0 })).toBe('joined');
    // Its own step, unsent when a colleague's version came, explains one number more.
    expect(told(11, { branch: 'B', pos: 5, base: 9, ahead: 1 })).toBe('received');
    expect(told(2, { branch: 'B', pos: 1, base: null, ahead: 1 })).toBe('received');
    expect(told(3, { branch: 'B', pos: 1, base: null, ahead: 1 })).toBe('joined');
    expect(told(1, { kind: 'create' })).toBe('received');
  });
});

describe('what a backup covers', () => {
  const at = (hour: number): string => new Date(Date.parse('2026-11-23T00:00:00Z') + hour * 3_600_000).toISOString();
  const done = { pulled: true, doneAt: at(0) };
  it('counts from the moment a form was settled; a day later for photographs, which arrive after the pull of their run', () => {
    expect([mayForget(item(done), at(-1), at(1)), mayForget(item(done), at(0), at(1))]).toEqual([false, true]);
    const photo = item({ ...done, attachments: [{ name: 'p', sha256: 'h', size: 1, contentType: 'image/jpeg', state: 'present' }] });
    expect([mayForget(photo, at(23), at(30)), mayForget(photo, at(24), at(30))]).toEqual([false, true]);
  });
});
