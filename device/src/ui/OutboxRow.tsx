// What became of one finalized form, in plain words.
import { Show, type JSX } from 'solid-js';
import { isolate, sayWhen, t } from '../i18n';
import { propertyName } from '../records/display';
import { properties, shortTitle, viewOf } from '../state';
import type { OutboxItem } from '../store';
import { fateOf, type Fate } from '../sync/rules';
import { Icon, type IconName } from './icons';

const SIGNS: Record<Fate, { icon: IconName; tone: string }> = {
  waiting: { icon: 'clock', tone: 'plain' }, retry: { icon: 'sync', tone: 'warn' }, received: { icon: 'check', tone: 'good' },
  already: { icon: 'check', tone: 'good' }, joined: { icon: 'joined', tone: 'good' }, disputed: { icon: 'question', tone: 'warn' }, aside: { icon: 'aside', tone: 'warn' },
};

export function OutboxRow(props: { item: OutboxItem; children?: JSX.Element }): JSX.Element {
  const fate = (): Fate => fateOf(props.item);
  const count = (...states: string[]): number => props.item.attachments.filter((file) => states.includes(file.state)).length;
  const disputed = (): string => {
    const names = props.item.entities.flatMap((entity) => entity.conflicts.map((name) => propertyName(name, properties().get(viewOf(entity.id)?.list ?? props.item.actions[0]?.list ?? ''))));
    return [...new Set(names)].join(t('text.comma'));
  };
  const subject = (): string => {
    const [action] = props.item.actions;
    return props.item.instanceName || (action && viewOf(action.entityId)?.values.label) || shortTitle(props.item.title);
  };
  return (
    <li class="row outbox-row">
      <span class={`row-icon row-icon-${SIGNS[fate()].tone}`}><Icon name={SIGNS[fate()].icon} /></span>
      <span class="row-text">
        <span class="row-title"><bdi>{isolate(subject())}</bdi></span>
        <span class="row-detail"><bdi>{shortTitle(props.item.title)}</bdi> · {t('outbox.finalizedAt', { when: sayWhen(props.item.finalizedAt) })}</span>
        <span class={`fate fate-${SIGNS[fate()].tone}`}>{t(`fate.${fate()}`)}</span>
        <Show when={fate() === 'disputed'}><span class="row-detail"><bdi>{t('fate.disputedOn', { properties: disputed() })}</bdi></span></Show>
        <Show when={props.item.error?.message && (fate() === 'aside' || fate() === 'retry')}>
          <span class="row-detail" dir="auto">{t('fate.reason', { reason: props.item.error!.message })}</span>
        </Show>
        <Show when={props.item.state === 'waiting' && props.item.attachments.length > 0}>
          <span class="row-detail">{t('outbox.photos', { n: props.item.attachments.length })}</span>
        </Show>
        <Show when={props.item.state === 'sent' && count('wanted', 'unknown') > 0}><span class="row-detail">{t('outbox.photosLeft', { n: count('wanted', 'unknown') })}</span></Show>
        <Show when={count('refused') > 0}><span class="fate fate-warn">{t('outbox.photosRefused', { n: count('refused') })}</span></Show>
        <Show when={count('damaged') > 0}><span class="fate fate-warn">{t('outbox.photosDamaged', { n: count('damaged') })}</span></Show>
        {props.children}
      </span>
    </li>
  );
}
