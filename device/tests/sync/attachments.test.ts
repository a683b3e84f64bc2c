// @vitest-environment node
// Photographs follow the answers.
import { beforeEach, describe, expect, it } from 'vitest';
import { freshPhone, finish, syncWith } from './phone';
import { FakeServer } from './fake-server';
import { listOutbox, writeSetting } from '../../src/store';
import { hashOf } from '../../src/sync/hash';

let server: FakeServer;
beforeEach(async () => {
  await freshPhone();
  server = new FakeServer();
});

describe('attachments', () => {
  const photo = (): { name: string; blob: Blob } => ({ name: 'p.jpg', blob: new Blob(['photo'], { type: 'image/jpeg' }) });
  const withPhoto = { attachments: [{ name: 'p.jpg', sha256: 'hash', size: 5, contentType: 'image/jpeg', state: 'unknown' as const }] };

  it('follow the answers, each file once, and hold the instance until they are there', async () => {
    server.wanted.add('hash');
    await finish('uuid:a', withPhoto, [photo()]);
    await finish('uuid:b', withPhoto, [photo()]);
    const sent: string[] = [];
    await syncWith(server, { transfer: async (blob, meta) => { sent.push(`${meta.sha256}:${await blob.text()}`); return 'sent'; } });
    expect(sent).toEqual(['hash:photo']);
    expect((await listOutbox()).every((item) => item.attachments[0]!.state === 'present' && item.doneAt)).toBe(true);
  });

  it('wait for Wi-Fi or for the agent where she wants that, while the answers go', async () => {
    server.wanted.add('hash');
    await finish('uuid:a', withPhoto, [photo()]);
    await writeSetting('photosOnWifi', true);
    expect(await syncWith(server)).toMatchObject({ failure: null, upload: null, photosLeft: 1 });
    expect(server.arrived).toEqual(['uuid:a']);
    expect(await syncWith(server, { photos: true })).toMatchObject({ upload: { sent: 1 } });
  });

  it('are not sent when the server has the bytes', async () => {
    await finish('uuid:a', withPhoto, [photo()]);
    await syncWith(server, { transfer: () => Promise.reject(new Error('not asked for')) });
    expect((await listOutbox())[0]!.attachments[0]!.state).toBe('present');
  });

  it('stay wanted over a cut, and refused ones do not stop the others', async () => {
    ['hash', 'bad'].forEach((sha256) => server.wanted.add(sha256));
    await finish('uuid:a', withPhoto, [photo()]);
    await finish('uuid:b', { attachments: [{ ...withPhoto.attachments[0]!, sha256: 'bad', size: 1 }] }, [photo()]);
    const report = await syncWith(server, { transfer: (_, meta) => (meta.sha256 === 'bad' ? Promise.resolve('refused') : Promise.reject(new Error('cut'))) });
    expect(report.failure).toBe('line');
    expect((await listOutbox()).map((item) => item.attachments[0]!.state)).toEqual(['wanted', 'refused']);
    expect((await listOutbox()).every((item) => item.doneAt === null)).toBe(true);
    await syncWith(server);
    expect((await listOutbox()).map((item) => item.attachments[0]!.state)).toEqual(['present', 'present']);
  });
});

describe('a photo whose hash never matches', () => {
  const bytes = new TextEncoder().encode('photo');
  const announce = (name: string, sha256: string) => ({ name, sha256, size: 5, contentType: 'image/jpeg', state: 'unknown' as const });

  it('is read and sent again, then told plainly, and holds nobody up', async () => {
    const good = await hashOf(bytes.buffer as ArrayBuffer);
    [good, 'other'].forEach((sha256) => server.wanted.add(sha256));
    await finish('uuid:a', { attachments: [announce('p.jpg', good)] }, [{ name: 'p.jpg', blob: new Blob([bytes]) }]);
    await finish('uuid:b', { attachments: [{ ...announce('q.jpg', 'other'), size: 9 }] }, [{ name: 'q.jpg', blob: new Blob(['what the phone made of it']) }]);
    const sent: string[] = [];
    const report = await syncWith(server, { transfer: (_, meta) => { sent.push(meta.sha256); return Promise.resolve('mismatch'); } });
    expect(sent).toEqual([good, good, 'other']);
    expect(report).toMatchObject({ failure: null, upload: { sent: 0, refused: 2 } });
    expect((await listOutbox()).map((item) => item.attachments[0]!.state)).toEqual(['refused', 'damaged']);
    await syncWith(server);
    expect((await listOutbox()).map((item) => [item.attachments[0]!.state, item.doneAt !== null])).toEqual([['present', true], ['damaged', false]]);
  });
});
