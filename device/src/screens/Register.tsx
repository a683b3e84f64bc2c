// Is she known already? Asked before every registration: by name in either script, year of birth and commune, with the reasons in words.
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import { isolate, pickText, t, type Key } from '../i18n';
import { otherName } from '../records/display';
import { findRoles } from '../records/people';
import { searchRecords } from '../records/search';
import { link, navigate } from '../router';
import { currentForms, enrolment, entries, people, properties, recordsReady, shortTitle, views } from '../state';
import { focusSoon } from '../ui/focus';
import { Badge, Loading, RowLink } from '../ui/parts';
import { Marks, RecordDetail, RecordList } from '../ui/RecordList';
import { Screen } from '../ui/Shell';

/** What is asked of her, in the order in which papers say it. The commune is chosen among those of this phone. */
const ASKED = ['family', 'given', 'name', 'father', 'birth', 'phone'] as const;
type Asked = (typeof ASKED)[number];
/** More than these are no answer any more. */
const MOST = 8;

function Candidates(props: { list: string; roles: Record<string, string>; asked: Partial<Record<Asked | 'place', string>> }): JSX.Element {
  const likely = createMemo(() => {
    // What was typed stands for the first property of its role.
    const values: Record<string, string> = {};
    for (const [role, text] of Object.entries(props.asked)) {
      const name = Object.keys(props.roles).find((property) => props.roles[property] === role);
      if (name && text?.trim()) values[name] = text.trim();
    }
    return people()(props.list).find(values).slice(0, MOST);
  });
  const alike = createMemo(() => {
    const query = [props.asked.family, props.asked.given, props.asked.name].filter(Boolean).join(' ').trim();
    if (query.length < 2) return [];
    const shown = new Set(likely().map((one) => one.id));
    return searchRecords(entries().get(props.list) ?? [], query).filter((id) => !shown.has(id)).slice(0, MOST);
  });
  const reason = (name: string): string => t(`reason.${name}` as Key);
  const row = (id: string, detail: JSX.Element, badge: JSX.Element): JSX.Element => (
    <Show when={views().get(id)}>
      {(view) => <RowLink href={link('records', id)} title={isolate(view().values.label || otherName(view()) || t('records.noName'))} detail={<><RecordDetail view={view()} />{detail}</>} marks={<>{badge}<Marks view={view()} /></>} />}
    </Show>
  );
  return (
    <div class="stack-small candidates" role="status" aria-live="polite">
      <Show when={likely().length > 0}>
        <h2>{t('register.like')}</h2>
        <div class="card rows">
          <For each={likely()}>
            {(one) => row(one.id, <span class="reasons">{one.reasons.map(reason).join(t('text.comma'))}</span>, <Badge tone={one.band === 'sure' ? 'warn' : 'brand'} icon="people">{t(one.band === 'sure' ? 'register.sure' : 'register.likely')}</Badge>)}
          </For>
        </div>
      </Show>
      <Show when={alike().length > 0}>
        <h2>{t('register.alike')}</h2>
        <div class="card rows"><For each={alike()}>{(id) => row(id, '', '')}</For></div>
      </Show>
    </div>
  );
}

export function RegisterScreen(props: { formId: string }): JSX.Element {
  const [asked, setAsked] = createSignal<Partial<Record<Asked | 'place', string>>>({});
  const form = () => currentForms().find((other) => other.formId === props.formId);
  const list = (): string => form()?.facts.entities.find((entity) => entity.create)?.list ?? '';
  const roles = createMemo(() => findRoles(properties().get(list())?.values() ?? []));
  const has = (role: string): boolean => Object.values(roles()).includes(role);
  const boxes = (): Asked[] => ASKED.filter((role) => has(role) && (role !== 'name' || !has('given')));
  const typed = (): boolean => Object.values(asked()).join('').trim().length >= 2;
  const put = (role: Asked | 'place', text: string): void => void setAsked((before) => ({ ...before, [role]: text }));
  const places = () => (has('place') ? (enrolment()?.scopes ?? []) : []);
  return (
    <Screen title={t('register.title')} subtitle={<bdi>{shortTitle(form()?.title ?? '')}</bdi>} back>
      <div class="stack">
        <p class="lead">{t('register.lead')}</p>
        <Show
          when={boxes().length > 0}
          fallback={<RecordList href={(id) => link('records', id)} lists={[list()]} needsQuery autofocus label={t('register.name')} onQuery={(text) => put('name', text)} none={<p class="hint">{t('register.none')}</p>} />}
        >
          <div class="card register-boxes">
            <For each={boxes()}>
              {(role, index) => (
                <label class="field">
                  <span class="field-label">{t(`register.${role}`)}</span>
                  <input
                    class="input" name={role} dir="auto" autocomplete="off" spellcheck={false} value={asked()[role] ?? ''}
                    inputmode={role === 'birth' || role === 'phone' ? 'numeric' : 'text'} maxlength={80}
                    ref={(input) => { if (index() === 0) focusSoon(input); }}
                    onInput={(event) => put(role, event.currentTarget.value)}
                  />
                </label>
              )}
            </For>
            <Show when={places().length > 1}>
              <label class="field">
                <span class="field-label">{t('records.scope')}</span>
                <select class="select" name="place" onChange={(event) => put('place', event.currentTarget.value)}>
                  <option value="">{t('register.anyPlace')}</option>
                  <For each={places()}>{(scope) => <option value={scope.value}>{pickText(scope.labels) || scope.value}</option>}</For>
                </select>
              </label>
            </Show>
          </div>
          <Show when={typed()}>
            <Show when={recordsReady()} fallback={<Loading />}><Candidates list={list()} roles={roles()} asked={asked()} /></Show>
          </Show>
        </Show>
        <button type="button" class="button button-large" classList={{ 'button-primary': typed() }} onClick={() => navigate(link('new', props.formId), { replace: true })}>
          {t('register.new')}
        </button>
      </div>
    </Screen>
  );
}
