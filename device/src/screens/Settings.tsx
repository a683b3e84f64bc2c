// Language, who this phone belongs to, how safe its data is, what it is made of.
import { createResource, createSignal, For, Show, type JSX } from 'solid-js';
import { pickText, saySize, t } from '../i18n';
import { link } from '../router';
import { autoSync, enrolment } from '../state';
import { writeSetting } from '../store';
import { installer } from '../install';
import { LanguageChoice } from '../ui/LanguageChoice';
import { Notice } from '../ui/parts';
import { Screen } from '../ui/Shell';

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
                <div class="value"><dt>{t('settings.project')}</dt><dd><bdi>{own().project.name}</bdi></dd></div>
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
        </section>
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
