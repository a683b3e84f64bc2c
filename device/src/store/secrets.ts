// What of a finished form stays personal on the phone once the form itself is sealed to the chamber: its name, what it changed (the screens
// show that over the record), and the server's words about it. They are encrypted by the vault and never change, so each is opened once.
import { decryptJson, encryptJson, isOpen, onClose } from './vault';
import type { LocalAction } from '../records/actions';
import type { OutboxItem } from './types';

interface Secret { instanceName: string; actions: Pick<LocalAction, 'saved' | 'prefilled' | 'blankable' | 'seen'>[] }

const opened = new Map<string, Secret>();
onClose(() => opened.clear());

const context = (instanceId: string): string => `outbox ${instanceId}`;
const errorContext = (instanceId: string): string => `error ${instanceId}`;
const hide = (action: LocalAction): LocalAction => ({ ...action, saved: {}, prefilled: [], blankable: [], seen: {} });

/** An item as it stands in the table. :throws LockedError: */
export async function veil<T extends Omit<OutboxItem, 'seq'>>(item: T): Promise<T> {
  const secret: Secret = { instanceName: item.instanceName, actions: item.actions.map(({ saved, prefilled, blankable, seen }) => ({ saved, prefilled, blankable, seen })) };
  return { ...item, instanceName: '', actions: item.actions.map(hide), secret: await encryptJson(context(item.instanceId), secret) };
}

/** An item as the screens read it; while locked, as it stands. */
export async function reveal(item: OutboxItem): Promise<OutboxItem> {
  if (!isOpen() || !item.secret) return item;
  let secret = opened.get(item.instanceId);
  if (!secret) {
    secret = await decryptJson<Secret>(context(item.instanceId), item.secret);
    opened.set(item.instanceId, secret);
  }
  const { instanceName, actions } = secret;
  const { secret: _s, ...row } = item;
  return {
    ...row, instanceName, actions: item.actions.map((action, index) => ({ ...action, ...actions[index] })),
    ...(item.error?.sealed ? { error: { code: item.error.code, message: await decryptJson<string>(errorContext(item.instanceId), item.error.sealed) } } : {}),
  };
}

/** The server's words about an item, to be kept: while locked they are left out, for the next answer says them again. */
export async function veilError(instanceId: string, error: { code: string; message: string } | null): Promise<OutboxItem['error']> {
  if (!error?.message) return error;
  return { code: error.code, message: '', ...(isOpen() ? { sealed: await encryptJson(errorContext(instanceId), error.message) } : {}) };
}
