// Dates and times in the browser's own boxes, said again below in words (Algerian month names), because 03/04 is read two ways.
import { createMemo, For, Show, type JSX } from 'solid-js';
import { partIds, useForm } from '../context';
import type { WidgetProps } from '../QuestionCard';
import { MONTHS } from '../texts';
import { fromDateTimeAnswer, sayDate, toDateTimeAnswer, toTimeAnswer } from '../words';
import { ClearButton } from './ClearButton';

function attributes(props: WidgetProps): JSX.InputHTMLAttributes<HTMLInputElement> {
  const q = props.question;
  return {
    id: partIds(q.id).control,
    class: 'f-box',
    get 'aria-describedby'() {
      return props.describedBy;
    },
    get 'aria-invalid'() {
      return props.invalid || undefined;
    },
    get 'aria-required'() {
      return q.required() || undefined;
    },
    get disabled() {
      return q.readonly();
    },
  } as JSX.InputHTMLAttributes<HTMLInputElement>;
}

export function DateBox(props: WidgetProps): JSX.Element {
  const q = props.question;
  return (
    <Show when={q.looks.has('month-year')} fallback={<Show when={q.looks.has('year')} fallback={<DayBox {...props} />}><YearBox {...props} /></Show>}>
      <MonthYear {...props} />
    </Show>
  );
}

function DayBox(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const value = (): string => q.answer().slice(0, 10);
  const said = createMemo(() => sayDate(q.answer(), form.lang()));
  return (
    <>
      <input {...attributes(props)} type="date" value={value()} onChange={(event) => q.setText(event.currentTarget.value)} />
      <Show when={said()}>
        <p class="f-said">{said()}</p>
      </Show>
      <ClearButton question={q} />
    </>
  );
}

function parseYear(text: string): string {
  return /^\d{4}$/.test(text) ? text : '';
}

function YearBox(props: WidgetProps): JSX.Element {
  const q = props.question;
  return (
    <input
      {...attributes(props)}
      type="text"
      inputmode="numeric"
      maxlength="4"
      dir="ltr"
      placeholder="2026"
      value={q.answer().slice(0, 4)}
      onChange={(event) => {
        const year = parseYear(event.currentTarget.value.trim());
        q.setText(year ? `${year}-01-01` : event.currentTarget.value.trim());
      }}
    />
  );
}

function MonthYear(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  let month!: HTMLSelectElement;
  let year!: HTMLInputElement;
  const give = (): void => {
    const y = parseYear(year.value.trim());
    if (y && month.value) q.setText(`${y}-${month.value}-01`);
    else if (!month.value && !year.value.trim()) q.setText('');
    else if (q.answer()) q.setText('');
  };
  return (
    <div class="f-two">
      <select ref={month} class="f-box" aria-label={form.t('month')} aria-describedby={props.describedBy} disabled={q.readonly()} onChange={give}>
        <option value="" selected={q.answer() === ''}>
          {form.t('month')}
        </option>
        <For each={MONTHS[form.lang()]}>
          {(name, i) => {
            const value = (): string => String(i() + 1).padStart(2, '0');
            return (
              <option value={value()} selected={q.answer().slice(5, 7) === value()}>
                {name}
              </option>
            );
          }}
        </For>
      </select>
      <input
        ref={year}
        class="f-box"
        type="text"
        inputmode="numeric"
        maxlength="4"
        dir="ltr"
        placeholder={form.t('year')}
        aria-label={form.t('year')}
        disabled={q.readonly()}
        value={q.answer().slice(0, 4)}
        onChange={give}
      />
    </div>
  );
}

export function TimeBox(props: WidgetProps): JSX.Element {
  const q = props.question;
  return (
    <>
      <input {...attributes(props)} type="time" value={q.answer().slice(0, 5)} onChange={(event) => q.setText(toTimeAnswer(event.currentTarget.value))} />
      <ClearButton question={q} />
    </>
  );
}

export function DateTimeBox(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const local = createMemo(() => fromDateTimeAnswer(q.answer()));
  const said = createMemo(() => {
    const date = sayDate(local(), form.lang());
    return date ? `${date} – ${local().slice(11, 16)}` : '';
  });
  return (
    <>
      <input {...attributes(props)} type="datetime-local" value={local()} onChange={(event) => q.setText(toDateTimeAnswer(event.currentTarget.value))} />
      <Show when={said()}>
        <p class="f-said">{said()}</p>
      </Show>
      <ClearButton question={q} />
    </>
  );
}
