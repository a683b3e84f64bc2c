// @vitest-environment node
// The real client, on a real (fake-indexeddb) store, driven by chance against a model of the server: whatever happens to the line, the
// server, the app and its tabs, no finished form is lost, none is shown or counted twice, and no place is claimed by two.
import fc from 'fast-check';
import { IDBFactory } from 'fake-indexeddb';
import { expect, it, vi } from 'vitest';
import { PIN, ROUNDS } from './phone';
import { ModelServer, type Fault } from './model-server';
import { filledRegistration, filledVisit, FOLLOW_UP, REGISTRATION } from '../records/forms';
import { findActions } from '../../src/records/actions';
import { readFacts } from '../../src/records/facts';
import { partPlaces } from '../../src/records/places';
import { decideVersions } from '../../src/records/rows';
import { buildViews } from '../../src/records/views';
import type { OutboxItem } from '../../src/store';

const RUNS = process.env.HIRFA_TESTS === 'long' ? 400 : 12;
const followUp = readFacts(FOLLOW_UP);
const registration = readFacts(REGISTRATION);

/** Locks of one origin, shared by all tabs, as browsers have them. */
const taken = new Set<string>();
vi.stubGlobal('navigator', {
  onLine: true,
  locks: {
    async request(name: string, options: unknown, work?: (lock: unknown) => Promise<unknown>) {
      const run = work ?? (options as (lock: unknown) => Promise<unknown>);
      while (taken.has(name)) {
        if ((options as { ifAvailable?: boolean }).ifAvailable) return run(null);
        await new Promise((later) => setTimeout(later, 1));
      }
      taken.add(name);
      try {
        return await run({});
      } finally {
        taken.delete(name);
      }
    },
  },
});

/** The app as a tab has it: modules with a memory of their own on the one store. */
async function openTab() {
  vi.resetModules();
  const [store, run, enrolling] = await Promise.all([import('../../src/store'), import('../../src/sync/run'), import('../../src/sync/enrol')]);
  return { store, run, enrolling };
}
type Tab = Awaited<ReturnType<typeof openTab>>;

type Command =
  | { do: 'visit'; woman: number; amount: number; nom: string | null; photo: boolean }
  | { do: 'register' } | { do: 'colleague'; woman: number; amount: number } | { do: 'move'; woman: number }
  | { do: 'sync'; faults: Fault[]; uploads: boolean } | { do: 'both'; faults: Fault[] }
  | { do: 'aside'; count: number } | { do: 'fail'; count: number } | { do: 'limit'; items: number }
  | { do: 'release' | 'backup' | 'restore' | 'revoke' | 'enrol' | 'restart' };

const faults = fc.array(fc.constantFrom<Fault>(null, null, null, 'before', 'after', 'cut', 'gateway', 'refuse'), { maxLength: 6 });
const visit = fc.record({ do: fc.constant('visit' as const), woman: fc.nat(3), amount: fc.integer({ min: 1, max: 999 }), nom: fc.option(fc.constantFrom('X', 'Y')), photo: fc.boolean() });
const sync = fc.record({ do: fc.constant('sync' as const), faults, uploads: fc.boolean() });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: visit }, { weight: 5, arbitrary: sync },
  { weight: 1, arbitrary: fc.constant({ do: 'register' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('colleague' as const), woman: fc.nat(3), amount: fc.integer({ min: 1, max: 999 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), woman: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('both' as const), faults }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('aside' as const), count: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), items: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'backup' as const, 'restore' as const, 'revoke' as const, 'enrol' as const, 'restart' as const) }) },
);

class Phone {
  server = new ModelServer();
  tab!: Tab;
  devices = 1;
  /** Every finished form: whom it is about and what it adds. */
  made = new Map<string, { woman: string; amount: number }>();
  women: string[] = [];
  private ids = 0;
  private lastSeq = 0;

  id = (): string => `id${(this.ids += 1)}`;

  async begin(): Promise<void> {
    globalThis.indexedDB = new IDBFactory();
    taken.clear();
    this.tab = await openTab();
    await this.tab.store.createVault(PIN, ROUNDS);
    for (const woman of ['w1', 'w2']) {
      this.women.push(woman);
      this.server.write(woman, { total: 5, nom: 'Ben' });
    }
    await this.tab.store.writeSetting('enrolment', { token: 'T', deviceId: 'D1', appUser: { id: 1, name: 'N' }, project: { id: 1, name: 'P' }, scopes: [], enrolledAt: '' });
  }

  sync(uploads = true, tab = this.tab) {
    return tab.run.sync({
      fetcher: this.server.fetch, now: () => 0, makeId: this.id,
      transfer: (_, { sha256 }) => {
        if (!uploads) return Promise.reject(new TypeError('cut'));
        this.server.state.files.add(sha256);
        return Promise.resolve('sent');
      },
    });
  }

  async views() {
    const { store } = this.tab;
    const [records, outbox, aliases] = await Promise.all([store.listRecords(), store.listOutbox(), store.listAliases()]);
    const rules = new Map([['femmes', new Map(followUp.entities[0]!.properties.map((property) => [property.name, property]))]]);
    return { views: buildViews(records, outbox, aliases, rules), records, outbox };
  }

  async finish(xml: string, facts: typeof followUp, woman: string, amount: number, shown: { seen: Record<string, string>; ahead: number }, photo: boolean): Promise<void> {
    const { store } = this.tab;
    const instanceId = `uuid:${this.id()}`;
    const filled = partPlaces(xml.replace(/uuid:[rv]/, instanceId), await store.listBranches(), this.id);
    const attachments: OutboxItem['attachments'] = photo ? [{ name: 'p.jpg', sha256: instanceId, size: 1, contentType: 'image/jpeg', state: 'unknown' }] : [];
    const item = await store.finalize({
      instanceId, formId: facts.formId, version: facts.version, title: '', instanceName: '', finalizedAt: '', xml: filled, attachments,
      actions: findActions(filled, facts, this.id, () => shown), state: 'waiting', outcome: null, entities: [], error: null, attempts: 0, answeredAt: null, pulled: false, doneAt: null,
    }, photo ? [{ name: 'p.jpg', blob: new Blob(['x']) }] : []);
    expect(item.seq, 'numbers without holes').toBe((this.lastSeq += 1));
    this.made.set(instanceId, { woman, amount });
  }

  async run(command: Command): Promise<void> {
    const { server } = this;
    const woman = 'woman' in command ? this.women[command.woman % this.women.length]! : '';
    if (command.do === 'visit') {
      const view = (await this.views()).views.get(woman);
      if (!view) return;
      const actions = view.pending.map(({ action }) => action);
      const row = decideVersions(view.pulled, actions, await this.tab.store.listBranches());
      const fields = `${command.nom ? `<nom>${command.nom}</nom>` : ''}<recettes>${command.amount}</recettes>`;
      const attributes = `baseVersion="${row.__version}" trunkVersion="${row.__trunkVersion}" branchId="${row.__branchId}"`;
      await this.finish(filledVisit(fields, attributes, woman), followUp, woman, command.amount, { seen: { ...view.values }, ahead: actions.length }, command.photo);
    } else if (command.do === 'register') {
      if (this.women.length >= 4) return;
      const id = `n${this.women.length}`;
      this.women.push(id);
      await this.finish(filledRegistration('Nora', '', id), registration, id, 0, { seen: {}, ahead: 0 }, false);
    } else if (command.do === 'colleague') {
      if (server.state.entities.has(woman)) server.write(woman, { total: command.amount, nom: 'C' });
    } else if (command.do === 'move') {
      const held = server.state.entities.get(woman);
      if (held) server.write(woman, { scope: held.scope === 'A' ? 'B' : 'A' });
    } else if (command.do === 'sync') {
      server.faults = [...command.faults];
      await this.sync(command.uploads);
      server.faults = [];
    } else if (command.do === 'both') {
      server.faults = [...command.faults];
      const other = await openTab();
      await other.store.openVault(PIN, 0);
      await Promise.all([this.sync(), this.sync(true, other)]);
      await other.store.close();
      server.faults = [];
    } else if (command.do === 'aside') server.setAside += command.count;
    else if (command.do === 'fail') server.fail += command.count;
    else if (command.do === 'limit') server.maxItems = command.items;
    else if (command.do === 'release') server.release();
    else if (command.do === 'backup') server.takeBackup();
    else if (command.do === 'restore') server.restore();
    else if (command.do === 'revoke') for (const device of server.devices.values()) device.revoked = true;
    else if (command.do === 'restart') {
      await this.tab.store.close();
      this.tab = await openTab();
      // Locked, it sends all the same, and takes nothing in.
      const { pull } = await this.sync();
      expect(pull).toBeNull();
      expect(await this.tab.store.openVault(PIN, 0)).toBeNull();
    } else {
      await this.tab.enrolling.enrol(server.fetch, 'GOODCODE', () => `D${(this.devices += 1)}`, () => 0);
      this.lastSeq = (await this.tab.store.listOutbox()).filter((item) => item.state === 'waiting').length;
    }
  }

  async check(after: string): Promise<void> {
    const { server } = this;
    expect(server.violations, after).toEqual([]);
    const { views, records, outbox } = await this.views();
    const kept = new Set(outbox.map((item) => item.instanceId));
    for (const id of this.made.keys()) expect(kept.has(id) || server.state.stored.has(id), `${id} is lost after ${after}`).toBe(true);
    for (const view of views.values()) {
      const inside = new Set(view.pulled ? server.held.get(`${view.id} ${view.pulled.version}`) : []);
      const outside = [...this.made].filter(([id, own]) => own.woman === view.id && !inside.has(id) && kept.has(id)).reduce((sum, [, own]) => sum + own.amount, 0);
      expect(Number(view.values.recettes ?? 0), `${view.id} after ${after}`).toBe(Number(view.pulled?.data.recettes ?? 0) + outside);
    }
    // A cursor never stands above what was stored.
    if ((await this.tab.store.readSetting('era')) !== server.era) return;
    for (const [scope, cursor] of Object.entries(await this.tab.store.readCursors())) {
      for (const [id, entity] of server.state.entities) {
        if (entity.scope !== scope || entity.counter > Number(cursor)) continue;
        expect(records.find((record) => record.id === id)?.version, `${id} at cursor ${cursor} after ${after}`).toBe(entity.version);
      }
    }
  }

  /** Everything heals: all arrives, nothing is pending, no place is missing or claimed twice. */
  async end(): Promise<void> {
    const { server } = this;
    Object.assign(server, { faults: [], setAside: 0, fail: 0, maxItems: 500 });
    if ([...server.devices.values()].some((device) => device.revoked)) await this.run({ do: 'enrol' });
    for (let runs = 0; runs < 3; runs += 1) {
      server.release();
      expect((await this.sync()).failure).toBeNull();
    }
    await this.check('the end');
    for (const id of this.made.keys()) expect(server.state.stored.has(id), `${id} never arrived`).toBe(true);
    const { views, outbox } = await this.views();
    expect(outbox.every((item) => item.doneAt !== null)).toBe(true);
    expect([...views.values()].flatMap((view) => view.pending)).toEqual([]);
    for (const [branch, chain] of server.places) {
      const places = [...chain.values()].sort((a, b) => a.pos - b.pos);
      const first = places[0]!;
      expect(first.pos, branch).toBe(first.base ?? 1);
      expect(places.map((place) => place.pos), branch).toEqual(places.map((_, step) => first.pos + step));
    }
  }
}

it('loses nothing, counts nothing twice and claims no place twice, whatever happens', async () => {
  await fc.assert(fc.asyncProperty(fc.array(command, { minLength: 3, maxLength: 25 }), async (commands) => {
    const phone = new Phone();
    await phone.begin();
    await phone.sync();
    for (const [step, one] of commands.entries()) {
      await phone.run(one);
      await phone.check(`${step}: ${JSON.stringify(one)}`);
    }
    await phone.end();
    await phone.tab.store.close();
  }), { numRuns: RUNS });
}, 3_600_000);
