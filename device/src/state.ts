// What the screens read: the store, held in signals and reloaded by topic when this tab or another changes it.
import { batch, createMemo, createRoot, createSignal } from 'solid-js';
import { isLanguage, pickText, preferredLanguage, setLanguage, type Language } from './i18n';
import { SCOPE_PROPERTY, scopeText } from './records/display';
import type { PropertyFacts } from './records/facts';
import { indexRecord, type SearchEntry } from './records/search';
import { buildViews, findProperties, resolveId, type RecordView } from './records/views';
import {
  listAliases, listCarried, listBranches, listDrafts, listen, listForms, listInbox, listOutbox, listRecords, readSetting, writeSetting,
  type Carried, type Draft, type Enrolment, type InboxItem, type OutboxItem, type StoredForm, type StoredRecord, type Topic,
} from './store';

const [ready, setReady] = createSignal(false);
const [enrolment, setEnrolment] = createSignal<Enrolment | null>(null);
const [deviceState, setDeviceState] = createSignal<'ok' | 'revoked'>('ok');
const [lastSyncAt, setLastSyncAt] = createSignal<string | null>(null);
const [clockOffsetMs, setClockOffsetMs] = createSignal(0);
const [lost, setLost] = createSignal<readonly number[]>([]);
const [autoSync, setAutoSync] = createSignal(true);
const [forms, setForms] = createSignal<StoredForm[]>([]);
const [drafts, setDrafts] = createSignal<Draft[]>([]);
const [outbox, setOutbox] = createSignal<OutboxItem[]>([]);
const [branches, setBranches] = createSignal<ReadonlyMap<string, number>>(new Map());
const [inbox, setInbox] = createSignal<InboxItem[]>([]);
const [carried, setCarried] = createSignal<Carried[]>([]);
const [stored, setStored] = createSignal<{ records: StoredRecord[]; aliases: Map<string, string> }>({ records: [], aliases: new Map() });
const [online, setOnline] = createSignal(typeof navigator === 'undefined' ? true : navigator.onLine);

export { ready, enrolment, deviceState, lastSyncAt, clockOffsetMs, lost, autoSync, forms, drafts, outbox, branches, inbox, carried, online };

const loaders: Record<Topic, () => Promise<void>> = {
  async settings() {
    setEnrolment((await readSetting('enrolment')) ?? null);
    setDeviceState((await readSetting('deviceState')) ?? 'ok');
    setLastSyncAt((await readSetting('lastSyncAt')) ?? null);
    setClockOffsetMs((await readSetting('clockOffsetMs')) ?? 0);
    setLost((await readSetting('lost')) ?? []);
    setAutoSync((await readSetting('autoSync')) ?? true);
    const language = await readSetting('language');
    if (isLanguage(language)) setLanguage(language);
  },
  async forms() { setForms(await listForms()); },
  async records() { setStored({ records: await listRecords(), aliases: await listAliases() }); },
  async drafts() { setDrafts((await listDrafts()).sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))); },
  async outbox() {
    const [items, places] = await Promise.all([listOutbox(), listBranches()]);
    batch(() => { setOutbox(items); setBranches(places); });
  },
  async inbox() { setInbox(await listInbox()); },
  async carried() { setCarried(await listCarried()); },
};

const queued = new Set<Topic>();

/** Reload soon, once for many changes: a pull announces itself page by page. */
function reload(topic: Topic): void {
  if (queued.has(topic)) return;
  queued.add(topic);
  setTimeout(() => {
    queued.delete(topic);
    void loaders[topic]();
  }, 20);
}

/** Read one kind of data again at once: another tab has just written it. */
export const reloadNow = (topic: Topic): Promise<void> => loaders[topic]();

/** Read everything and begin to follow changes. */
export async function startState(): Promise<void> {
  setLanguage(preferredLanguage(navigator.languages));
  await Promise.all((Object.keys(loaders) as Topic[]).map((topic) => loaders[topic]()));
  listen(reload);
  window.addEventListener('online', () => setOnline(true));
  window.addEventListener('offline', () => setOnline(false));
  setReady(true);
}

export async function chooseLanguage(code: Language): Promise<void> {
  setLanguage(code);
  await writeSetting('language', code);
}

export const { currentForms, properties, views, entries, recordsOf, findLabel, mainLists } = createRoot(() => {
  const currentForms = createMemo(() => forms().filter((form) => form.current && !form.withdrawn).sort((a, b) => (a.title < b.title ? -1 : 1)));
  const properties = createMemo(() => findProperties(forms()));
  const views = createMemo(() => buildViews(stored().records, outbox(), stored().aliases, properties()));

  /** Lists people are followed in: those that a form registers or follows up. The others (associations) serve as choices. */
  const mainLists = createMemo(() => {
    const written = new Set(currentForms().flatMap((form) => form.facts.entities.map((entity) => entity.list)));
    const held = new Set([...views().values()].map((view) => view.list));
    const main = [...written].filter((list) => held.has(list));
    return main.length > 0 ? main : [...held];
  });

  const byList = createMemo(() => {
    const lists = new Map<string, RecordView[]>();
    for (const view of views().values()) {
      const list = lists.get(view.list);
      if (list) list.push(view);
      else lists.set(view.list, [view]);
    }
    const order = new Intl.Collator(['ar', 'fr']).compare;
    for (const list of lists.values()) list.sort((a, b) => order(a.values.label ?? '', b.values.label ?? ''));
    return lists;
  });
  const recordsOf = (list: string): RecordView[] => byList().get(list) ?? [];

  const entries = createMemo(() => {
    const lists = new Map<string, SearchEntry[]>();
    for (const [list, members] of byList()) {
      const facts = properties().get(list);
      lists.set(list, members.map((view) => indexRecord(view.id, searchableTexts(view, facts, enrolment()))));
    }
    return lists;
  });

  const labels = createMemo(() => {
    const found = new Map<string, string>();
    for (const form of forms()) {
      for (const entity of form.facts.entities) {
        for (const { from } of entity.properties) {
          if (!from) continue;
          for (const view of recordsOf(from.list)) {
            const key = from.value === 'name' ? view.id : view.values[from.value];
            if (key) found.set(`${from.list}\n${from.value}\n${key}`, view.values[from.label] ?? view.values.label ?? key);
          }
        }
      }
    }
    return found;
  });
  const findLabel = (list: string, key: string, value: string): string | null => labels().get(`${list}\n${key}\n${value}`) ?? null;

  return { currentForms, properties, views, entries, recordsOf, findLabel, mainLists };
});

/** What a search looks at: names, codes and places, not coded answers. */
function searchableTexts(view: RecordView, facts: ReadonlyMap<string, PropertyFacts> | undefined, own: Enrolment | null): string[] {
  const texts = [view.values.label ?? '', scopeText(view.values[SCOPE_PROPERTY], own)];
  for (const [name, value] of Object.entries(view.values)) {
    const property = facts?.get(name);
    if (name === 'label' || value.length > 80 || (property && (property.choices.length > 0 || property.from))) continue;
    if (/^\d{4}-\d{2}-\d{2}/.test(value) || /^-?\d{1,3}(\.\d+)?$/.test(value)) continue;
    texts.push(value);
  }
  return texts;
}

/** Find a record by any id it ever had. */
export function viewOf(id: string): RecordView | undefined {
  return views().get(resolveId(id, stored().aliases));
}

/** The open draft about a record, if there is one. */
export function draftOf(id: string): Draft | undefined {
  return drafts().find((draft) => draft.entityId !== '' && resolveId(draft.entityId, stored().aliases) === resolveId(id, stored().aliases));
}

export const formTitle = (formId: string): string => forms().find((form) => form.formId === formId && form.current)?.title ?? forms().find((form) => form.formId === formId)?.title ?? formId;

/** A bilingual title "… – …" shows the half in the app's language; any other title is shown whole. */
export function shortTitle(title: string): string {
  const halves = title.split(/\s+[–—|/]\s+/);
  if (halves.length !== 2) return title;
  const arabic = halves.findIndex((half) => /[\u0600-\u06ff]/.test(half) && !/[A-Za-z]{3}/.test(half));
  if (arabic < 0) return title;
  return pickText({ ar: halves[arabic], fr: halves[1 - arabic] });
}
