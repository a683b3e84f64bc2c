// Searching the register: used on the records screen, before a registration, and to choose whom a follow-up is about.
import { batch, createMemo, createSignal, For, onCleanup, Show, type JSX } from 'solid-js';
import { isolate, t } from '../i18n';
import { otherName, SCOPE_PROPERTY, scopeText, valueText } from '../records/display';
import { findByCard } from '../records/cards';
import { searchRecords } from '../records/search';
import type { RecordView } from '../records/views';
import { draftOf, enrolment, entries, findLabel, mainLists, properties, recordsOf, recordsReady, viewOf, views } from '../state';
import { focusSoon } from './focus';
import { Icon } from './icons';
import { Badge, Empty, Loading, Notice, RowLink } from './parts';
import { Scanner } from './Scanner';

const STEP = 60;
/** What fills a phone's screen is shown at once; the other rows follow when she has stopped typing: sixty take a slow phone a third of a second. */
const FIRST = 10;
const PAUSE_MS = 200;

/** The marks a record carries: what is new, changed here, disputed. */
export function Marks(props: { view: RecordView }): JSX.Element {
  return (
    <>
      <Show when={props.view.aside}><Badge tone="warn" icon="aside">{t('records.aside')}</Badge></Show>
      <Show when={!props.view.aside && props.view.pending.length > 0}>
        <Badge tone="brand" icon="clock">{props.view.pulled ? t('records.pending') : t('records.new')}</Badge>
      </Show>
      <Show when={(props.view.pulled?.open.length ?? 0) > 0}><Badge tone="warn" icon="question">{t('records.disputed')}</Badge></Show>
      <Show when={draftOf(props.view.id)}><Badge tone="plain" icon="draft">{t('records.draft')}</Badge></Show>
    </>
  );
}

/** One line about a record: its other name, where and what, each kept in its own direction of writing. */
export function RecordDetail(props: { view: RecordView }): JSX.Element {
  return <For each={detailsOf(props.view)}>{(text, index) => <><Show when={index() > 0}> · </Show><bdi>{text}</bdi></>}</For>;
}

function detailsOf(view: RecordView): string[] {
  const facts = properties().get(view.list);
  const place = scopeText(view.values[SCOPE_PROPERTY], enrolment()) || (view.values[SCOPE_PROPERTY] ? valueText(SCOPE_PROPERTY, view.values[SCOPE_PROPERTY], facts, findLabel) : '');
  const work = view.values.metier ? valueText('metier', view.values.metier, facts, findLabel) : '';
  return [otherName(view), place, work].filter(Boolean);
}

export function RecordList(props: {
  href: (id: string) => string; lists?: string[]; autofocus?: boolean; needsQuery?: boolean; label?: string; none?: JSX.Element; onQuery?: (query: string) => void;
  /** A woman's card was scanned. */
  onScan?: (id: string) => void;
}): JSX.Element {
  const [query, setQuery] = createSignal('');
  const [scope, setScope] = createSignal('');
  const [chosen, setChosen] = createSignal<string | null>(null);
  const [shown, setShown] = createSignal(STEP);
  const [whole, setWhole] = createSignal(false);
  let pause: ReturnType<typeof setTimeout> | undefined;
  const firstOnly = (): void => {
    clearTimeout(pause);
    setWhole(false);
    pause = setTimeout(() => setWhole(true), PAUSE_MS);
  };
  firstOnly();
  const [scanning, setScanning] = createSignal(false);
  const [problem, setProblem] = createSignal(false);
  const lists = (): string[] => props.lists ?? mainLists();
  const list = (): string => chosen() ?? lists()[0] ?? '';
  const scopes = createMemo(() => {
    const found = new Map<string, string>();
    for (const view of recordsOf(list())) {
      const value = view.values[SCOPE_PROPERTY];
      if (value && !found.has(value)) found.set(value, scopeText(value, enrolment()));
    }
    return [...found].sort((a, b) => a[1].localeCompare(b[1]));
  });
  const results = createMemo(() => {
    if (props.needsQuery && query().trim().length < 2) return [];
    // Nothing typed: everything, in order; the index is made when something is.
    const ids = query().trim() === '' ? recordsOf(list()).map((view) => view.id) : searchRecords(entries().get(list()) ?? [], query());
    const wanted = scope();
    return wanted ? ids.filter((id) => views().get(id)?.values[SCOPE_PROPERTY] === wanted) : ids;
  });
  // While she finds the box, so that her first letter is answered at once.
  const warm = setTimeout(() => void entries(), 400);
  onCleanup(() => { clearTimeout(warm); clearTimeout(pause); });
  const visible = createMemo(() => results().slice(0, whole() ? shown() : FIRST).map((id) => views().get(id)).filter((view) => view !== undefined));

  return (
    <div class="stack-small">
      <div class="search">
        <Icon name="search" />
        <input
          type="search" class="input search-input" dir="auto" autocomplete="off" spellcheck={false} placeholder={props.label ?? t('records.search')}
          aria-label={`${props.label ?? t('records.search')} (${t('records.searchHint')})`} value={query()}
          ref={(input) => { if (props.autofocus) focusSoon(input); }}
          onInput={(event) => { batch(() => { firstOnly(); setShown(STEP); setQuery(event.currentTarget.value); }); props.onQuery?.(event.currentTarget.value); }}
        />
        <Show when={props.onScan}>
          <button type="button" class="icon-button" aria-label={t('records.scan')} onClick={() => { setProblem(false); setScanning(true); }}><Icon name="qr" /></button>
        </Show>
      </div>
      <Show when={scanning()}>
        <Scanner
          lead={t('records.scanning')} onStop={() => setScanning(false)}
          onText={(text) => { setScanning(false); const id = findByCard(text, views(), (id) => viewOf(id)?.id ?? id); if (id) props.onScan!(id); else setProblem(true); }}
        />
      </Show>
      <Show when={problem()}><Notice tone="warn" icon="qr" alert>{t('records.scanUnknown')}</Notice></Show>
      <Show when={lists().length > 1 || (scopes().length > 1 && !props.needsQuery)}>
        <div class="filters">
          <Show when={lists().length > 1}>
            <select class="select" aria-label={t('records.list')} value={list()} onChange={(event) => { setChosen(event.currentTarget.value); setScope(''); }}>
              <For each={lists()}>{(name) => <option value={name}>{name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, ' ')}</option>}</For>
            </select>
          </Show>
          <Show when={scopes().length > 1 && !props.needsQuery}>
            <select class="select" aria-label={t('records.scope')} value={scope()} onChange={(event) => { setScope(event.currentTarget.value); setShown(STEP); }}>
              <option value="">{t('records.allScopes')}</option>
              <For each={scopes()}>{([value, label]) => <option value={value}>{label}</option>}</For>
            </select>
          </Show>
        </div>
      </Show>
      <Show when={!props.needsQuery || query().trim().length >= 2}>
        <p class="count" role="status">{results().length > 0 ? t('records.count', { n: results().length }) : ''}</p>
        <Show
          when={visible().length > 0}
          fallback={<Show when={recordsReady()} fallback={<Loading />}>{props.none ?? <Empty icon="people">{recordsOf(list()).length > 0 ? t('records.none') : t('records.empty')}</Empty>}</Show>}
        >
          <div class="card rows">
            <For each={visible()}>
              {(view) => (
                <RowLink href={props.href(view.id)} title={isolate(view.values.label || otherName(view) || t('records.noName'))} detail={<RecordDetail view={view} />} marks={<Marks view={view} />} />
              )}
            </For>
          </div>
          <Show when={results().length > shown()}>
            <button type="button" class="button" onClick={() => setShown(shown() + STEP)}>{t('records.more')}</button>
          </Show>
        </Show>
      </Show>
    </div>
  );
}
