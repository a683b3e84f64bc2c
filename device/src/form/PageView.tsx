// One page: where we are, its questions, and adding or removing when it repeats.
import { createMemo, For, Match, Show, Switch, type JSX } from 'solid-js';
import type { Repeat } from '../engine/open-form';
import { pageTitle } from './Contents';
import { useForm } from './context';
import { Icon } from './Icon';
import type { Page } from './pages';
import { QuestionCard } from './QuestionCard';
import { Media, Words } from './Words';

export function PageView(props: {
  page: Page;
  formTitle: string;
  heading: (element: HTMLHeadingElement) => void;
  onAdd: (repeat: Repeat) => void;
  onRemove: (repeat: Repeat, index: number, title: string) => void;
}): JSX.Element {
  const form = useForm();
  const around = createMemo(() => props.page.titles.slice(0, -1).filter((x) => x !== null && x.plain !== ''));
  const own = createMemo(() => props.page.titles.at(-1) ?? null);
  const repeatTitle = (repeat: Repeat): string => repeat.label()?.plain || own()?.plain || form.t('element');
  const key = createMemo(() => props.page.key);
  return (
    <>
      <div class="f-page-head">
        <Show when={around().length > 0}>
          <p class="f-section">
            <For each={around()}>
              {(title, i) => (
                <>
                  <Show when={i() > 0}>
                    <span aria-hidden="true"> › </span>
                  </Show>
                  <Words text={title} />
                </>
              )}
            </For>
          </p>
        </Show>
        <h1 tabindex="-1" ref={props.heading}>
          <Show when={own()?.plain} fallback={<span dir="auto">{pageTitle(form, props.page, props.formTitle)}</span>}>
            <Words text={own()} />
          </Show>
        </h1>
        <Media text={own()} />
        <For each={props.page.positions}>
          {(position) => (
            <p class="f-position">
              <span>{form.t('instanceOf', { title: repeatTitle(position.repeat), index: position.index + 1, count: position.repeat.instances().length })}</span>
              <Show when={position.repeat.changeable && position.first}>
                <button type="button" class="f-button f-quiet f-small" onClick={() => props.onRemove(position.repeat, position.index, `${repeatTitle(position.repeat)} ${position.index + 1}`)}>
                  <Icon name="trash" size={18} />
                  {form.t('removeInstance')}
                </button>
              </Show>
            </p>
          )}
        </For>
      </div>
      <Show when={key()} keyed>
        <For each={props.page.items}>
          {(item) => (
            <Switch>
              <Match when={item.kind === 'question' && item}>{(i) => <QuestionCard question={i().question} />}</Match>
              <Match when={item.kind === 'heading' && item}>
                {(i) => (
                  <div class="f-inner-head">
                    <h2>
                      <Words text={i().text} fallback={form.t('element')} />
                      <Show when={i().position}>{(at) => ` ${at().index + 1}`}</Show>
                    </h2>
                    <Show when={i().position?.repeat.changeable && i().position}>
                      {(at) => (
                        <button type="button" class="f-button f-quiet f-small" onClick={() => props.onRemove(at().repeat, at().index, `${repeatTitle(at().repeat)} ${at().index + 1}`)}>
                          <Icon name="trash" size={18} />
                          {form.t('removeInstance')}
                        </button>
                      )}
                    </Show>
                  </div>
                )}
              </Match>
              <Match when={item.kind === 'add' && item}>{(i) => <AddButton repeat={i().repeat} title={repeatTitle(i().repeat)} onAdd={(repeat) => repeat.add()} />}</Match>
            </Switch>
          )}
        </For>
      </Show>
      <Show when={props.page.empty}>
        {(repeat) => (
          <>
            <p class="f-empty">{form.t('noInstance')}</p>
            <AddButton repeat={repeat()} title={repeatTitle(repeat())} onAdd={props.onAdd} />
          </>
        )}
      </Show>
      <For each={[...props.page.positions].reverse()}>
        {(position) => (
          <Show when={position.repeat.changeable && position.last && position.index === position.repeat.instances().length - 1}>
            <AddButton repeat={position.repeat} title={repeatTitle(position.repeat)} onAdd={props.onAdd} />
          </Show>
        )}
      </For>
    </>
  );
}

function AddButton(props: { repeat: Repeat; title: string; onAdd: (repeat: Repeat) => void }): JSX.Element {
  const form = useForm();
  return (
    <button type="button" class="f-button f-add" onClick={() => props.onAdd(props.repeat)}>
      <Icon name="plus" />
      {form.t('addInstance', { title: props.title })}
    </button>
  );
}
