// @vitest-environment node
// The token that lies clear on a phone sends, and does nothing else.
import { beforeEach, describe, expect, it } from 'vitest';
import { closeVault, openVault, readSetting, type Enrolment } from '../../src/store';
import { database } from '../../src/store/db';
import { enrol } from '../../src/sync/enrol';
import { FakeServer } from './fake-server';
import { finish, freshPhone, NOW, PIN, syncWith } from './phone';

let server: FakeServer;
beforeEach(async () => {
  await freshPhone();
  server = new FakeServer();
  server.put('w1', { nom_fr: 'Amel' });
});

const tokensOf = (what: string): string[] => [...new Set(server.asked.filter((one) => one.what === what).map((one) => one.token))];
/** Everything that lies in the settings, as somebody reads it who copied the phone. */
async function lying(): Promise<string> {
  const all = await (await database()).getAll('settings');
  return JSON.stringify(all, (_key, value: unknown) => (value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value));
}

describe('the token that lies clear', () => {
  it('sends alone after the first exchange; what pulls was never written clear', async () => {
    await finish('uuid:a');
    expect((await syncWith(server)).failure).toBeNull();
    expect([tokensOf('push'), [...server.senders]]).toEqual([['T'], ['T']]);
    const [reader] = tokensOf('pull');
    expect(reader).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(await lying()).not.toContain(reader);
    // New places: their names are fetched with the other one, and it does not get into the clear on that way.
    server.scopes = ['3112', '3110'];
    server.asked = [];
    expect((await syncWith(server)).failure).toBeNull();
    expect([tokensOf('scopes'), tokensOf('pull'), tokensOf('token')]).toEqual([[reader], [reader], []]);
    expect((await readSetting('enrolment'))!.scopes).toHaveLength(2);
    expect([(await readSetting('enrolment'))!.token, (await lying()).includes(reader!)]).toEqual(['T', false]);
  });

  it('is all that a locked phone uses', async () => {
    await syncWith(server);
    await finish('uuid:a');
    closeVault(false);
    server.asked = [];
    expect((await syncWith(server)).failure).toBeNull();
    expect([server.arrived, server.asked]).toEqual([['uuid:a'], [{ what: 'push', token: 'T' }]]);
    // One that was never unlocked since it was enrolled, or updated, is told nothing either.
    expect(await openVault(PIN, NOW)).toBeNull();
    expect((await syncWith(server)).pull?.records).toBe(0);
  });

  it('is narrowed in spite of a lost answer, with the same second token', async () => {
    // The last one: a hotspot that answers everything.
    for (const fault of ['before', 'after', { status: 200, json: {} }] as const) {
      await freshPhone();
      server = new FakeServer();
      const told: unknown[] = [];
      let broken = true;
      server.fault = ({ path, body }) => {
        if (!path.endsWith('/sync/token')) return null;
        told.push(body.token);
        return broken ? fault : null;
      };
      expect((await syncWith(server)).failure).toBe('line');
      broken = false;
      expect((await syncWith(server)).failure).toBeNull();
      expect([new Set(told).size, tokensOf('pull')]).toEqual([1, [told[0]]]);
    }
  });

  it('is told again to a server that came back from before, and waits for an older one', async () => {
    await syncWith(server);
    const [reader] = tokensOf('pull');
    server.senders.clear();
    server.unknown.add(reader!);
    expect((await syncWith(server)).failure).toBeNull();
    expect([...server.senders]).toEqual(['T']);
    await freshPhone();
    server = new FakeServer();
    server.old = true;
    expect((await syncWith(server)).failure).toBeNull();
    expect(tokensOf('pull')).toEqual(['T']);
    server.old = false;
    server.asked = [];
    expect((await syncWith(server)).failure).toBeNull();
    expect(tokensOf('pull')).not.toContain('T');
  });

  it('gives way to that of a new enrolment, also after a forgotten PIN', async () => {
    await syncWith(server);
    const [first] = tokensOf('pull');
    const own: Enrolment = await enrol(server.fetch, 'GOODCODE', () => 'D2', () => NOW);
    server.senders.clear();
    server.asked = [];
    expect((await syncWith(server)).failure).toBeNull();
    expect([own.token, tokensOf('pull').includes(first!), tokensOf('token')]).toEqual(['T', false, ['T']]);
    await enrol(server.fetch, 'GOODCODE', () => 'D3', () => NOW, true);
    expect(await (await database()).get('settings', 'reading')).toBeUndefined();
  });
});
