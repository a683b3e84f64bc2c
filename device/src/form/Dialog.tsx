// Full-height dialogs on the browser's own <dialog>: it keeps the focus inside, closes on Escape and gives the focus back.
import { onCleanup, onMount, type JSX } from 'solid-js';
import { Icon } from './Icon';
import { freshName, useForm } from './context';

// Open dialogs, the newest last: the phone's back button closes that one instead of leaving the form.
const OPEN: (() => void)[] = [];

/** Close the newest open dialog; false when there is none. */
export function closeNewestDialog(): boolean {
  const close = OPEN.at(-1);
  close?.();
  return close !== undefined;
}

export function Dialog(props: {
  title: JSX.Element;
  onClose: () => void;
  children: JSX.Element;
  footer?: JSX.Element;
  small?: boolean;
  class?: string;
}): JSX.Element {
  const form = useForm();
  const titleId = freshName();
  let box!: HTMLDialogElement;
  const close = (): void => props.onClose();
  onMount(() => {
    OPEN.push(close);
    box.showModal();
    const target = box.querySelector<HTMLElement>('[data-focus]') ?? box.querySelector<HTMLElement>('h2');
    target?.focus();
  });
  onCleanup(() => {
    OPEN.splice(OPEN.indexOf(close), 1);
    if (box.open) box.close();
  });
  return (
    <dialog
      ref={box}
      class={`f-dialog ${props.small ? 'f-dialog-small' : ''} ${props.class ?? ''}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={(event) => {
        if (event.target === box && props.small) props.onClose();
      }}
    >
      <div class="f-dialog-in">
        <header class="f-dialog-head">
          <h2 id={titleId} tabindex="-1">
            {props.title}
          </h2>
          <button type="button" class="f-icon-button" aria-label={form.t('close')} onClick={() => props.onClose()}>
            <Icon name="close" />
          </button>
        </header>
        <div class="f-dialog-body">{props.children}</div>
        {props.footer && <footer class="f-dialog-foot">{props.footer}</footer>}
      </div>
    </dialog>
  );
}
