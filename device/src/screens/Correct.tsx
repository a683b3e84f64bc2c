// A form that the chamber sent back: the officer's words first, then the form with the answers as they were.
import { createMemo, createResource, Match, Show, Switch, type JSX } from 'solid-js';
import { isolate, sayWhen, t } from '../i18n';
import { link } from '../router';
import { draftOf, drafts, forms, formTitle, inbox, outbox, shortTitle, viewOf } from '../state';
import { readSentBackFiles } from '../store';
import { Icon } from '../ui/icons';
import { Empty, Notice, RowLink } from '../ui/parts';
import { Screen } from '../ui/Shell';

export function CorrectScreen(props: { instanceId: string }): JSX.Element {
  const draft = createMemo(() => drafts().find((other) => other.corrects?.instanceId === props.instanceId));
  const asked = createMemo(() => inbox().find((item) => item.kind === 'correction' && item.instanceId === props.instanceId));
  const sentBack = createMemo(() => {
    const item = asked();
    return item?.kind === 'correction' ? item : draft()?.corrects;
  });
  const done = (): boolean => outbox().some((item) => item.deprecatedId === props.instanceId);
  const hasForm = (): boolean => forms().some((form) => form.formId === sentBack()?.formId && form.version === sentBack()?.formVersion);
  const [held] = createResource(() => [props.instanceId, inbox()] as const, ([instanceId]) => readSentBackFiles(instanceId));
  const filesLeft = (): number => (sentBack()?.attachments ?? []).filter((file) => !held.latest?.some((other) => other.name === file.name)).length;
  /** The record it is about, when this phone has it: a draft about her comes first. */
  const about = createMemo(() => {
    const id = /<entity[^>]*\sid="([^"]+)"/.exec(sentBack()?.xml ?? '')?.[1];
    return id === undefined ? undefined : { view: viewOf(id), draft: draftOf(id) };
  });

  return (
    <Show when={sentBack()} fallback={<Screen title={t('correct.title')} back><Empty icon="check">{t(done() ? 'correct.sent' : 'correct.over')}</Empty></Screen>}>
      {(item) => (
        <Screen title={t('correct.title')} subtitle={<bdi>{shortTitle(formTitle(item().formId))}</bdi>} back>
          <div class="stack">
            <Show when={about()?.view}>
              {(view) => <section class="card rows"><RowLink href={link('records', view().id)} icon="people" title={isolate(view().values.label || t('records.noName'))} /></section>}
            </Show>
            <section class="card stack-small sent-back">
              <h2>{t('correct.words')}</h2>
              <p class="words" dir="auto">{item().comment}</p>
              <p class="hint"><Show when={item().by}><bdi>{item().by}</bdi>{' · '}</Show>{sayWhen(item().at)}</p>
            </section>
            <Switch fallback={
              <>
                <p class="hint">{t('correct.hint')}</p>
                <Show when={filesLeft() > 0}><Notice tone="plain" icon="camera">{t('correct.filesLeft', { n: filesLeft() })}</Notice></Show>
                <a class="button button-primary button-large" href={link('edit', props.instanceId)}><Icon name="form" />{t('correct.start')}</a>
              </>
            }>
              <Match when={done()}><Notice tone="good" icon="check">{t('correct.sent')}</Notice></Match>
              <Match when={draft()}>
                {(own) => (
                  <>
                    <Notice tone={asked() ? 'brand' : 'warn'} icon="draft"><p>{t(asked() ? 'correct.begun' : 'correct.withdrawn')}</p></Notice>
                    <a class="button button-primary button-large" href={link('draft', own().instanceId)}>{t('record.continueDraft')}</a>
                  </>
                )}
              </Match>
              <Match when={!hasForm()}><Notice tone="warn" icon="form">{t('correct.noForm')}</Notice></Match>
              <Match when={about()?.draft}>
                {(other) => (
                  <Notice tone="brand" icon="draft">
                    <p>{t('record.draftOpen', { title: shortTitle(other().title) })}</p>
                    <a class="button button-primary" href={link('draft', other().instanceId)}>{t('record.continueDraft')}</a>
                  </Notice>
                )}
              </Match>
            </Switch>
          </div>
        </Screen>
      )}
    </Show>
  );
}
