// The form being filled: opens it, shows one page at a time, saves as she types, and hands it over when it is finished.
import { createSignal, Match, onCleanup, onMount, Show, Switch, type JSX } from 'solid-js';
import { FormOpenError, openForm, type OpenForm } from '../engine/open-form';
import type { FormSession } from './contract';
import { Filling } from './Filling';
import { Icon } from './Icon';
import { locateOnce } from './geo';
import { textOf, toLang, type TextKey } from './texts';
import './form.css';

const REASONS: Record<string, TextKey> = { 'not-a-form': 'notAForm', engine: 'engineRefused', draft: 'draftRefused', preset: 'presetRefused' };

export function FormScreen(props: { session: FormSession }): JSX.Element {
  const { session } = props;
  const [form, setForm] = createSignal<OpenForm | null>(null);
  const [failure, setFailure] = createSignal<FormOpenError | null>(null);
  const changes = new Set<() => void>();
  let gone = false;

  const open = async (): Promise<void> => {
    // Let "opening" be seen first: a large form keeps a slow phone busy for seconds.
    await new Promise((painted) => setTimeout(painted, 30));
    try {
      const opened = await openForm({
        xml: session.source.xml,
        attachment: (name) => session.source.attachment(name),
        draft: session.draft,
        edit: session.edit,
        withheld: session.withheld,
        preset: session.preset,
        lastSaved: session.draft || session.edit ? undefined : await session.lastSaved?.(),
        deviceId: session.deviceId,
        username: session.username,
        language: session.language,
        locate: () => locateOnce(),
        onChange: () => changes.forEach((told) => told()),
      });
      if (gone) {
        opened.dispose();
        session.onGone?.();
      }
      else setForm(opened);
    } catch (error) {
      if (gone) session.onGone?.();
      setFailure(error instanceof FormOpenError ? error : new FormOpenError('engine', String(error)));
    }
  };
  onMount(() => void open());
  onCleanup(() => {
    gone = true;
    if (failure()) session.onGone?.();
  });

  const lang = (): ReturnType<typeof toLang> => toLang(props.session.language);
  return (
    <Switch
      fallback={
        <div class="f-screen f-centre" dir={lang() === 'ar' ? 'rtl' : 'ltr'} lang={lang()}>
          <p class="f-pulse" role="status">
            {textOf(lang(), 'opening')}
          </p>
        </div>
      }
    >
      <Match when={failure()}>
        {(error) => (
          <div class="f-screen f-centre" dir={lang() === 'ar' ? 'rtl' : 'ltr'} lang={lang()}>
            <div class="f-failure" role="alert">
              <Icon name="warn" size={40} />
              <h1>{textOf(lang(), 'cannotOpen')}</h1>
              <p class="f-failure-form" dir="auto">
                {session.source.title}
              </p>
              <p>{textOf(lang(), REASONS[error().code] ?? 'engineRefused')}</p>
              <Show when={error().code !== 'preset'}>
                <details>
                  <summary>{textOf(lang(), 'details')}</summary>
                  <p dir="ltr">{error().message}</p>
                </details>
              </Show>
              <button type="button" class="f-button f-primary" onClick={() => session.onLeave()}>
                {textOf(lang(), 'leave')}
              </button>
            </div>
          </div>
        )}
      </Match>
      <Match when={form()}>
        {(opened) => (
          <Filling
            form={opened()}
            session={session}
            language={props.session.language}
            onChanges={(told) => {
              changes.add(told);
              return () => changes.delete(told);
            }}
          />
        )}
      </Match>
    </Switch>
  );
}
