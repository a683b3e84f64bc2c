// Opens the form screen for a new instance, a follow-up or a draft. The form engine is loaded only here.
import { createEffect, createResource, lazy, Match, on, onCleanup, Show, Suspense, Switch, untrack, type JSX } from 'solid-js';
import type { FormSession } from '../form/contract';
import { t } from '../i18n';
import { followUpOf } from '../records/facts';
import { trackForm } from '../lock';
import { link, navigate, path } from '../router';
import { currentForms, forms, reloadNow, shortTitle, views } from '../state';
import { DraftOpenError, draftKey, MissingError, openDraft, openForm, openSentBack, type Opened } from '../sessions';
import { holdOpen, takeOver, type Held } from '../store';
import { say } from '../ui/messages';
import { Loading, Notice } from '../ui/parts';
import { Screen } from '../ui/Shell';

const loadScreen = () => import('../form/FormScreen');
const FormScreen = lazy(async () => ({ default: (await loadScreen()).FormScreen }));

export type Task =
  | { kind: 'new'; formId: string; entityId: string | null }
  | { kind: 'draft'; instanceId: string }
  | { kind: 'correct'; instanceId: string };

/** Another tab has this form open. */
class ElsewhereError extends Error {}

export function FillScreen(props: { task: Task }): JSX.Element {
  const opened = untrack(path);
  let held: Held | null = null;
  let ended = false;
  const saved = trackForm();
  const release = (): void => {
    held?.release();
    held = null;
  };
  /** Another tab asks for the form: put it down, saved, and say so. */
  const giveUp = (): void => {
    if (ended) return;
    say(t('form.elsewhere'));
    if (path() === opened) navigate(link('drafts'), { replace: true });
  };
  // From the first save on, the address is the draft's: a reload, or a phone that gave up, comes back to these answers.
  const onDraft = (instanceId: string): void => {
    const address = link('draft', instanceId);
    if (path() === opened && location.hash !== address) history.replaceState(history.state, '', address);
    if (!held && !ended) void holdOpen(draftKey(instanceId), giveUp).then((got) => { held ??= got; if (ended) release(); }, () => undefined);
  };
  const onEnd = (how: 'finalized' | 'left'): void => {
    say(how === 'finalized' ? t('form.finalized') : t('form.saved'));
    // She may have gone elsewhere by herself, and the form was left for that reason.
    if (path() !== opened) return;
    const task = props.task;
    if (how === 'left') navigate(link('drafts'), { replace: true });
    else navigate(task.kind === 'new' && task.entityId ? link('records', task.entityId) : '#/', { replace: true });
  };
  const open = async (task: Task): Promise<Opened> => {
    const ends = { onDraft, onEnd };
    if (task.kind === 'draft') return openDraft(task.instanceId, ends);
    return task.kind === 'correct' ? openSentBack(task.instanceId, ends) : openForm(task.formId, task.entityId, ends);
  };
  /** Open in this tab alone. What another tab wrote is read after it has let go. */
  const openAlone = async (task: Task, force: boolean): Promise<FormSession> => {
    const { key } = await open(task);
    await loadScreen();
    if (key && !held) {
      held = await (force ? takeOver(key, giveUp) : holdOpen(key, giveUp));
      // This tab may just be saving it, on the way out of the form.
      for (let tries = 0; !held && tries < 5 && !ended; tries += 1) {
        await new Promise((later) => setTimeout(later, 300));
        held = await holdOpen(key, giveUp);
      }
      if (!held) throw new ElsewhereError();
      if (ended) release();
      await reloadNow('drafts');
    }
    let session: Opened;
    try {
      session = await open(task);
    } catch (error) {
      release();
      throw error;
    }
    const { onAutosave, onFinalize } = session;
    const mayWrite = (): boolean => !held?.lost();
    session.onAutosave = async (d, meta) => { if (mayWrite()) await onAutosave.call(session, d, meta); };
    session.onFinalize = async (d, meta) => {
      if (!mayWrite()) throw new ElsewhereError();
      await onFinalize.call(session, d, meta);
    };
    session.onGone = () => {
      ended = true;
      saved();
      release();
    };
    return session;
  };
  onCleanup(() => {
    if (session.state === 'ready') return; // the form lets go when it has saved
    ended = true;
    saved();
    release();
  });
  const [session, { refetch }] = createResource(() => props.task, (task, { refetching }): Promise<FormSession> => openAlone(task, refetching === 'here'));

  // A follow-up opened by its address alone begins with the choice of the woman, as from the list of forms.
  createEffect(() => {
    const task = props.task;
    const form = task.kind === 'new' && task.entityId === null && currentForms().find((other) => other.formId === task.formId);
    if (form && followUpOf(form.facts)?.question) navigate(link('choose', form.formId), { replace: true });
  });

  // What is missing may be on its way: a first pull brings forms one by one.
  createEffect(on([forms, views], () => {
    if (session.error instanceof MissingError) void refetch();
  }, { defer: true }));

  return (
    <Switch fallback={<Loading />}>
      <Match when={session.error as unknown}>
        {(error) => (
          <Screen title={t('forms.title')} back>
            <Show when={error() instanceof ElsewhereError}>
              <Notice tone="brand" icon="draft" alert>
                <p>{t('form.openElsewhere')}</p>
                <button type="button" class="button button-primary" onClick={() => void refetch('here')}>{t('form.openHere')}</button>
              </Notice>
            </Show>
            <Show
              when={error() instanceof DraftOpenError ? (error() as DraftOpenError).draft : null}
              fallback={<Show when={!(error() instanceof ElsewhereError)}><Notice tone="bad" icon="warning" alert>{t('forms.missing')}</Notice></Show>}
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
