// @vitest-environment node
import { readFileSync } from 'node:fs';
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, describe, expect, it } from 'vitest';
import { finish, freshPhone, NOW, syncWith } from './phone';
import { FakeServer } from './fake-server';
import {
  close, fileContext, fromBase64, itemContext, listCarried, listOutbox, readAttachment, readCarriedFile, readSetting, updateOutbox, writeSetting, type Enrolment,
} from '../../src/store';
import { HandoverError, isOwed, NoKeyError, signHead, takeHandover, writeHandover } from '../../src/sync/handover';
import type { Fetch } from '../../src/sync/http';

const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/sealing.json', import.meta.url), 'utf8')) as {
  privateKey: string; publicKey: string; keyId: string; handover: { token: string; head: string; signature: string };
};
const publicKey = { keyId: vectors.keyId, key: vectors.publicKey };
const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

async function open(sealed: Uint8Array<ArrayBuffer>, context: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const recipientKey = await suite.kem.deserializePrivateKey(new Uint8Array(Buffer.from(vectors.privateKey, 'hex')).buffer);
  return new Uint8Array(await suite.open({ recipientKey, enc: sealed.slice(0, 65).buffer, info: context.buffer }, sealed.slice(65).buffer));
}
const openXml = async (sealed: string, instanceId: string): Promise<string> => {
  const clear = await open(fromBase64(sealed), itemContext(1, instanceId));
  return new Response(new Response(clear).body!.pipeThrough(new DecompressionStream('gzip'))).text();
};

const SHA = 'a'.repeat(64);
const photo = (state: 'unknown' | 'present' = 'unknown') => [{ name: 'p.jpg', sha256: SHA, size: 5, contentType: 'image/jpeg', state }];
const blob = () => [{ name: 'p.jpg', blob: new Blob(['photo'], { type: 'image/jpeg' }) }];
const own = async (): Promise<Enrolment> => (await readSetting('enrolment'))!;

beforeEach(async () => {
  await freshPhone();
});

describe('a finished form', () => {
  it('is sealed with its photo, and nothing of it stays clear', async () => {
    await writeSetting('publicKey', publicKey);
    await finish('uuid:a', { attachments: photo() }, blob());
    const [item] = await listOutbox();
    expect(item!.xml).toBe('');
    expect(await openXml(item!.sealed!.text, 'uuid:a')).toBe('<data id="visite"><x>uuid:a</x></data>');
    const held = (await readAttachment('uuid:a', 'p.jpg'))!;
    expect(held.keyId).toBe(vectors.keyId);
    const bytes = new Uint8Array(await held.blob.arrayBuffer());
    expect(Buffer.from(bytes).includes('photo')).toBe(false);
    expect(new TextDecoder().decode(await open(bytes, fileContext(1, SHA)))).toBe('photo');
  });

  it('goes out sealed, beside those that were finished before there was a key', async () => {
    const server = new FakeServer();
    await finish('uuid:clear');
    await writeSetting('publicKey', publicKey);
    await finish('uuid:sealed', { attachments: photo() }, blob());
    server.wanted.add(SHA);
    const sent: unknown[] = [];
    await syncWith(server, { transfer: (_file, meta) => { sent.push(meta.keyId); return Promise.resolve('sent'); } });
    const items = server.requests.find((request) => request.path.endsWith('push'))!.body.submissions as Record<string, unknown>[];
    expect(items.map((item) => [typeof item.xml, typeof item.sealed, item.keyId])).toEqual([['string', 'undefined', undefined], ['undefined', 'string', vectors.keyId]]);
    expect(sent).toEqual([vectors.keyId]);
    expect((await listOutbox()).map((item) => item.outcome)).toEqual(['accepted', 'accepted']);
  });

  it('is kept in clear rather than lost when the key is none', async () => {
    await writeSetting('publicKey', { keyId: vectors.keyId, key: Buffer.from(new Uint8Array(65).fill(4)).toString('base64') });
    await finish('uuid:a');
    expect((await listOutbox())[0]).toMatchObject({ xml: '<data id="visite"><x>uuid:a</x></data>', state: 'waiting' });
  });

  it('learns the key in a pull', async () => {
    const server = new FakeServer();
    const answer = server.fetch;
    const telling: Fetch = async (input, init) => {
      const response = await answer(input, init);
      return input.endsWith('pull') ? Response.json({ ...((await response.json()) as object), publicKey }) : response;
    };
    await syncWith(server, { fetcher: telling });
    expect(await readSetting('publicKey')).toEqual(publicKey);
  });
});

it('opens a database of the version before, with everything in it', async () => {
  await close();
  globalThis.indexedDB = new IDBFactory();
  const old = await openDB('hirfa', 1, {
    upgrade(db) {
      for (const [name, keyPath] of [['settings', null], ['forms', ['formId', 'version']], ['media', 'hash'], ['records', 'id'], ['aliases', null], ['drafts', 'instanceId'], ['files', ['instanceId', 'name']], ['outbox', 'instanceId'], ['history', 'instanceId'], ['inbox', 'key'], ['cursors', null]] as const) {
        db.createObjectStore(name, keyPath === null ? {} : { keyPath: keyPath as string | string[] });
      }
    },
  });
  await old.put('outbox', { instanceId: 'uuid:old', seq: 1, xml: '<data/>', actions: [], attachments: [], state: 'waiting' });
  old.close();
  expect((await listOutbox()).map((item) => item.instanceId)).toEqual(['uuid:old']);
  expect(await listCarried()).toEqual([]);
});

describe('writing a hand-over', () => {
  it('signs as the server does', async () => {
    expect(await signHead(vectors.handover.head, vectors.handover.token)).toBe(vectors.handover.signature);
  });

  it('holds what is owed, sealed, under a head that anybody can read', async () => {
    await finish('uuid:clear', { attachments: photo() }, blob());
    await writeSetting('publicKey', publicKey);
    await writeSetting('clockOffsetMs', 1234);
    await finish('uuid:sealed');
    await finish('uuid:sent', { state: 'sent', attachments: photo('present') });
    const { file, count, photos } = await writeHandover(await own(), NOW);
    expect([file.name, file.type, count, photos]).toEqual(['hirfa-Nadia-2026-11-23-10-00.txt', 'text/plain', 2, 1]);
    const [head, signature, ...lines] = (await file.text()).trimEnd().split('\n');
    expect(JSON.parse(head!)).toMatchObject({ hirfa: 'handover', version: 1, project: { id: 1 }, appUser: { id: 7, name: 'Nadia' }, deviceId: 'D', writtenAt: '2026-11-23T10:00:00.000Z', clockOffsetMs: 1234, count: 2, photos: 1 });
    expect(JSON.parse(signature!)).toEqual({ signature: await signHead(head!, 'T') });
    expect(lines).toHaveLength(3);
    expect(await file.text()).not.toContain('<data');
    const items = lines.slice(0, 2).map((line) => (JSON.parse(line) as { item: { instanceId: string; sealed: string; seq: number } }).item);
    expect(items.map((item) => [item.instanceId, item.seq])).toEqual([['uuid:clear', 1], ['uuid:sealed', 2]]);
    expect(await openXml(items[0]!.sealed, 'uuid:clear')).toContain('uuid:clear');
    const { sealed } = (JSON.parse(lines[2]!) as { file: { sealed: string } }).file;
    expect(new TextDecoder().decode(await open(fromBase64(sealed), fileContext(1, SHA)))).toBe('photo');
    expect((await listOutbox()).filter(isOwed)).toHaveLength(2);
  });

  it('gives nothing away while no key is known', async () => {
    await finish('uuid:a');
    await expect(writeHandover(await own(), NOW)).rejects.toBeInstanceOf(NoKeyError);
  });
});

describe('carrying', () => {
  /** A file as Nadia's phone writes it; then this phone is Samia's. */
  async function given(number = 3): Promise<File> {
    await writeSetting('publicKey', publicKey);
    for (let i = 0; i < number; i += 1) await finish(`uuid:${i}`, i === 0 ? { attachments: photo() } : {}, i === 0 ? blob() : []);
    const { file } = await writeHandover(await own(), NOW);
    await freshPhone();
    await writeSetting('enrolment', { ...(await own()), deviceId: 'S', token: 'TS', appUser: { id: 8, name: 'Samia' } });
    return file;
  }

  /** A server that takes hand-overs, and fails when told to. */
  class Desk {
    got = new Map<string, string>();
    status = 'accepted';
    fault: () => 'cut' | { status: number; code: string } | null = () => null;
    parts: number[] = [];
    fetch: Fetch = async (input, init) => {
      if (!input.endsWith('/sync/handover')) return new FakeServer().fetch(input, init);
      const [, , ...lines] = new TextDecoder().decode(init.body as Uint8Array).trimEnd().split('\n');
      const fault = this.fault();
      if (fault && fault !== 'cut') return Response.json({ code: fault.code, message: 'no' }, { status: fault.status });
      this.parts.push(lines.length);
      const results = lines.map((line) => {
        const { instanceId } = (JSON.parse(line) as { item: { instanceId: string } }).item;
        this.got.set(instanceId, line);
        return { instanceId, status: this.status };
      });
      if (fault === 'cut') throw new TypeError('cut');
      return Response.json({ results, attachmentsWanted: this.got.has('uuid:0') ? [SHA] : [] });
    };
  }

  it('shows whose file it is and delivers it, photos too', async () => {
    const desk = new Desk();
    const carried = await takeHandover(await given(), await own(), NOW);
    expect(carried).toMatchObject({ name: 'Nadia', count: 3, photos: 1, absent: 0, state: 'waiting' });
    const sent: [string, string | null, string][] = [];
    const report = await syncWith(new FakeServer(), { fetcher: desk.fetch, transfer: async (file, meta) => { sent.push([meta.sha256, meta.keyId, new TextDecoder().decode(await open(new Uint8Array(await file.arrayBuffer()), fileContext(1, SHA)))]); return 'sent'; } });
    expect([report.failure, report.carried, [...desk.got.keys()]]).toEqual([null, 1, ['uuid:0', 'uuid:1', 'uuid:2']]);
    expect(sent).toEqual([[SHA, vectors.keyId, 'photo']]);
    expect((await listCarried())[0]).toMatchObject({ state: 'delivered', lines: [], outcomes: { accepted: 3 } });
    expect(await readCarriedFile(carried.id, SHA)).toBeUndefined();
  });

  it('goes on where the line was cut, in smaller parts', async () => {
    const desk = new Desk();
    await takeHandover(await given(25), await own(), NOW);
    let cuts = 2;
    desk.fault = () => (cuts-- > 0 ? 'cut' : null);
    const report = await syncWith(new FakeServer(), { fetcher: desk.fetch });
    expect([report.failure, desk.got.size, desk.parts.slice(0, 3)]).toEqual([null, 25, [20, 10, 5]]);
    expect((await listCarried())[0]!.state).toBe('delivered');
  });

  it('keeps what failed, and a photo that was refused, for another run', async () => {
    const desk = new Desk();
    desk.status = 'failed';
    await takeHandover(await given(), await own(), NOW);
    await syncWith(new FakeServer(), { fetcher: desk.fetch });
    expect((await listCarried())[0]!.lines).toHaveLength(3);
    desk.status = 'duplicate';
    await syncWith(new FakeServer(), { fetcher: desk.fetch, transfer: () => Promise.resolve('refused') });
    expect((await listCarried())[0]).toMatchObject({ state: 'waiting', lines: [], outcomes: { duplicate: 3 } });
    expect((await syncWith(new FakeServer(), { fetcher: desk.fetch })).carried).toBe(1);
  });

  it('marks a file that the server refuses, keeps it when the server is only too old', async () => {
    const desk = new Desk();
    const file = await given();
    await takeHandover(file, await own(), NOW);
    desk.fault = () => ({ status: 404, code: '404.1' });
    await syncWith(new FakeServer(), { fetcher: desk.fetch });
    expect((await listCarried())[0]!.state).toBe('waiting');
    desk.fault = () => ({ status: 422, code: '422.53' });
    const report = await syncWith(new FakeServer(), { fetcher: desk.fetch });
    expect([report.failure, (await listCarried())[0]!.state]).toEqual([null, 'refused']);
  });

  it('takes what is whole of a damaged file, and the rest when it comes again', async () => {
    const file = await given();
    const lines = (await file.text()).split('\n');
    const spoilt = new Blob([[...lines.slice(0, 3), lines[3]!.replace('seq', 'sea'), lines[4]!.slice(0, 50)].join('\r\n')]);
    expect(await takeHandover(spoilt, await own(), NOW)).toMatchObject({ absent: 3, count: 3 });
    expect(await takeHandover(file, await own(), NOW)).toMatchObject({ absent: 0 });
    expect(await listCarried()).toHaveLength(1);
  });

  it('refuses what is no file to carry', async () => {
    const file = await given(1);
    const reason = async (blob: Blob, enrolment: Enrolment): Promise<string> => {
      const error = await takeHandover(blob, enrolment, NOW).catch((thrown: unknown) => thrown);
      return error instanceof HandoverError ? error.reason : String(error);
    };
    const here = await own();
    expect(await reason(new Blob(['']), here)).toBe('notHandover');
    expect(await reason(new Blob([new Uint8Array(1000).fill(255)]), here)).toBe('notHandover');
    expect(await reason(new Blob(['{"hirfa":"handover","version":1}\n{}']), here)).toBe('notHandover');
    expect(await reason(new Blob([(await file.text()).replace('"version":1', '"version":2')]), here)).toBe('newer');
    expect(await reason(file, { ...here, project: { id: 2, name: 'Relizane' } })).toBe('otherProject');
    expect(await reason(file, { ...here, deviceId: 'D' })).toBe('own');
    expect(await listCarried()).toEqual([]);
  });
});

it('stops a push at once when the server is older than the app', async () => {
  const server = new FakeServer();
  for (const id of ['uuid:a', 'uuid:b', 'uuid:c']) await finish(id);
  let asked = 0;
  server.fault = ({ path }) => (path.endsWith('push') ? ((asked += 1), { status: 400, json: { code: '400.51', message: 'Mettez à jour' } }) : null);
  const report = await syncWith(server);
  expect([report.failure, report.words, asked]).toEqual(['server', 'Mettez à jour', 1]);
  expect((await listOutbox()).map((item) => item.state)).toEqual(['waiting', 'waiting', 'waiting']);
  await updateOutbox((item) => item);
});
