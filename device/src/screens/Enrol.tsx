// Linking the phone: by the link in the address, by a QR, or by a typed code.
import { createEffect, createSignal, Match, Show, Switch, type JSX } from 'solid-js';
import { t } from '../i18n';
import { navigate } from '../router';
import { enrolment, lockState, shortTitle } from '../state';
import { isOpen } from '../store';
import { enrol, readCode } from '../sync/enrol';
import { ServerProblem } from '../sync/http';
import { sync } from '../sync/run';
import { Icon } from '../ui/icons';
import { FarewellNotice } from '../ui/Farewell';
import { LanguageChoice } from '../ui/LanguageChoice';
import { say } from '../ui/messages';
import { Notice } from '../ui/parts';
import { Scanner } from '../ui/Scanner';
import { Screen } from '../ui/Shell';

export function EnrolScreen(props: { code: string | null }): JSX.Element {
  const [text, setText] = createSignal('');
  const [scanning, setScanning] = createSignal(false);
  const [working, setWorking] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const [elsewhere, setElsewhere] = createSignal<string | null>(null);
  /** While locked nothing is said of whose phone it is. */
  const known = () => (lockState() === 'open' ? enrolment() : null);

  // The code leaves the address at once: a one-time code has no business in the history. A link may also arrive while this
  // screen is open.
  createEffect(() => {
    if (!props.code) return;
    setText(props.code);
    setProblem(null);
    history.replaceState(null, '', '#/enrol');
  });

  const submit = async (typed: string): Promise<void> => {
    const found = readCode(typed, location.origin);
    setProblem(null);
    if (!found) return void setProblem(t('enrol.badCode'));
    if ('link' in found) return void setElsewhere(found.link);
    setWorking(true);
    try {
      await enrol((input, init) => fetch(input, init), found.code, () => crypto.randomUUID(), () => Date.now());
      void navigator.storage?.persist?.();
      if (isOpen()) say(t('enrol.done'));
      navigate('#/', { replace: true });
      // A new agent chooses her PIN first: until then nothing about anybody comes here.
      if (isOpen()) void sync();
    } catch (error) {
      setProblem(error instanceof ServerProblem && error.status < 500 ? t('enrol.refused') : t('enrol.line'));
    } finally {
      setWorking(false);
    }
  };

  return (
    <Screen title={t('enrol.title')} bare={!enrolment()} back={!!enrolment()}>
      <div class="stack enrol">
        <Show when={!known()}>
          <LanguageChoice />
        </Show>
        <FarewellNotice />
        <Show when={known()} fallback={<p class="lead">{t('enrol.lead')}</p>}>
          {(own) => (
            <>
              <Notice tone="good" icon="check">
                <p>{t('enrol.already', { project: shortTitle(own().project.name), name: own().appUser.name })}</p>
                <p>{t('enrol.again')}</p>
              </Notice>
            </>
          )}
        </Show>
        <Switch>
          <Match when={elsewhere()}>
            {(address) => (
              <Notice tone="warn" icon="warning" alert>
                <p>{t('enrol.otherServer', { host: new URL(address()).host })}</p>
                <div class="buttons">
                  <button type="button" class="button" onClick={() => setElsewhere(null)}>{t('app.cancel')}</button>
                  <a class="button button-primary" href={address()}>{t('enrol.open')}</a>
                </div>
              </Notice>
            )}
          </Match>
          <Match when={scanning()}>
            <Scanner
              onStop={() => setScanning(false)}
              onText={(found) => {
                setScanning(false);
                setText(found);
                void submit(found);
              }}
            />
          </Match>
          <Match when={true}>
            <button type="button" class="button button-primary button-large" disabled={working()} onClick={() => { setProblem(null); setScanning(true); }}>
              <Icon name="qr" />{t('enrol.scan')}
            </button>
          </Match>
        </Switch>
        <form
          class="card stack"
          onSubmit={(event) => {
            event.preventDefault();
            void submit(text());
          }}
        >
          <label class="field">
            <span class="field-label">{t('enrol.code')}</span>
            <input
              class="input" dir="ltr" value={text()} autocomplete="off" autocapitalize="off" spellcheck={false} required
              aria-invalid={problem() !== null} aria-describedby="code-hint code-problem" onInput={(event) => setText(event.currentTarget.value)}
            />
            <span id="code-hint" class="hint">{t('enrol.codeHint')}</span>
          </label>
          <div id="code-problem" role="alert">
            <Show when={problem()}>{(words) => <Notice tone="bad" icon="warning">{words()}</Notice>}</Show>
          </div>
          <button type="submit" class="button button-primary" disabled={working() || !text().trim()}>
            {working() ? t('enrol.working') : t('enrol.submit')}
          </button>
        </form>
      </div>
    </Screen>
  );
}
