// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { finish, freshPhone, syncWith } from '../sync/phone';
import { FakeServer } from '../sync/fake-server';
import { BRANCH, filledRegistration, filledVisit, FOLLOW_UP, REGISTRATION, WOMAN } from '../records/forms';
import { draftOf, reloadNow, startState, viewOf, views } from '../../src/state';
import { findWithheld, leaveOutBlanks } from '../../src/records/corrections';
import { readFacts } from '../../src/records/facts';
import { DraftOpenError, MissingError, openDraft, openForm, openSentBack } from '../../src/sessions';
import { hashOf } from '../../src/sync/hash';
import { listDrafts, listForms, listOutbox, readFiles, readSentBackFiles, type Topic } from '../../src/store';

vi.mock('../../src/sync/schedule', () => ({ scheduleSoon: () => undefined }));
vi.stubGlobal('window', { addEventListener: () => undefined });
vi.stubGlobal('navigator', { languages: ['fr'], onLine: true });

const SECOND = '1d3c1c1e-2f0f-4a43-9d0e-0f6c7a1b2c3d';
let server: FakeServer;

/** Let the state read the store again. */
async function settle(): Promise<void> {
  await Promise.all((['settings', 'forms', 'records', 'drafts', 'outbox', 'inbox'] as Topic[]).map(reloadNow));
}

beforeEach(async () => {
  await freshPhone();
  server = new FakeServer();
  server.forms = [
    { formId: 'inscription', version: '1', hash: 'a', title: 'Inscription', audience: '', attachments: [], xml: REGISTRATION },
    { formId: 'visite', version: '3', hash: 'b', title: 'Visite', audience: '', attachments: [{ name: 'communes.csv', hash: 'm' }], xml: FOLLOW_UP },
  ];
  server.put(WOMAN, { label: 'Benali', nom: 'Benali', visites: '2', metier: 'pates' });
  server.put(SECOND, { label: 'Kadri', nom: 'Kadri' });
  server.put('a1', { label: 'El Amel', code: 'asso_01' }, '3112', 'associations');
  await syncWith(server);
  await startState();
  await settle();
});

const text = async (blob: Promise<Blob | null>): Promise<string | undefined> => (await blob)?.text();
const ENDS = { onDraft: () => undefined, onEnd: () => undefined };
const META = { instanceId: 'uuid:v', instanceName: 'Visite', answered: 1, total: 5, pageIndex: 2 };

describe('a follow-up', () => {
  it('gets her row only, with every property any form knows, and the other lists whole', async () => {
    const session = openForm('visite', WOMAN, ENDS);
    expect(session.preset).toEqual({ entityQuestion: '/data/femme', entityId: WOMAN, list: 'femmes', label: 'Benali' });
    const csv = (await text(session.source.attachment('femmes.csv')))!.trim().split('\n');
    expect(csv).toHaveLength(2);
    expect(csv[0]!.split(',')).toEqual(['name', 'label', 'nom', 'metier', 'metiers_sec', 'telephone', 'code', 'association', 'recettes', 'visites', 'note', '__version', '__trunkVersion', '__branchId']);
    expect(csv[1]).toMatch(new RegExp(`^${WOMAN},Benali,Benali,pates,,,,,,2,,1,1,[\\w-]+$`));
    expect(await text(session.source.attachment('associations.csv'))).toContain('a1,El Amel');
    expect(await text(session.source.attachment('communes.csv'))).toBe('bytes of communes.csv');
    expect(await session.source.attachment('none.png')).toBeNull();
  });

  it('opened without a woman gets all of them', async () => {
    const csv = await text(openForm('visite', null, ENDS).source.attachment('femmes.csv'));
    expect(csv).toContain(WOMAN);
    expect(csv).toContain(SECOND);
  });

  it('allows one draft at a time, restored on the row it was opened on whatever was pulled since', async () => {
    const session = openForm('visite', WOMAN, ENDS);
    const before = await text(session.source.attachment('femmes.csv'));
    const photo = new Blob(['p'], { type: 'image/jpeg' });
    await session.onAutosave({ xml: '<data/>', files: [{ name: 'p.jpg', blob: photo }] }, META);
    await session.onAutosave({ xml: '<data>2</data>', files: [{ name: 'p.jpg', blob: photo }] }, META);
    server.put(WOMAN, { label: 'Benali', nom: 'Changed', visites: '9' });
    await syncWith(server);
    await settle();
    expect(draftOf(WOMAN)).toMatchObject({ instanceId: 'uuid:v', xml: '<data>2</data>', pageIndex: 2, answered: 1, total: 5 });
    expect(() => openForm('visite', WOMAN, ENDS)).toThrow(DraftOpenError);
    const restored = await openDraft('uuid:v', ENDS);
    expect(restored).toMatchObject({ instanceId: 'uuid:v', pageIndex: 2, preset: { entityId: WOMAN } });
    expect(await restored.draft!.files[0]!.blob.text()).toBe('p');
    expect(await text(restored.source.attachment('femmes.csv'))).toBe(before);
    // A file that is no longer named goes away with the next save.
    await restored.onAutosave({ xml: '<data/>', files: [] }, META);
    expect(await readFiles('uuid:v')).toEqual([]);
  });

  it('becomes an outbox item, is shown over the pulled record, and gives the next one its place in the branch', async () => {
    const ends: string[] = [];
    const session = openForm('visite', WOMAN, { onDraft: () => undefined, onEnd: (how) => ends.push(how) });
    const row = (await text(session.source.attachment('femmes.csv')))!.split('\n')[1]!.split(',');
    const branch = row.at(-1)!;
    await session.onAutosave({ xml: '<data/>', files: [] }, META);
    const xml = filledVisit('<nom>Ben Ali</nom><visites>3</visites><recettes>100</recettes>', `baseVersion="1" trunkVersion="1" branchId="${branch}"`);
    await session.onFinalize({ xml, files: [{ name: 'p.jpg', blob: new Blob(['photo'], { type: 'image/jpeg' }) }] }, META);
    await session.onAutosave({ xml: '<late/>', files: [] }, META);
    await settle();
    expect(ends).toEqual(['finalized']);
    expect(await listDrafts()).toEqual([]);
    expect((await listOutbox())[0]).toMatchObject({
      instanceId: 'uuid:v', seq: 1, state: 'waiting',
      attachments: [{ name: 'p.jpg', size: 5, contentType: 'image/jpeg', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
      actions: [{ entityId: WOMAN, kind: 'update', branch, pos: 1, base: 1, saved: { nom: 'Ben Ali', visites: '3', recettes: '100' }, prefilled: ['nom', 'visites'] }],
    });
    expect(viewOf(WOMAN)).toMatchObject({ values: { nom: 'Ben Ali', visites: '3', recettes: '100', metier: 'pates' } });
    const next = (await text(openForm('visite', WOMAN, ENDS).source.attachment('femmes.csv')))!.split('\n')[1]!.split(',');
    expect(next.slice(-3)).toEqual(['2', '1', branch]);
    // A colleague's visits arrive while this one is unsent: ours is still counted on top of them.
    server.put(WOMAN, { label: 'Benali', nom: 'Benali', visites: '5' });
    server.fault = ({ path, body }) => (path.endsWith('push') && (body.submissions as unknown[]).length > 0 ? { status: 400, json: {} } : null);
    await syncWith(server);
    await settle();
    expect(viewOf(WOMAN)).toMatchObject({ pulled: { version: 2 }, values: { nom: 'Ben Ali', visites: '6' } });
    const later = (await text(openForm('visite', WOMAN, ENDS).source.attachment('femmes.csv')))!.split('\n')[1]!.split(',');
    expect(later.slice(-3)).toEqual(['2', '2', branch]);
  });
});

describe('a woman registered on this phone', () => {
  it('can be followed up at once, and is one record when she was pulled', async () => {
    const registered = openForm('inscription', null, ENDS);
    const id = '5f0c1c1e-2f0f-4a43-9d0e-0f6c7a1b2c3d';
    await registered.onFinalize({ xml: filledRegistration('Zohra', '', id), files: [] }, { instanceId: 'uuid:r', instanceName: 'Zohra' });
    await settle();
    expect(viewOf(id)).toMatchObject({ pulled: null, list: 'femmes', values: { label: 'Zohra', nom: 'Zohra' } });
    const row = (await text(openForm('visite', id, ENDS).source.attachment('femmes.csv')))!.split('\n')[1]!.split(',');
    expect(row.slice(-3, -1)).toEqual(['1', '']);
    expect(row.at(-1)).toMatch(/^[0-9a-f-]{36}$/);
    server.put(id, { label: 'Zohra', nom: 'Zohra' });
    await syncWith(server);
    await settle();
    expect(viewOf(id)).toMatchObject({ pending: [], pulled: { version: 1 } });
    expect([...views().values()].filter((view) => view.values.label === 'Zohra')).toHaveLength(1);
  });
});

describe('a form that was sent back', () => {
  const photo = 'the photo';
  const XML = filledVisit('<nom>Benali</nom><visites>2</visites><note>a.jpg</note>', `baseVersion="1" trunkVersion="1" branchId="${BRANCH}"`).replace('uuid:v', 'uuid:old');
  const EDIT = filledVisit('<nom>Ben Ali</nom><visites>3</visites><note>a.jpg</note><telephone/>', `baseVersion="1" trunkVersion="1" branchId="${SECOND}"`).replace('uuid:v', 'uuid:edit');
  const EDITED = { instanceId: 'uuid:edit', instanceName: '', answered: 1, total: 2, pageIndex: 0 };

  beforeEach(async () => {
    server.corrections = [{
      instanceId: 'uuid:old', formId: 'visite', formVersion: '3', xml: XML, comment: 'Le nom ?', at: '2026-11-23T10:00:00Z', by: 'Mme K.',
      attachments: [{ name: 'a.jpg', sha256: await hashOf(new TextEncoder().encode(photo).buffer as ArrayBuffer), size: 9, contentType: 'image/jpeg' }],
    }];
    server.files.set('a.jpg', photo);
    await syncWith(server);
    await settle();
  });

  it('opens with its answers and its files on her record as it is now, and replaces itself when finished', async () => {
    const session = await openSentBack('uuid:old', ENDS);
    expect(session).toMatchObject({ edit: { xml: XML }, preset: { entityId: WOMAN, entityQuestion: '/data/femme' }, key: `record ${WOMAN}` });
    expect(session.draft).toBeUndefined();
    const file = session.edit!.files[0]!;
    expect([file.name, await file.blob.text()]).toEqual(['a.jpg', photo]);
    await session.onAutosave({ xml: EDIT, files: session.edit!.files }, EDITED);
    await settle();
    expect(draftOf(WOMAN)).toMatchObject({ instanceId: 'uuid:edit', corrects: { comment: 'Le nom ?', by: 'Mme K.' } });
    await expect(openSentBack('uuid:old', ENDS)).rejects.toBeInstanceOf(DraftOpenError);
    expect(() => openForm('visite', WOMAN, ENDS)).toThrow(DraftOpenError);
    const again = await openDraft('uuid:edit', ENDS);
    expect(again.edit).toBeUndefined();
    expect(await again.draft!.files[0]!.blob.text()).toBe(photo);
    await again.onFinalize({ xml: EDIT, files: again.draft!.files }, EDITED);
    await settle();
    // Only what was changed covers the record; a calculation, calculated again, says nothing new.
    expect((await listOutbox())[0]).toMatchObject({ instanceId: 'uuid:edit', deprecatedId: 'uuid:old', actions: [{ saved: { nom: 'Ben Ali' }, seen: { nom: 'Benali' }, prefilled: ['nom'] }] });
    expect(viewOf(WOMAN)).toMatchObject({ values: { nom: 'Ben Ali', visites: '2' } });
  });

  it('is kept as begun when the chamber withdraws it', async () => {
    const session = await openSentBack('uuid:old', ENDS);
    await session.onAutosave({ xml: EDIT, files: session.edit!.files }, EDITED);
    server.corrections = [];
    await syncWith(server);
    await settle();
    await expect(openSentBack('uuid:old', ENDS)).rejects.toBeInstanceOf(DraftOpenError);
    expect((await readSentBackFiles('uuid:old'))).toEqual([]);
    const again = await openDraft('uuid:edit', ENDS);
    expect(await again.draft!.files[0]!.blob.text()).toBe(photo);
    await again.onFinalize({ xml: EDIT, files: again.draft!.files }, EDITED);
    expect((await listOutbox())[0]).toMatchObject({ deprecatedId: 'uuid:old' });
  });

  it('still names a photo that never came to this phone, as the server knows it', async () => {
    server.files.clear();
    const before = server.corrections[0]!;
    server.corrections = [{ ...before, instanceId: 'uuid:other', xml: XML.replace('uuid:old', 'uuid:other') }];
    await syncWith(server);
    await settle();
    const session = await openSentBack('uuid:other', ENDS);
    expect(session.edit!.files).toEqual([]);
    await session.onFinalize({ xml: EDIT, files: [] }, EDITED);
    expect((await listOutbox())[0]!.attachments).toEqual([{ ...before.attachments[0]!, state: 'unknown' }]);
  });

  it('brings the version of the form it was filled in, also when that is no longer offered', async () => {
    server.former = [{ ...server.forms[1]!, version: '2', xml: FOLLOW_UP.replace('version="3"', 'version="2"') }];
    server.corrections = [{ ...server.corrections[0]!, instanceId: 'uuid:older', formVersion: '2', xml: XML.replace('version="3"', 'version="2"') }];
    await syncWith(server);
    await settle();
    expect((await openSentBack('uuid:older', ENDS)).source.version).toBe('2');
    expect((await listForms()).filter((form) => form.formId === 'visite' && form.current).map((form) => form.version)).toEqual(['3']);
    server.corrections = [];
    await syncWith(server);
    expect((await listForms()).map((form) => form.version)).not.toContain('2');
  });

  it('does not send blanks for what was withheld', () => {
    const facts = readFacts(FOLLOW_UP);
    const withheld = findWithheld(XML, facts, (_, property) => property === 'nom' || property === 'association');
    expect(withheld).toEqual(['/data/association']);
    expect(leaveOutBlanks('<data><nom/><association/></data>', withheld)).toBe('<data><nom/></data>');
    expect(leaveOutBlanks('<data><nom/><association>a</association></data>', withheld)).toContain('<association>a');
  });
});

describe('what is missing', () => {
  it('is told apart from what fails', async () => {
    expect(() => openForm('nothing', null, ENDS)).toThrow(MissingError);
    expect(() => openForm('visite', 'nobody', ENDS)).toThrow(MissingError);
    await expect(openDraft('uuid:none', ENDS)).rejects.toBeInstanceOf(MissingError);
  });

  it('does not show an update of a record that is not here as a record', async () => {
    await finish('uuid:x', { actions: [{ position: 0, entityId: 'elsewhere', list: 'femmes', kind: 'update', saved: { nom: 'X' }, prefilled: [], blankable: [], branch: BRANCH, pos: 1, base: 1, ownBranch: null, seen: {} }] });
    await settle();
    expect(viewOf('elsewhere')).toBeUndefined();
  });
});
