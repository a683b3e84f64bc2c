// @vitest-environment node
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshPhone, finish, makeId, NOW, onRecord, PIN, syncWith } from './phone';
import { FakeServer } from './fake-server';
import {
  close, hasVault, isOpen, listAgents, openVault, storeName, useStore, listAliases, listDrafts, listForms, listInbox, listOutbox, listRecords, readCursors, readMedia, readRecord, readSetting, saveDraft, writeSetting, type Draft,
} from '../../src/store';
import { database } from '../../src/store/db';
import { enrol, readCode } from '../../src/sync/enrol';
import { buildViews } from '../../src/records/views';
import { hashOf } from '../../src/sync/hash';
import { readWait } from '../../src/sync/http';
import { runOnce, tidy } from '../../src/sync/run';
import { REGISTRATION } from '../records/forms';

let server: FakeServer;
beforeEach(async () => {
  await freshPhone();
  server = new FakeServer();
});

const draftAbout = (entityId: string): Draft => ({
  instanceId: `uuid:draft-${entityId}`, formId: 'f', version: '1', title: 'F', instanceName: '', xml: '<data/>', answered: 0, total: 1, pageIndex: 0,
  createdAt: '', updatedAt: '', entityId, pinned: null, entityQuestion: null,
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

describe('attachments', () => {
  const photo = (): { name: string; blob: Blob } => ({ name: 'p.jpg', blob: new Blob(['photo'], { type: 'image/jpeg' }) });
  const withPhoto = { attachments: [{ name: 'p.jpg', sha256: 'hash', size: 5, contentType: 'image/jpeg', state: 'unknown' as const }] };

  it('follow the answers, each file once, and hold the instance until they are there', async () => {
    server.wanted.add('hash');
    await finish('uuid:a', withPhoto, [photo()]);
    await finish('uuid:b', withPhoto, [photo()]);
    const sent: string[] = [];
    await syncWith(server, { transfer: async (blob, meta) => { sent.push(`${meta.sha256}:${await blob.text()}`); return 'sent'; } });
    expect(sent).toEqual(['hash:photo']);
    expect((await listOutbox()).every((item) => item.attachments[0]!.state === 'present' && item.doneAt)).toBe(true);
  });

  it('wait for Wi-Fi or for the agent where she wants that, while the answers go', async () => {
    server.wanted.add('hash');
    await finish('uuid:a', withPhoto, [photo()]);
    await writeSetting('photosOnWifi', true);
    expect(await syncWith(server)).toMatchObject({ failure: null, upload: null, photosLeft: 1 });
    expect(server.arrived).toEqual(['uuid:a']);
    expect(await syncWith(server, { photos: true })).toMatchObject({ upload: { sent: 1 } });
  });

  it('are not sent when the server has the bytes', async () => {
    await finish('uuid:a', withPhoto, [photo()]);
    await syncWith(server, { transfer: () => Promise.reject(new Error('not asked for')) });
    expect((await listOutbox())[0]!.attachments[0]!.state).toBe('present');
  });

  it('stay wanted over a cut, and refused ones do not stop the others', async () => {
    ['hash', 'bad'].forEach((sha256) => server.wanted.add(sha256));
    await finish('uuid:a', withPhoto, [photo()]);
    await finish('uuid:b', { attachments: [{ ...withPhoto.attachments[0]!, sha256: 'bad', size: 1 }] }, [photo()]);
    const report = await syncWith(server, { transfer: (_, meta) => (meta.sha256 === 'bad' ? Promise.resolve('refused') : Promise.reject(new Error('cut'))) });
    expect(report.failure).toBe('line');
    expect((await listOutbox()).map((item) => item.attachments[0]!.state)).toEqual(['wanted', 'refused']);
    expect((await listOutbox()).every((item) => item.doneAt === null)).toBe(true);
    await syncWith(server);
    expect((await listOutbox()).map((item) => item.attachments[0]!.state)).toEqual(['present', 'present']);
  });
});

describe('a photo whose hash never matches', () => {
  const bytes = new TextEncoder().encode('photo');
  const announce = (name: string, sha256: string) => ({ name, sha256, size: 5, contentType: 'image/jpeg', state: 'unknown' as const });

  it('is read and sent again, then told plainly, and holds nobody up', async () => {
    const good = await hashOf(bytes.buffer as ArrayBuffer);
    [good, 'other'].forEach((sha256) => server.wanted.add(sha256));
    await finish('uuid:a', { attachments: [announce('p.jpg', good)] }, [{ name: 'p.jpg', blob: new Blob([bytes]) }]);
    await finish('uuid:b', { attachments: [{ ...announce('q.jpg', 'other'), size: 9 }] }, [{ name: 'q.jpg', blob: new Blob(['what the phone made of it']) }]);
    const sent: string[] = [];
    const report = await syncWith(server, { transfer: (_, meta) => { sent.push(meta.sha256); return Promise.resolve('mismatch'); } });
    expect(sent).toEqual([good, good, 'other']);
    expect(report).toMatchObject({ failure: null, upload: { sent: 0, refused: 2 } });
    expect((await listOutbox()).map((item) => item.attachments[0]!.state)).toEqual(['refused', 'damaged']);
    await syncWith(server);
    expect((await listOutbox()).map((item) => [item.attachments[0]!.state, item.doneAt !== null])).toEqual([['present', true], ['damaged', false]]);
  });
});

describe('pull', () => {
  it('takes page after page until there is no more', async () => {
    for (let i = 0; i < 1203; i += 1) server.put(`w${i}`, { label: `W${i}` });
    expect((await syncWith(server)).pull).toMatchObject({ records: 1203, byList: { femmes: 1203 } });
    expect(await listRecords()).toHaveLength(1203);
    server.put('w5', { label: 'changed' });
    server.remove('w6');
    await syncWith(server);
    expect(await readRecord('w5')).toMatchObject({ version: 2, data: { label: 'changed' } });
    expect(await readRecord('w6')).toBeUndefined();
  });

  it('goes on after a cut where it was', async () => {
    for (let i = 0; i < 1203; i += 1) server.put(`w${i}`, {});
    let pulls = 0;
    server.fault = ({ path }) => (path.endsWith('pull') && (pulls += 1) > 1 ? 'before' : null);
    expect((await syncWith(server)).failure).toBe('line');
    const held = (await listRecords()).length;
    expect(held).toBe(500);
    server.fault = () => null;
    expect((await syncWith(server)).pull?.records).toBe(1203 - held);
  });

  it('gives a record a fresh branch at each refresh', async () => {
    server.put('w', {});
    await syncWith(server);
    const first = (await readRecord('w'))!.branchId;
    server.put('w', {});
    await syncWith(server);
    expect((await readRecord('w'))!.branchId).not.toBe(first);
  });

  it('gives a fresh branch when own work on it was settled without a refresh', async () => {
    server.put('w', {});
    await syncWith(server);
    const branch = (await readRecord('w'))!.branchId;
    await finish('uuid:v', { actions: [onRecord('w', { branch, pos: 1, base: 1 })] });
    await syncWith(server);
    expect((await readRecord('w'))!.branchId).not.toBe(branch);
  });

  it('drops a scope, but keeps a record with unsent work until that is sent', async () => {
    server.put('w', {});
    server.put('v', {});
    server.put('u', {});
    await syncWith(server);
    await saveDraft(draftAbout('w'), [], []);
    await finish('uuid:late', { actions: [onRecord('u')] });
    server.scopes = ['3110'];
    server.fault = ({ path }) => (path.endsWith('push') ? { status: 500, json: {} } : null);
    await syncWith(server);
    server.fault = ({ path, body }) => (path.endsWith('push') && (body.submissions as unknown[]).length > 0 ? { status: 400, json: {} } : null);
    await syncWith(server);
    expect((await listRecords()).map((record) => [record.id, record.dropped])).toEqual([['u', true], ['w', true]]);
    expect(await readCursors()).toEqual({ '3110': server.counter });
    expect((await readSetting('enrolment'))!.scopes).toEqual([{ value: '3110', labels: { fr: 'Commune 3110', ar: '3110' } }]);
    server.fault = () => null;
    await syncWith(server);
    expect((await listRecords()).map((record) => record.id)).toEqual(['w']);
  });

  it('follows a merge to the woman that goes on, and an unmerge back', async () => {
    server.put('a', {});
    server.put('b', {});
    await syncWith(server);
    server.remove('a', 'b');
    await syncWith(server);
    expect([...(await listAliases())]).toEqual([['a', 'b']]);
    expect(await readRecord('a')).toBeUndefined();
    server.put('a', {});
    await syncWith(server);
    expect((await listAliases()).size).toBe(0);
    expect(await readRecord('a')).toBeDefined();
  });

  it('downloads forms with their media, keeps the version a draft needs, and hides what is withdrawn', async () => {
    server.forms = [{ formId: 'inscription', version: '1', hash: 'h1', title: 'Inscription', audience: 'agents', attachments: [{ name: 'logo.png', hash: 'm1' }], xml: REGISTRATION }];
    expect((await syncWith(server)).pull?.forms).toEqual(['Inscription']);
    expect((await listForms())[0]).toMatchObject({ formId: 'inscription', version: '1', current: true, facts: { title: 'Inscription – تسجيل' } });
    expect(await (await readMedia('m1'))!.text()).toBe('bytes of logo.png');
    await saveDraft({ ...draftAbout('w'), formId: 'inscription', version: '1' }, [], []);
    server.forms = [{ ...server.forms[0]!, version: '2', hash: 'h2', attachments: [] }];
    await syncWith(server);
    expect((await listForms()).map((form) => [form.version, form.current])).toEqual([['1', false], ['2', true]]);
    expect(await readMedia('m1')).not.toBeNull();
    server.forms = [];
    await syncWith(server);
    expect((await listForms()).map((form) => [form.version, form.current])).toEqual([['1', false]]);
    expect(await listDrafts()).toHaveLength(1);
  });

  it('tells of a form it could not fetch, and takes everything else', async () => {
    server.put('w', {});
    server.forms = [{ formId: 'broken', version: '1', hash: 'h', title: 'Broken', audience: '', attachments: [], xml: '<no' }];
    const report = await syncWith(server);
    expect(report.failure).toBeNull();
    expect(report.pull?.failedForms.map((form) => form.title)).toEqual(['Broken']);
    expect(await listRecords()).toHaveLength(1);
  });

  it('starts over in a new era, drops what the backup does not have, and offers everything again', async () => {
    server.put('w', {});
    server.put('lost', {});
    await finish('uuid:a', { actions: [onRecord('w')] });
    await syncWith(server);
    const restored = new FakeServer();
    restored.era = 2;
    restored.counter = 2_000_000;
    restored.put('w', { label: 'old' });
    restored.register.get('w')!.version = 1;
    const report = await syncWith(restored);
    expect(report.pull?.newEra).toBe(true);
    expect(restored.arrived).toEqual(['uuid:a']);
    expect((await listRecords()).map((record) => [record.id, record.data.label])).toEqual([['w', 'old']]);
    expect(await readSetting('era')).toBe(2);
    // What is here is offered before anything is taken in: the backup may hold some of it.
    expect(restored.requests.map((request) => request.path.split('/').pop()).slice(0, 3)).toEqual(['pull', 'push', 'pull']);
    expect((await listOutbox())[0]).toMatchObject({ state: 'sent', outcome: 'accepted', pulled: true });
  });

  it('starts over when a push is answered in a new era, and offers again all but what that answered', async () => {
    server.put('w', {});
    await finish('uuid:a', { actions: [onRecord('w')] });
    await syncWith(server);
    await finish('uuid:b', { actions: [onRecord('w')] });
    const restored = new FakeServer();
    restored.era = 2;
    restored.put('w', { label: 'old' });
    const report = await syncWith(restored);
    expect(report.pull?.newEra).toBe(true);
    expect(restored.requests.map((request) => request.path.split('/').pop()).slice(0, 3)).toEqual(['push', 'push', 'pull']);
    expect(restored.arrived).toEqual(['uuid:b', 'uuid:a']);
    expect((await listRecords()).map((record) => [record.id, record.data.label, record.stale])).toEqual([['w', 'old', false]]);
  });

  it('adds nothing twice to a record of before a restore, however far the run after it came', async () => {
    const shown = async (): Promise<unknown> => {
      const view = buildViews(await listRecords(), await listOutbox(), new Map(), new Map()).get('w');
      return view?.pending.map(({ item }) => item.instanceId);
    };
    server.put('w', {});
    server.versions.set('w', 1);
    await finish('uuid:held', { actions: [onRecord('w')] });
    await syncWith(server);
    await finish('uuid:new', { actions: [onRecord('w')] });
    expect(await shown()).toEqual(['uuid:new']);
    const restored = new FakeServer();
    restored.era = 2;
    restored.put('w', {});
    restored.versions.set('w', 2_000_001);
    // The first answer tells of the new era; then the line is dead.
    let left = 1;
    restored.fault = () => (left-- > 0 ? null : 'before');
    await syncWith(restored);
    expect((await listOutbox()).map((item) => [item.instanceId, item.state])).toEqual([['uuid:held', 'waiting'], ['uuid:new', 'sent']]);
    expect(await shown()).toEqual(['uuid:new']);
    // All is answered, and nothing taken in.
    restored.fault = ({ path }) => (path.endsWith('pull') ? 'before' : null);
    await syncWith(restored);
    expect((await listOutbox()).map((item) => item.state)).toEqual(['sent', 'sent']);
    expect(await shown()).toEqual(['uuid:new']);
    restored.register.get('w')!.version = 2_000_001;
    restored.fault = () => null;
    await syncWith(restored);
    expect(await shown()).toEqual([]);
  });

  it('leaves everything as it is when the phone is revoked', async () => {
    server.put('w', {});
    await syncWith(server);
    await finish('uuid:a');
    server.revoked = true;
    await syncWith(server);
    expect(await listRecords()).toHaveLength(1);
    expect(await readSetting('deviceState')).toBe('revoked');
    expect((await listOutbox())[0]).toMatchObject({ state: 'sent', pulled: false });
  });

  it('shows what the chamber asks, until it no longer asks', async () => {
    const answer = server.fetch;
    let asks = true;
    const asking = async (input: string, init: RequestInit): Promise<Response> => {
      const response = await answer(input, init);
      if (!input.endsWith('pull')) return response;
      const json = (await response.json()) as Record<string, unknown>;
      return Response.json({ ...json, questions: asks ? [{ entity: 'w', property: 'nom', values: ['A', 'B'], words: 'Lequel ?', at: '2026-11-23' }] : [], corrections: asks ? [{ instanceId: 'uuid:1', formId: 'f', formVersion: '1', xml: '<data/>', comment: 'Date ?', at: '2026-11-23', by: 'Mme K.' }] : [] });
    };
    await syncWith(server, { fetcher: asking });
    expect((await listInbox()).map((item) => item.key)).toEqual(['c:uuid:1', 'q:w:nom']);
    asks = false;
    await syncWith(server, { fetcher: asking });
    expect(await listInbox()).toEqual([]);
  });
});

describe('forgetting', () => {
  const day = (n: number): string => new Date(Date.parse('2026-11-23T10:00:00Z') + n * 86_400_000).toISOString();

  it('waits for a backup or thirty days of the server, whatever the clock of the phone says', async () => {
    await finish('uuid:a');
    await syncWith(server, { now: () => NOW + 3 * 365 * 86_400_000 });
    await writeSetting('serverTime', day(29));
    await tidy();
    expect(await listOutbox()).toHaveLength(1);
    await writeSetting('serverTime', day(31));
    await tidy();
    expect(await listOutbox()).toHaveLength(0);
    await finish('uuid:b');
    await syncWith(server);
    await writeSetting('backedUp', day(-1));
    await tidy();
    expect(await listOutbox()).toHaveLength(1);
    await writeSetting('backedUp', day(1));
    await tidy();
    expect(await listOutbox()).toHaveLength(0);
  });

  it('never forgets what was set aside, what was not pulled or whose photo is not there', async () => {
    server.quarantine.set('uuid:aside', 'unknown form');
    server.wanted.add('hash');
    await finish('uuid:aside');
    await finish('uuid:photo', { attachments: [{ name: 'p.jpg', sha256: 'hash', size: 5, contentType: 'image/jpeg', state: 'unknown' }] });
    await finish('uuid:fine');
    server.fault = ({ path }) => (path.endsWith('pull') ? 'before' : null);
    await syncWith(server);
    await writeSetting('backedUp', day(90));
    await writeSetting('serverTime', day(90));
    await tidy();
    expect(await listOutbox()).toHaveLength(3);
    server.fault = () => null;
    await syncWith(server, { transfer: () => Promise.resolve('refused') });
    expect((await listOutbox()).map((item) => item.instanceId)).toEqual(['uuid:aside', 'uuid:photo']);
  });
});

describe('enrolment', () => {
  it('reads a code, a link to this server and a link to another', () => {
    const here = 'https://hirfa.example';
    expect(readCode(' ABCD1234 ', here)).toEqual({ code: 'ABCD1234' });
    expect(readCode('https://hirfa.example/app/#/enrol/ABCD1234', here)).toEqual({ code: 'ABCD1234' });
    expect(readCode('https://other.example/app/#/enrol/ABCD1234', here)).toEqual({ link: 'https://other.example/app/#/enrol/ABCD1234' });
    for (const text of ['', 'a b', 'javascript:alert(1)', 'https://x/app/#/enrol/', 'https://x/other#/enrol/ABCD']) expect(readCode(text, here)).toBeNull();
  });

  it('keeps unsent work under a new device, counted anew', async () => {
    await finish('uuid:sent');
    await syncWith(server);
    await finish('uuid:a');
    const own = await enrol(server.fetch, 'GOODCODE', () => 'D2', () => NOW);
    expect(own).toMatchObject({ token: 'T', deviceId: 'D2', scopes: [{ value: '3112' }] });
    expect((await listOutbox()).map((item) => [item.instanceId, item.seq])).toEqual([['uuid:sent', 0], ['uuid:a', 1]]);
    expect((await finish('uuid:b')).seq).toBe(2);
  });

  it('gives another agent a database of her own, and leaves this one’s work alone', async () => {
    await writeSetting('enrolment', { ...(await readSetting('enrolment'))!, appUser: { id: 99, name: 'Samia' } });
    await finish('uuid:samia');
    await expect(enrol(server.fetch, 'BADCODE1', () => 'D2', () => NOW)).rejects.toMatchObject({ status: 404 });
    expect(storeName()).toBe('hirfa');
    await enrol(server.fetch, 'GOODCODE', () => 'D2', () => NOW);
    expect(storeName()).toBe('hirfa-2');
    expect([isOpen(), await hasVault(), await listOutbox()]).toEqual([false, false, []]);
    expect((await readSetting('enrolment'))!.appUser.name).toBe('Nadia');
    // Another code of hers finds it again, whoever is at work.
    await useStore('hirfa');
    expect(await openVault(PIN, 0)).toBeNull();
    expect((await listOutbox()).map((item) => item.instanceName)).toEqual(['uuid:samia']);
    await enrol(server.fetch, 'GOODCODE', () => 'D3', () => NOW);
    expect([storeName(), (await listAgents()).map((agent) => agent.store)]).toEqual(['hirfa-2', ['hirfa-2']]);
    await useStore('hirfa');
  });
});
