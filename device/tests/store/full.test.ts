// @vitest-environment node
// A phone without room, as browsers tell it: the whole transaction is undone, its error says why.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { finish, freshPhone } from '../sync/phone';
import { isStorageFull } from '../../src/form/saver';
import { listDrafts, listOutbox, readFiles, readSetting, saveDraft, type Draft } from '../../src/store';

const { put } = IDBObjectStore.prototype;
const photo = (text: string): { name: string; blob: Blob } => ({ name: 'p.jpg', blob: new Blob([text]) });
const draft = (xml: string): Draft => ({
  instanceId: 'uuid:a', formId: 'f', version: '1', title: 'F', instanceName: '', xml, answered: 0, total: 1, pageIndex: 0,
  createdAt: '', updatedAt: '', entityId: '', pinned: null, entityQuestion: null,
});

/** No room in some tables any more. */
function fillUp(...tables: string[]): void {
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...given) {
    const request = put.apply(this, given);
    const tx = this.transaction as unknown as { _abort(name: string): void };
    if (tables.includes(this.name)) queueMicrotask(() => tx._abort('QuotaExceededError'));
    return request;
  };
}

beforeEach(freshPhone);
afterEach(() => {
  IDBObjectStore.prototype.put = put;
});

it('keeps the draft as it was when a photo has no room, says why, and saves when there is room again', async () => {
  await saveDraft(draft('<before/>'), [], []);
  fillUp('files');
  const error = await saveDraft(draft('<after/>'), [photo('x')], ['p.jpg']).then(() => null, (problem: unknown) => problem);
  expect(isStorageFull(error)).toBe(true);
  expect((await listDrafts())[0]!.xml).toBe('<before/>');
  expect(await readFiles('uuid:a')).toEqual([]);
  IDBObjectStore.prototype.put = put;
  await saveDraft(draft('<after/>'), [photo('x')], ['p.jpg']);
  expect((await listDrafts())[0]!.xml).toBe('<after/>');
  expect(await readFiles('uuid:a')).toHaveLength(1);
});

it.each(['files', 'outbox', 'branches'])('keeps draft, files and number when there is no room to finish in %s', async (table) => {
  await saveDraft(draft('<before/>'), [photo('x')], ['p.jpg']);
  fillUp(table);
  const actions = [{ position: 0, entityId: 'w', list: 'l', kind: 'update' as const, saved: {}, prefilled: [], blankable: [], branch: 'B', pos: 1, base: 1, ownBranch: null, seen: {} }];
  const error = await finish('uuid:a', { actions }, [photo('x')]).then(() => null, (problem: unknown) => problem);
  expect(isStorageFull(error)).toBe(true);
  expect(await listOutbox()).toEqual([]);
  expect(await readSetting('seq')).toBeUndefined();
  expect((await listDrafts())[0]!.xml).toBe('<before/>');
  expect(await (await readFiles('uuid:a'))[0]!.blob.text()).toBe('x');
  IDBObjectStore.prototype.put = put;
  expect((await finish('uuid:a', { actions }, [photo('x')])).seq).toBe(1);
  expect(await listDrafts()).toEqual([]);
});
