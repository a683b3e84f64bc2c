import type { JSX } from 'solid-js';
import { partIds, useForm } from '../context';
import type { WidgetProps } from '../QuestionCard';

/** "I have read this": one tick. */
export function Acknowledge(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  return (
    <label class="f-row" classList={{ 'f-row-on': q.checked() }}>
      <input
        id={partIds(q.id).control}
        type="checkbox"
        checked={q.checked()}
        disabled={q.readonly()}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        onChange={(event) => q.check(event.currentTarget.checked)}
      />
      <span class="f-mark" aria-hidden="true" />
      <span class="f-row-words">{form.t('acknowledge')}</span>
    </label>
  );
}
