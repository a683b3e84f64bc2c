// Hand-over: write one sealed file of what the chamber does not have yet, or carry a colleague's. The file is not a way
// around sending: what is in it stays in the outbox until the server itself has answered.
import { createMemo, createSignal, For, onMount, Show, type JSX } from 'solid-js';
import { isolate, saySize, sayWhen, t } from '../i18n';
import { link } from '../router';
import { carried, enrolment, outbox } from '../state';
import { dropCarried, type Carried } from '../store';
import { HandoverError, isOwed, NoKeyError, takeHandover, writeHandover, type Written } from '../sync/handover';
import { takeShared } from '../sync/shared';
import { Icon } from '../ui/icons';
import { Badge, Confirm, Notice, type Tone } from '../ui/parts';
import { Screen } from '../ui/Shell';

const MARKS: Record<Carried['state'], { tone: Tone; icon: 'clock' | 'check' | 'warning' }> = {
  waiting: { tone: 'plain', icon: 'clock' }, delivered: { tone: 'good', icon: 'check' }, refused: { tone: 'warn', icon: 'warning' },
};

/** Give a file to the phone's downloads. */
function download(file: File): void {
  const address = URL.createObjectURL(file);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = file.name;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  // The download reads the address after this turn; a minute is plenty even for a slow memory card.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const canShare = (file: File): boolean => typeof navigator.canShare === 'function' && navigator.canShare({ files: [file] });

export function WriteCard(): JSX.Element {
  const owed = createMemo(() => outbox().filter(isOwed));
  const [working, setWorking] = createSignal(false);
  const [written, setWritten] = createSignal<Written | null>(null);
  const [problem, setProblem] = createSignal<string | null>(null);
  const write = async (): Promise<void> => {
    setWorking(true);
    setProblem(null);
    try {
      const made = await writeHandover(enrolment()!, Date.now());
      setWritten(made);
      download(made.file);
    } catch (error) {
      setProblem(t(error instanceof NoKeyError ? 'handover.noKey' : 'handover.writeFailed'));
    } finally {
      setWorking(false);
    }
  };
  return (
    <section class="card stack-small">
      <h2>{t('handover.write')}</h2>
      <p>{t('handover.writeLead')}</p>
      <Show when={owed().length > 0} fallback={<p class="hint">{t('handover.nothing')}</p>}>
        <p><strong>{t('sync.ready', { n: owed().length })}</strong></p>
        <button type="button" class="button button-primary" disabled={working()} onClick={() => void write()}>
          <Icon name="form" />{t('handover.writeButton')}
        </button>
      </Show>
      <Show when={problem()}>{(words) => <Notice tone="warn" icon="warning" alert>{words()}</Notice>}</Show>
      <Show when={written()}>
        {(made) => (
          <Notice tone="good" icon="check">
            <p><strong>{t('handover.written')}</strong></p>
            <p class="hint"><bdi>{made().file.name}</bdi> · <bdi>{saySize(made().file.size)}</bdi></p>
            <p>{t('handover.stays')}</p>
            <Show when={canShare(made().file)}>
              <button type="button" class="button" onClick={() => void navigator.share({ files: [made().file] }).catch(() => undefined)}><Icon name="send" />{t('handover.share')}</button>
            </Show>
          </Notice>
        )}
      </Show>
    </section>
  );
}

/** Whose file it is, of when, with how much, and how far it is. */
function CarriedRow(props: { carried: Carried; onDrop: () => void }): JSX.Element {
  const one = (): Carried => props.carried;
  const when = (): string => (Number.isNaN(Date.parse(one().writtenAt)) ? '' : sayWhen(one().writtenAt));
  return (
    <li class="row outbox-row carried-row" data-state={one().state}>
      <span class="row-icon row-icon-plain"><Icon name="people" /></span>
      <span class="row-text">
        <span class="row-title">{t('handover.carriedFor', { name: isolate(one().name) })}</span>
        <span class="row-detail">
          {when()} · {t('handover.forms', { n: one().count })}
          <Show when={one().photos > 0}> · {t('sync.readyPhotos', { n: one().photos })}</Show> · <bdi>{saySize(one().size)}</bdi>
        </span>
        <span class="row-marks"><Badge tone={MARKS[one().state].tone} icon={MARKS[one().state].icon}>{t(`handover.${one().state}`)}</Badge></span>
        <Show when={one().absent > 0}><span class="fate fate-warn">{t('handover.absent', { n: one().absent })}</span></Show>
        <Show when={one().outcomes.quarantined > 0}><span class="row-detail">{t('handover.aside', { n: one().outcomes.quarantined })}</span></Show>
        <Show when={one().error?.message && one().state !== 'delivered'}><span class="row-detail" dir="auto">{t('fate.reason', { reason: one().error!.message })}</span></Show>
        <button type="button" class="button button-small" onClick={() => props.onDrop()}>{t('outbox.remove')}</button>
      </span>
    </li>
  );
}

/** @param full a shared file found no room on this phone */
function CarryCard(props: { full: boolean }): JSX.Element {
  const [working, setWorking] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(props.full ? t('sync.storage') : null);
  const [asked, setAsked] = createSignal<Carried | null>(null);
  /** Take a file to carry; false when only room was missing, so that trying again may help. */
  const take = async (file: Blob): Promise<boolean> => {
    setWorking(true);
    try {
      await takeHandover(file, enrolment()!, Date.now());
      return true;
    } catch (error) {
      const full = error instanceof DOMException && error.name === 'QuotaExceededError';
      setProblem(t(error instanceof HandoverError ? `handover.${error.reason}` : full ? 'sync.storage' : 'handover.unreadable'));
      return !full;
    } finally {
      setWorking(false);
    }
  };
  const choose = async (input: HTMLInputElement): Promise<void> => {
    const [file] = input.files ?? [];
    input.value = '';
    setProblem(null);
    if (file) await take(file);
  };
  onMount(() => void takeShared(take));
  const drop = (one: Carried): void => {
    if (one.state === 'delivered') void dropCarried(one.id);
    else setAsked(one);
  };
  return (
    <section class="card stack-small">
      <h2>{t('handover.carry')}</h2>
      <p>{t('handover.carryLead')}</p>
      {/* No filter by type: a mail program may have renamed the file. */}
      <label class="button file-button">
        <Icon name="add" />{t('handover.choose')}
        <input type="file" class="visually-hidden" disabled={working()} onChange={(event) => void choose(event.currentTarget)} />
      </label>
      <Show when={problem()}>{(words) => <Notice tone="warn" icon="warning" alert>{words()}</Notice>}</Show>
      <Show when={carried().length > 0}>
        <ul class="rows plain-list"><For each={carried()}>{(one) => <CarriedRow carried={one} onDrop={() => drop(one)} />}</For></ul>
        <Show when={carried().some((one) => one.state === 'waiting')}>
          <a class="button button-primary" href={link('sync')}><Icon name="sync" />{t('sync.start')}</a>
        </Show>
      </Show>
      <Show when={asked()}>
        {(one) => (
          <Confirm
            text={t('handover.confirmDrop', { name: isolate(one().name) })} yes={t('outbox.remove')} no={t('app.cancel')} onNo={() => setAsked(null)}
            onYes={() => { void dropCarried(one().id); setAsked(null); }}
          />
        )}
      </Show>
    </section>
  );
}

export function HandOverScreen(props: { full: boolean }): JSX.Element {
  return (
    <Screen title={t('handover.title')} back>
      <div class="stack">
        <WriteCard />
        <CarryCard full={props.full} />
      </div>
    </Screen>
  );
}
