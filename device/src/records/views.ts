// A record as the screens show it: pulled values, overlaid with what this phone did and the pull does not hold yet.
import { isPending } from '../store/records';
import type { OutboxItem, StoredForm, StoredRecord } from '../store/types';
import type { LocalAction } from './actions';
import type { PropertyFacts } from './facts';
import { overlay, type Rule } from './overlay';

export interface PendingAction { action: LocalAction; item: OutboxItem }

export interface RecordView {
  id: string;
  list: string;
  /** null: registered on this phone and not pulled yet. */
  pulled: StoredRecord | null;
  values: Readonly<Record<string, string>>;
  pending: readonly PendingAction[];
  /** Some of the pending work was set aside by the server. */
  aside: boolean;
  /** Some of the pending work cannot be read since the PIN was forgotten: what is shown lacks it, so no form is opened on it. */
  veiled?: boolean;
}

/** Follow merges to the record that goes on. */
export function resolveId(id: string, aliases: ReadonlyMap<string, string>): string {
  let current = id;
  for (let step = 0; step < 20; step += 1) {
    const next = aliases.get(current);
    if (next === undefined || next === id) return current;
    current = next;
  }
  return current;
}

/** Merge rules and names of each list's properties, from the forms held; what a newer form declares stands. */
export function findProperties(forms: readonly StoredForm[]): Map<string, Map<string, PropertyFacts>> {
  const lists = new Map<string, Map<string, PropertyFacts>>();
  const ordered = [...forms].sort((a, b) => Number(a.current) - Number(b.current) || (a.version < b.version ? -1 : 1));
  // Registration forms first: the order of their questions is the order a record is read in.
  for (const registers of [true, false]) {
    for (const form of ordered) {
      for (const entity of form.facts.entities) {
        if ((entity.create && !entity.update) !== registers) continue;
        const known = lists.get(entity.list) ?? new Map<string, PropertyFacts>();
        lists.set(entity.list, known);
        for (const property of entity.properties) known.set(property.name, joinFacts(known.get(property.name), property, registers));
      }
    }
  }
  return lists;
}

/** Two forms speak of one property: a declared policy stands over a silent one, words over none. */
function joinFacts(before: PropertyFacts | undefined, now: PropertyFacts, newerWins: boolean): PropertyFacts {
  if (!before) return now;
  const [first, second] = newerWins ? [now, before] : [before, now];
  return {
    ...first,
    type: first.type === 'text' || first.type === 'calculate' ? second.type : first.type,
    policy: first.declared ? first.policy : second.policy, declared: first.declared || second.declared,
    visibility: first.visibility || second.visibility, unit: first.unit || second.unit,
    labels: Object.keys(first.labels).length > 0 ? first.labels : second.labels,
    choices: first.choices.length > 0 ? first.choices : second.choices, from: first.from ?? second.from,
  };
}

export function toRules(properties: ReadonlyMap<string, PropertyFacts> | undefined): Record<string, Rule> {
  const rules: Record<string, Rule> = {};
  for (const [name, facts] of properties ?? []) {
    rules[name] = { policy: facts.policy, type: facts.type, choices: facts.choices.map((choice) => choice.value) };
  }
  return rules;
}

/** Build every view; `outbox` is in the order of finishing. Records without own work are shown as pulled; the cost is that of the pending work alone. */
export function buildViews(
  records: readonly StoredRecord[], outbox: readonly OutboxItem[], aliases: ReadonlyMap<string, string>,
  properties: ReadonlyMap<string, ReadonlyMap<string, PropertyFacts>>,
): Map<string, RecordView> {
  const views = new Map<string, RecordView>();
  for (const record of records) {
    views.set(record.id, { id: record.id, list: record.list, pulled: record, values: record.data, pending: [], aside: false });
  }
  const pending = new Map<string, PendingAction[]>();
  for (const item of outbox) {
    for (const action of item.actions) {
      const id = resolveId(action.entityId, aliases);
      const record = views.get(id)?.pulled ?? null;
      if (isPending(item, action.entityId, record) && (id === action.entityId || isPending(item, id, record))) {
        pending.set(id, [...(pending.get(id) ?? []), { action, item }]);
      }
    }
  }
  for (const [id, own] of pending) {
    const pulled = views.get(id)?.pulled ?? null;
    // A follow-up of a record that is not here (it left the communes) cannot be shown as one.
    if (!pulled && !own.some(({ action }) => action.kind === 'create')) continue;
    const list = pulled?.list ?? own[0]!.action.list;
    const values = overlay(pulled?.data ?? null, own.map(({ action }) => action), toRules(properties.get(list) as ReadonlyMap<string, PropertyFacts>));
    views.set(id, { id, list, pulled, values, pending: own, aside: own.some(({ item }) => item.outcome === 'quarantined' && item.state === 'sent'), veiled: own.some(({ item }) => item.unreadable === true) });
  }
  return views;
}
