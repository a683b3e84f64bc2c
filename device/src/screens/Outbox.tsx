// Everything finished on this phone: what waits, and what became of what was sent.
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import { t } from '../i18n';
import { link } from '../router';
import { outbox } from '../state';
import { forget } from '../store';
import { Icon } from '../ui/icons';
import { OutboxRow } from '../ui/OutboxRow';
import { Confirm, Empty } from '../ui/parts';
import { Screen } from '../ui/Shell';

export function OutboxScreen(): JSX.Element {
  const [asked, setAsked] = createSignal<string | null>(null);
  const waiting = createMemo(() => outbox().filter((item) => item.state === 'waiting'));
  const sent = createMemo(() => outbox().filter((item) => item.state === 'sent').reverse());
  return (
    <Screen title={t('outbox.title')} back>
      <div class="stack">
        <Show when={waiting().length > 0} fallback={<Show when={sent().length === 0}><Empty icon="send">{t('outbox.none')}</Empty></Show>}>
          <section class="stack-small">
            <h2>{t('outbox.waiting')}</h2>
            <ul class="card rows plain-list"><For each={waiting()}>{(item) => <OutboxRow item={item} />}</For></ul>
            <a class="button button-primary" href={link('sync')}><Icon name="sync" />{t('sync.start')}</a>
          </section>
        </Show>
        <Show when={sent().length > 0}>
          <section class="stack-small">
            <h2>{t('outbox.sent')}</h2>
            <ul class="card rows plain-list">
              <For each={sent()}>
                {(item) => (
                  <OutboxRow item={item}>
                    <Show when={item.outcome === 'quarantined'}>
                      <button type="button" class="button button-small" onClick={() => setAsked(item.instanceId)}>{t('outbox.remove')}</button>
                    </Show>
                  </OutboxRow>
                )}
              </For>
            </ul>
          </section>
        </Show>
      </div>
      <Show when={asked()}>
        {(instanceId) => (
          <Confirm
            text={t('outbox.confirmRemove')} yes={t('outbox.remove')} no={t('app.cancel')} onNo={() => setAsked(null)}
            onYes={() => { void forget([instanceId()], new Date().toISOString()); setAsked(null); }}
          />
        )}
      </Show>
    </Screen>
  );
}
