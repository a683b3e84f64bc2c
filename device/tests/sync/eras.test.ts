// @vitest-environment node
// The server came back from a backup.
import { beforeEach, describe, expect, it } from 'vitest';
import { freshPhone, finish, onRecord, syncWith } from './phone';
import { FakeServer } from './fake-server';
import { listOutbox, listRecords, readSetting } from '../../src/store';
import { buildViews } from '../../src/records/views';

let server: FakeServer;
beforeEach(async () => {
  await freshPhone();
  server = new FakeServer();
});

describe('a new era', () => {
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
});
