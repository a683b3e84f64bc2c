// Small facts about this phone: who is enrolled, in which language, up to which era.
import { announce, database } from './db';
import type { BackOff } from '../sync/rules';
import type { RunNote } from '../sync/run';
import type { PublicKey } from './sealing';
import type { Enrolment } from './types';

interface Settings {
  /** What finished forms are sealed to. */
  publicKey: PublicKey;
  enrolment: Enrolment;
  language: string;
  era: string | number;
  /** Counts the finalized instances of this enrolment. */
  seq: number;
  lastSyncAt: string;
  /** Server time minus phone time at the last answer, in milliseconds. */
  clockOffsetMs: number;
  /** The server's time as last heard: what must not depend on this phone's clock counts from it. */
  serverTime: string;
  backOff: BackOff;
  /** Numbers of finalized instances that never arrived and are no longer here. */
  lost: number[];
  backedUp: string | number | boolean | null;
  deviceState: 'ok' | 'revoked';
  autoSync: boolean;
  /** Minutes without a touch after which the app locks itself. */
  lockMinutes: number;
  photosOnWifi: boolean;
  /** The last exchanges, newest first. */
  runs: RunNote[];
  /** Days after the last event when a visit is due. */
  visitDays: number;
}

export async function readSetting<K extends keyof Settings>(key: K): Promise<Settings[K] | undefined> {
  return (await (await database()).get('settings', key)) as Settings[K] | undefined;
}

export async function writeSetting<K extends keyof Settings>(key: K, value: Settings[K]): Promise<void> {
  await (await database()).put('settings', value, key);
  announce('settings');
}

/** Where a cut upload goes on: kept beside the settings, by the hash of the file. */
export async function readUpload(sha256: string): Promise<unknown> {
  return (await database()).get('settings', `upload:${sha256}`);
}

export async function writeUpload(sha256: string, value: unknown): Promise<void> {
  const db = await database();
  if (value === null) await db.delete('settings', `upload:${sha256}`);
  else await db.put('settings', value, `upload:${sha256}`);
}
