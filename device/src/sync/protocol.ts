// The wire shapes of push and pull, as the server speaks them. Everything that comes in is checked before it is used: an
// answer of another shape is an error of that answer, never a broken store.

import { readPublicKey, type PublicKey } from '../store/sealing';
import type { OutboxItem } from '../store/types';

export const PROTOCOL = 1;
export const MAX_ITEMS = 500;
export const MAX_COMPRESSED_BYTES = 1024 * 1024;
export const CHUNK_BYTES = 128 * 1024;

export interface PushResult {
  instanceId: string;
  status: 'accepted' | 'duplicate' | 'quarantined' | 'failed';
  entities: { id: string; version: number; conflicts: string[] }[];
  error: OutboxItem['error'];
}

export interface PushAnswer {
  serverTime: string;
  era: string | number | null;
  results: PushResult[];
  missing: number[];
  attachmentsWanted: string[];
  device: 'ok' | 'revoked';
}

export interface Upsert {
  id: string;
  list: string;
  version: number;
  data: Record<string, string>;
  open: string[];
  events: { formId: string; date: string; byName: string }[];
}

export interface ScopePage {
  cursor: number | string;
  more: boolean;
  upserts: Upsert[];
  gone: { id: string; mergedInto: string | null }[];
}

export interface FormOffer {
  formId: string;
  version: string;
  hash: string;
  title: string;
  audience: string;
  attachments: { name: string; hash: string }[];
}

export interface SentFile { name: string; sha256: string; size: number; contentType: string }

export interface Correction {
  instanceId: string; formId: string; formVersion: string; xml: string; attachments: SentFile[]; comment: string; at: string; by: string;
}

export interface Question { entity: string; property: string; values: string[]; words: string; at: string }

export interface PullAnswer {
  serverTime: string;
  era: string | number | null;
  backedUp: string | number | boolean | null;
  scopes: Record<string, ScopePage>;
  dropScopes: string[];
  addScopes: string[];
  forms: FormOffer[];
  withdrawn: string[];
  corrections: Correction[] | null;
  questions: Question[] | null;
  publicKey: PublicKey | null;
  device: 'ok' | 'revoked';
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const objects = (value: unknown): Json[] => list(value).filter(isObject);
const texts = (value: unknown): string[] => list(value).map(text).filter((item) => item !== '');
const eraOf = (value: unknown): string | number | null => (typeof value === 'string' || typeof value === 'number' ? value : null);
const deviceOf = (value: unknown): 'ok' | 'revoked' => (value === 'revoked' ? 'revoked' : 'ok');

/** A field of the answer is not what the protocol says. */
export class ProtocolError extends Error {}

function person(value: unknown): string {
  return isObject(value) ? text(value.name ?? value.displayName) : text(value);
}

/** Read a push answer. :throws ProtocolError: when it is none. */
export function readPushAnswer(json: unknown): PushAnswer {
  if (!isObject(json) || !Array.isArray(json.results)) throw new ProtocolError('push answer without results');
  return {
    serverTime: text(json.serverTime), era: eraOf(json.era), device: deviceOf(json.device),
    missing: list(json.missing).filter((seq): seq is number => typeof seq === 'number'),
    attachmentsWanted: texts(json.attachmentsWanted),
    results: objects(json.results).map((result) => ({
      instanceId: text(result.instanceId),
      status: (['accepted', 'duplicate', 'quarantined'] as const).find((status) => status === result.status) ?? 'failed',
      entities: objects(result.entities).map((entity) => ({
        id: text(entity.id), version: Number(entity.version) || 0, conflicts: texts(entity.conflicts),
      })),
      error: isObject(result.error) ? { code: text(result.error.code), message: text(result.error.message) } : null,
    })),
  };
}

function readPage(page: Json): ScopePage {
  if (typeof page.cursor !== 'number' && typeof page.cursor !== 'string') throw new ProtocolError('scope without cursor');
  return {
    cursor: page.cursor, more: page.more === true,
    upserts: objects(page.upserts).filter((record) => text(record.id) !== '').map((record) => ({
      id: text(record.id), list: text(record.list), version: Number(record.version) || 0,
      data: Object.fromEntries(Object.entries(isObject(record.data) ? record.data : {}).map(([key, value]) => [key, text(value)])),
      open: texts(record.open),
      events: objects(record.events).map((event) => ({ formId: text(event.formId), date: text(event.date), byName: text(event.byName) })),
    })),
    gone: objects(page.gone).map((gone) => ({ id: text(gone.id), mergedInto: text(gone.mergedInto) || null })),
  };
}

/** Read a pull answer. :throws ProtocolError: when it is none. */
export function readPullAnswer(json: unknown): PullAnswer {
  if (!isObject(json) || !isObject(json.scopes)) throw new ProtocolError('pull answer without scopes');
  return {
    serverTime: text(json.serverTime), era: eraOf(json.era), device: deviceOf(json.device),
    backedUp: typeof json.backedUp === 'string' || typeof json.backedUp === 'number' || typeof json.backedUp === 'boolean' ? json.backedUp : null,
    scopes: Object.fromEntries(Object.entries(json.scopes).filter((entry): entry is [string, Json] => isObject(entry[1])).map(([key, page]) => [key, readPage(page)])),
    dropScopes: texts(json.dropScopes), addScopes: texts(json.addScopes), withdrawn: texts(json.withdrawn),
    forms: objects(json.forms).filter((form) => text(form.formId) !== '').map((form) => ({
      formId: text(form.formId), version: text(form.version), hash: text(form.hash), title: text(form.title), audience: text(form.audience),
      attachments: objects(form.attachments).map((file) => ({ name: text(file.name), hash: text(file.hash) })),
    })),
    corrections: Array.isArray(json.corrections) ? objects(json.corrections).map((item) => ({
      instanceId: text(item.instanceId), formId: text(item.formId), formVersion: text(item.formVersion), xml: text(item.xml),
      comment: text(item.comment), at: text(item.at), by: person(item.by),
      attachments: objects(item.attachments).filter((file) => text(file.name) !== '').map((file) => ({
        name: text(file.name), sha256: text(file.sha256), size: Number(file.size) || 0, contentType: text(file.contentType),
      })),
    })) : null,
    questions: Array.isArray(json.questions) ? objects(json.questions).map((item) => ({
      entity: text(item.entity), property: text(item.property), values: texts(item.values), words: text(item.words), at: text(item.at),
    })) : null,
    publicKey: readPublicKey(json.publicKey),
  };
}
