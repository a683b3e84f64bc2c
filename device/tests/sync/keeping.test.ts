// @vitest-environment node
// What a phone keeps, forgets, and whose it is.
import { beforeEach, describe, expect, it } from 'vitest';
import { freshPhone, finish, NOW, PIN, syncWith } from './phone';
import { FakeServer } from './fake-server';
import { hasVault, isOpen, listAgents, openVault, storeName, useStore, listOutbox, readSetting, writeSetting } from '../../src/store';
import { enrol, readCode } from '../../src/sync/enrol';
import { tidy } from '../../src/sync/run';

let server: FakeServer;
beforeEach(async () => {
  await freshPhone();
  server = new FakeServer();
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
