// Small parts that several screens share.
import { onMount, Show, type JSX } from 'solid-js';
import { t } from '../i18n';
import { Icon, type IconName } from './icons';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'brand';

/** A mark beside a title: a sign and a word, never colour alone. */
export function Badge(props: { tone: Tone; icon?: IconName; children: JSX.Element }): JSX.Element {
  return (
    <span class={`badge badge-${props.tone}`}>
      <Show when={props.icon}>{(name) => <Icon name={name()} size={16} />}</Show>
      {props.children}
    </span>
  );
}

/** A message that matters on this screen. */
export function Notice(props: { tone: Tone; icon?: IconName; alert?: boolean; children: JSX.Element }): JSX.Element {
  return (
    <div class={`notice notice-${props.tone}`} role={props.alert ? 'alert' : undefined}>
      <Show when={props.icon}>{(name) => <Icon name={name()} />}</Show>
      <div class="notice-body">{props.children}</div>
    </div>
  );
}

/** One row that leads somewhere. */
export function RowLink(props: { href: string; icon?: IconName; title: JSX.Element; detail?: JSX.Element; marks?: JSX.Element; strong?: boolean }): JSX.Element {
  return (
    <a class="row" classList={{ 'row-strong': props.strong === true }} href={props.href}>
      <Show when={props.icon}>{(name) => <span class="row-icon"><Icon name={name()} /></span>}</Show>
      <span class="row-text">
        <span class="row-title"><bdi>{props.title}</bdi></span>
        <Show when={props.detail}><span class="row-detail">{props.detail}</span></Show>
        <Show when={props.marks}><span class="row-marks">{props.marks}</span></Show>
      </span>
      <Icon name="next" size={20} />
    </a>
  );
}

/** What a screen says when it has nothing to show. */
export function Empty(props: { icon: IconName; children: JSX.Element }): JSX.Element {
  return (
    <div class="empty">
      <span class="empty-icon"><Icon name={props.icon} size={36} /></span>
      <p>{props.children}</p>
    </div>
  );
}

/** A question before something that cannot be undone. */
export function Confirm(props: { text: string; yes: string; no: string; onYes: () => void; onNo: () => void }): JSX.Element {
  let dialog: HTMLDialogElement | undefined;
  onMount(() => dialog?.showModal());
  return (
    <dialog ref={dialog} class="dialog" onCancel={() => props.onNo()} aria-labelledby="confirm-text">
      <p id="confirm-text">{props.text}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" autofocus onClick={() => props.onNo()}>{props.no}</button>
        <button type="button" class="button button-bad" onClick={() => props.onYes()}>{props.yes}</button>
      </div>
    </dialog>
  );
}

export function Loading(): JSX.Element {
  return <p class="loading" role="status">{t('app.loading')}</p>;
}
