// One answer of the grid, as a box that is quick to fill: a list to choose from, a day, a number, words.
import { For, Show, type JSX } from 'solid-js';
import type { Question } from '../../engine/open-form';

export interface FieldProps {
  question: Question;
  id: string;
  value: string;
  label?: string | undefined;
  wrong?: string | undefined;
  disabled?: boolean | undefined;
  small?: boolean | undefined;
  /** Place in the table, for the keyboard. */
  at?: { row: number; column: number } | undefined;
  onInput(value: string): void;
  onSettle(value: string): void;
}

export function Field(props: FieldProps): JSX.Element {
  const q = (): Question => props.question;
  const shared = (): Record<string, unknown> => ({
    id: props.id,
    disabled: props.disabled,
    'aria-label': props.label,
    'aria-invalid': props.wrong ? 'true' : undefined,
    'aria-describedby': props.wrong ? `${props.id}-wrong` : undefined,
    'data-row': props.at?.row,
    'data-column': props.at?.column,
  });
  const size = (kind: string): string => `${kind}${props.small ? ` ${kind}-sm` : ''}`;
  const several = (): string[] => props.value.split(' ').filter(Boolean);
  return (
    <>
      {q().widget === 'select1' ? (
        <select {...shared()} class={size('form-select')} dir="auto" onChange={(event) => props.onSettle(event.currentTarget.value)}>
          <option value="" selected={props.value === ''} />
          <For each={q().options()}>{(o) => <option value={o.value} selected={props.value === o.value}>{o.text.plain}</option>}</For>
        </select>
      ) : q().widget === 'select' ? (
        <fieldset class="grid-several" aria-label={q().label()?.plain ?? q().name}>
          <For each={q().options()}>
            {(o) => (
              <label>
                <input
                  class="form-check-input" type="checkbox" checked={several().includes(o.value)} disabled={props.disabled}
                  onChange={(event) => props.onSettle((event.currentTarget.checked ? [...several(), o.value] : several().filter((v) => v !== o.value)).join(' '))}
                />
                <span dir="auto">{o.text.plain}</span>
              </label>
            )}
          </For>
        </fieldset>
      ) : (
        <input
          {...shared()} class={size('form-control')} dir="auto" autocomplete="off"
          type={q().widget === 'date' ? 'date' : 'text'}
          inputmode={q().widget === 'int' ? 'numeric' : q().widget === 'decimal' ? 'decimal' : undefined}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
          onChange={(event) => props.onSettle(event.currentTarget.value)}
        />
      )}
      <Show when={props.wrong}>
        <span class="grid-wrong" id={`${props.id}-wrong`} dir="auto">{props.wrong}</span>
      </Show>
    </>
  );
}
