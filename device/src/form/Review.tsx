// Before a form is finished: whose it is and what it holds, once more in large.
import { onMount, Show, type JSX } from 'solid-js';
import type { Payload } from '../engine/open-form';
import { useForm } from './context';
import { Icon } from './Icon';
import { isStorageFull } from './saver';

export function Review(props: {
  payload: Payload;
  title: string;
  answers: { answered: number; total: number };
  busy: boolean;
  failure: unknown;
  onFinalize: () => void;
  onBack: () => void;
}): JSX.Element {
  const form = useForm();
  let heading!: HTMLHeadingElement;
  onMount(() => heading.focus({ preventScroll: true }));
  return (
    <>
      <main class="f-main f-review">
        <span class="f-review-icon">
          <Icon name="check" size={36} />
        </span>
        <h1 tabindex="-1" ref={heading}>
          {form.t('reviewTitle')}
        </h1>
        <dl class="f-summary">
          <div class="f-summary-name">
            <dt class="f-hidden">{form.t('formName')}</dt>
            <dd dir="auto">{props.payload.instanceName || form.t('unnamed')}</dd>
            <dd class="f-summary-form" dir="auto">
              {props.title}
            </dd>
          </div>
          <div>
            <dt>{form.t('answersCount')}</dt>
            <dd>{form.t('answeredOf', props.answers)}</dd>
          </div>
          <div>
            <dt>{form.t('photosCount')}</dt>
            <dd>{props.payload.files.length}</dd>
          </div>
        </dl>
        <p class="f-review-text">{form.t('reviewText')}</p>
        <Show when={props.failure}>
          {(error) => (
            <div class="f-alarm" role="alert">
              <Icon name="warn" />
              <div>
                <strong>{form.t('finalizeFailed')}</strong>
                <p>{form.t(isStorageFull(error()) ? 'storageFull' : 'saveError')}</p>
              </div>
            </div>
          )}
        </Show>
      </main>
      <footer class="f-foot f-foot-tall">
        <button type="button" class="f-button f-primary" disabled={props.busy} onClick={() => props.onFinalize()}>
          <Icon name="check" />
          {form.t(props.busy ? 'finalizing' : 'finalize')}
        </button>
        <button type="button" class="f-button f-quiet" disabled={props.busy} onClick={() => props.onBack()}>
          {form.t('backToForm')}
        </button>
      </footer>
    </>
  );
}
