// @vitest-environment node
// What a phone sends, and what it does with the answers.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshPhone, finish, makeId, NOW, onRecord, syncWith } from './phone';
import { FakeServer } from './fake-server';
import { close, listOutbox, readSetting, writeSetting } from '../../src/store';
import { database } from '../../src/store/db';
import { readWait } from '../../src/sync/http';
import { runOnce } from '../../src/sync/run';

let server: FakeServer;
beforeEach(async () => {
  await freshPhone();
  server = new FakeServer();
});

describe('push', () => {
  it('sends what waits, in its order, and settles it', async () => {
    for (const id of ['uuid:a', 'uuid:b', 'uuid:c']) await finish(id);
    const report = await syncWith(server);
    expect(report.failure).toBeNull();
    expect(server.arrived).toEqual(['uuid:a', 'uuid:b', 'uuid:c']);
    expect((await listOutbox()).map((item) => [item.seq, item.state, item.outcome, item.pulled, item.doneAt !== null])).toEqual([1, 2, 3].map((seq) => [seq, 'sent', 'accepted', true, true]));
    await syncWith(server);
    expect(server.requests.filter((request) => request.path.endsWith('push'))).toHaveLength(1);
  });

  it('leaves a server alone that says when to come back, and keeps everything', async () => {
    for (const id of ['uuid:a', 'uuid:b']) await finish(id);
    server.fault = () => ({ status: 503, json: { code: '503.1', message: 'busy' }, headers: { 'Retry-After': '900' } });
    const report = await syncWith(server);
    expect([report.failure, report.waitMs]).toEqual(['server', 900_000]);
    expect(server.requests.filter((request) => request.path.endsWith('push')).length).toBeLessThanOrEqual(1);
    server.fault = () => null;
    expect((await syncWith(server)).failure).toBeNull();
    expect([...server.arrived].sort()).toEqual(['uuid:a', 'uuid:b']);
    expect([readWait('5'), readWait('99999999'), readWait('Wed, 21 Oct'), readWait(null), readWait('-3')]).toEqual([5_000, 3_600_000, 0, 0, 0]);
  });

  it('keeps everything when the line is dead, and sends it later', async () => {
    await finish('uuid:a');
    server.fault = () => 'before';
    expect((await syncWith(server)).failure).toBe('line');
    expect((await listOutbox())[0]).toMatchObject({ state: 'waiting' });
    server.fault = () => null;
    expect((await syncWith(server)).failure).toBeNull();
    expect(server.arrived).toEqual(['uuid:a']);
  });

  it('learns that what it sent before a cut is there already', async () => {
    await finish('uuid:a');
    let cuts = 3;
    server.fault = ({ path }) => (path.endsWith('push') && cuts-- > 0 ? 'after' : null);
    expect((await syncWith(server)).failure).toBe('line');
    await syncWith(server);
    expect(server.arrived).toEqual(['uuid:a']);
    expect((await listOutbox())[0]).toMatchObject({ state: 'sent', outcome: 'duplicate' });
  });

  it('halves its batches when the server says they are too large', async () => {
    for (let i = 0; i < 23; i += 1) await finish(`uuid:${i}`);
    server.maxItems = 4;
    expect((await syncWith(server)).failure).toBeNull();
    expect(server.instances.size).toBe(23);
    const sizes = server.requests.filter((request) => request.path.endsWith('push')).map((request) => (request.body.submissions as unknown[]).length);
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(20);
    expect(sizes.slice(-5).every((size) => size <= 4)).toBe(true);
  });

  it('is not blocked by one item that the server cannot bear', async () => {
    for (const id of ['uuid:a', 'uuid:bad', 'uuid:c']) await finish(id);
    server.fault = ({ path, body }) =>
      path.endsWith('push') && (body.submissions as { instanceId: string }[]).some((item) => item.instanceId === 'uuid:bad') ? { status: 400, json: { code: '400.1', message: 'cannot read' } } : null;
    expect((await syncWith(server)).failure).toBeNull();
    expect(server.arrived).toEqual(['uuid:a', 'uuid:c']);
    expect((await listOutbox()).find((item) => item.instanceId === 'uuid:bad')).toMatchObject({ state: 'waiting', error: { code: '400.1', message: 'cannot read' } });
  });

  it('shows what was set aside with the reason, and hears later that it was released', async () => {
    await finish('uuid:a');
    server.quarantine.set('uuid:a', 'unknown form');
    await syncWith(server);
    expect((await listOutbox())[0]).toMatchObject({ state: 'sent', outcome: 'quarantined', error: { message: 'unknown form' }, doneAt: null });
    server.quarantine.clear();
    await syncWith(server);
    expect((await listOutbox())[0]).toMatchObject({ outcome: 'quarantined' });
    await writeSetting('serverTime', '2026-11-24T10:00:01Z');
    await syncWith(server);
    expect((await listOutbox())[0]).toMatchObject({ outcome: 'accepted', error: null });
  });

  it('asks about what was set aside before each pull when it is about a record: released, it is in what is pulled', async () => {
    server.put('w', {});
    await finish('uuid:a', { actions: [onRecord('w')] });
    server.quarantine.set('uuid:a', 'other content');
    await syncWith(server);
    server.quarantine.clear();
    await syncWith(server);
    expect((await listOutbox())[0]).toMatchObject({ state: 'sent', outcome: 'accepted', pulled: true });
  });

  const paths = (): string[] => server.requests.map((request) => request.path.split('/').pop()!);

  it('never pulls while something offered was not answered, over a restart of the app too', async () => {
    await finish('uuid:a', { actions: [onRecord('w')] });
    server.put('w', {});
    server.fault = ({ path }) => (path.endsWith('push') ? 'after' : null);
    expect((await syncWith(server)).failure).toBe('line');
    expect((await listOutbox())[0]).toMatchObject({ state: 'waiting', unsure: true });
    await close();
    server.requests = [];
    expect((await syncWith(server)).failure).toBe('line');
    expect(paths()).not.toContain('pull');
    server.fault = () => null;
    server.requests = [];
    expect((await syncWith(server)).failure).toBeNull();
    expect(paths().filter((path) => path === 'push' || path === 'pull')).toEqual(['push', 'pull']);
    expect((await listOutbox())[0]).toMatchObject({ state: 'sent', outcome: 'duplicate', unsure: false });
  });

  it('takes a gateway that gives up for no answer, and the server that refuses for one', async () => {
    await finish('uuid:a');
    server.fault = ({ path }) => (path.endsWith('push') ? { status: 502, json: 'bad gateway' } : null);
    expect((await syncWith(server)).failure).toBe('line');
    expect(paths()).not.toContain('pull');
    server.fault = ({ path }) => (path.endsWith('push') ? { status: 500, json: { code: '500.1', message: 'broken' } } : null);
    expect((await syncWith(server)).failure).toBe('line');
    expect(paths()).not.toContain('pull');
    await freshPhone();
    await finish('uuid:b');
    expect((await syncWith(server)).failure).toBeNull();
    expect((await listOutbox())[0]).toMatchObject({ state: 'waiting', unsure: false, error: { code: '500.1' } });
    expect(paths()).toContain('pull');
  });

  it('keeps within the limits of items and bytes that the server tells', async () => {
    for (let i = 0; i < 40; i += 1) await finish(`uuid:${i}`, { xml: `<data>${Array.from({ length: 200 }, () => makeId() + Math.random()).join()}</data>` });
    const limits = { limit_items: 9, limit_bytes: 12_000 };
    server.fault = ({ path, body, bytes }) => {
      const items = (body.submissions as unknown[] | undefined)?.length ?? 0;
      return path.endsWith('push') && (items > limits.limit_items || bytes > limits.limit_bytes) ? { status: 413, json: { code: '413.1', message: 'too large', details: limits } } : null;
    };
    expect((await syncWith(server)).failure).toBeNull();
    expect(server.instances.size).toBe(40);
  });

  it('stops when it is paused, keeps what went through, and goes on where it was', async () => {
    for (const id of ['uuid:a', 'uuid:b']) await finish(id);
    server.maxItems = 1;
    const pausing = new AbortController();
    server.fault = ({ path }) => {
      if (path.endsWith('push') && server.arrived.length === 1) pausing.abort(new DOMException('paused', 'AbortError'));
      return null;
    };
    const report = await runOnce({ fetcher: server.fetch, transfer: () => Promise.resolve('sent'), now: () => NOW, makeId }, pausing.signal);
    expect([report.failure, report.pull, server.arrived.length]).toEqual(['paused', null, 2]);
    server.fault = () => null;
    expect((await syncWith(server)).failure).toBeNull();
    expect(server.arrived).toEqual(['uuid:a', 'uuid:b']);
  });

  it('sends a month without network: 5,000 forms', async () => {
    await finish('uuid:0');
    const first = (await listOutbox())[0]!;
    const tx = (await database()).transaction(['outbox', 'settings'], 'readwrite');
    for (let i = 1; i < 5000; i += 1) void tx.objectStore('outbox').put({ ...first, instanceId: `uuid:${i}`, seq: i + 1 });
    void tx.objectStore('settings').put(5000, 'seq');
    await tx.done;
    expect((await syncWith(server)).failure).toBeNull();
    expect(server.arrived).toHaveLength(5000);
    expect(server.arrived[4999]).toBe('uuid:4999');
    expect(Math.max(...server.requests.map((request) => (request.body.submissions as unknown[] | undefined)?.length ?? 0))).toBe(500);
    expect((await listOutbox()).every((item) => item.doneAt !== null)).toBe(true);
  }, 60_000);

  it('offers again what the server never got, and tells of numbers that are on neither side', async () => {
    for (const id of ['uuid:a', 'uuid:b']) await finish(id);
    await syncWith(server);
    server.instances.delete('uuid:a');
    server.missing = [1, 7];
    await finish('uuid:c');
    server.fault = ({ path, body }) => {
      if (path.endsWith('push') && (body.submissions as { seq: number }[]).some(({ seq }) => seq === 1)) server.missing = [7];
      return null;
    };
    await syncWith(server);
    await syncWith(server);
    expect([...server.instances.keys()].sort()).toEqual(['uuid:a', 'uuid:b', 'uuid:c']);
    expect(await readSetting('lost')).toEqual([7]);
    server.missing = [];
    await finish('uuid:d');
    await syncWith(server);
    expect(await readSetting('lost')).toEqual([]);
  });

  it('tells an unknown phone apart, and loses nothing by it', async () => {
    await finish('uuid:a');
    server.fault = () => ({ status: 401, json: { code: '401.2', message: 'unknown token' } });
    expect((await syncWith(server)).failure).toBe('unknownPhone');
    expect(await listOutbox()).toHaveLength(1);
  });

  it('takes an answer of another shape for an error of that answer', async () => {
    await finish('uuid:a');
    server.fault = () => ({ status: 200, json: { hello: 'captive portal' } });
    await syncWith(server);
    expect((await listOutbox())[0]).toMatchObject({ state: 'waiting' });
  });

  it('loses nothing and sends nothing twice over any schedule of faults', async () => {
    const fault = fc.constantFrom('before' as const, 'after' as const, 'cut' as const, null, null);
    await fc.assert(fc.asyncProperty(fc.array(fc.record({ finish: fc.nat(6), faults: fc.array(fault, { maxLength: 8 }) }), { minLength: 1, maxLength: 5 }), async (days) => {
      await freshPhone();
      server = new FakeServer();
      const made: string[] = [];
      for (const day of days) {
        for (let i = 0; i < day.finish; i += 1) {
          const id = `uuid:${makeId()}`;
          made.push(id);
          await finish(id);
        }
        const left = [...day.faults];
        server.fault = () => left.shift() ?? null;
        await syncWith(server);
        // Whatever happened, each instance is on the phone or at the server.
        const waiting = new Set((await listOutbox()).filter((item) => item.state === 'waiting').map((item) => item.instanceId));
        for (const id of made) expect(waiting.has(id) || server.instances.has(id)).toBe(true);
      }
      server.fault = () => null;
      expect((await syncWith(server)).failure).toBeNull();
      expect([...server.arrived].sort()).toEqual([...made].sort());
      expect((await listOutbox()).every((item) => item.state === 'sent' && item.pulled)).toBe(true);
    }), { numRuns: 40 });
  });
});
