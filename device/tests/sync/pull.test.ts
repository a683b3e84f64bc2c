// @vitest-environment node
// What a phone is told.
import { beforeEach, describe, expect, it } from 'vitest';
import { freshPhone, finish, onRecord, syncWith } from './phone';
import { FakeServer } from './fake-server';
import { listAliases, listDrafts, listForms, listInbox, listOutbox, listRecords, readCursors, readMedia, readRecord, readSetting, saveDraft, type Draft } from '../../src/store';
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
