// @vitest-environment node
// What lies in the tables, who can read it, and what a wrong or a forgotten PIN costs.
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeServer } from '../sync/fake-server';
import { finish, freshPhone, makeId, NOW, onRecord, PIN, ROUNDS, syncWith } from '../sync/phone';
import { REGISTRATION } from '../records/forms';
import {
  changePin, close, closeVault, createVault, hasVault, isGoodPin, isOpen, listBranches, listDraftRows, listDrafts, listForms, listInbox, listOutbox, listRecords, LockedError,
  openVault, pinWaitMs, readAttachment, readDraft, readFiles, readMedia, readRecord, readSentBackFiles, readSetting, readThumbs, saveDraft, writeSetting, type Draft,
} from '../../src/store';
import { database } from '../../src/store/db';
import { buildViews } from '../../src/records/views';
import { enrol } from '../../src/sync/enrol';

const { publicKey: key, keyId } = JSON.parse(readFileSync(new URL('../../../tests/vectors/sealing.json', import.meta.url), 'utf8')) as { publicKey: string; keyId: string };
const blob = (text: string): { name: string; blob: Blob } => ({ name: 'p.jpg', blob: new Blob([text], { type: 'image/jpeg' }) });
const draft = (fields: Partial<Draft> = {}): Draft => ({
  instanceId: 'uuid:d', formId: 'visite', version: '1', title: 'Visite', instanceName: 'Kheira SECRET', xml: '<x>SECRET</x>', answered: 1, total: 2, pageIndex: 0, createdAt: '', updatedAt: '2026-11-23',
  entityId: 'w1', pinned: { list: 'femmes', entityId: 'w1', label: 'SECRET', row: { name: 'w1', label: 'SECRET', __branchId: 'B' } }, entityQuestion: null, ...fields,
});

/** Everything in the database as bytes that a thief would read. */
async function dump(): Promise<string> {
  const db = await database();
  const rows = await Promise.all([...db.objectStoreNames].map((table) => db.getAll(table)));
  return JSON.stringify(rows, (_key, value: unknown) => (value instanceof Uint8Array || value instanceof ArrayBuffer ? Buffer.from(value as Uint8Array).toString('latin1') : value));
}

let server: FakeServer;
beforeEach(async () => {
  await freshPhone();
  server = new FakeServer();
  server.forms = [{ formId: 'inscription', version: '1', hash: 'a', title: 'Inscription', audience: '', attachments: [{ name: 'liste.csv', hash: 'm' }], xml: REGISTRATION }];
});

async function fill(): Promise<void> {
  await writeSetting('publicKey', { keyId, key });
  server.put('w1', { label: 'SECRET', nom: 'SECRET' });
  server.corrections = [{ instanceId: 'uuid:c', formId: 'visite', formVersion: '1', xml: '<x>SECRET</x>', comment: 'SECRET', at: '', by: 'Chef', attachments: [] }];
  server.questions = [{ entity: 'w1', property: 'nom', values: ['SECRET'], words: 'SECRET', at: '' }];
  server.quarantine.set('uuid:q', 'SECRET');
  await saveDraft(draft(), [blob('SECRET photo')], ['p.jpg']);
  await finish('uuid:q', { instanceName: 'SECRET', actions: [onRecord('w1', { saved: { nom: 'SECRET' }, seen: { nom: 'SECRET' } })] });
  await syncWith(server);
  await finish('uuid:a', {
    instanceName: 'SECRET', xml: '<x>SECRET</x>', attachments: [{ name: 'p.jpg', sha256: 'a'.repeat(64), size: 5, contentType: 'image/jpeg', state: 'unknown' }],
    actions: [onRecord('w1', { saved: { nom: 'SECRET' } })],
  }, [blob('SECRET photo')]);
}

describe('what lies on the phone', () => {
  it('says nothing of anybody, and everything to who has the PIN, after a restart too', async () => {
    await fill();
    expect(await dump()).not.toContain('SECRET');
    expect(await dump()).not.toContain('bytes of liste.csv');
    closeVault();
    await close();
    for (const read of [listRecords, listDrafts, listInbox, () => readDraft('uuid:d'), () => readFiles('uuid:d'), () => readMedia('m'), () => readRecord('w1'), () => saveDraft(draft(), [], [])]) {
      await expect(read()).rejects.toBeInstanceOf(LockedError);
    }
    expect((await listOutbox()).map((item) => [item.instanceName, item.actions[0]!.saved, item.error?.message])).toEqual([['', {}, ''], ['', {}, undefined]]);
    expect(await openVault(PIN, NOW)).toBeNull();
    expect((await listRecords())[0]!.data.nom).toBe('SECRET');
    expect(await readDraft('uuid:d')).toEqual(draft());
    expect(await (await readFiles('uuid:d'))[0]!.blob.text()).toBe('SECRET photo');
    expect(await (await readMedia('m'))!.text()).toBe('bytes of liste.csv');
    expect((await listInbox()).map((item) => (item.kind === 'question' ? item.words : item.comment))).toEqual(['SECRET', 'SECRET']);
    expect((await listOutbox()).map((item) => [item.instanceName, item.actions[0]!.saved.nom, item.error?.message])).toEqual([['SECRET', 'SECRET', 'SECRET'], ['SECRET', 'SECRET', undefined]]);
  });

  it('goes out while locked, which takes nothing in', async () => {
    await fill();
    closeVault();
    server.put('w2', { nom: 'New' });
    expect(await syncWith(server)).toMatchObject({ failure: null, pull: null, push: { sent: expect.arrayContaining(['uuid:a']) as unknown } });
    expect(server.arrived).toContain('uuid:a');
    await openVault(PIN, NOW);
    expect(await readRecord('w2')).toBeUndefined();
    await syncWith(server);
    expect((await readRecord('w2'))!.data.nom).toBe('New');
  });

  it('opens as nothing else than it is: a row moved to another place is refused', async () => {
    await saveDraft(draft(), [], []);
    const db = await database();
    const row = (await db.get('drafts', 'uuid:d'))!;
    await db.put('drafts', { ...row, instanceId: 'uuid:other' });
    await expect(readDraft('uuid:other')).rejects.toThrow();
  });

  it('keeps thousands of records in few pieces, and writes thin ones anew together', async () => {
    for (let number = 0; number < 1100; number += 1) server.put(`w${number}`, { nom: `n${number}` });
    await syncWith(server);
    const db = await database();
    expect(await db.count('blocks')).toBeLessThanOrEqual(6);
    for (let round = 0; round < 45; round += 1) {
      server.put(`w${round}`, { nom: `again ${round}` });
      await syncWith(server);
    }
    expect(await db.count('blocks')).toBeLessThan(20);
    const records = new Map((await listRecords()).map((record) => [record.id, record.data.nom]));
    expect([records.size, records.get('w0'), records.get('w44'), records.get('w45')]).toEqual([1100, 'again 0', 'again 44', 'n45']);
  });
});

describe('the PIN', () => {
  it('is six digits or more, and not a plain row of them', () => {
    expect(['482913', '0000001'].map(isGoodPin)).toEqual([true, true]);
    expect(['12345', '111111', '123456', '654321', 'abcdef', '48291a', '4829131234567'].map(isGoodPin)).toEqual(Array(7).fill(false));
  });

  it('costs growing waits when it is wrong, over a restart and a clock set back', async () => {
    closeVault();
    for (let tries = 0; tries < 3; tries += 1) expect(await openVault('999999', NOW)).toEqual({ wrong: true, waitMs: 0 });
    expect(await openVault('999999', NOW)).toEqual({ wrong: true, waitMs: 30_000 });
    await close();
    expect(await openVault(PIN, NOW + 29_000)).toEqual({ wrong: false, waitMs: 1000 });
    expect(await pinWaitMs(NOW - 1e12)).toBe(30_000);
    expect(await openVault('999999', NOW + 30_000)).toEqual({ wrong: true, waitMs: 60_000 });
    expect(await openVault('999999', NOW + 90_000)).toEqual({ wrong: true, waitMs: 120_000 });
    expect(isOpen()).toBe(false);
    expect(await openVault(PIN, NOW + 210_000)).toBeNull();
    expect(await pinWaitMs(NOW)).toBe(0);
  });

  it('is counted before it is tried: two at once are two', async () => {
    closeVault();
    await Promise.all(['1', '2', '3', '4'].map((digit) => openVault(`99999${digit}`, NOW)));
    expect(await pinWaitMs(NOW)).toBe(30_000);
  });

  it('can be changed, and what was encrypted stays readable', async () => {
    await saveDraft(draft(), [], []);
    expect(await changePin('999999', '771177', NOW, ROUNDS)).toMatchObject({ wrong: true });
    expect(await changePin(PIN, '771177', NOW, ROUNDS)).toBeNull();
    closeVault();
    expect(await openVault(PIN, NOW)).toMatchObject({ wrong: true });
    expect(await openVault('771177', NOW)).toBeNull();
    expect((await readDraft('uuid:d'))!.xml).toBe('<x>SECRET</x>');
  });

  it('forgotten, costs the drafts and what can be pulled again, never a finished form or its place', async () => {
    await fill();
    await finish('uuid:b', { actions: [onRecord('w1', { branch: 'B', pos: 3, base: 1, saved: { nom: 'x' } })] });
    closeVault();
    await enrol(server.fetch, 'GOODCODE', makeId, () => NOW, true);
    expect([await hasVault(), isOpen(), await listDraftRows()]).toEqual([false, false, []]);
    expect((await listOutbox()).filter((item) => item.state === 'waiting').map((item) => [item.seq, item.instanceId, item.unreadable])).toEqual([[1, 'uuid:a', true], [2, 'uuid:b', true]]);
    expect((await readAttachment('uuid:a', 'p.jpg'))!.keyId).toBe(keyId);
    await createVault('771177', ROUNDS);
    expect([await listRecords(), await listForms(), await readSentBackFiles('uuid:c'), await readThumbs(['uuid:a'])]).toEqual([[], [], [], []]);
    // Until it was sent and pulled, what she would be shown lacks own work: no form is opened on it.
    const before = buildViews([{ id: 'w1', list: 'femmes', version: 1, data: {}, open: [], events: [], scopes: [], branchId: 'N', dropped: false, stale: false }], await listOutbox(), new Map(), new Map());
    expect(before.get('w1')!.veiled).toBe(true);
    expect((await syncWith(server)).failure).toBeNull();
    expect(server.arrived).toEqual(['uuid:a', 'uuid:b']);
    expect((await listRecords())[0]!.data.nom).toBe('SECRET');
    expect((await listBranches()).size).toBeLessThanOrEqual(1);
    expect((await readSetting('enrolment'))!.appUser.name).toBe('Nadia');
  });
});

describe('a phone of before', () => {
  it('is encrypted when the PIN is chosen, and its waiting forms are sealed to the chamber', async () => {
    await close();
    closeVault(false);
    globalThis.indexedDB = new IDBFactory();
    const old = await openDB('hirfa', 3, {
      upgrade(db) {
        for (const [table, keyPath] of Object.entries({
          settings: undefined, forms: ['formId', 'version'], media: 'hash', records: 'id', aliases: undefined, drafts: 'instanceId', files: ['instanceId', 'name'], outbox: 'instanceId',
          history: 'instanceId', inbox: 'key', cursors: undefined, branches: undefined, carried: 'id', carriedFiles: undefined,
        })) db.createObjectStore(table, keyPath === undefined ? undefined : { keyPath });
      },
    });
    const item = {
      instanceId: 'uuid:a', seq: 1, formId: 'visite', version: '1', title: 'Visite', instanceName: 'SECRET', finalizedAt: '', xml: '<x>SECRET</x>', state: 'waiting', outcome: null, entities: [], error: null,
      attachments: [{ name: 'p.jpg', sha256: 'a'.repeat(64), size: 5, contentType: 'image/jpeg', state: 'unknown' }], actions: [onRecord('w1', { saved: { nom: 'SECRET' } })], attempts: 0, answeredAt: null, pulled: false, doneAt: null,
    };
    await old.put('settings', { token: 'T', deviceId: 'D', appUser: { id: 7, name: 'Nadia' }, project: { id: 1, name: 'Oran' }, scopes: [], enrolledAt: '' }, 'enrolment');
    await old.put('settings', { keyId, key }, 'publicKey');
    for (let number = 0; number < 300; number += 1) await old.put('records', { id: `w${number}`, list: 'femmes', version: 1, data: { nom: 'SECRET' }, open: [], events: [], scopes: ['A'], branchId: `b${number}`, dropped: false, stale: false });
    await old.put('drafts', draft());
    await old.put('media', { hash: 'm', type: 'text/csv', bytes: Buffer.from('SECRET list') });
    await old.put('inbox', { key: 'q:w1:nom', kind: 'question', entity: 'w1', property: 'nom', values: [], words: 'SECRET', at: '' });
    await old.put('outbox', item);
    for (const instanceId of ['uuid:a', 'uuid:d', 'sent back:uuid:c']) await old.put('files', { instanceId, name: 'p.jpg', type: 'image/jpeg', size: 5, bytes: new TextEncoder().encode('SECRET').buffer });
    old.close();
    expect(await dump()).toContain('SECRET');
    await createVault(PIN, ROUNDS);
    expect(await dump()).not.toContain('SECRET');
    expect((await listRecords()).every((record) => record.data.nom === 'SECRET' && record.branchId === `b${record.id.slice(1)}`)).toBe(true);
    expect([await readDraft('uuid:d'), (await listInbox()).length, (await listOutbox())[0]!.actions[0]!.saved.nom]).toEqual([draft(), 1, 'SECRET']);
    expect(await (await readFiles('uuid:d'))[0]!.blob.text()).toBe('SECRET');
    expect(await (await readSentBackFiles('uuid:c'))[0]!.blob.text()).toBe('SECRET');
    expect((await readAttachment('uuid:a', 'p.jpg'))!.keyId).toBe(keyId);
    await syncWith(server);
    const sent = server.requests.find((request) => request.path.endsWith('push'))!.body.submissions as Record<string, unknown>[];
    expect(sent[0]).toMatchObject({ instanceId: 'uuid:a', keyId });
    expect(sent[0]!.xml).toBeUndefined();
  });
});
