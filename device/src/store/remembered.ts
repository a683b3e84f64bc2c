// What the next form of a kind asks of the last one (`last-saved`): those answers alone, by the path of their question, encrypted like
// the forms they come from. Kept beside the settings.
import { database } from './db';
import { decryptJson, encryptJson } from './vault';
import type { Bytes } from './sealing';

const keyOf = (formId: string): string => `last:${formId}`;

/** Nothing when none was kept, or when it was kept under a key that is gone with its PIN. */
export async function readRemembered(formId: string): Promise<Record<string, string> | undefined> {
  const sealed = (await (await database()).get('settings', keyOf(formId))) as Bytes | undefined;
  return sealed && decryptJson<Record<string, string>>(keyOf(formId), sealed).catch(() => undefined);
}

/** :throws LockedError: */
export async function remember(formId: string, answers: Record<string, string>): Promise<void> {
  const sealed = await encryptJson(keyOf(formId), answers);
  await (await database()).put('settings', sealed, keyOf(formId));
}
