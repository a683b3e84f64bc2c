// What the phone says after a revoked agent's work was handed over and erased.
import { createResource, Show, type JSX } from 'solid-js';
import { sayWhen, t } from '../i18n';
import { dropFarewell, readFarewell } from '../store';
import { Notice } from './parts';

export function FarewellNotice(): JSX.Element {
  const [farewell, { mutate }] = createResource(readFarewell);
  return (
    <Show when={farewell()}>
      {(told) => (
        <div class="farewell">
          <Notice tone="warn" icon="check">
            <p><strong>{t('revoked.wiped', { name: told().name })}</strong></p>
            <p>{t('revoked.handedOver', { n: told().forms })}</p>
            <Show when={told().drafts > 0}><p>{t('revoked.drafts', { n: told().drafts })}</p></Show>
            <p class="hint">{sayWhen(told().at)}</p>
            <button type="button" class="button" onClick={() => void dropFarewell().then(() => mutate(null))}>{t('app.close')}</button>
          </Notice>
        </div>
      )}
    </Show>
  );
}
