// A number between two bounds: a slider, its value in large, and two buttons for exactness. Blank until touched. As stars with "rating",
// as a list with "picker".
import { createMemo, For, Show, type JSX } from 'solid-js';
import { freshName, partIds, useForm } from '../context';
import { Icon } from '../Icon';
import type { WidgetProps } from '../QuestionCard';
import { ClearButton } from './ClearButton';

const MOST_STARS = 10;
const MOST_ROWS = 500;

export function RangeBox(props: WidgetProps): JSX.Element {
  const q = props.question;
  const { start, end, step } = q.range ?? { start: 0, end: 10, step: 1 };
  const [low, high] = [Math.min(start, end), Math.max(start, end)];
  const size = Math.abs(step) || 1;
  const decimals = (String(size).split('.')[1] ?? '').length;
  const count = Math.floor((high - low) / size + 1e-9) + 1;
  const bounds: Bounds = { low, high, size, decimals, give: (value) => void q.setText(Math.min(high, Math.max(low, value)).toFixed(decimals)) };
  const now = createMemo((): number | null => (q.answer() === '' ? null : Number(q.answer())));
  const numbers = (): number[] => Array.from({ length: count }, (_, i) => Number((low + i * size).toFixed(decimals)));
  return (
    <>
      <Show when={q.looks.has('rating') && count <= MOST_STARS} fallback={
        <Show when={q.looks.has('picker') && count <= MOST_ROWS} fallback={<Slider {...props} bounds={bounds} now={now()} />}>
          <Picker {...props} bounds={bounds} now={now()} numbers={start <= end ? numbers() : numbers().reverse()} />
        </Show>
      }>
        <Stars {...props} bounds={bounds} now={now()} numbers={numbers()} />
      </Show>
      <ClearButton question={q} />
    </>
  );
}

interface Bounds {
  low: number;
  high: number;
  size: number;
  decimals: number;
  give(value: number): void;
}

interface PartProps extends WidgetProps {
  bounds: Bounds;
  now: number | null;
}

function Slider(props: PartProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const { low, high, size, decimals, give } = props.bounds;
  return (
    <div class="f-range" classList={{ 'f-range-unset': props.now === null }}>
      <output class="f-range-value" for={partIds(q.id).control}>
        {props.now === null ? '—' : Number(props.now.toFixed(decimals))}
      </output>
      <div class="f-range-line">
        <button type="button" class="f-icon-button" aria-label={form.t('less')} disabled={q.readonly() || (props.now ?? high) <= low} onClick={() => give((props.now ?? low) - size)}>
          <Icon name="minus" />
        </button>
        <input
          id={partIds(q.id).control}
          type="range"
          min={low}
          max={high}
          step={size}
          disabled={q.readonly()}
          value={props.now ?? low}
          aria-labelledby={partIds(q.id).label}
          aria-describedby={props.describedBy}
          aria-invalid={props.invalid || undefined}
          aria-valuetext={props.now === null ? '—' : String(props.now)}
          onInput={(event) => give(event.currentTarget.valueAsNumber)}
          onClick={(event) => props.now === null && give(event.currentTarget.valueAsNumber)}
        />
        <button type="button" class="f-icon-button" aria-label={form.t('more')} disabled={q.readonly() || (props.now ?? low) >= high} onClick={() => give(props.now === null ? low : props.now + size)}>
          <Icon name="plus" />
        </button>
      </div>
      <div class="f-range-ends" aria-hidden="true">
        <span>{low}</span>
        <span>{high}</span>
      </div>
    </div>
  );
}

function Picker(props: PartProps & { numbers: readonly number[] }): JSX.Element {
  const form = useForm();
  const q = props.question;
  return (
    <select
      id={partIds(q.id).control} class="f-box" dir="ltr" disabled={q.readonly()} aria-labelledby={partIds(q.id).label} aria-describedby={props.describedBy}
      aria-invalid={props.invalid || undefined}
      onChange={(event) => (event.currentTarget.value === '' ? q.setText('') : props.bounds.give(Number(event.currentTarget.value)))}
    >
      <option value="" selected={props.now === null}>{form.t('choose')}</option>
      <For each={props.numbers}>{(n) => <option value={n} selected={props.now === n}>{n}</option>}</For>
    </select>
  );
}

function Stars(props: PartProps & { numbers: readonly number[] }): JSX.Element {
  const form = useForm();
  const q = props.question;
  const name = freshName();
  return (
    <div class="f-stars" role="radiogroup" aria-labelledby={partIds(q.id).label} aria-describedby={props.describedBy} aria-invalid={props.invalid || undefined}>
      <For each={props.numbers}>
        {(n, i) => (
          <label class="f-star" classList={{ 'f-star-on': props.now !== null && n <= props.now }}>
            <input type="radio" name={name} value={n} checked={props.now === n} disabled={q.readonly()} aria-label={form.t('starOf', { star: i() + 1, stars: props.numbers.length })} onChange={() => props.bounds.give(n)} />
            <svg width="40" height="40" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2.8l2.9 5.9 6.5.9-4.7 4.6 1.1 6.5-5.8-3.1-5.8 3.1 1.1-6.5L2.6 9.6l6.5-.9z" /></svg>
          </label>
        )}
      </For>
    </div>
  );
}
