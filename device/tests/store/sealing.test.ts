// @vitest-environment node
import { readFileSync } from 'node:fs';
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { describe, expect, it } from 'vitest';
import { fileContext, fromBase64, itemContext, readPublicKey, sealFile, sealText, toBase64, type PublicKey } from '../../src/store/sealing';

interface Case { by: string; kind: 'item' | 'file'; projectId: string; name: string; context: string; clear: string; sealed: string }
const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/sealing.json', import.meta.url), 'utf8')) as { privateKey: string; publicKey: string; keyId: string; cases: Case[] };
const key: PublicKey = { keyId: vectors.keyId, key: vectors.publicKey };
const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function open(sealed: Uint8Array<ArrayBuffer>, context: Uint8Array<ArrayBuffer>): Promise<string> {
  const recipientKey = await suite.kem.deserializePrivateKey(new Uint8Array(Buffer.from(vectors.privateKey, 'hex')).buffer);
  const clear = new Uint8Array(await suite.open({ recipientKey, enc: sealed.slice(0, 65).buffer, info: context.buffer }, sealed.slice(65).buffer));
  if (clear[0] !== 0x1f || clear[1] !== 0x8b) return new TextDecoder().decode(clear);
  return new Response(new Response(clear).body!.pipeThrough(new DecompressionStream('gzip'))).text();
}

describe('sealing', () => {
  it.each(vectors.cases)('agrees with the server on a vector sealed by $by ($kind)', async (given) => {
    const context = given.kind === 'item' ? itemContext(given.projectId, given.name) : fileContext(given.projectId, given.name);
    expect(hex(context)).toBe(given.context);
    expect(await open(fromBase64(given.sealed), context)).toBe(given.clear);
  });

  it('seals what opens again, and only as what it was sealed for', async () => {
    const xml = `<data>${'é حرفة '.repeat(1000)}</data>`;
    const sealed = fromBase64(await sealText(key, 1, 'uuid:a', xml));
    expect(sealed.length).toBeLessThan(500);
    expect(await open(sealed, itemContext(1, 'uuid:a'))).toBe(xml);
    await expect(open(sealed, itemContext(1, 'uuid:b'))).rejects.toThrow();
    await expect(open(sealed, itemContext(2, 'uuid:a'))).rejects.toThrow();
    const photo = new Uint8Array(70_000).map((_, index) => index % 251);
    const file = await sealFile(key, 1, 'ab', photo.buffer);
    expect(file.length).toBe(photo.length + 81);
    await expect(open(file, fileContext(1, 'ac'))).rejects.toThrow();
  });

  it('writes base64 of any length', () => {
    for (const length of [0, 1, 2, 3, 0x8000, 0x8001, 100_000]) {
      const bytes = new Uint8Array(length).map((_, index) => (index * 7) % 256);
      expect(toBase64(bytes) === Buffer.from(bytes).toString('base64')).toBe(true);
      expect(Buffer.from(fromBase64(toBase64(bytes))).equals(Buffer.from(bytes))).toBe(true);
    }
  });

  it('takes for a public key only what is one', () => {
    expect(readPublicKey(key)).toEqual(key);
    for (const value of [null, undefined, 'x', {}, { keyId: key.keyId }, { ...key, keyId: 'X' }, { ...key, key: 'short' }, { ...key, key: 7 }]) expect(readPublicKey(value)).toBeNull();
  });
});
