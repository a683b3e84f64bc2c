// The key to everything personal on this phone. A random AES-256-GCM key encrypts what the tables hold; it is kept only wrapped by a
// key derived from the agent's PIN (PBKDF2-SHA256), and in memory, not extractable, while the app is unlocked. All tabs lock and unlock
// together. What must go out while locked (finished forms, sealed to the chamber's key) never needs it.
import { announce, database, storeName } from './db';
import { waitLeftMs, type BackOff } from '../sync/rules';
import type { Bytes } from './sealing';

export interface Vault { salt: Bytes; iterations: number; wrapped: Bytes }

/** What is asked for is encrypted, and the app is locked. */
export class LockedError extends Error {}

const NONCE_BYTES = 12;
const MIN_ITERATIONS = 300_000;
const MAX_ITERATIONS = 1_500_000;
/** What an unlocking may take on this phone; a guesser with a copy of its memory pays the same for each guess, on better machines. */
const DERIVE_MS = 500;
/** Wrong PINs that cost no wait. */
const FREE_TRIES = 4;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;
export const MIN_PIN = 6;

let key: CryptoKey | null = null;
const forgetters = new Set<() => void>();

/** Whether a text may be a PIN: six digits or more, not one digit repeated nor a plain count. */
export function isGoodPin(pin: string): boolean {
  return new RegExp(`^\\d{${MIN_PIN},12}$`).test(pin) && !/^(\d)\1+$/.test(pin) && !'01234567890123'.includes(pin) && !'98765432109876'.includes(pin);
}

export const isOpen = (): boolean => key !== null;

let prepare = (): Promise<void> => Promise.resolve();

/** Do something each time the key was had by its PIN, before anything is read with it. */
export function onOpen(work: () => Promise<void>): void {
  prepare = work;
}

/** Do something when the key leaves memory: what was decrypted leaves with it. */
export function onClose(forget: () => void): void {
  forgetters.add(forget);
}

// Tabs --------------------------------------------------------------------------------------------------------------------------
type Message = { store: string; ask: true } | { store: string; key: CryptoKey } | { store: string; lock: true };
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('hirfa-vault');
(channel as unknown as { unref?: () => void } | null)?.unref?.();
const watchers = new Set<() => void>();

function setKey(next: CryptoKey | null): void {
  key = next;
  if (next === null) forgetters.forEach((forget) => forget());
  watchers.forEach((watch) => watch());
}

if (channel) {
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.store !== storeName()) return;
    if ('ask' in data && key) tell({ store: data.store, key });
    else if ('key' in data && !key) setKey(data.key);
    else if ('lock' in data && key) onLockElsewhere();
  };
}
let onLockElsewhere = (): void => setKey(null);

function tell(message: Message): void {
  try {
    channel?.postMessage(message);
  } catch {
    // A browser that does not pass keys on: each tab asks for the PIN itself.
  }
}

/** Follow the lock: `watch` is called when it opens or closes here, `lockElsewhere` when another tab was locked. */
export function watchVault(watch: () => void, lockElsewhere: () => void): void {
  watchers.add(watch);
  onLockElsewhere = lockElsewhere;
  tell({ store: storeName(), ask: true });
}

/** Take the key out of memory, in this tab and (unless told not to) in all. */
export function closeVault(everywhere = true): void {
  if (everywhere) tell({ store: storeName(), lock: true });
  if (key) setKey(null);
}

// The PIN -------------------------------------------------------------------------------------------------------------------------
async function derive(pin: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** How many rounds this phone does in the time that an unlocking may take. */
async function calibrate(): Promise<number> {
  const rounds = 100_000;
  const begun = performance.now();
  await derive('000000', new Uint8Array(16), rounds);
  const count = Math.round((rounds * DERIVE_MS) / Math.max(1, performance.now() - begun));
  return Math.min(MAX_ITERATIONS, Math.max(MIN_ITERATIONS, count));
}

const importKey = (raw: Bytes): Promise<CryptoKey> => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
const CONTEXT = 'hirfa/1 vault';

async function wrap(raw: Bytes, pin: string, iterations: number | undefined): Promise<Vault> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const rounds = iterations ?? (await calibrate());
  return { salt, iterations: rounds, wrapped: await encryptWith(await derive(pin, salt, rounds), CONTEXT, raw) };
}

async function readVault(): Promise<Vault | undefined> {
  return (await (await database()).get('settings', 'vault')) as Vault | undefined;
}

export const hasVault = async (): Promise<boolean> => (await (await database()).getKey('settings', 'vault')) !== undefined;

/** Choose the first PIN: makes the key and opens the vault. */
export async function createVault(pin: string, iterations?: number): Promise<void> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const vault = await wrap(raw, pin, iterations);
  const tx = (await database()).transaction('settings', 'readwrite');
  if (await tx.store.getKey('vault')) {
    // Another tab was first: its key is the one.
    await tx.done;
    throw new LockedError('a PIN was chosen already');
  }
  void tx.store.put(vault, 'vault');
  void tx.store.delete('pinTries');
  await tx.done;
  await open(raw);
  announce('settings');
}

/** Take the key, in this tab and in all. */
async function open(raw: Bytes): Promise<void> {
  const opened = await importKey(raw);
  raw.fill(0);
  key = opened;
  await prepare();
  setKey(opened);
  tell({ store: storeName(), key: opened });
}

export interface Refusal { wrong: boolean; waitMs: number }

/** What is left of the wait after wrong PINs, in milliseconds. */
export async function pinWaitMs(now: number): Promise<number> {
  return waitLeftMs((await (await database()).get('settings', 'pinTries')) as BackOff | undefined, now);
}

const delayAfter = (failures: number): number => (failures < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES)));

/**
 * Try a PIN on the wrapped key. The try is counted before it is made, in the same transaction that reads the wait: killing the app, or
 * two tabs at once, win nothing.
 */
async function unwrap(pin: string, now: number): Promise<Bytes | Refusal> {
  const vault = await readVault();
  if (!vault) throw new LockedError('no PIN was chosen yet');
  const tx = (await database()).transaction('settings', 'readwrite');
  const tries = (await tx.store.get('pinTries')) as BackOff | undefined;
  const left = waitLeftMs(tries, now);
  const failures = (tries?.failures ?? 0) + 1;
  if (left === 0) void tx.store.put({ failures, triedAt: now, delayMs: delayAfter(failures) } satisfies BackOff, 'pinTries');
  await tx.done;
  if (left > 0) return { wrong: false, waitMs: left };
  try {
    const raw = await decryptWith(await derive(pin, vault.salt, vault.iterations), CONTEXT, vault.wrapped);
    await (await database()).delete('settings', 'pinTries');
    return raw;
  } catch {
    return { wrong: true, waitMs: delayAfter(failures) };
  }
}

/** Unlock with the PIN; null when it is open. */
export async function openVault(pin: string, now: number): Promise<Refusal | null> {
  const raw = await unwrap(pin, now);
  if (!(raw instanceof Uint8Array)) return raw;
  await open(raw);
  return null;
}

/** Choose another PIN; null when it was changed. Nothing is encrypted anew: only the wrapping is. */
export async function changePin(before: string, after: string, now: number, iterations?: number): Promise<Refusal | null> {
  const raw = await unwrap(before, now);
  if (!(raw instanceof Uint8Array)) return raw;
  const vault = await wrap(raw, after, iterations);
  raw.fill(0);
  await (await database()).put('settings', vault, 'vault');
  return null;
}

// Encrypting ------------------------------------------------------------------------------------------------------------------------
async function encryptWith(by: CryptoKey, context: string, clear: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const ct = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(context) }, by, clear);
  const sealed = new Uint8Array(NONCE_BYTES + ct.byteLength);
  sealed.set(iv);
  sealed.set(new Uint8Array(ct), NONCE_BYTES);
  return sealed;
}

async function decryptWith(by: CryptoKey, context: string, sealed: Bytes): Promise<Bytes> {
  const iv = sealed.subarray(0, NONCE_BYTES);
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(context) }, by, sealed.subarray(NONCE_BYTES)));
}

/** The key, while unlocked. :throws LockedError: */
function need(): CryptoKey {
  if (!key) throw new LockedError('locked');
  return key;
}

/** Encrypt bytes. `context` says which row they belong to, so that they open as nothing else. :throws LockedError: */
export async function encrypt(context: string, clear: ArrayBuffer | Bytes): Promise<Bytes> {
  return encryptWith(need(), context, clear instanceof Uint8Array ? clear : new Uint8Array(clear));
}

/** :throws LockedError: :throws DOMException: the bytes are not what was written under this context. */
export async function decrypt(context: string, sealed: Bytes): Promise<Bytes> {
  return decryptWith(need(), context, sealed);
}

export const encryptJson = (context: string, value: unknown): Promise<Bytes> => encrypt(context, new TextEncoder().encode(JSON.stringify(value)));

export async function decryptJson<T>(context: string, sealed: Bytes): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await decrypt(context, sealed))) as T;
}
