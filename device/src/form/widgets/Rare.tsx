// Shows a widget of `seldom.ts`, which comes in a piece of its own. Without network and before it was kept, it says so.
import { createSignal, onMount, Show, type Component, type JSX } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { useForm } from '../context';

type Parts = typeof import('./seldom');
let loaded: Parts | undefined;

/** A signal and not a resource: a screen that waits for one widget must not vanish behind "loading". */
export function Rare<Name extends keyof Parts>(props: { part: Name; with: Parameters<Parts[Name]>[0] }): JSX.Element {
  const form = useForm();
  const [parts, setParts] = createSignal<Parts | undefined>(loaded);
  const [failed, setFailed] = createSignal(false);
  const load = async (): Promise<void> => {
    if (parts()) return;
    setFailed(false);
    try {
      loaded = await import('./seldom');
      setParts(() => loaded);
    } catch {
      setFailed(true);
    }
  };
  onMount(() => void load());
  return (
    <Show
      when={parts()}
      fallback={
        <Show when={failed()} fallback={<p class="f-pulse" role="status">{form.t('opening')}</p>}>
          <p class="f-problem" role="alert">{form.t('partMissing')}</p>
          <button type="button" class="f-button" onClick={() => void load()}>{form.t('retry')}</button>
        </Show>
      }
    >
      {(all) => <Dynamic component={all()[props.part] as Component<object>} {...(props.with as object)} />}
    </Show>
  );
}
