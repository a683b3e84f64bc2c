// One phone in a test: a fresh database, a clock, ids that count.
import { JSDOM } from 'jsdom';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { close, closeVault, createVault, finalize, writeSetting, type OutboxItem } from '../../src/store';
import type { LocalAction } from '../../src/records/actions';
import { runOnce, type RunReport, type Tools } from '../../src/sync/run';
import type { FakeServer } from './fake-server';

const page = new JSDOM().window as unknown as Pick<typeof globalThis, 'DOMParser' | 'XMLSerializer'>;
globalThis.DOMParser = page.DOMParser;
globalThis.XMLSerializer = page.XMLSerializer;

export const NOW = Date.parse('2026-11-23T10:00:00Z');

export const PIN = '482913';
/** Rounds that a test need not wait for. */
export const ROUNDS = 1000;

/** A phone that was just enrolled, unlocked. */
export async function freshPhone(): Promise<void> {
  closeVault(false);
  await close();
  globalThis.indexedDB = new IDBFactory();
  await createVault(PIN, ROUNDS);
  await writeSetting('enrolment', {
    token: 'T', deviceId: 'D', appUser: { id: 7, name: 'Nadia' }, project: { id: 1, name: 'Oran' }, scopes: [], enrolledAt: '2026-11-23T08:00:00Z',
  });
}

let ids = 0;
export const makeId = (): string => `id-${(ids += 1)}`;

export function finish(instanceId: string, fields: Partial<OutboxItem> = {}, files: { name: string; blob: Blob }[] = []): Promise<OutboxItem> {
  return finalize({
    instanceId, formId: 'visite', version: '1', title: 'Visite', instanceName: instanceId, finalizedAt: new Date(NOW + ids).toISOString(), xml: `<data id="visite"><x>${instanceId}</x></data>`,
    attachments: [], actions: [], state: 'waiting', outcome: null, entities: [], error: null, attempts: 0, answeredAt: null, pulled: false, doneAt: null, ...fields,
  }, files);
}

export const onRecord = (entityId: string, fields: Partial<LocalAction> = {}): LocalAction => ({
  position: 0, entityId, list: 'femmes', kind: 'update', saved: {}, prefilled: [], blankable: [], branch: null, pos: null, base: null, ownBranch: null, seen: {}, ...fields,
});

export function syncWith(server: FakeServer, more: Partial<Tools> = {}): Promise<RunReport> {
  return runOnce({ fetcher: server.fetch, transfer: () => Promise.resolve('sent'), now: () => NOW, makeId, ...more });
}
