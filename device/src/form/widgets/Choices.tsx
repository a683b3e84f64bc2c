// One or several of a list: big rows to touch. Long lists, and those whose author asked for it, open a dialog with a search box.
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import type { Option, Question } from '../../engine/open-form';
import { freshName, partIds, useForm } from '../context';
import { Dialog } from '../Dialog';
import { Icon } from '../Icon';
import type { WidgetProps } from '../QuestionCard';
import { Media, Words } from '../Words';
import { fold } from '../words';
import { ClearButton } from './ClearButton';
import { Rare } from './Rare';
import { parsePoints } from '../geo';

const MOST_ROWS = 30;
const FEW_ROWS = 4;
const AT_ONCE = 60;

function compact(q: Question): boolean {
  return q.looks.has('minimal') || q.looks.has('autocomplete') || q.looks.has('search');
}

export function Choices(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const options = createMemo(() => q.options());
  const inDialog = createMemo(() => options().length > (compact(q) ? FEW_ROWS : MOST_ROWS));
  const take = (values: readonly string[]): void => {
    q.choose(values);
    q.setLeft(true);
    if (q.widget === 'select1' && q.looks.has('quick') && values.length > 0) form.advance();
  };
  const mapped = createMemo(() => q.looks.has('map') && options().some((o) => o.geometry));
  return (
    <Show when={options().length > 0} fallback={<p class="f-empty">{form.t('emptyList')}</p>}>
      <Show when={inDialog()} fallback={<Rows {...props} options={options()} take={take} />}>
        <Picker {...props} options={options()} take={take} />
      </Show>
      <Show when={mapped() && !q.readonly()}>
        <OnMap {...props} options={options()} take={take} />
      </Show>
    </Show>
  );
}

interface ListProps extends WidgetProps {
  options: readonly Option[];
  take: (values: readonly string[]) => void;
}

function toggled(q: Question, value: string, on: boolean): string[] {
  const others = q.chosen().filter((v) => v !== value);
  return on ? [...others, value] : others;
}

/** The choices that have a place, on a map. */
function OnMap(props: ListProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const [open, setOpen] = createSignal(false);
  const choices = createMemo(() =>
    props.options.flatMap((o) => {
      const points = parsePoints(o.geometry ?? '');
      if (points.length === 0) return [];
      const middle = (pick: (p: (typeof points)[number]) => number): number => points.reduce((sum, p) => sum + pick(p), 0) / points.length;
      return [{ value: o.value, name: o.text.plain || o.value, latitude: middle((p) => p.latitude), longitude: middle((p) => p.longitude) }];
    }),
  );
  return (
    <>
      <button type="button" class="f-button f-on-map" onClick={() => setOpen(true)}>
        <Icon name="globe" />
        {form.t('onMap')}
      </button>
      <Show when={open()}>
        <Rare part="MapDialog" with={{
          title: q.label()?.plain || q.name, kind: 'choose', points: [], get choices() { return choices(); }, get chosen() { return q.chosen(); },
          onChoose: (value) => props.take(q.widget === 'select1' ? [value] : toggled(q, value, !q.chosen().includes(value))),
          onClose: () => setOpen(false),
        }} />
      </Show>
    </>
  );
}

function Rows(props: ListProps): JSX.Element {
  const q = props.question;
  const name = freshName();
  const single = q.widget === 'select1';
  const columns = (): boolean => [...q.looks].some((look) => /^(columns|horizontal|compact|quickcompact)/.test(look));
  // One line of equal steps, each under its word; more than six would be too narrow for a thumb.
  const line = (): boolean => props.options.length <= 6 && (q.looks.has('likert') || q.looks.has('list-nolabel') || q.looks.has('list'));
  return (
    <div class="f-rows" classList={{ 'f-rows-columns': columns() && !line(), 'f-rows-line': line() }} role={single ? 'radiogroup' : 'group'} aria-labelledby={partIds(q.id).label} aria-describedby={props.describedBy} aria-required={(single && q.required()) || undefined} aria-invalid={(single && props.invalid) || undefined}>
      <For each={props.options}>
        {(option) => (
          <label class="f-row" classList={{ 'f-row-on': q.chosen().includes(option.value) }}>
            <input
              type={single ? 'radio' : 'checkbox'}
              name={name}
              value={option.value}
              checked={q.chosen().includes(option.value)}
              disabled={q.readonly()}
              onChange={(event) => props.take(single ? [option.value] : toggled(q, option.value, event.currentTarget.checked))}
            />
            <span class="f-mark" aria-hidden="true" />
            <span class="f-row-words">
              <Media text={option.text} small />
              <Words text={option.text} fallback={option.value} />
            </span>
          </label>
        )}
      </For>
      <ClearButton question={q} onClear={() => props.take([])} />
    </div>
  );
}

function Picker(props: ListProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const ids = partIds(q.id);
  const [open, setOpen] = createSignal(false);
  const chosen = createMemo(() => {
    const values = new Set(q.chosen());
    return props.options.filter((o) => values.has(o.value));
  });
  return (
    <>
      <button
        type="button"
        id={ids.control}
        class="f-box f-picker"
        aria-haspopup="dialog"
        aria-labelledby={`${ids.label} ${ids.control}`}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        disabled={q.readonly()}
        onClick={() => setOpen(true)}
      >
        <span class="f-picker-value">
          <Show when={chosen().length > 0} fallback={<span class="f-placeholder">{form.t('choose')}</span>}>
            <For each={chosen()}>
              {(option) => (
                <span class={q.widget === 'select' ? 'f-chip' : ''}>
                  <Words text={option.text} fallback={option.value} />
                </span>
              )}
            </For>
          </Show>
        </span>
        <Icon name="search" />
      </button>
      <ClearButton question={q} onClear={() => props.take([])} />
      <Show when={open()}>
        <PickerDialog {...props} onClose={() => setOpen(false)} />
      </Show>
    </>
  );
}

function PickerDialog(props: ListProps & { onClose: () => void }): JSX.Element {
  const form = useForm();
  const q = props.question;
  const single = q.widget === 'select1';
  const [wanted, setWanted] = createSignal('');
  const [limit, setLimit] = createSignal(AT_ONCE);
  const folded = createMemo(() => props.options.map((option) => ({ option, text: fold(option.text.plain || option.value) })));
  const found = createMemo(() => {
    const words = fold(wanted()).split(' ').filter(Boolean);
    return folded().filter(({ text }) => words.every((w) => text.includes(w))).map(({ option }) => option);
  });
  const shown = createMemo(() => found().slice(0, limit()));
  let list!: HTMLDivElement;

  const pick = (option: Option): void => {
    if (single) {
      props.take([option.value]);
      props.onClose();
    } else props.take(toggled(q, option.value, !q.chosen().includes(option.value)));
  };
  const move = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const rows = [...list.querySelectorAll<HTMLButtonElement>('button')];
    const at = rows.indexOf(document.activeElement as HTMLButtonElement);
    rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
    event.preventDefault();
  };
  return (
    <Dialog
      title={<Words text={q.label()} fallback={q.name} />}
      onClose={props.onClose}
      footer={
        !single && (
          <button type="button" class="f-button f-primary" onClick={() => props.onClose()}>
            {form.t('done')} · {form.t('chosenCount', { count: q.chosen().length })}
          </button>
        )
      }
    >
      <div class="f-search" onKeyDown={move}>
        <Icon name="search" />
        <input
          data-focus
          class="f-box"
          type="search"
          dir="auto"
          autocomplete="off"
          aria-label={form.t('search')}
          placeholder={form.t('searchIn', { count: props.options.length })}
          value={wanted()}
          onInput={(event) => {
            setWanted(event.currentTarget.value);
            setLimit(AT_ONCE);
          }}
        />
      </div>
      <div class="f-rows f-rows-plain" ref={list} onKeyDown={move}>
        <For each={shown()}>
          {(option) => (
            <button
              type="button"
              class="f-row"
              classList={{ 'f-row-on': q.chosen().includes(option.value), 'f-row-check': !single }}
              data-value={option.value}
              aria-pressed={q.chosen().includes(option.value)}
              onClick={() => pick(option)}
            >
              <span class="f-mark" aria-hidden="true" />
              <span class="f-row-words">
                <Media text={option.text} small />
                <Words text={option.text} fallback={option.value} />
              </span>
            </button>
          )}
        </For>
        <Show when={found().length > limit()}>
          <button type="button" class="f-button" onClick={() => setLimit(limit() + 3 * AT_ONCE)}>
            {form.t('showMore', { count: found().length - limit() })}
          </button>
        </Show>
      </div>
      <p class="f-empty" role="status">
        {found().length === 0 ? form.t('nothingFound') : ''}
      </p>
    </Dialog>
  );
}
