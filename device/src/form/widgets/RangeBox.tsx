// A number between two bounds: a slider, its value in large, and two buttons for exactness. Blank until touched.
import { type JSX } from 'solid-js';
import { partIds, useForm } from '../context';
import { Icon } from '../Icon';
import type { WidgetProps } from '../QuestionCard';
import { ClearButton } from './ClearButton';

export function RangeBox(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const { start, end, step } = q.range ?? { start: 0, end: 10, step: 1 };
  const low = Math.min(start, end);
  const high = Math.max(start, end);
  const size = Math.abs(step) || 1;
  const decimals = (String(size).split('.')[1] ?? '').length;
  const give = (value: number): void => void q.setText(Math.min(high, Math.max(low, value)).toFixed(decimals));
  const now = (): number | null => (q.answer() === '' ? null : Number(q.answer()));
  return (
    <div class="f-range" classList={{ 'f-range-unset': now() === null }}>
      <output class="f-range-value" for={partIds(q.id).control}>
        {now() === null ? '—' : Number(now()!.toFixed(decimals))}
      </output>
      <div class="f-range-line">
        <button type="button" class="f-icon-button" aria-label={form.t('less')} disabled={q.readonly() || (now() ?? high) <= low} onClick={() => give((now() ?? low) - size)}>
          <Icon name="minus" />
        </button>
        <input
          id={partIds(q.id).control}
          type="range"
          min={low}
          max={high}
          step={size}
          disabled={q.readonly()}
          value={now() ?? low}
          aria-labelledby={partIds(q.id).label}
          aria-describedby={props.describedBy}
          aria-invalid={props.invalid || undefined}
          aria-valuetext={now() === null ? '—' : String(now())}
          onInput={(event) => give(event.currentTarget.valueAsNumber)}
          onClick={(event) => now() === null && give(event.currentTarget.valueAsNumber)}
        />
        <button type="button" class="f-icon-button" aria-label={form.t('more')} disabled={q.readonly() || (now() ?? low) >= high} onClick={() => give(now() === null ? low : now()! + size)}>
          <Icon name="plus" />
        </button>
      </div>
      <div class="f-range-ends" aria-hidden="true">
        <span>{low}</span>
        <span>{high}</span>
      </div>
      <ClearButton question={q} />
    </div>
  );
}
