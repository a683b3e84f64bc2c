// One record: what is known, what is disputed or not yet in the register, what was done, and the forms to fill.
import { createMemo, For, Show, type JSX } from 'solid-js';
import { isolate, sayDate, sayWhen, t } from '../i18n';
import { otherName, propertyName, SCOPE_PROPERTY, scopeText, valueText } from '../records/display';
import { followUpOf } from '../records/facts';
import { link } from '../router';
import { currentForms, draftOf, enrolment, findLabel, formTitle, properties, recordsReady, shortTitle, viewOf } from '../state';
import { Asked, questionsAbout } from '../ui/Asked';
import { Icon } from '../ui/icons';
import { Badge, Empty, Loading, Notice, RowLink } from '../ui/parts';
import { Photos } from '../ui/Photos';
import { Marks } from '../ui/RecordList';
import { Screen } from '../ui/Shell';

export function RecordScreen(props: { id: string }): JSX.Element {
  const view = createMemo(() => viewOf(props.id));
  const facts = () => properties().get(view()?.list ?? '');
  const followUps = () => currentForms().filter((form) => followUpOf(form.facts)?.list === view()?.list);
  const draft = () => draftOf(props.id);

  /** Properties in the order of the registration form, then any others; blank ones are left out. */
  const rows = createMemo(() => {
    const shown = view();
    if (!shown) return [];
    const names = [...(facts()?.keys() ?? [])];
    for (const name of Object.keys(shown.values)) if (!names.includes(name)) names.push(name);
    const open = new Set(shown.pulled?.open ?? []);
    return names
      .filter((name) => name !== 'label' && (shown.values[name] || shown.pulled?.data[name] || open.has(name)))
      .map((name) => {
        const value = shown.values[name] ?? '';
        const before = shown.pulled?.data[name] ?? '';
        const say = (text: string): string => (name === SCOPE_PROPERTY && scopeText(text, enrolment()) !== text ? scopeText(text, enrolment()) : valueText(name, text, facts(), findLabel));
        return { name, label: propertyName(name, facts()), value: say(value) || t('record.blank'), before: shown.pulled && before !== value ? say(before) || t('record.blank') : null, disputed: open.has(name) };
      });
  });

  return (
    <Show
      when={view()}
      fallback={<Screen title={t('records.title')} back><Show when={recordsReady()} fallback={<Loading />}><Empty icon="people">{t('record.notHere')}</Empty></Show></Screen>}
    >
      {(shown) => (
        <Screen title={isolate(shown().values.label || otherName(shown()) || t('records.noName'))} subtitle={<bdi>{otherName(shown())}</bdi>} back>
          <div class="stack">
            <div class="marks"><Marks view={shown()} /></div>
            <Show when={shown().id !== props.id}><Notice tone="plain" icon="joined">{t('record.merged')}</Notice></Show>
            <Show when={shown().pulled?.dropped}><Notice tone="warn" icon="pin">{t('record.dropped')}</Notice></Show>

            <For each={questionsAbout(shown())}>{(question) => <Asked view={shown()} question={question} busy={draft() !== undefined} />}</For>

            <section class="stack-small">
              <h2>{t('record.fill')}</h2>
              <Show
                when={!draft()}
                fallback={
                  <Notice tone="brand" icon="draft">
                    <p>{t('record.draftOpen', { title: shortTitle(draft()!.title) })}</p>
                    <a class="button button-primary" href={link('draft', draft()!.instanceId)}>{t('record.continueDraft')}</a>
                  </Notice>
                }
              >
                <Show when={!shown().veiled} fallback={<Notice tone="warn" icon="lock">{t('lock.veiled')}</Notice>}>
                <Show when={followUps().length > 0} fallback={<p class="hint">{t('record.noForms')}</p>}>
                  <div class="card rows">
                    <For each={followUps()}>
                      {(form) => <RowLink href={link('follow', form.formId, shown().id)} icon="form" title={shortTitle(form.title)} />}
                    </For>
                  </div>
                </Show>
                </Show>
              </Show>
            </section>

            <section class="stack-small">
              <h2>{t('record.values')}</h2>
              <dl class="card values">
                <For each={rows()}>
                  {(row) => (
                    <div class="value" data-property={row.name} classList={{ 'value-disputed': row.disputed, 'value-pending': row.before !== null && !row.disputed }}>
                      <dt dir="auto">{row.label}</dt>
                      <dd>
                        <bdi>{isolate(row.value)}</bdi>
                        <Show when={row.disputed}><span class="value-note"><Badge tone="warn" icon="question">{t('record.disputed')}</Badge></span></Show>
                        <Show when={row.before !== null}>
                          <span class="value-note"><Badge tone="brand" icon="clock">{t('record.pending')}</Badge> <bdi>{isolate(t('record.was', { value: row.before! }))}</bdi></span>
                        </Show>
                      </dd>
                    </div>
                  )}
                </For>
              </dl>
            </section>

            <Photos id={shown().id} />

            <section class="stack-small">
              <h2>{t('record.history')}</h2>
              <Show when={shown().pending.length + (shown().pulled?.events.length ?? 0) > 0} fallback={<p class="hint">{t('record.noHistory')}</p>}>
                <ol class="card events">
                  <For each={[...shown().pending].reverse()}>
                    {({ item }) => (
                      <li class="event event-here">
                        <span class="event-dot"><Icon name="clock" size={16} /></span>
                        <span><strong><bdi>{shortTitle(item.title)}</bdi></strong><span class="row-detail">{sayWhen(item.finalizedAt)} · {t('record.here')}</span></span>
                      </li>
                    )}
                  </For>
                  <For each={shown().pulled?.events ?? []}>
                    {(event) => (
                      <li class="event">
                        <span class="event-dot"><Icon name="check" size={16} /></span>
                        <span><strong><bdi>{shortTitle(formTitle(event.formId))}</bdi></strong><span class="row-detail">{sayDate(event.date)}{event.byName ? <> · <bdi>{t('record.by', { name: event.byName })}</bdi></> : null}</span></span>
                      </li>
                    )}
                  </For>
                </ol>
              </Show>
            </section>
          </div>
        </Screen>
      )}
    </Show>
  );
}
