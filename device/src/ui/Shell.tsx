// The frame of every screen but the form: a header in the colour of fired earth with its woven band, the content, the tabs.
import { createEffect, For, on, Show, type JSX } from 'solid-js';
import { t, type Key } from '../i18n';
import { lockNow } from '../lock';
import { goBack, link, path, segments } from '../router';
import { outbox } from '../state';
import { Icon, type IconName } from './icons';

const TABS: { key: Key; icon: IconName; to: string }[] = [
  { key: 'nav.home', icon: 'home', to: '' },
  { key: 'nav.records', icon: 'people', to: 'records' },
  { key: 'nav.forms', icon: 'form', to: 'forms' },
  { key: 'nav.sync', icon: 'sync', to: 'sync' },
];

function Tabs(): JSX.Element {
  const waiting = (): number => outbox().filter((item) => item.state === 'waiting').length;
  return (
    <nav class="tabs" aria-label={t('nav.label')}>
      <For each={TABS}>
        {(tab) => (
          <a class="tab" href={tab.to ? link(tab.to) : '#/'} aria-current={(segments()[0] ?? '') === tab.to ? 'page' : undefined}>
            <span class="tab-icon">
              <Icon name={tab.icon} />
              <Show when={tab.to === 'sync' && waiting() > 0}><span class="dot" aria-hidden="true">{waiting()}</span></Show>
            </span>
            <span>{t(tab.key)}</span>
            <Show when={tab.to === 'sync' && waiting() > 0}><span class="visually-hidden">, {t('home.toSendCount', { n: waiting() })}</span></Show>
          </a>
        )}
      </For>
    </nav>
  );
}

/** A screen with its title. `back` shows the way back instead of the settings; `bare` leaves the tabs out. */
export function Screen(props: { title: string; subtitle?: JSX.Element; back?: boolean; bare?: boolean; children: JSX.Element }): JSX.Element {
  let heading: HTMLHeadingElement | undefined;
  // Screen readers and keyboards begin at the title of a new screen.
  createEffect(on(path, () => {
    window.scrollTo(0, 0);
    heading?.focus({ preventScroll: true });
  }));
  return (
    <div class="screen" classList={{ 'screen-bare': props.bare === true }}>
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus(); }}>{t('app.skip')}</a>
      <header class="top">
        <div class="top-line">
          <Show when={props.back}>
            <button type="button" class="icon-button" aria-label={t('app.back')} onClick={goBack}><Icon name="back" /></button>
          </Show>
          <div class="top-text">
            <h1 ref={heading} tabIndex={-1} dir="auto">{props.title}</h1>
            <Show when={props.subtitle}><p class="top-subtitle">{props.subtitle}</p></Show>
          </div>
          <Show when={!props.bare}>
            <button type="button" class="icon-button" data-lock aria-label={t('lock.now')} title={t('lock.now')} onClick={() => void lockNow()}><Icon name="lock" /></button>
          </Show>
          <Show when={!props.back && !props.bare}>
            <a class="icon-button" href={link('settings')} aria-label={t('nav.settings')}><Icon name="gear" /></a>
          </Show>
        </div>
        <div class="band" aria-hidden="true" />
      </header>
      <main id="content" tabIndex={-1} class="content">{props.children}</main>
      <Show when={!props.bare}><Tabs /></Show>
    </div>
  );
}
