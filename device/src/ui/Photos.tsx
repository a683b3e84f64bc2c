// Small pictures of the photographs taken on this phone about a woman. The photographs themselves are sealed to the chamber.
import { createResource, For, onCleanup, Show, type JSX } from 'solid-js';
import { sayWhen, t } from '../i18n';
import { outbox, shortTitle, viewOf } from '../state';
import { readThumbs, type OutboxItem } from '../store';

interface Picture { address: string; item: OutboxItem }

export function Photos(props: { id: string }): JSX.Element {
  const addresses: string[] = [];
  onCleanup(() => addresses.forEach((address) => URL.revokeObjectURL(address)));
  const items = (): OutboxItem[] => outbox().filter((item) => item.attachments.length > 0 && item.actions.some((action) => action.entityId === props.id || viewOf(action.entityId)?.id === props.id));
  const [pictures] = createResource(items, async (own): Promise<Picture[]> => (await readThumbs(own.map((item) => item.instanceId))).map(({ instanceId, blob }) => {
    const address = URL.createObjectURL(blob);
    addresses.push(address);
    return { address, item: own.find((item) => item.instanceId === instanceId)! };
  }));
  return (
    <Show when={!pictures.error && (pictures()?.length ?? 0) > 0}>
      <section class="stack-small">
        <h2>{t('record.photos')}</h2>
        <ul class="photos plain-list">
          <For each={pictures()}>
            {({ address, item }) => <li><figure><img src={address} alt={t('record.photoOf', { title: shortTitle(item.title), when: sayWhen(item.finalizedAt) })} /><figcaption>{sayWhen(item.finalizedAt)}</figcaption></figure></li>}
          </For>
        </ul>
      </section>
    </Show>
  );
}
