// Opens the form screen for a new instance, a follow-up or a draft. The form engine is loaded only here.
import { createEffect, createResource, lazy, Match, on, Show, Suspense, Switch, untrack, type JSX } from 'solid-js';
import type { FormSession } from '../form/contract';
import { t } from '../i18n';
import { link, navigate, path } from '../router';
import { forms, shortTitle, views } from '../state';
import { DraftOpenError, MissingError, openDraft, openForm } from '../sessions';
import { say } from '../ui/messages';
import { Loading, Notice } from '../ui/parts';
import { Screen } from '../ui/Shell';

const FormScreen = lazy(async () => ({ default: (await import('../form/FormScreen')).FormScreen }));

export type Task = { kind: 'new'; formId: string; entityId: string | null } | { kind: 'draft'; instanceId: string };

export function FillScreen(props: { task: Task }): JSX.Element {
  const opened = untrack(path);
  // From the first save on, the address is the draft's: a reload, or a phone that gave up, comes back to these answers.
  const onDraft = (instanceId: string): void => {
    const address = link('draft', instanceId);
    if (path() === opened && location.hash !== address) history.replaceState(history.state, '', address);
  };
  const onEnd = (how: 'finalized' | 'left'): void => {
    say(how === 'finalized' ? t('form.finalized') : t('form.saved'));
    // She may have gone elsewhere by herself, and the form was left for that reason.
    if (path() !== opened) return;
    const task = props.task;
    if (how === 'left') navigate(link('drafts'), { replace: true });
    else navigate(task.kind === 'new' && task.entityId ? link('records', task.entityId) : '#/', { replace: true });
  };
  const [session, { refetch }] = createResource(() => props.task, async (task): Promise<FormSession> =>
    task.kind === 'draft' ? openDraft(task.instanceId, { onDraft, onEnd }) : openForm(task.formId, task.entityId, { onDraft, onEnd }));

  // What is missing may be on its way: a first pull brings forms one by one.
  createEffect(on([forms, views], () => {
    if (session.error instanceof MissingError) void refetch();
  }, { defer: true }));

  return (
    <Switch fallback={<Loading />}>
      <Match when={session.error as unknown}>
        {(error) => (
          <Screen title={t('forms.title')} back>
            <Show
              when={error() instanceof DraftOpenError ? (error() as DraftOpenError).draft : null}
              fallback={<Notice tone="bad" icon="warning" alert>{t('forms.missing')}</Notice>}
            >
              {(draft) => (
                <Notice tone="brand" icon="draft" alert>
                  <p>{t('record.draftOpen', { title: shortTitle(draft().title) })}</p>
                  <a class="button button-primary" href={link('draft', draft().instanceId)}>{t('record.continueDraft')}</a>
                </Notice>
              )}
            </Show>
          </Screen>
        )}
      </Match>
      <Match when={session()}>
        {(opened) => <Suspense fallback={<Loading />}><FormScreen session={opened()} /></Suspense>}
      </Match>
    </Switch>
  );
}
