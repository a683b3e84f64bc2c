// What a grid holds that is not sent yet, kept as long as the tab: a reload, a detour to one woman's form or another choice of women
// loses nothing. Not longer, for others use the same computer.
import type { Told } from './told';

/** What became of a row. */
export interface Sent {
  instanceId: string;
  /** It was set aside: an officer must look why. */
  aside: boolean;
}

export interface RowState {
  /** What was typed here, by question; "" blanks what the form had filled in. */
  cells: Record<string, string>;
  /** It is to be sent. */
  on: boolean;
  /** Its answers as the form page left them. */
  draft?: string | undefined;
  /** The common answers of that moment: what changed since counts over the draft. */
  commonThen?: Record<string, string> | undefined;
  /** Under which key the form page keeps it while it is open there. */
  opened?: string | undefined;
  /** Sent, and no answer came: this very XML is sent again, so that it counts once. */
  frozen?: string | undefined;
  sent?: Sent | undefined;
  error?: string | undefined;
}

export type Role = 'common' | 'column' | 'none';

export interface State {
  common: Record<string, string>;
  roles: Record<string, Role>;
  rows: Record<string, RowState>;
}

const stateKey = (told: Told): string => `hirfa grid ${told.formId} ${told.version}`;
const rolesKey = (told: Told): string => `hirfa grid columns ${told.formId}`;
const sentKey = (formId: string, id: string): string => `hirfa grid sent ${formId} ${id}`;

function parse<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

export function readState(told: Told): State {
  const kept = parse<State>(sessionStorage.getItem(stateKey(told)));
  const roles = parse<Record<string, Role>>(localStorage.getItem(rolesKey(told)));
  return { common: kept?.common ?? {}, roles: { ...(roles ?? {}), ...(kept?.roles ?? {}) }, rows: kept?.rows ?? {} };
}

/** False when the browser has no room for it. */
export function writeState(told: Told, state: State): boolean {
  try {
    sessionStorage.setItem(stateKey(told), JSON.stringify(state));
    localStorage.setItem(rolesKey(told), JSON.stringify(state.roles));
    return true;
  } catch {
    return false;
  }
}

export function forgetState(told: Told): void {
  sessionStorage.removeItem(stateKey(told));
}

/** Told by the form page when it sent a row of a grid. */
export function markSent(formId: string, id: string, sent: Sent): void {
  try {
    sessionStorage.setItem(sentKey(formId, id), JSON.stringify(sent));
  } catch {
    // No room: the grid shows the row as not sent; sent again it is the same submission and counts once.
  }
}

export function takeSent(formId: string, id: string): Sent | null {
  const found = parse<Sent>(sessionStorage.getItem(sentKey(formId, id)));
  sessionStorage.removeItem(sentKey(formId, id));
  return found;
}
