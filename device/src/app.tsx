// Which screen stands for which address.
import { createMemo, ErrorBoundary, Match, Show, Switch, type JSX } from 'solid-js';
import { language, t } from './i18n';
import { navigate, path, segments } from './router';
import { CorrectScreen } from './screens/Correct';
import { DayScreen } from './screens/Day';
import { DraftsScreen } from './screens/Drafts';
import { EnrolScreen } from './screens/Enrol';
import { FillScreen, type Task } from './screens/Fill';
import { FormsScreen } from './screens/Forms';
import { HandOverScreen } from './screens/HandOver';
import { HomeScreen } from './screens/Home';
import { ChoosePinScreen, LockScreen } from './screens/Lock';
import { OutboxScreen } from './screens/Outbox';
import { RecordScreen } from './screens/Record';
import { ChooseScreen, RecordsScreen } from './screens/Records';
import { RegisterScreen } from './screens/Register';
import { SettingsScreen } from './screens/Settings';
import { SyncScreen } from './screens/Sync';
import { lockState, ready } from './state';
import { message } from './ui/messages';
import { Empty, Loading, Notice } from './ui/parts';
import { Screen } from './ui/Shell';
import { update } from './updates';

/** The form an address opens; null for every other screen. The same address gives the same object, so a form is not reopened. */
function findTask(parts: string[]): Task | null {
  const [screen, first, second] = parts;
  if (screen === 'new' && first) return { kind: 'new', formId: first, entityId: null };
  if (screen === 'follow' && first && second) return { kind: 'new', formId: first, entityId: second };
  if (screen === 'edit' && first) return { kind: 'correct', instanceId: first };
  if (screen === 'draft' && first) return { kind: 'draft', instanceId: first };
  return null;
}

export function App(): JSX.Element {
  const task = createMemo(() => findTask(path() ? segments() : []));
  const screen = (): string => segments()[0] ?? '';
  const argument = (): string => segments()[1] ?? '';
  return (
    <ErrorBoundary
      fallback={(error: unknown, reset) => (
        <main class="content">
          <Notice tone="bad" icon="warning" alert>
            <p>{t('app.broken')}</p>
            <p class="hint" dir="auto">{error instanceof Error ? error.name : ''}</p>
            <button type="button" class="button" onClick={() => { navigate('#/', { replace: true }); reset(); }}>{t('nav.home')}</button>
          </Notice>
        </main>
      )}
    >
      <Show when={ready()} fallback={<Loading />}>
        <Switch fallback={<Screen title={t('app.name')} back><Empty icon="question">{t('app.notFound')}</Empty></Screen>}>
          <Match when={screen() === 'enrol' || (lockState() === 'new' && screen() !== 'settings')}><EnrolScreen code={screen() === 'enrol' ? argument() || null : null} /></Match>
          <Match when={lockState() === 'unset'}><ChoosePinScreen /></Match>
          <Match when={lockState() === 'locked'}><LockScreen /></Match>
          <Match when={task()}>{(opened) => <Show when={opened()} keyed>{(one) => <FillScreen task={one} />}</Show>}</Match>
          <Match when={screen() === ''}><HomeScreen /></Match>
          <Match when={screen() === 'day'}><DayScreen /></Match>
          <Match when={screen() === 'records' && argument()}><RecordScreen id={argument()} /></Match>
          <Match when={screen() === 'records'}><RecordsScreen /></Match>
          <Match when={screen() === 'choose' && argument()}><ChooseScreen formId={argument()} /></Match>
          <Match when={screen() === 'register' && argument()}><RegisterScreen formId={argument()} /></Match>
          <Match when={screen() === 'forms'}><FormsScreen /></Match>
          <Match when={screen() === 'correct' && argument()}><CorrectScreen instanceId={argument()} /></Match>
          <Match when={screen() === 'drafts'}><DraftsScreen /></Match>
          <Match when={screen() === 'outbox'}><OutboxScreen /></Match>
          <Match when={screen() === 'handover'}><HandOverScreen full={argument() === 'full'} /></Match>
          <Match when={screen() === 'sync'}><SyncScreen /></Match>
          <Match when={screen() === 'settings'}><SettingsScreen /></Match>
        </Switch>
      </Show>
      <div class="toasts" lang={language()}>
        <div role="status" aria-live="polite"><Show when={message()}><p class="toast">{message()}</p></Show></div>
        <Show when={update() && !task()}>
          <div class="toast toast-update" role="status">
            <span>{t('app.update')}</span>
            <button type="button" class="button button-small" onClick={() => update()?.()}>{t('app.updateNow')}</button>
          </div>
        </Show>
      </div>
    </ErrorBoundary>
  );
}
