// The token that reads. What lies clear in the enrolment lets a locked phone send; with it nothing is pulled once this one is known to the
// server. It is made here, kept encrypted by the vault before anybody is asked about it, and was never written clear.
import { database } from './db';
import { decrypt, encrypt } from './vault';
import type { Bytes } from './sealing';
import type { Enrolment } from './types';

/** `known`: the server took it, and lets the enrolment's own token send alone. */
interface Reading { deviceId: string; sealed: Bytes; known: boolean }

const TOKEN_BYTES = 48;
const context = (deviceId: string): string => `token ${deviceId}`;

/** One of a former enrolment counts for nothing. */
async function readReading({ deviceId }: Enrolment): Promise<Reading | undefined> {
  const held = (await (await database()).get('settings', 'reading')) as Reading | undefined;
  return held?.deviceId === deviceId ? held : undefined;
}

const toText = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_');

/** The token that reads, made when there is none. :throws LockedError: */
export async function takeReading(enrolment: Enrolment): Promise<{ token: string; known: boolean }> {
  const held = await readReading(enrolment);
  const where = context(enrolment.deviceId);
  if (held) return { token: new TextDecoder().decode(await decrypt(where, held.sealed)), known: held.known };
  const token = toText(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
  const sealed = await encrypt(where, new TextEncoder().encode(token));
  await (await database()).put('settings', { deviceId: enrolment.deviceId, sealed, known: false } satisfies Reading, 'reading');
  return { token, known: false };
}

/** Note whether the server knows it. */
export async function noteReading(enrolment: Enrolment, known: boolean): Promise<void> {
  const held = await readReading(enrolment);
  if (held) await (await database()).put('settings', { ...held, known }, 'reading');
}
