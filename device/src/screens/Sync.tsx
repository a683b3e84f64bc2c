// One button: send, receive, photos. What happens is told in items while it happens, and in plain words when it is over.
import { createEffect, createMemo, createSignal, For, on, Show, type JSX } from 'solid-js';
import { sayDuration, saySize, sayWhen, t } from '../i18n';
import { link } from '../router';
import { carried, clockOffsetMs, lastSyncAt, lost, mainLists, online, outbox, photosOnWifi, runs } from '../state';
import { lineKind } from '../sync/line';
import { lastRun, pause, progress, sync, type Progress } from '../sync/run';
import { wantedFiles } from '../sync/upload';
import { Icon } from '../ui/icons';
import { OutboxRow } from '../ui/OutboxRow';
import { Notice } from '../ui/parts';
import { Screen } from '../ui/Shell';

const CLOCK_TOLERANCE_MS = 10 * 60_000;

function ProgressCard(props: { at: Progress }): JSX.Element {
  const [begun, setBegun] = createSignal(Date.now());
  const [pausing, setPausing] = createSignal(false);
  createEffect(on(() => props.at.stage, () => setBegun(Date.now())));
  const share = (): number | null => props.at.bytesTotal > 0 ? props.at.bytes / props.at.bytesTotal : props.at.total ? props.at.done / props.at.total : null;
  const left = (): string | null => {
    const done = share();
    const spent = Date.now() - begun();
    return done !== null && done > 0.05 && done < 1 && spent > 5000 ? t('sync.timeLeft', { time: sayDuration((spent / done) * (1 - done)) }) : null;
  };
  return (
    <section class="card stack-small progress-card">
      <h2>{t(`sync.${props.at.stage}`)}</h2>
      <Show when={share() !== null} fallback={<progress class="progress" aria-label={t(`sync.${props.at.stage}`)} />}>
        <progress class="progress" max={1} value={share() ?? 0} aria-label={t(`sync.${props.at.stage}`)} />
      </Show>
      <p class="progress-words">
        <span>{props.at.total === null ? (props.at.done > 0 ? t('sync.received', { n: props.at.done }) : t('sync.running')) : t('sync.items', { done: props.at.done, total: props.at.total })}</span>
        <Show when={props.at.bytesTotal === 0 && props.at.bytes > 0}><span><bdi>{saySize(props.at.bytes)}</bdi></span></Show>
        <Show when={props.at.bytesTotal > 0}><span><bdi>{t('sync.bytes', { done: saySize(props.at.bytes), total: saySize(props.at.bytesTotal) })}</bdi></span></Show>
      </p>
      <Show when={left()}><p class="hint">{left()}</p></Show>
      <button type="button" class="button" data-pause disabled={pausing()} onClick={() => { setPausing(true); pause(); }}>{t(pausing() ? 'sync.pausing' : 'sync.pause')}</button>
    </section>
  );
}

export function SyncScreen(): JSX.Element {
  const waiting = createMemo(() => outbox().filter((item) => item.state === 'waiting'));
  const photos = createMemo(() => waiting().reduce((sum, item) => sum + item.attachments.length, 0) + wantedFiles(outbox()).length);
  const carrying = createMemo(() => carried().filter((one) => one.state === 'waiting').length);
  const outcomes = createMemo(() => {
    const sent = new Set(lastRun()?.push?.sent ?? []);
    return outbox().filter((item) => sent.has(item.instanceId));
  });
  /** Records of the registers she works in; associations and the like arrive unmentioned. */
  const received = (): number => mainLists().reduce((sum, list) => sum + (lastRun()?.pull?.byList[list] ?? 0), 0);
  // Read aloud: the stage when it changes, then the end; not every item.
  const spoken = createMemo(() => {
    const stage = progress()?.stage;
    if (stage) return t(`sync.${stage}`);
    const run = lastRun();
    return run ? (run.failure ? t(`sync.${run.failure}`) : t('sync.done')) : '';
  });

  return (
    <Screen title={t('sync.title')} subtitle={lastSyncAt() ? t('home.lastSync', { when: sayWhen(lastSyncAt()!) }) : t('home.neverSynced')}>
      <div class="stack">
        <p class="visually-hidden" role="status" aria-live="polite">{spoken()}</p>
        <Show when={!online()}><Notice tone="plain" icon="offline">{t('app.offline')}</Notice></Show>
        <Show
          when={progress()}
          fallback={
            <section class="card stack-small sync-ready">
              <Show when={waiting().length + photos() + carrying() > 0} fallback={<p>{t('sync.nothing')}</p>}>
                <ul class="counts">
                  <Show when={waiting().length > 0}><li><Icon name="form" /> {t('sync.ready', { n: waiting().length })}</li></Show>
                  <Show when={photos() > 0}><li><Icon name="camera" /> {t('sync.readyPhotos', { n: photos() })}</li></Show>
                  <Show when={carrying() > 0}><li><Icon name="people" /> {t('sync.carriedReady', { n: carrying() })}</li></Show>
                </ul>
              </Show>
              <button type="button" class="button button-primary button-large" onClick={() => void sync()}>
                <Icon name="sync" />{t(lastRun()?.failure === 'paused' ? 'sync.resume' : lastRun()?.failure ? 'app.retry' : 'sync.start')}
              </button>
              <Show when={photosOnWifi() && photos() > 0 && lineKind() !== 'wifi'}>
                <p class="hint">{t(lineKind() === 'mobile' ? 'sync.photosWait' : 'sync.photosUnknown')}</p>
                <button type="button" class="button" onClick={() => void sync({ photos: true })}><Icon name="camera" />{t('sync.photosNow')}</button>
              </Show>
            </section>
          }
        >
          {(at) => <ProgressCard at={at()} />}
        </Show>

        <Show when={!progress() && lastRun()}>
          {(run) => (
            <>
              <Show
                when={run().failure}
                fallback={
                  <Notice tone="good" icon="check">
                    <p><strong>{t('sync.done')}</strong></p>
                    <ul class="summary">
                      <Show when={run().push?.sent.length}><li>{t('sync.sentCount', { n: run().push!.sent.length })}</li></Show>
                      <Show when={received()}><li>{t('sync.recordsCount', { n: received() })}</li></Show>
                      <Show when={run().pull?.forms.length}><li>{t('sync.formsCount', { n: run().pull!.forms.length })}</li></Show>
                      <Show when={run().upload?.sent}><li>{t('sync.photosCount', { n: run().upload!.sent })}</li></Show>
                      <Show when={run().carried}><li>{t('sync.carriedCount', { n: run().carried! })}</li></Show>
                    </ul>
                  </Notice>
                }
              >
                {(failure) => (
                  <Notice tone={failure() === 'elsewhere' || failure() === 'paused' ? 'plain' : 'warn'} icon="warning">
                    <p>{t(`sync.${failure()}`)}</p>
                    <Show when={run().words && failure() === 'server'}><p dir="auto" class="hint">{run().words}</p></Show>
                    <Show when={failure() === 'unknownPhone' || failure() === 'notEnrolled'}><a class="button" href={link('enrol')}>{t('settings.enrolAgain')}</a></Show>
                  </Notice>
                )}
              </Show>
              <Show when={run().pull?.newEra}><Notice tone="plain" icon="sync">{t('sync.newEra')}</Notice></Show>
              <For each={run().pull?.failedForms ?? []}>{(form) => <Notice tone="warn" icon="form">{t('sync.formFailed', { title: shortened(form.title) })}</Notice>}</For>
              <Show when={Math.abs(clockOffsetMs()) > CLOCK_TOLERANCE_MS}><Notice tone="warn" icon="clock">{t('sync.clock', { time: sayDuration(clockOffsetMs()) })}</Notice></Show>
            </>
          )}
        </Show>

        <Show when={lost().length > 0}><Notice tone="bad" icon="warning">{t('sync.lost', { n: lost().length })}</Notice></Show>
        <Show when={!progress() && outcomes().length > 0}>
          <section class="stack-small">
            <h2>{t('sync.outcomes')}</h2>
            <ul class="card rows plain-list"><For each={outcomes()}>{(item) => <OutboxRow item={item} />}</For></ul>
          </section>
        </Show>
        <Show when={outbox().length > 0}><a class="button" href={link('outbox')}>{t('sync.seeOutbox')}</a></Show>
        <Show when={!progress() && runs().length > 0}>
          <details class="card runs">
            <summary>{t('sync.history')}</summary>
            <ul class="plain-list stack-small">
              <For each={runs()}>
                {(run) => (
                  <li>
                    <strong>{sayWhen(run.at)}</strong>
                    <span class="row-detail">
                      {[run.sent && t('sync.sentCount', { n: run.sent }), run.photos && t('sync.photosCount', { n: run.photos }), run.records && t('sync.received', { n: run.records })].filter(Boolean).join(t('text.comma')) || t('sync.noChange')}
                    </span>
                    <Show when={run.failure}>{(failure) => <span class="row-detail">{t(`sync.${failure()}`)}</span>}</Show>
                  </li>
                )}
              </For>
            </ul>
          </details>
        </Show>
        <Show when={!progress()}><a class="button" href={link('handover')}><Icon name="people" />{t('handover.link')}</a></Show>
      </div>
    </Screen>
  );
}

const shortened = (title: string): string => (title.length > 60 ? `${title.slice(0, 58)}…` : title);
