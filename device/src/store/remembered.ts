// What the next form of a kind asks of the last one (`last-saved`): those answers alone, by the path of their question. Kept beside the settings.
import { database } from './db';

export async function readRemembered(formId: string): Promise<Record<string, string> | undefined> {
  return (await (await database()).get('settings', `last:${formId}`)) as Record<string, string> | undefined;
}

export async function remember(formId: string, answers: Record<string, string>): Promise<void> {
  await (await database()).put('settings', answers, `last:${formId}`);
}
