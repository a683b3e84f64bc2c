// What the screens read: the store, held in signals and reloaded by topic when this tab or another changes it.
import { batch, createMemo, createRoot, createSignal, untrack } from 'solid-js';
import { isLanguage, language, preferredLanguage, setLanguage, type Language } from './i18n';
import { titleIn } from './form/titles';
import { SCOPE_PROPERTY, scopeText } from './records/display';
import { findDue } from './records/due';
import { followUpOf, type PropertyFacts } from './records/facts';
import { People } from './records/linkage';
import { indexRecord, type SearchEntry } from './records/search';
import { buildViews, findProperties, resolveId, type RecordView } from './records/views';
import {
  hasVault, isOpen, listAliases, listCarried, listBranches, listDrafts, listen, listForms, listInbox, listOutbox, listRecords, LockedError, openLastStore, readSetting,
  writeSetting,
  type Carried, type Draft, type Enrolment, type InboxItem, type OutboxItem, type StoredForm, type StoredRecord, type Topic,
} from './store';
import type { RunNote } from './sync/run';

/** new: nobody is enrolled; unset: no PIN was chosen yet. */
export type LockState = 'new' | 'unset' | 'locked' | 'open';

const [ready, setReady] = createSignal(false);
const [lockState, setLockState] = createSignal<LockState>('new');
/** The records were read since the app was unlocked. */
const [recordsReady, setRecordsReady] = createSignal(false);
const [lockMinutes, setLockMinutes] = createSignal(2);
const [visitDays, setVisitDays] = createSignal(30);
const [photosOnWifi, setPhotosOnWifi] = createSignal(false);
const [runs, setRuns] = createSignal<readonly RunNote[]>([]);
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

export { ready, lockState, recordsReady, lockMinutes, visitDays, photosOnWifi, runs, enrolment, deviceState, lastSyncAt, clockOffsetMs, lost, autoSync, forms, drafts, outbox, branches, inbox, carried, online };

const loaders: Record<Topic, () => Promise<void>> = {
  async settings() {
    setEnrolment((await readSetting('enrolment')) ?? null);
    setDeviceState((await readSetting('deviceState')) ?? 'ok');
    setLastSyncAt((await readSetting('lastSyncAt')) ?? null);
    setClockOffsetMs((await readSetting('clockOffsetMs')) ?? 0);
    setLost((await readSetting('lost')) ?? []);
    setAutoSync((await readSetting('autoSync')) ?? true);
    setPhotosOnWifi((await readSetting('photosOnWifi')) ?? false);
    setRuns((await readSetting('runs')) ?? []);
    setVisitDays((await readSetting('visitDays')) ?? 30);
    setLockMinutes((await readSetting('lockMinutes')) ?? 2);
    const language = await readSetting('language');
    if (isLanguage(language)) setLanguage(language);
    await showLock();
  },
  async forms() { setForms(await listForms()); },
  async records() {
    const next = { records: await listRecords(), aliases: await listAliases() };
    batch(() => { setStored(next); setRecordsReady(true); });
  },
  async drafts() { setDrafts((await listDrafts()).sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))); },
  async outbox() {
    const [items, places] = await Promise.all([listOutbox(), listBranches()]);
    batch(() => { setOutbox(items); setBranches(places); });
  },
  async inbox() { setInbox(await listInbox()); },
  async carried() { setCarried(await listCarried()); },
};

/** What can be read while locked: nothing of it is personal, or it is only counted. */
const CLEAR: readonly Topic[] = ['settings', 'forms', 'outbox', 'carried'];
const SEALED: readonly Topic[] = ['drafts', 'inbox', 'records'];

async function load(topic: Topic): Promise<void> {
  if (SEALED.includes(topic) && !isOpen()) return;
  try {
    await loaders[topic]();
  } catch (error) {
    // Locked meanwhile: what was being read is not shown.
    if (!(error instanceof LockedError) && isOpen()) throw error;
  }
  if (!isOpen()) veilState();
}

/** Let go of everything that was read with the key. */
function veilState(): void {
  batch(() => {
    setDrafts([]);
    setInbox([]);
    setStored({ records: [], aliases: new Map() });
    setRecordsReady(false);
  });
}

/** Say whether the app is open. While a form is being put down it says locked, and its key is still there. */
async function showLock(): Promise<void> {
  if (isOpen()) {
    if (!closing()) setLockState('open');
  } else setLockState((await readSetting('enrolment')) ? ((await hasVault()) ? 'locked' : 'unset') : 'new');
}

const [closing, setClosing] = createSignal(false);

/** Cover the screens at once, before the key goes. */
export function cover(): void {
  batch(() => { setClosing(true); setLockState('locked'); });
}

/** The key came or went: read what can be read now. The screens open before the records are there: ten thousand take a moment. */
export async function followVault(): Promise<void> {
  setClosing(false);
  if (!isOpen()) {
    veilState();
    await load('outbox');
    return showLock();
  }
  const records = load('records');
  await Promise.all([load('outbox'), load('drafts'), load('inbox'), load('forms')]);
  await showLock();
  await records;
}

const queued = new Set<Topic>();

/** Reload soon, once for many changes: a pull announces itself page by page. */
function reload(topic: Topic): void {
  if (queued.has(topic)) return;
  queued.add(topic);
  setTimeout(() => {
    queued.delete(topic);
    void load(topic);
  }, 20);
}

/** Read one kind of data again at once: another tab has just written it. */
export const reloadNow = (topic: Topic): Promise<void> => load(topic);

/** Read everything that can be read, and begin to follow changes. */
export async function startState(): Promise<void> {
  setLanguage(preferredLanguage(navigator.languages));
  await openLastStore();
  await Promise.all([...CLEAR, ...SEALED].map(load));
  listen(reload);
  window.addEventListener('online', () => setOnline(true));
  window.addEventListener('offline', () => setOnline(false));
  setReady(true);
}

export async function chooseLanguage(code: Language): Promise<void> {
  setLanguage(code);
  await writeSetting('language', code);
}

/** A value made from others when it is first asked for, and kept until they change. */
function lazily<D, T>(from: () => D, make: (given: D) => T): () => T {
  const made = createMemo(() => {
    const given = from();
    let value: { is: T } | null = null;
    return (): T => (value ??= { is: untrack(() => make(given)) }).is;
  });
  return () => made()();
}

export const { currentForms, properties, views, entries, people, membersOf, recordsOf, findLabel, mainLists, due } = createRoot(() => {
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
    return lists;
  });
  /** Records of a list in no order: for what is counted. */
  const membersOf = (list: string): RecordView[] => byList().get(list) ?? [];

  /** What costs a moment with ten thousand records is made when a screen first asks, once for each change. */
  const byName = lazily(byList, (lists) => {
    const order = new Intl.Collator(['ar', 'fr']).compare;
    return new Map([...lists].map(([list, members]) => [list, [...members].sort((a, b) => order(a.values.label ?? '', b.values.label ?? ''))]));
  });
  const recordsOf = (list: string): RecordView[] => byName().get(list) ?? [];

  const entries = lazily(() => [byName(), properties(), enrolment()] as const, ([lists, known, own]) => {
    const found = new Map<string, SearchEntry[]>();
    for (const [list, members] of lists) {
      const facts = known.get(list);
      const heard = new Map<string, string>();
      found.set(list, members.map((view) => indexRecord(view.id, searchableTexts(view, facts, own), heard)));
    }
    return found;
  });

  /** The people of each list, ready to be compared with somebody who is to be registered. */
  const people = lazily(() => [byList(), properties()] as const, ([lists, known]) => {
    const found = new Map<string, People>();
    return (list: string): People => {
      let made = found.get(list);
      if (!made) found.set(list, made = new People(lists.get(list) ?? [], known.get(list)?.values() ?? []));
      return made;
    };
  });

  const labels = lazily(() => [forms(), byList()] as const, ([held, lists]) => {
    const found = new Map<string, string>();
    for (const form of held) {
      for (const entity of form.facts.entities) {
        for (const { from } of entity.properties) {
          if (!from) continue;
          for (const view of lists.get(from.list) ?? []) {
            const key = from.value === 'name' ? view.id : view.values[from.value];
            if (key) found.set(`${from.list}\n${from.value}\n${key}`, view.values[from.label] ?? view.values.label ?? key);
          }
        }
      }
    }
    return found;
  });
  const findLabel = (list: string, key: string, value: string): string | null => labels().get(`${list}\n${key}\n${value}`) ?? null;

  /** Visits due today in the registers that some form follows up. */
  const due = createMemo(() => {
    const followed = new Set(currentForms().flatMap((form) => followUpOf(form.facts)?.list ?? []));
    return findDue(mainLists().filter((list) => followed.has(list)).flatMap(membersOf), Date.now() + clockOffsetMs(), visitDays());
  });

  return { currentForms, properties, views, entries, people, membersOf, recordsOf, findLabel, mainLists, due };
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
export const shortTitle = (title: string): string => titleIn(title, language());
