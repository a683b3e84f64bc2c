// The screen that covers everything: it says nothing of anybody's work but how much of it waits to go. From here one unlocks, says who
// one is, hands work over, or gives a forgotten PIN up.
import { createResource, createSignal, For, onCleanup, Show, Switch, Match, type JSX } from 'solid-js';
import { sayDuration, sayWhen, t } from '../i18n';
import { link } from '../router';
import { autoSync, online, outbox, shortTitle, formTitle } from '../state';
import { createVault, isGoodPin, listAgents, listDraftRows, MIN_PIN, openVault, pinWaitMs, storeName, useStore } from '../store';
import { enrol, readCode } from '../sync/enrol';
import { ServerProblem } from '../sync/http';
import { progress, sync } from '../sync/run';
import { FarewellNotice } from '../ui/Farewell';
import { Icon } from '../ui/icons';
import { LanguageChoice } from '../ui/LanguageChoice';
import { Notice } from '../ui/parts';
import { PinBox } from '../ui/PinBox';
import { Screen } from '../ui/Shell';
import { WriteCard } from './HandOver';

type View = 'pin' | 'forgotten' | 'agents' | 'handover';

function UnlockForm(): JSX.Element {
  const [pin, setPin] = createSignal('');
  const [working, setWorking] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const [waitMs, setWaitMs] = createSignal(0);
  let timer: ReturnType<typeof setInterval> | undefined;
  const wait = (ms: number): void => {
    setWaitMs(ms);
    clearInterval(timer);
    const end = performance.now() + ms;
    if (ms > 0) timer = setInterval(() => {
      setWaitMs(Math.max(0, end - performance.now()));
      if (waitMs() === 0) { clearInterval(timer); setProblem(null); }
    }, 500);
  };
  void pinWaitMs(Date.now()).then(wait);
  onCleanup(() => clearInterval(timer));
  const submit = async (): Promise<void> => {
    if (working() || waitMs() > 0) return;
    setWorking(true);
    setProblem(null);
    const refused = await openVault(pin(), Date.now()).catch(() => ({ wrong: true, waitMs: 0 }));
    setWorking(false);
    setPin('');
    if (!refused) return;
    setProblem(t('lock.wrong'));
    wait(refused.waitMs);
  };
  const left = (): string => (waitMs() < 90_000 ? t('lock.seconds', { n: Math.ceil(waitMs() / 1000) }) : sayDuration(waitMs()));
  return (
    <form class="card stack lock-form" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <PinBox label={t('lock.pin')} value={pin()} onInput={setPin} invalid={problem() !== null} describedby="pin-problem" autofocus name="pin" />
      <div id="pin-problem" role="alert">
        <Show when={problem() ?? (waitMs() > 0 ? '' : null)} keyed>{(words) => <Notice tone="bad" icon="warning">{words}<Show when={waitMs() > 0}><p>{t('lock.wait', { time: left() })}</p></Show></Notice>}</Show>
      </div>
      <button type="submit" class="button button-primary button-large" disabled={working() || waitMs() > 0 || pin().length < 4}>{working() ? t('app.loading') : t('lock.open')}</button>
    </form>
  );
}

/** What a forgotten PIN costs, said before anything is given up; then the officer's code. */
function Forgotten(): JSX.Element {
  const [code, setCode] = createSignal('');
  const [working, setWorking] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const [begun] = createResource(listDraftRows);
  const waiting = (): number => outbox().filter((item) => item.state === 'waiting').length;
  const submit = async (): Promise<void> => {
    const found = readCode(code(), location.origin);
    setProblem(null);
    if (!found || 'link' in found) return void setProblem(t('enrol.badCode'));
    setWorking(true);
    try {
      await enrol((input, init) => fetch(input, init), found.code, () => crypto.randomUUID(), () => Date.now(), true);
    } catch (error) {
      setProblem(error instanceof ServerProblem && error.status < 500 ? t('enrol.refused') : t('enrol.line'));
    } finally {
      setWorking(false);
    }
  };
  return (
    <>
      <Notice tone="bad" icon="warning">
        <p><strong>{t('lock.lost')}</strong></p>
        <Show when={(begun() ?? []).length > 0} fallback={<p>{t('lock.lostNothing')}</p>}>
          <p>{t('lock.lostDrafts', { n: begun()!.length })}</p>
          <ul><For each={begun()}>{(draft) => <li><bdi>{shortTitle(formTitle(draft.formId))}</bdi> · {t('drafts.saved', { when: sayWhen(draft.updatedAt) })}</li>}</For></ul>
        </Show>
      </Notice>
      <Notice tone="good" icon="check">
        <p><strong>{t('lock.kept')}</strong></p>
        <p>{waiting() > 0 ? t('lock.keptForms', { n: waiting() }) : t('lock.keptNone')}</p>
        <p>{t('lock.keptRecords')}</p>
      </Notice>
      <form class="card stack" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <p>{t('lock.askCode')}</p>
        <label class="field">
          <span class="field-label">{t('enrol.code')}</span>
          <input class="input" dir="ltr" value={code()} autocomplete="off" autocapitalize="off" spellcheck={false} required name="code" onInput={(event) => setCode(event.currentTarget.value)} />
        </label>
        <div role="alert"><Show when={problem()}>{(words) => <Notice tone="bad" icon="warning">{words()}</Notice>}</Show></div>
        <button type="submit" class="button button-bad" disabled={working() || !code().trim()}>{working() ? t('enrol.working') : t('lock.giveUp')}</button>
      </form>
    </>
  );
}

function Agents(): JSX.Element {
  const [agents] = createResource(listAgents);
  const others = () => (agents() ?? []).filter((agent) => agent.store !== storeName());
  const go = (store: string): void => void useStore(store).then(() => { location.hash = '#/'; location.reload(); });
  return (
    <section class="card stack-small">
      <p>{t('lock.whoLead')}</p>
      <For each={others()}>{(agent) => <button type="button" class="button" onClick={() => go(agent.store)}><span><bdi>{agent.name}</bdi> · <bdi>{shortTitle(agent.project)}</bdi></span></button>}</For>
      <a class="button" href={link('enrol')}>{t('lock.addAgent')}</a>
    </section>
  );
}

export function LockScreen(): JSX.Element {
  const [view, setView] = createSignal<View>('pin');
  const waiting = (): number => outbox().filter((item) => item.state === 'waiting').length;
  return (
    <Screen title={t('app.name')} subtitle={t('lock.title')} bare>
      <div class="stack lock" data-view={view()}>
        <Show when={view() === 'pin'}><FarewellNotice /></Show>
        <Switch>
          <Match when={view() === 'pin'}><UnlockForm /></Match>
          <Match when={view() === 'forgotten'}><Forgotten /></Match>
          <Match when={view() === 'agents'}><Agents /></Match>
          <Match when={view() === 'handover'}><WriteCard /></Match>
        </Switch>
        <Show when={view() === 'pin'} fallback={<button type="button" class="button" onClick={() => setView('pin')}>{t('app.back')}</button>}>
          <Show when={waiting() > 0 || progress()}>
            <section class="card stack-small">
              <p><Icon name="send" /> {progress() ? t('sync.running') : t(autoSync() ? 'lock.sends' : 'lock.waits', { n: waiting() })}</p>
              <Show when={!progress() && online()}><button type="button" class="button" onClick={() => void sync()}>{t('lock.sendNow')}</button></Show>
              <button type="button" class="button" onClick={() => setView('handover')}>{t('handover.title')}</button>
            </section>
          </Show>
          <div class="stack-small">
            <button type="button" class="button" onClick={() => setView('forgotten')}>{t('lock.forgotten')}</button>
            <button type="button" class="button" onClick={() => setView('agents')}>{t('lock.who')}</button>
          </div>
          <LanguageChoice />
        </Show>
      </div>
    </Screen>
  );
}

/** The first PIN: before anything about anybody comes to this phone, or before what older versions kept in clear is shown again. */
export function ChoosePinScreen(): JSX.Element {
  const [pin, setPin] = createSignal('');
  const [again, setAgain] = createSignal('');
  const [working, setWorking] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const submit = async (): Promise<void> => {
    setProblem(null);
    if (!isGoodPin(pin())) return void setProblem(t('lock.weak', { n: MIN_PIN }));
    if (pin() !== again()) return void setProblem(t('lock.differ'));
    setWorking(true);
    try {
      await createVault(pin());
      void sync();
    } catch {
      setProblem(t('app.storageFailed'));
    } finally {
      setWorking(false);
    }
  };
  return (
    <Screen title={t('lock.choose')} bare>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <p class="lead">{t('lock.chooseLead', { n: MIN_PIN })}</p>
        <div class="card stack">
          <PinBox label={t('lock.newPin')} value={pin()} onInput={setPin} invalid={problem() !== null} describedby="pin-problem" autofocus name="pin" fresh />
          <PinBox label={t('lock.again')} value={again()} onInput={setAgain} invalid={problem() !== null} describedby="pin-problem" name="again" fresh />
          <div id="pin-problem" role="alert"><Show when={problem()}>{(words) => <Notice tone="bad" icon="warning">{words()}</Notice>}</Show></div>
          <button type="submit" class="button button-primary button-large" disabled={working() || !pin() || !again()}>{working() ? t('lock.encrypting') : t('lock.set')}</button>
        </div>
        <Notice tone="plain" icon="warning">{t('lock.chooseWarn')}</Notice>
      </form>
    </Screen>
  );
}
