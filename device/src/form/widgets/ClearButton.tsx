// Radio buttons, dates and sliders cannot be emptied by themselves; an optional answer given by mistake must be.
import { Show, type JSX } from 'solid-js';
import type { Question } from '../../engine/open-form';
import { useForm } from '../context';

export function ClearButton(props: { question: Question; onClear?: () => void }): JSX.Element {
  const form = useForm();
  const q = props.question;
  return (
    <Show when={q.answer() !== '' && !q.required() && !q.readonly()}>
      <button type="button" class="f-clear" onClick={() => (props.onClear ? props.onClear() : q.setText(''))}>
        {form.t('clear')}
      </button>
    </Show>
  );
}
