// Text, whole numbers and decimals. Keystrokes reach the engine after a short pause, so that typing stays fluid on a slow phone; leaving
// the box, saving (which comes within a second, paused or not) or turning the page gives them at once.
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show, untrack, type JSX } from 'solid-js';
import { partIds, useForm } from '../context';
import type { WidgetProps } from '../QuestionCard';
import { groupDigits, sayAmount } from '../words';

const PAUSE_MS = 200;

export function TextBox(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const ids = partIds(q.id);
  let box: HTMLInputElement | HTMLTextAreaElement | undefined;
  // "12.0" is how a decimal is written, not how people read it.
  const plain = (): string => (q.widget === 'decimal' ? q.answer().replace(/\.0$/, '') : q.answer());
  const grouped = q.looks.has('thousands-sep') && q.widget !== 'text';
  const shown = (): string => (grouped && document.activeElement !== box ? groupDigits(plain(), form.lang()) : plain());
  const [text, setText] = createSignal(untrack(shown));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let release: (() => void) | undefined;

  const commit = (): void => {
    clearTimeout(timer);
    release?.();
    release = undefined;
    q.setText(text());
  };
  const typed = (value: string): void => {
    setText(value);
    clearTimeout(timer);
    release = form.holding(commit);
    timer = setTimeout(commit, PAUSE_MS);
  };
  onCleanup(() => {
    if (release) commit();
  });

  // What the engine could not take stays in the box, to be mended.
  const refused = (): boolean => ['notNumber', 'tooLarge', 'notValid'].includes(untrack(() => q.problem()?.kind) ?? '');
  // Answers that come from elsewhere (calculation, prefill) are shown; what she is typing is never overwritten.
  createEffect(
    on(shown, (answer) => {
      if (release || document.activeElement === box) return;
      if (answer === '' && refused()) return;
      setText(answer);
    }, { defer: true }),
  );

  const left = (): void => {
    if (release) commit();
    if (!refused()) setText(grouped ? groupDigits(plain(), form.lang()) : plain());
  };
  const numeric = (): boolean => q.widget === 'int' || q.widget === 'decimal' || q.looks.has('numbers');
  const mode = (): 'numeric' | 'decimal' | 'email' | 'url' | 'tel' | 'text' => {
    if (q.widget === 'int') return 'numeric';
    if (q.widget === 'decimal') return 'decimal';
    if (q.looks.has('numbers')) return 'tel';
    if (q.looks.has('url')) return 'url';
    if (q.looks.has('email')) return 'email';
    return 'text';
  };
  const common = {
    id: ids.control,
    get 'aria-describedby'() {
      return props.describedBy;
    },
    get 'aria-invalid'() {
      return props.invalid || undefined;
    },
    get 'aria-required'() {
      return q.required() || undefined;
    },
    get readOnly() {
      return q.readonly();
    },
    autocomplete: 'off',
  } as const;
  const grow = (): void => {
    if (!(box instanceof HTMLTextAreaElement)) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  onMount(grow);
  const amount = createMemo(() => (q.unit === 'DZD' ? sayAmount(q.answer(), form.lang()) : ''));

  return (
    <>
      <Show
        when={q.looks.has('multiline') || (q.rows ?? 1) > 1}
        fallback={
          <input
            {...common}
            ref={(element) => (box = element)}
            class="f-box"
            classList={{ 'f-box-number': numeric() }}
            type={q.looks.has('masked') ? 'password' : 'text'}
            inputmode={mode()}
            dir={numeric() || mode() === 'email' || mode() === 'url' ? 'ltr' : 'auto'}
            autocapitalize={mode() === 'text' ? 'sentences' : 'none'}
            enterkeyhint="next"
            value={text()}
            onInput={(event) => typed(event.currentTarget.value)}
            onFocus={(event) => {
              if (grouped && !refused()) setText(plain());
              if (q.answer() === '0') event.currentTarget.select();
            }}
            onBlur={left}
          />
        }
      >
        <textarea
          {...common}
          ref={(element) => (box = element)}
          class="f-box f-area"
          dir="auto"
          rows={q.rows ?? 4}
          value={text()}
          onInput={(event) => {
            typed(event.currentTarget.value);
            grow();
          }}
          onBlur={left}
        />
      </Show>
      <Show when={amount()}>
        <p class="f-said">
          <bdi>{amount()}</bdi>
        </p>
      </Show>
    </>
  );
}
