// Seal to the project's public key what only the server shall read: HPKE base mode (RFC 9180), DHKEM(P-256, HKDF-SHA256),
// HKDF-SHA256, AES-256-GCM. `sync/sealing.py` opens it. The context says which instance or file it is, so that it opens as nothing else.
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import { gzip } from '../sync/http';

/** What the server gives at enrolment and in each pull. `key` is the uncompressed point in base64. */
export interface PublicKey { keyId: string; key: string }

export type Bytes = Uint8Array<ArrayBuffer>;

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const encode = (text: string): Bytes => new TextEncoder().encode(text);

export const itemContext = (projectId: string | number, instanceId: string): Bytes => encode(`hirfa/1 item\n${projectId}\n${instanceId}`);
export const fileContext = (projectId: string | number, sha256: string): Bytes => encode(`hirfa/1 file\n${projectId}\n${sha256}`);

export function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  // In pieces: an argument list has a limit.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Read a public key as it came. null for anything that is none. */
export function readPublicKey(value: unknown): PublicKey | null {
  if (typeof value !== 'object' || value === null) return null;
  const { keyId, key } = value as Record<string, unknown>;
  return typeof keyId === 'string' && /^[0-9a-f]{16}$/.test(keyId) && typeof key === 'string' && /^[A-Za-z0-9+/]{86,88}={0,2}$/.test(key) ? { keyId, key } : null;
}

/** Seal bytes: the encapsulated key, then the ciphertext. :throws: when the key is no point of the curve. */
export async function seal(publicKey: PublicKey, context: Bytes, clear: Bytes): Promise<Bytes> {
  const recipientPublicKey = await suite.kem.deserializePublicKey(fromBase64(publicKey.key).buffer);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: context.buffer }, clear.buffer);
  const sealed = new Uint8Array(enc.byteLength + ct.byteLength);
  sealed.set(new Uint8Array(enc));
  sealed.set(new Uint8Array(ct), enc.byteLength);
  return sealed;
}

/** Seal an instance: compressed first, for ciphertext cannot be. Returns base64, as it travels. */
export async function sealText(publicKey: PublicKey, projectId: string | number, instanceId: string, xml: string): Promise<string> {
  const plain = encode(xml);
  return toBase64(await seal(publicKey, itemContext(projectId, instanceId), (await gzip(plain)) ?? plain));
}

/** Seal a file, named by the hash of its clear bytes. */
export async function sealFile(publicKey: PublicKey, projectId: string | number, sha256: string, clear: ArrayBuffer): Promise<Bytes> {
  return seal(publicKey, fileContext(projectId, sha256), new Uint8Array(clear));
}
