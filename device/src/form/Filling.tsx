// An open form on the screen: pages, saving, leaving, finishing.
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show, untrack, type JSX } from 'solid-js';
import { takeRemembered, type OpenForm, type Payload, type Question, type Repeat } from '../engine/open-form';
import { codeOf, directionOf, matchLanguage } from '../engine/languages';
import type { FormSession } from './contract';
import { FormContext, type FormContextValue } from './context';
import { closeNewestDialog, Dialog } from './Dialog';
import { Icon } from './Icon';
import { Contents } from './Contents';
import { countAnswers, pagesOf, questionsOf, type Page } from './pages';
import { PageView } from './PageView';
import { Review } from './Review';
import { createSaver, isStorageFull } from './saver';
import { textOf, toLang, type Lang } from './texts';
import { titleIn } from './titles';

export function Filling(props: {
  form: OpenForm;
  session: FormSession;
  language: string;
  /** Subscribe to "something was answered"; gives how to stop. */
  onChanges: (told: () => void) => () => void;
}): JSX.Element {
  const { form, session } = props;

  // Words ------------------------------------------------------------------------------------------------------------
  const [lang, setLang] = createSignal<Lang>(toLang(props.language));
  createEffect(
    on(() => props.language, (language) => {
      setLang(toLang(language));
      const name = matchLanguage(form.languages, language);
      if (name) form.setLanguage(name);
    }, { defer: true }),
  );
  const chooseLanguage = (name: string): void => {
    form.setLanguage(name);
    const code = codeOf(name);
    if (code === 'fr' || code === 'ar' || code === 'en') setLang(code);
  };

  // Keystrokes not yet with the engine, and saving ---------------------------------------------------------------------
  const held = new Set<() => void>();
  const release = (): void => [...held].forEach((commit) => commit());
  let hasDraft = session.draft !== undefined; // an edit becomes one with its first answer
  let finished = false;
  const write = async (): Promise<void> => {
    const { xml, files, instanceId, instanceName } = await form.payload();
    const { answered, total } = countAnswers(untrack(() => form.questions()));
    await session.onAutosave({ xml, files }, { instanceId, instanceName, answered, total, pageIndex: untrack(index) });
    hasDraft = true;
  };
  const saver = createSaver({ write, prepare: release });
  onCleanup(
    props.onChanges(() => {
      saver.touch();
    }),
  );
  const saveNow = (): Promise<boolean> => saver.flush();

  // Pages --------------------------------------------------------------------------------------------------------------
  const pages = createMemo(() => pagesOf(form.children()));
  const [key, setKey] = createSignal(untrack(pages)[Math.max(0, Math.min(untrack(pages).length - 1, session.pageIndex ?? 0))]?.key ?? '');
  // When the page she is on is no longer relevant, the one that took its place is shown.
  const index = createMemo<number>((before) => {
    const found = pages().findIndex((p) => p.key === key());
    return found >= 0 ? found : Math.max(0, Math.min(before, pages().length - 1));
  }, 0);
  const page = createMemo(() => pages()[index()]);
  let heading: HTMLHeadingElement | undefined;
  const go = (to: number, focusHeading = true): void => {
    release();
    const target = untrack(pages)[to];
    if (!target) return;
    setKey(target.key);
    setReviewing(null);
    if (hasDraft && !finished) saver.touch();
    void saver.flush();
    window.scrollTo({ top: 0 });
    if (focusHeading) queueMicrotask(() => heading?.focus({ preventScroll: true }));
  };

  // Finishing ------------------------------------------------------------------------------------------------------------
  const [insisting, setInsisting] = createSignal(false);
  const wrong = createMemo(() => (insisting() ? form.questions().filter((q) => q.problem() !== null) : []));
  const [reviewing, setReviewing] = createSignal<Payload | null>(null);
  const [busy, setBusy] = createSignal(false);
  const [failed, setFailed] = createSignal<unknown>(null);
  const pageOf = (question: Question): number => untrack(pages).findIndex((p) => questionsOf(p).includes(question));
  const show = (question: Question): void => {
    const to = pageOf(question);
    if (to < 0) return;
    if (to !== untrack(index) || untrack(reviewing)) go(to, false);
    requestAnimationFrame(() => {
      const card = document.getElementById(question.id);
      const control = card?.querySelector<HTMLElement>('.f-control :is(input:not([hidden]), textarea, select, button):not(:disabled)');
      (control ?? card)?.focus({ preventScroll: true });
      card?.scrollIntoView({ block: 'center' });
    });
  };
  const finish = async (): Promise<void> => {
    release();
    setInsisting(true);
    const first = untrack(wrong)[0];
    if (first) {
      show(first);
      return;
    }
    await saver.flush();
    setReviewing(await form.payload());
    window.scrollTo({ top: 0 });
  };
  const finalize = async (): Promise<void> => {
    setBusy(true);
    setFailed(null);
    try {
      await saver.flush(); // no write of the draft may come after the finished form
      const { xml, files, instanceId, instanceName } = await form.payload();
      await unmark();
      await session.onFinalize({ xml, files }, { instanceId, instanceName, remembered: takeRemembered(session.source.xml, xml) });
      finished = true;
      saver.stop();
    } catch (error) {
      mark();
      setFailed(error ?? new Error('unknown'));
    } finally {
      setBusy(false);
    }
  };

  // Leaving --------------------------------------------------------------------------------------------------------------
  const [asking, setAsking] = createSignal(false);
  let leaving = false;
  let gone = false;
  let marked = false;
  let below = '';
  // A mark on the browser's history lets the back button save and say so. It is taken off before the form closes, so that "back" on the
  // next screen does not come into a closed form.
  const mark = (): void => {
    below = location.hash;
    history.pushState({ hirfaForm: true }, '');
    marked = true;
  };
  const unmark = async (): Promise<void> => {
    if (!marked) return;
    marked = false;
    await new Promise<void>((gone) => {
      window.addEventListener('popstate', () => gone(), { once: true });
      setTimeout(gone, 400);
      history.back();
    });
  };
  const away = async (): Promise<void> => {
    if (gone) return; // another address was opened meanwhile: it must not be led away from
    finished = true;
    saver.stop();
    await unmark();
    session.onLeave();
  };
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    const saved = await saveNow();
    leaving = false;
    if (saved) await away();
    else setAsking(true);
  };
  const onBack = (): void => {
    if (!marked) return;
    if (location.hash !== below) {
      marked = false; // not "back": another address was opened, which is shown now; the answers are saved on the way out
      return;
    }
    history.pushState({ hirfaForm: true }, '');
    if (closeNewestDialog()) return;
    if (reviewing()) setReviewing(null);
    else void leave();
  };
  const onHide = (): void => {
    if (document.visibilityState === 'hidden') void saveNow();
  };
  const onPageHide = (): void => void saveNow();
  const onUnload = (event: BeforeUnloadEvent): void => {
    if (finished || (held.size === 0 && saver.state() === 'clean')) return;
    void saveNow();
    event.preventDefault();
  };
  onMount(() => {
    mark();
    window.addEventListener('popstate', onBack);
    window.addEventListener('pagehide', onPageHide);
    window.addEventListener('beforeunload', onUnload);
    document.addEventListener('visibilitychange', onHide);
    heading?.focus({ preventScroll: true });
  });
  onCleanup(() => {
    gone = true;
    window.removeEventListener('popstate', onBack);
    window.removeEventListener('pagehide', onPageHide);
    window.removeEventListener('beforeunload', onUnload);
    document.removeEventListener('visibilitychange', onHide);
    // Taken off the screen in another way: what is not yet written still is; the form lives that long.
    const end = (): void => {
      form.dispose();
      session.onGone?.();
    };
    if (finished) end();
    else void saveNow().finally(end);
  });

  // What widgets may ask -----------------------------------------------------------------------------------------------
  const addresses = new Map<string, Promise<string | null>>();
  const media = (name: string): Promise<string | null> => {
    let address = addresses.get(name);
    if (!address) {
      address = session.source.attachment(name).then((blob) => (blob ? URL.createObjectURL(blob) : null), () => null);
      addresses.set(name, address);
    }
    return address;
  };
  onCleanup(() => addresses.forEach((address) => void address.then((url) => url && URL.revokeObjectURL(url))));

  const title = createMemo(() => titleIn(session.source.title, lang()));
  const t: FormContextValue['t'] = (text, values) => textOf(lang(), text, values);
  const context: FormContextValue = {
    t,
    lang,
    textDirection: () => (form.languages.length > 0 ? directionOf(form.language()) ?? 'auto' : 'auto'),
    media,
    insisting,
    places: async () => (await session.places?.() ?? []).map(({ name, ...at }) => ({ ...at, name: lang() === 'ar' ? name.ar : name.fr })),
    clockOffsetMs: () => session.clockOffsetMs ?? 0,
    holding(commit) {
      held.add(commit);
      saver.touch();
      return () => held.delete(commit);
    },
    advance() {
      const here = page();
      if (here && questionsOf(here).filter((q) => q.widget !== 'note').length === 1 && index() < pages().length - 1) setTimeout(() => go(index() + 1), 250);
    },
  };

  const [contents, setContents] = createSignal(false);
  const [languages, setLanguages] = createSignal(false);
  const [removing, setRemoving] = createSignal<{ repeat: Repeat; at: number; title: string } | null>(null);
  const add = (repeat: Repeat): void => {
    release();
    repeat.add();
    const last = repeat.instances().length - 1;
    const to = untrack(pages).findIndex((p) => p.positions.some((x) => x.repeat === repeat && x.index === last && x.first));
    if (to >= 0) go(to);
  };
  const remove = (): void => {
    const what = removing();
    setRemoving(null);
    if (!what) return;
    const inline = page()?.items.some((i) => i.kind === 'heading' && i.position?.repeat === what.repeat) ?? false;
    what.repeat.remove(what.at);
    if (inline) return;
    const near = untrack(pages).findIndex((p) => p.empty === what.repeat || p.positions.some((x) => x.repeat === what.repeat && x.index === Math.max(0, what.at - 1) && x.first));
    if (near >= 0) go(near);
  };
  const status = (): string => {
    if (saver.state() === 'saving') return t('saving');
    const at = saver.savedAt();
    if (!at || saver.state() !== 'clean') return '';
    return t('savedAt', { time: `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}` });
  };
  const last = (): boolean => index() >= pages().length - 1;

  return (
    <FormContext.Provider value={context}>
      <div class="f-screen" dir={lang() === 'ar' ? 'rtl' : 'ltr'} lang={lang()}>
        <header class="f-head">
          <div class="f-bar">
            <button type="button" class="f-icon-button" aria-label={t('leave')} onClick={() => void leave()}>
              <Icon name="back" />
            </button>
            <p class="f-title" dir="auto">
              {title()}
            </p>
            <Show when={form.languages.length > 1}>
              <button type="button" class="f-icon-button" aria-label={t('language')} onClick={() => setLanguages(true)}>
                <Icon name="globe" />
              </button>
            </Show>
            <button type="button" class="f-icon-button" aria-label={t('contents')} onClick={() => setContents(true)}>
              <Icon name="list" />
            </button>
          </div>
          <div class="f-progress" role="progressbar" aria-label={t('pageOf', { page: index() + 1, pages: pages().length })} aria-valuemin={1} aria-valuemax={Math.max(1, pages().length)} aria-valuenow={index() + 1}>
            <span style={{ width: `${pages().length > 0 ? ((index() + 1) / pages().length) * 100 : 100}%` }} />
          </div>
          <p class="f-status">
            <span>{t('pageOf', { page: index() + 1, pages: Math.max(1, pages().length) })}</span>
            <span role="status" aria-live="off" data-saved={saver.state()}>
              {status()}
            </span>
          </p>
          <Show when={saver.state() === 'failed'}>
            <div class="f-alarm" role="alert">
              <Icon name="warn" />
              <div>
                <strong>{t('saveFailed')}</strong>
                <p>{t(isStorageFull(saver.error()) ? 'storageFull' : 'saveError')}</p>
                <button type="button" class="f-button" onClick={() => void saveNow()}>
                  {t('retry')}
                </button>
              </div>
            </div>
          </Show>
        </header>

        <Show
          when={reviewing()}
          fallback={
            <>
              <main class="f-main">
                <Show when={wrong().length > 0}>
                  <div class="f-todo">
                    <p role="status">
                      <Icon name="warn" size={18} /> {t('problemsCount', { count: wrong().length })}
                    </p>
                    <button type="button" class="f-button f-small" onClick={() => show(nextWrong(wrong(), page()))}>
                      {t('nextProblem')}
                    </button>
                    <details>
                      <summary>{t('listProblems')}</summary>
                      <ul>
                        <For each={wrong()}>
                          {(q) => (
                            <li>
                              <button type="button" class="f-link" onClick={() => show(q)}>
                                <bdi>{q.label()?.plain || q.name}</bdi>
                              </button>
                            </li>
                          )}
                        </For>
                      </ul>
                    </details>
                  </div>
                </Show>
                <Show when={page()} fallback={<p class="f-empty">{t('nothingToAsk')}</p>}>
                  {(now) => (
                    <PageView
                      page={now()}
                      formTitle={title()}
                      heading={(element) => (heading = element)}
                      onAdd={add}
                      onRemove={(repeat, at, title) => setRemoving({ repeat, at, title })}
                    />
                  )}
                </Show>
              </main>
              <footer class="f-foot">
                <button type="button" class="f-button f-quiet" disabled={index() === 0} onClick={() => go(index() - 1)}>
                  <Icon name="back" />
                  {t('previous')}
                </button>
                <Show
                  when={last()}
                  fallback={
                    <button type="button" class="f-button f-primary" onClick={() => go(index() + 1)}>
                      {t('next')}
                      <Icon name="next" />
                    </button>
                  }
                >
                  <button type="button" class="f-button f-primary" onClick={() => void finish()}>
                    <Icon name="check" />
                    {t('finish')}
                  </button>
                </Show>
              </footer>
            </>
          }
        >
          {(payload) => (
            <Review
              payload={payload()}
              title={title()}
              answers={countAnswers(untrack(() => form.questions()))}
              busy={busy()}
              failure={failed()}
              onFinalize={() => void finalize()}
              onBack={() => setReviewing(null)}
            />
          )}
        </Show>

        <Show when={contents()}>
          <Contents
            pages={pages()}
            current={index()}
            wrong={wrong()}
            formTitle={title()}
            onGo={(to) => {
              setContents(false);
              go(to);
            }}
            onFinish={() => {
              setContents(false);
              void finish();
            }}
            onClose={() => setContents(false)}
          />
        </Show>
        <Show when={languages()}>
          <Dialog small title={t('language')} onClose={() => setLanguages(false)}>
            <div class="f-rows f-rows-plain">
              <For each={form.languages}>
                {(name) => (
                  <button
                    type="button"
                    class="f-row"
                    classList={{ 'f-row-on': form.language() === name }}
                    aria-pressed={form.language() === name}
                    onClick={() => {
                      chooseLanguage(name);
                      setLanguages(false);
                    }}
                  >
                    <span class="f-mark" aria-hidden="true" />
                    <bdi>{name.replace(/\s*\([^)]*\)\s*$/, '')}</bdi>
                  </button>
                )}
              </For>
            </div>
          </Dialog>
        </Show>
        <Show when={removing()}>
          {(what) => (
            <Dialog small title={t('removeQuestion', { title: what().title })} onClose={() => setRemoving(null)}>
              <div class="f-buttons f-buttons-end">
                <button type="button" class="f-button f-quiet" onClick={() => setRemoving(null)}>
                  {t('cancel')}
                </button>
                <button type="button" class="f-button f-danger" onClick={remove}>
                  {t('removeInstance')}
                </button>
              </div>
            </Dialog>
          )}
        </Show>
        <Show when={asking()}>
          <Dialog small title={t('leaveQuestion')} onClose={() => setAsking(false)}>
            <p>{t(isStorageFull(saver.error()) ? 'storageFull' : 'saveFailed')}</p>
            <div class="f-buttons f-buttons-end">
              <button type="button" class="f-button f-danger" onClick={() => void away()}>
                {t('leaveLosing')}
              </button>
              <button type="button" class="f-button f-primary" onClick={() => setAsking(false)}>
                {t('stay')}
              </button>
            </div>
          </Dialog>
        </Show>
      </div>
    </FormContext.Provider>
  );
}

/** The first wrong answer after those of this page, else the very first. */
function nextWrong(wrong: readonly Question[], page: Page | undefined): Question {
  const here = new Set(page ? questionsOf(page) : []);
  const focused = document.activeElement?.closest('.f-question')?.id;
  const at = focused ? wrong.findIndex((q) => q.id === focused) : -1;
  if (at >= 0) return wrong[(at + 1) % wrong.length]!;
  return wrong.find((q) => here.has(q)) ?? wrong[0]!;
}

