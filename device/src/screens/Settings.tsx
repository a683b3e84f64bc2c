// Language, who this phone belongs to, how safe its data is, what it is made of.
import { createResource, createSignal, For, Show, type JSX } from 'solid-js';
import { pickText, sayDuration, saySize, t } from '../i18n';
import { lockTimeChanged } from '../lock';
import { link } from '../router';
import { autoSync, enrolment, lockMinutes, lockState, photosOnWifi, shortTitle } from '../state';
import { changePin, isGoodPin, MIN_PIN, writeSetting } from '../store';
import { installer } from '../install';
import { lineKind } from '../sync/line';
import { LanguageChoice } from '../ui/LanguageChoice';
import { say } from '../ui/messages';
import { Notice } from '../ui/parts';
import { PinBox } from '../ui/PinBox';
import { Screen } from '../ui/Shell';

/** Minutes without a touch; longer ones would leave a lost phone open. */
const LOCK_MINUTES = [1, 2, 5, 10];

function Security(): JSX.Element {
  const [changing, setChanging] = createSignal(false);
  const [before, setBefore] = createSignal('');
  const [after, setAfter] = createSignal('');
  const [again, setAgain] = createSignal('');
  const [problem, setProblem] = createSignal<string | null>(null);
  const submit = async (): Promise<void> => {
    setProblem(null);
    if (!isGoodPin(after())) return void setProblem(t('lock.weak', { n: MIN_PIN }));
    if (after() !== again()) return void setProblem(t('lock.differ'));
    const refused = await changePin(before(), after(), Date.now());
    if (refused) return void setProblem(`${t('lock.wrong')}${refused.waitMs > 0 ? ` ${t('lock.wait', { time: sayDuration(refused.waitMs) })}` : ''}`);
    say(t('settings.pinChanged'));
    setBefore(''); setAfter(''); setAgain(''); setChanging(false);
  };
  return (
    <section class="stack-small">
      <h2>{t('settings.security')}</h2>
      <div class="card stack">
        <label class="field">
          <span class="field-label">{t('settings.lockAfter')}</span>
          <select class="select" value={lockMinutes()} onChange={(event) => void writeSetting('lockMinutes', Number(event.currentTarget.value)).then(lockTimeChanged)}>
            <For each={LOCK_MINUTES}>{(n) => <option value={n}>{t('time.minutes', { n })}</option>}</For>
          </select>
        </label>
        <p class="hint">{t('settings.gesture')}</p>
        <Show when={changing()} fallback={<button type="button" class="button" onClick={() => setChanging(true)}>{t('settings.changePin')}</button>}>
          <form class="stack" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
            <PinBox label={t('settings.oldPin')} value={before()} onInput={setBefore} invalid={problem() !== null} describedby="change-problem" name="before" autofocus />
            <PinBox label={t('lock.newPin')} value={after()} onInput={setAfter} invalid={problem() !== null} describedby="change-problem" name="after" fresh />
            <PinBox label={t('lock.again')} value={again()} onInput={setAgain} invalid={problem() !== null} describedby="change-problem" name="again" fresh />
            <div id="change-problem" role="alert"><Show when={problem()}>{(words) => <Notice tone="bad" icon="warning">{words()}</Notice>}</Show></div>
            <button type="submit" class="button button-primary" disabled={!before() || !after() || !again()}>{t('settings.changePin')}</button>
          </form>
        </Show>
      </div>
    </section>
  );
}

export function SettingsScreen(): JSX.Element {
  const [persisted, { mutate }] = createResource(async () => (await navigator.storage?.persisted?.()) ?? false);
  const [estimate] = createResource(async () => (await navigator.storage?.estimate?.()) ?? null);
  const [asked, setAsked] = createSignal(false);
  return (
    <Screen title={t('settings.title')} back>
      <div class="stack">
        <section class="stack-small">
          <h2>{t('settings.language')}</h2>
          <LanguageChoice />
        </section>
        <Show when={enrolment()}>
          {(own) => (
            <section class="stack-small">
              <h2>{t('settings.me')}</h2>
              <dl class="card values">
                <div class="value"><dt>{t('settings.name')}</dt><dd><bdi>{own().appUser.name}</bdi></dd></div>
                <div class="value"><dt>{t('settings.project')}</dt><dd><bdi>{shortTitle(own().project.name)}</bdi></dd></div>
                <Show when={own().scopes.length > 0}>
                  <div class="value"><dt>{t('settings.scopes')}</dt><dd><For each={own().scopes}>{(scope, index) => <><Show when={index() > 0}>{t('text.comma')}</Show><bdi>{pickText(scope.labels) || scope.value}</bdi></>}</For></dd></div>
                </Show>
                <div class="value"><dt>{t('settings.device')}</dt><dd><bdi class="code">{own().deviceId.slice(0, 8)}</bdi></dd></div>
              </dl>
              <a class="button" href={link('enrol')}>{t('settings.enrolAgain')}</a>
            </section>
          )}
        </Show>
        <section class="stack-small">
          <h2>{t('nav.sync')}</h2>
          <label class="card switch">
            <input type="checkbox" role="switch" checked={autoSync()} onChange={(event) => void writeSetting('autoSync', event.currentTarget.checked)} />
            <span>{t('settings.autoSync')}</span>
          </label>
          <label class="card switch">
            <input type="checkbox" role="switch" checked={photosOnWifi()} onChange={(event) => void writeSetting('photosOnWifi', event.currentTarget.checked)} />
            <span>{t('settings.photosOnWifi')}<Show when={lineKind() === 'unknown'}><span class="hint">{t('settings.wifiUnknown')}</span></Show></span>
          </label>
        </section>
        <Show when={lockState() === 'open'}><Security /></Show>
        <section class="stack-small">
          <h2>{t('settings.storage')}</h2>
          <Show
            when={persisted()}
            fallback={
              <Notice tone="warn" icon="warning" alert={asked()}>
                <p>{t('settings.notPersisted')}</p>
                <div class="buttons">
                  <Show when={installer()}>{(install) => <button type="button" class="button" onClick={() => void install()()}>{t('settings.install')}</button>}</Show>
                  <button type="button" class="button" onClick={() => void navigator.storage?.persist?.().then((yes) => { mutate(yes); setAsked(true); })}>{t('settings.protect')}</button>
                </div>
              </Notice>
            }
          >
            <Notice tone="good" icon="check">{t('settings.persisted')}</Notice>
          </Show>
          <Show when={estimate()?.quota}>
            <p class="hint"><bdi>{t('settings.used', { used: saySize(estimate()?.usage ?? 0), quota: saySize(estimate()?.quota ?? 0) })}</bdi></p>
          </Show>
        </section>
        <section class="stack-small">
          <h2>{t('settings.about')}</h2>
          <p>{t('app.name')} — {t('app.tagline')}. <bdi>{t('settings.version', { version: __APP_VERSION__ })}</bdi></p>
          <a class="button" href={`${import.meta.env.BASE_URL}licenses.txt`} target="_blank" rel="noopener">{t('settings.licences')}</a>
        </section>
      </div>
    </Screen>
  );
}
