// Whom to visit: the women of whom nothing dated was heard for a while. A general rule, for any register that some form follows up.
import type { RecordView } from './views';

export interface Due { view: RecordView; /** The day of the last dated event, ISO; "" when there is none. */ last: string; place: string }

/** The property that groups visits below the commune. */
export const PLACE_PROPERTY = 'localite';

const DAY_MS = 86_400_000;
const dayOf = (text: string): string => (/^\d{4}-\d{2}-\d{2}/.test(text) ? text.slice(0, 10) : '');

/** The last day on which something dated was done about her: pulled events, and own work that the pull does not hold yet. */
export function lastDay(view: RecordView): string {
  let last = '';
  for (const { date } of view.pulled?.events ?? []) if (dayOf(date) > last) last = dayOf(date);
  for (const { item } of view.pending) if (dayOf(item.finalizedAt) > last) last = dayOf(item.finalizedAt);
  return last;
}

/**
 * Find who is due today, longest ago first.
 *
 * :param now: the server's time as well as the phone knows it, in milliseconds: its own clock may be years off.
 * :param intervalDays: due when the last event is at least this many days ago.
 */
export function findDue(views: readonly RecordView[], now: number, intervalDays: number): Due[] {
  const limit = new Date(now - intervalDays * DAY_MS).toISOString().slice(0, 10);
  const due: Due[] = [];
  for (const view of views) {
    if (view.pulled?.dropped) continue;
    const last = lastDay(view);
    if (last <= limit) due.push({ view, last, place: (view.values[PLACE_PROPERTY] ?? '').trim() });
  }
  return due.sort((a, b) => (a.last < b.last ? -1 : a.last > b.last ? 1 : 0));
}

export interface Place { scope: string; place: string; due: Due[] }

/** Group visits by commune and locality; where most are due first. */
export function groupByPlace(due: readonly Due[], scopeProperty: string): Place[] {
  const places = new Map<string, Place>();
  for (const one of due) {
    const scope = one.view.values[scopeProperty] ?? '';
    const key = `${scope}\n${one.place.toLocaleLowerCase()}`;
    const group = places.get(key) ?? { scope, place: one.place, due: [] };
    group.due.push(one);
    places.set(key, group);
  }
  return [...places.values()].sort((a, b) => b.due.length - a.due.length || (a.place < b.place ? -1 : 1));
}
