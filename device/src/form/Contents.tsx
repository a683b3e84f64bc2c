// Table of contents: every page that can be reached now, how far it is answered, and where something is wrong.
import { For, Show, type JSX } from 'solid-js';
import type { Question } from '../engine/open-form';
import { useForm, type FormContextValue } from './context';
import { Dialog } from './Dialog';
import { Icon } from './Icon';
import { countAnswers, questionsOf, type Page } from './pages';

/** A page's own title as plain text, with its place in a repeat. */
export function pageTitle(form: FormContextValue, page: Page, formTitle: string): string {
  const own = [...page.titles].reverse().find((t) => t !== null && t.plain !== '')?.plain ?? formTitle;
  const position = page.positions.at(-1);
  return position ? form.t('instanceOf', { title: own, index: position.index + 1, count: position.repeat.instances().length }) : own;
}

export function Contents(props: {
  pages: readonly Page[];
  current: number;
  wrong: readonly Question[];
  formTitle: string;
  onGo: (index: number) => void;
  onFinish: () => void;
  onClose: () => void;
}): JSX.Element {
  const form = useForm();
  const section = (page: Page): string => page.titles.slice(0, -1).filter((t) => t?.plain).map((t) => t!.plain).join(' › ');
  return (
    <Dialog
      title={form.t('contents')}
      onClose={props.onClose}
      footer={
        <button type="button" class="f-button f-primary" onClick={() => props.onFinish()}>
          <Icon name="check" />
          {form.t('finish')}
        </button>
      }
    >
      <ol class="f-contents">
        <For each={props.pages}>
          {(page, i) => {
            const counts = (): ReturnType<typeof countAnswers> => countAnswers(questionsOf(page));
            const wrong = (): boolean => questionsOf(page).some((q) => props.wrong.includes(q));
            return (
              <>
                <Show when={section(page) !== '' && (i() === 0 || section(page) !== section(props.pages[i() - 1]!))}>
                  <li class="f-contents-section" aria-hidden="true">
                    <bdi>{section(page)}</bdi>
                  </li>
                </Show>
                <li>
                  <button type="button" class="f-contents-row" aria-current={i() === props.current ? 'page' : undefined} onClick={() => props.onGo(i())}>
                    <bdi>{pageTitle(form, page, props.formTitle)}</bdi>
                    <span class="f-contents-count">
                      <Show when={wrong()}>
                        <span class="f-wrong-mark">
                          <Icon name="warn" size={18} />
                        </span>
                      </Show>
                      <Show when={counts().total > 0}>{form.t('answeredOf', { answered: counts().answered, total: counts().total })}</Show>
                    </span>
                  </button>
                </li>
              </>
            );
          }}
        </For>
      </ol>
    </Dialog>
  );
}
