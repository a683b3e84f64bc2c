// One question: its words, its widget, and what is wrong with the answer. Single boxes get a <label>, everything else a <fieldset>.
import { createMemo, createSignal, Match, onCleanup, Show, Switch, type JSX } from 'solid-js';
import type { Question } from '../engine/open-form';
import { partIds, problemText, useForm } from './context';
import { Icon } from './Icon';
import { Media, Words } from './Words';
import { sayMoment } from './words';
import { Acknowledge } from './widgets/Acknowledge';
import { Choices } from './widgets/Choices';
import { DateBox, DateTimeBox, TimeBox } from './widgets/DateBox';
import { Geopoint } from './widgets/Geopoint';
import { PhotoAnswer } from './widgets/PhotoAnswer';
import { Rare } from './widgets/Rare';
import { TextBox } from './widgets/TextBox';

export interface WidgetProps {
  question: Question;
  /** Space-separated ids of hint and error, for aria-describedby. */
  describedBy: string | undefined;
  invalid: boolean;
}

const BOXES = new Set(['text', 'int', 'decimal', 'time', 'dateTime', 'barcode']);

function isBox(q: Question): boolean {
  if (q.widget === 'barcode') return !q.looks.has('hidden-answer');
  return BOXES.has(q.widget) || (q.widget === 'date' && !q.looks.has('month-year'));
}

export function QuestionCard(props: { question: Question }): JSX.Element {
  const q = props.question;
  return (
    <Show when={q.widget !== 'note'} fallback={<Note question={q} />}>
      <Show when={!q.preset} fallback={<PresetCard question={q} />}>
        <Asked question={q} />
      </Show>
    </Show>
  );
}

function Asked(props: { question: Question }): JSX.Element {
  const form = useForm();
  const q = props.question;
  const ids = partIds(q.id);
  const problem = createMemo(() => {
    const found = q.problem();
    if (!found) return null;
    if (form.insisting()) return found;
    return q.left() && found.kind !== 'required' ? found : null;
  });
  const describedBy = (): string | undefined => {
    const parts = [q.hint()?.plain ? ids.hint : '', problem() ? ids.error : ''].filter(Boolean);
    return parts.length > 0 ? parts.join(' ') : undefined;
  };
  const widgetProps = {
    question: q,
    get describedBy() {
      return describedBy();
    },
    get invalid() {
      return problem() !== null;
    },
  };
  const words = (): JSX.Element => (
    <>
      <Words text={q.label()} fallback={q.name} />
      <Show when={q.required()}>
        <span class="f-required" title={form.t('required')}>
          <span aria-hidden="true"> *</span>
          <span class="f-hidden"> ({form.t('required')})</span>
        </span>
      </Show>
    </>
  );
  const rest = (): JSX.Element => (
    <>
      <Media text={q.label()} />
      <Show when={q.hint()?.plain}>
        <div class="f-hint" id={ids.hint}>
          <Words text={q.hint()} />
        </div>
      </Show>
      <Show when={q.guidance()}>
        {(text) => (
          <details class="f-guidance">
            <summary>{form.t('guidance')}</summary>
            <p dir={form.textDirection()}>{text()}</p>
          </details>
        )}
      </Show>
      <div class="f-control">
        <Widget {...widgetProps} />
      </div>
      <Show when={problem()}>
        {(found) => (
          <p class="f-error" id={ids.error} role="alert">
            <Icon name="warn" size={18} />
            <span dir={found().message ? form.textDirection() : undefined}>{problemText(form, found())}</span>
          </p>
        )}
      </Show>
      <Show when={q.clocked && problem()?.kind === 'constraint'}>
        <ClockDoubt question={q} />
      </Show>
    </>
  );
  const onFocusOut = (event: FocusEvent & { currentTarget: HTMLElement }): void => {
    const to = event.relatedTarget as Node | null;
    if (!event.currentTarget.contains(to)) queueMicrotask(() => q.setLeft(true));
  };
  return (
    <Show
      when={isBox(q)}
      fallback={
        <fieldset class="f-question" classList={{ 'f-wrong': problem() !== null }} id={q.id} data-path={q.path} data-type={q.widget} onFocusOut={onFocusOut}>
          <legend class="f-label" id={ids.label}>
            {words()}
          </legend>
          {rest()}
        </fieldset>
      }
    >
      <div class="f-question" classList={{ 'f-wrong': problem() !== null }} id={q.id} data-path={q.path} data-type={q.widget} onFocusOut={onFocusOut}>
        <label class="f-label" id={ids.label} for={ids.control}>
          {words()}
        </label>
        {rest()}
      </div>
    </Show>
  );
}

function Widget(props: WidgetProps): JSX.Element {
  const kind = props.question.widget;
  return (
    <Switch>
      <Match when={kind === 'text' || kind === 'int' || kind === 'decimal'}>
        <TextBox {...props} />
      </Match>
      <Match when={kind === 'date'}>
        <DateBox {...props} />
      </Match>
      <Match when={kind === 'time'}>
        <TimeBox {...props} />
      </Match>
      <Match when={kind === 'dateTime'}>
        <DateTimeBox {...props} />
      </Match>
      <Match when={kind === 'select1' || kind === 'select'}>
        <Choices {...props} />
      </Match>
      <Match when={kind === 'rank'}>
        <Rare part="Rank" with={props} />
      </Match>
      <Match when={kind === 'range'}>
        <Rare part="RangeBox" with={props} />
      </Match>
      <Match when={kind === 'trigger'}>
        <Acknowledge {...props} />
      </Match>
      <Match when={kind === 'geopoint'}>
        <Geopoint {...props} />
      </Match>
      <Match when={kind === 'geotrace' || kind === 'geoshape'}>
        <Rare part="GeoPath" with={props} />
      </Match>
      <Match when={kind === 'image'}>
        <PhotoAnswer {...props} />
      </Match>
      <Match when={kind === 'audio' || kind === 'video' || kind === 'file'}>
        <Rare part="FileAnswer" with={props} />
      </Match>
      <Match when={kind === 'barcode'}>
        <Rare part="Barcode" with={props} />
      </Match>
    </Switch>
  );
}

/** A date that the form refuses may be right and the phone's clock wrong: say what the clock says, and how to go on. */
function ClockDoubt(props: { question: Question }): JSX.Element {
  const form = useForm();
  const [now, setNow] = createSignal(new Date());
  const again = (): void => {
    setNow(new Date());
    props.question.recheck();
  };
  // She comes back from the phone's settings: look at the clock again by ourselves.
  const onShow = (): void => {
    if (document.visibilityState === 'visible') again();
  };
  document.addEventListener('visibilitychange', onShow);
  onCleanup(() => document.removeEventListener('visibilitychange', onShow));
  const days = (): number => Math.round(form.clockOffsetMs() / 86_400_000);
  return (
    <div class="f-clock">
      <p>
        {form.t('clockSays')} <strong>{sayMoment(now(), form.lang())}</strong>
      </p>
      <Show when={days() !== 0}>
        <p>{form.t(days() > 0 ? 'clockBehind' : 'clockAhead', { days: Math.abs(days()) })}</p>
      </Show>
      <p>{form.t('clockAdvice')}</p>
      <button type="button" class="f-button f-small" onClick={again}>{form.t('clockAgain')}</button>
    </div>
  );
}

function Note(props: { question: Question }): JSX.Element {
  const q = props.question;
  return (
    <div class="f-note" id={q.id} data-path={q.path} data-type="note">
      <div class="f-note-words">
        <Words text={q.label()} />
      </div>
      <Media text={q.label()} />
      <Show when={q.hint()?.plain}>
        <div class="f-hint">
          <Words text={q.hint()} />
        </div>
      </Show>
      <Show when={q.answer() !== ''}>
        <p class="f-note-value">
          <bdi>{q.answer()}</bdi>
        </p>
      </Show>
    </div>
  );
}

/** The woman chosen before the form was opened: shown so that the agent sees of whom she speaks, never asked. */
function PresetCard(props: { question: Question }): JSX.Element {
  const form = useForm();
  const q = props.question;
  const label = createMemo(() => {
    const value = q.chosen()[0];
    return q.options().find((o) => o.value === value)?.text ?? null;
  });
  return (
    <div class="f-preset" id={q.id} data-path={q.path} data-type="preset">
      <span class="f-preset-icon">
        <Icon name="person" />
      </span>
      <span>
        <span class="f-preset-title">{form.t('chosenFirst')}</span>
        <bdi class="f-preset-name">{label()?.plain ?? q.chosen()[0]}</bdi>
      </span>
    </div>
  );
}
