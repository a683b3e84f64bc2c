// Hand-over: one file of everything that is not with the server yet, sealed, that a colleague's phone or a memory stick carries.
// JSON lines: a head that anybody can read, its signature, then a line for each item and photograph (`sync/handover.py`).
import {
  fromBase64, fileContext, keepCarried, keepCarriedFile, listCarried, listOutbox, readAttachment, readCarried, readCarriedFile, readSetting,
  seal, sealText, toBase64, updateCarried, type Bytes, type Carried, type Enrolment, type OutboxItem, type PublicKey,
} from '../store';
import { hashOf } from './hash';
import { askJson, LineError, ServerProblem, type Fetch } from './http';
import { toWire } from './push';
import { nextBatchSize } from './rules';
import type { Transfer } from './upload';

const VERSION = 1;
const MAX_PART_BYTES = 512 * 1024;

/** No public key was received yet: what is in clear is not given into other hands. */
export class NoKeyError extends Error {}
/** The chosen file cannot be carried: it is none of ours, of another project, or this phone's own. */
export class HandoverError extends Error {
  readonly reason: 'notHandover' | 'newer' | 'otherProject' | 'own';
  constructor(reason: HandoverError['reason']) {
    super(reason);
    this.reason = reason;
  }
}

type FileState = OutboxItem['attachments'][number]['state'];
/** A damaged file is no longer what was announced: nobody could take it in. */
const isFileOwed = (state: FileState): boolean => state !== 'present' && state !== 'damaged';

/** Whether the server still lacks the item or one of its files. */
export function isOwed(item: OutboxItem): boolean {
  return item.state === 'waiting' || item.attachments.some((file) => isFileOwed(file.state));
}

const encode = (text: string): Bytes => new TextEncoder().encode(text);
const toHex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
const hash = (bytes: Bytes): Promise<string> => hashOf(bytes.buffer);

/** Sign a head with the hash of the token: the server knows that hash, a carrier does not. */
export async function signHead(head: string, token: string): Promise<string> {
  const secret = encode(await hash(encode(token)));
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return toHex(await crypto.subtle.sign('HMAC', key, encode(`hirfa/1 handover\n${head}`)));
}

async function itemLine(item: OutboxItem, publicKey: PublicKey, enrolment: Enrolment): Promise<string> {
  const sealed = item.sealed ?? { keyId: publicKey.keyId, text: await sealText(publicKey, enrolment.project.id, item.instanceId, item.xml) };
  return JSON.stringify({ item: toWire({ ...item, sealed }) });
}

async function fileLine(item: OutboxItem, file: OutboxItem['attachments'][number], publicKey: PublicKey, enrolment: Enrolment): Promise<string | null> {
  const held = await readAttachment(item.instanceId, file.name);
  if (!held) return null;
  const bytes = new Uint8Array(await held.blob.arrayBuffer());
  const sealed = held.keyId === null ? await seal(publicKey, fileContext(enrolment.project.id, file.sha256), bytes) : bytes;
  return JSON.stringify({ file: { sha256: file.sha256, contentType: file.contentType, keyId: held.keyId ?? publicKey.keyId, sealed: toBase64(sealed) } });
}

export interface Written { file: File; count: number; photos: number }

/**
 * Write the file. The items stay in the outbox: only the server's own answer ends them.
 *
 * :throws NoKeyError: no public key was ever received.
 */
export async function writeHandover(enrolment: Enrolment, now: number): Promise<Written> {
  const publicKey = await readSetting('publicKey');
  if (!publicKey) throw new NoKeyError('no public key');
  const items = (await listOutbox()).filter(isOwed);
  const parts: Blob[] = [];
  const entries: string[] = [];
  let size = 0;
  const add = async (line: string): Promise<void> => {
    const bytes = encode(line);
    entries.push(await hash(bytes));
    parts.push(new Blob([bytes, '\n']));
    size += bytes.length + 1;
  };
  for (const item of items) await add(await itemLine(item, publicKey, enrolment));
  const written = new Set<string>();
  for (const item of items) {
    for (const file of item.attachments) {
      if (!isFileOwed(file.state) || written.has(file.sha256)) continue;
      const line = await fileLine(item, file, publicKey, enrolment);
      if (line === null) continue;
      written.add(file.sha256);
      await add(line);
    }
  }
  const writtenAt = new Date(now).toISOString();
  const head = JSON.stringify({
    hirfa: 'handover', version: VERSION, project: { id: enrolment.project.id, name: enrolment.project.name }, appUser: enrolment.appUser,
    deviceId: enrolment.deviceId, writtenAt, clockOffsetMs: (await readSetting('clockOffsetMs')) ?? 0,
    count: items.length, photos: written.size, size, entries,
  });
  const signature = JSON.stringify({ signature: await signHead(head, enrolment.token) });
  // Plain text by name and type: every phone opens, shares and sends such a file.
  const name = `hirfa-${enrolment.appUser.name.normalize('NFKC').replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 40)}-${writtenAt.slice(0, 16).replace(/[:T]/g, '-')}.txt`;
  return { file: new File([`${head}\n${signature}\n`, ...parts], name, { type: 'text/plain' }), count: items.length, photos: written.size };
}

// Carrying ---------------------------------------------------------------------------------------------------------------------

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 255) : '');
const count = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0);

function readObject(line: string): Json {
  try {
    return object(JSON.parse(line));
  } catch {
    return {};
  }
}

/** The lines of a file, one after the other, without holding the file in memory. */
async function* linesOf(file: Blob): AsyncGenerator<string> {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const pieces = value.split('\n');
    for (const piece of pieces.slice(0, -1)) {
      yield [...rest, piece].join('').trim();
      rest = [];
    }
    rest.push(pieces.at(-1)!);
  }
  yield rest.join('').trim();
}

/** Take a colleague's file to carry. What is damaged of it is left and counted. :throws HandoverError: */
export async function takeHandover(file: Blob, enrolment: Enrolment, now: number): Promise<Carried> {
  const lines = linesOf(file);
  const next = async (): Promise<string> => (await lines.next()).value ?? '';
  const head = await next();
  const given = readObject(head);
  if (given.hirfa !== 'handover') throw new HandoverError('notHandover');
  if (given.version !== VERSION) throw new HandoverError('newer');
  const signature = await next();
  if (!Array.isArray(given.entries) || typeof readObject(signature).signature !== 'string') throw new HandoverError('notHandover');
  if (String(object(given.project).id) !== String(enrolment.project.id)) throw new HandoverError('otherProject');
  if (given.deviceId === enrolment.deviceId) throw new HandoverError('own');
  const id = await hash(encode(head));
  const held = await readCarried(id);
  const carried: Carried = {
    id, head, signature, name: text(object(given.appUser).name), writtenAt: text(given.writtenAt), count: count(given.count), photos: count(given.photos),
    size: count(given.size), absent: 0, takenAt: new Date(now).toISOString(), lines: [], files: [],
    outcomes: { accepted: 0, duplicate: 0, quarantined: 0 }, state: 'waiting', error: null,
  };
  const left = new Set(given.entries.map(String));
  for await (const line of lines) {
    if (line === '' || !left.delete(await hash(encode(line)))) continue;
    const entry = readObject(line);
    if (entry.item !== undefined) carried.lines.push(line);
    else {
      const { sha256, contentType, keyId, sealed } = object(entry.file);
      const bytes = fromBase64(text(keyId) === '' || typeof sealed !== 'string' ? '' : sealed);
      await keepCarriedFile(id, text(sha256), bytes.buffer);
      carried.files.push({ sha256: text(sha256), contentType: text(contentType), keyId: text(keyId), size: bytes.length, state: 'unknown' });
    }
  }
  carried.absent = left.size;
  // The same file once more, perhaps whole now: nothing of it is lost by asking again.
  if (held?.state === 'delivered' && carried.absent === 0 && held.absent === 0) {
    await keepCarried(held);
    return held;
  }
  await keepCarried(carried);
  return carried;
}

/** Items of the next part: some lines, and no more bytes than a bad line carries in one piece. */
function cutPart(lines: readonly string[], most: number): string[] {
  const part: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (part.length >= most || (part.length > 0 && bytes + line.length > MAX_PART_BYTES)) break;
    part.push(line);
    bytes += line.length;
  }
  return part;
}

interface Told { results: { status: string }[]; wanted: Set<string> }

function readAnswer(json: unknown, sent: number): Told {
  const { results, attachmentsWanted } = object(json);
  if (!Array.isArray(results) || results.length !== sent) throw new LineError('not an answer to a hand-over');
  return { results: results.map((result) => ({ status: text(object(result).status) })), wanted: new Set(Array.isArray(attachmentsWanted) ? attachmentsWanted.map(text) : []) };
}

const FINAL = new Set(['accepted', 'duplicate', 'quarantined']);

/** Take in the answer to a part: what is final leaves, what failed is offered again in another run. */
export function applyPart(carried: Carried, part: readonly string[], told: Told): Carried {
  const outcomes = { ...carried.outcomes };
  const done = new Set<string>();
  told.results.forEach(({ status }, index) => {
    if (!FINAL.has(status)) return;
    done.add(part[index]!);
    outcomes[status as keyof typeof outcomes] += 1;
  });
  return {
    ...carried, outcomes, lines: carried.lines.filter((line) => !done.has(line)),
    files: carried.files.map((file) => (told.wanted.has(file.sha256) ? { ...file, state: 'wanted' } : file)),
  };
}

/** Delivered when every item has its answer and no wanted photograph is left. */
export function settleCarried(carried: Carried): Carried {
  const isDone = carried.lines.length === 0 && carried.files.every((file) => file.state !== 'wanted' && file.state !== 'refused');
  return isDone ? { ...carried, state: 'delivered' } : carried;
}

async function deliverItems(fetcher: Fetch, enrolment: Enrolment, first: Carried, signal?: AbortSignal): Promise<Carried> {
  const path = `/v1/projects/${encodeURIComponent(String(enrolment.project.id))}/sync/handover`;
  let carried = first;
  let size = 20;
  let failures = 0;
  const tried = new Set<string>();
  for (;;) {
    signal?.throwIfAborted();
    const part = cutPart(carried.lines.filter((line) => !tried.has(line)), size);
    if (part.length === 0) return carried;
    const body = encode([carried.head, carried.signature, ...part, ''].join('\n'));
    try {
      const told = readAnswer(await askJson(fetcher, path, { token: enrolment.token, body, contentType: 'text/plain' }), part.length);
      part.forEach((line) => tried.add(line));
      carried = (await updateCarried(carried.id, (held) => applyPart(held, part, told))) ?? carried;
      size = nextBatchSize(size, true, 200);
      failures = 0;
    } catch (error) {
      const tooLarge = error instanceof ServerProblem && error.status === 413 && part.length > 1;
      const worthTrying = error instanceof LineError || tooLarge || (error instanceof ServerProblem && error.status >= 500);
      if (!worthTrying || (!tooLarge && ++failures >= 3)) throw error;
      size = nextBatchSize(part.length, false, 200);
    }
  }
}

async function deliverFiles(transfer: Transfer, first: Carried, signal?: AbortSignal): Promise<void> {
  for (const file of first.files) {
    if (file.state !== 'wanted' && file.state !== 'refused') continue;
    signal?.throwIfAborted();
    const bytes = await readCarriedFile(first.id, file.sha256);
    const result = bytes ? await transfer(new Blob([bytes]), { sha256: file.sha256, contentType: file.contentType, keyId: file.keyId }, () => undefined, signal) : 'refused';
    await updateCarried(first.id, (carried) => ({
      ...carried, files: carried.files.map((other) => (other.sha256 === file.sha256 ? { ...other, state: result === 'sent' ? 'present' : 'refused' } : other)),
    }));
  }
}

/**
 * Deliver what this phone carries for others: items in parts, then the photographs the server wants. A file the server
 * refuses is marked and the next one goes on.
 *
 * :throws LineError: :throws ServerProblem: 401 and 403, which concern this phone; the server in trouble.
 */
export async function deliverCarried(fetcher: Fetch, transfer: Transfer, enrolment: Enrolment, signal?: AbortSignal): Promise<number> {
  let delivered = 0;
  for (const carried of await listCarried()) {
    if (carried.state !== 'waiting') continue;
    try {
      const told = await deliverItems(fetcher, enrolment, carried, signal);
      await deliverFiles(transfer, told, signal);
      const settled = await updateCarried(carried.id, settleCarried);
      if (settled?.state === 'delivered') delivered += 1;
    } catch (error) {
      if (!(error instanceof ServerProblem) || error.status >= 500 || error.status === 401 || error.status === 403 || error.status === 429) throw error;
      const problem = { code: error.code, message: error.message };
      // Only these two say that no try will ever help; an older server, for one, may be a newer one tomorrow.
      const state = error.code === '422.53' || error.code === '400.1' ? 'refused' : 'waiting';
      await updateCarried(carried.id, (held) => ({ ...held, state, error: problem }));
    }
  }
  return delivered;
}
