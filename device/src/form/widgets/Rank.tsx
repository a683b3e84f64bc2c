// Putting things in order with two buttons a row: works with a thumb, a keyboard and a screen reader, where dragging does not.
import { createMemo, For, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { Icon } from '../Icon';
import type { WidgetProps } from '../QuestionCard';
import { Words } from '../Words';
import { ClearButton } from './ClearButton';

export function Rank(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const options = createMemo(() => new Map(q.options().map((o) => [o.value, o] as const)));
  const order = createMemo(() => (q.chosen().length > 0 ? [...q.chosen()] : [...options().keys()]));
  let list!: HTMLOListElement;
  const move = (from: number, by: number): void => {
    const next = [...order()];
    const [moved] = next.splice(from, 1);
    next.splice(from + by, 0, moved!);
    q.choose(next);
    // The row keeps the focus where it went, so that it can be moved again.
    queueMicrotask(() => {
      const row = list.children[from + by];
      const buttons = row?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)');
      (buttons?.[by < 0 ? 0 : buttons.length - 1] as HTMLButtonElement | undefined)?.focus();
    });
  };
  return (
    <>
      <ol class="f-rank" classList={{ 'f-rank-unset': q.chosen().length === 0 }} ref={list} aria-describedby={props.describedBy}>
        <For each={order()}>
          {(value, i) => {
            const text = (): ReturnType<typeof options> extends Map<string, infer O> ? O | undefined : never => options().get(value);
            return (
              <li class="f-rank-row" data-value={value}>
                <span class="f-rank-number">{i() + 1}</span>
                <span class="f-row-words">
                  <Words text={text()?.text ?? null} fallback={value} />
                </span>
                <button type="button" class="f-icon-button" disabled={i() === 0 || q.readonly()} aria-label={form.t('moveUp', { title: text()?.text.plain ?? value })} onClick={() => move(i(), -1)}>
                  <Icon name="up" />
                </button>
                <button type="button" class="f-icon-button" disabled={i() === order().length - 1 || q.readonly()} aria-label={form.t('moveDown', { title: text()?.text.plain ?? value })} onClick={() => move(i(), 1)}>
                  <Icon name="down" />
                </button>
              </li>
            );
          }}
        </For>
      </ol>
      <Show when={q.chosen().length === 0 && !q.readonly()}>
        <button type="button" class="f-button" onClick={() => q.choose(order())}>
          {form.t('confirmOrder')}
        </button>
      </Show>
      <ClearButton question={q} onClear={() => q.choose([])} />
    </>
  );
}
