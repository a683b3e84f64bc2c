// A server that came back from a backup forgot what it said since: a new era.
import { beginEra, readSetting, type OutboxItem } from '../store';
import { offerAgain } from './rules';

/**
 * Start over when an answer names another era than the phone knows: what it has is older than what it told us, so everything is
 * offered again but what it `answered` just now. Tells whether it did.
 */
export async function followEra(told: string | number | null, answered: ReadonlySet<string>): Promise<boolean> {
  const known = (await readSetting('era')) ?? null;
  if (known === null || told === null || String(told) === String(known)) return false;
  await beginEra(told, (item: OutboxItem) => (answered.has(item.instanceId) ? item : offerAgain(item)));
  return true;
}
