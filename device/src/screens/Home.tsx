// Where the day begins: register, find, go on with what was begun, send.
import { createMemo, createResource, For, Show, type JSX } from 'solid-js';
import { sayWhen, t } from '../i18n';
import { propertyName, SCOPE_PROPERTY } from '../records/display';
import { groupByPlace } from '../records/due';
import { questionValues } from '../ui/Asked';
import { registrationOf } from '../records/facts';
import { link } from '../router';
import { currentForms, deviceState, drafts, due, enrolment, inbox, lastSyncAt, mainLists, membersOf, online, outbox, properties, shortTitle, formTitle, viewOf } from '../state';
import { progress } from '../sync/run';
import { Icon } from '../ui/icons';
import { Notice, RowLink } from '../ui/parts';
import { Screen } from '../ui/Shell';

export function HomeScreen(): JSX.Element {
  const registrations = (): { formId: string; title: string }[] => currentForms().filter((form) => registrationOf(form.facts) !== null);
  const waiting = (): number => outbox().filter((item) => item.state === 'waiting').length;
  const places = createMemo(() => groupByPlace(due(), SCOPE_PROPERTY).length);
  const held = (): number => mainLists().reduce((sum, list) => sum + membersOf(list).length, 0);
  /** What the chamber asks and is not answered on this phone. */
  const asked = () => inbox().filter((item) => item.kind === 'question' || !outbox().some((own) => own.deprecatedId === item.instanceId));
  const [persisted, { refetch }] = createResource(async () => (await navigator.storage?.persisted?.()) ?? true);

  return (
    <Screen title={t('home.hello', { name: enrolment()?.appUser.name ?? '' })} subtitle={<bdi>{shortTitle(enrolment()?.project.name ?? '')}</bdi>}>
      <div class="stack">
        <Show when={deviceState() === 'revoked'}><Notice tone="bad" icon="warning"><p>{t('home.revoked')}</p><a class="button" href={link('handover')}>{t('handover.title')}</a></Notice></Show>
        <Show when={!online()}><Notice tone="plain" icon="offline">{t('app.offline')}</Notice></Show>

        <Show when={progress()}><Notice tone="plain" icon="sync">{t('sync.running')}</Notice></Show>
        <Show when={currentForms().length > 0} fallback={<Show when={!progress()}><Notice tone="warn" icon="form">{t('home.empty')}</Notice></Show>}>
          <For each={registrations()}>
            {(form) => (
              <a class="hero" href={link('register', form.formId)}>
                <span class="hero-icon"><Icon name="add" size={30} /></span>
                <span>
                  <strong>{registrations().length > 1 ? shortTitle(form.title) : t('home.register')}</strong>
                  <span class="hero-detail">{t('home.registerHint')}</span>
                </span>
              </a>
            )}
          </For>
        </Show>

        <section class="card rows">
          <Show when={held() > 0}>
            <RowLink
              href={link('day')} icon="pin" strong={due().length > 0} title={t('day.title')}
              detail={due().length > 0 ? t('day.summary', { visits: t('day.count', { n: due().length }), places: t('day.places', { n: places() }) }) : t('day.none')}
            />
          </Show>
          <RowLink href={link('records')} icon="search" title={t('home.find')} detail={t('home.findHint', { n: held() })} />
          <RowLink href={link('drafts')} icon="draft" title={t('home.drafts')} detail={drafts().length > 0 ? t('home.draftsCount', { n: drafts().length }) : t('drafts.none')} strong={drafts().length > 0} />
          <RowLink href={waiting() > 0 ? link('sync') : link('outbox')} icon="send" title={t('home.toSend')} detail={waiting() > 0 ? t('home.toSendCount', { n: waiting() }) : t('home.nothingToSend')} strong={waiting() > 0} />
        </section>

        <Show when={asked().length > 0}>
          <section class="stack-small">
            <h2>{t('home.requests')}</h2>
            <div class="card rows">
              <For each={asked()}>
                {(item) => item.kind === 'correction' ? (
                  <RowLink
                    href={link('correct', item.instanceId)} icon="warning" strong
                    title={t('home.correction', { title: shortTitle(formTitle(item.formId)) })}
                    detail={<><span dir="auto">{item.comment}</span><br /><bdi>{item.by ? `${t('record.by', { name: item.by })} · ` : ''}{sayWhen(item.at)}</bdi></>}
                  />
                ) : (
                  <RowLink
                    href={link('records', item.entity)} icon="question"
                    title={t('home.question', { label: viewOf(item.entity)?.values.label ?? '' })}
                    detail={<><bdi>{propertyName(item.property, properties().get(viewOf(item.entity)?.list ?? ''))}</bdi>{' · '}<bdi>{item.words || t('home.questionValues', { values: questionValues(item).join(' / ') })}</bdi></>}
                  />
                )}
              </For>
            </div>
          </section>
        </Show>

        <Show when={persisted() === false}>
          <Notice tone="plain" icon="warning">
            <p>{t('home.notPersisted')}</p>
            <button type="button" class="button" onClick={() => void navigator.storage.persist().then(() => refetch())}>{t('home.askPersist')}</button>
          </Notice>
        </Show>
        <p class="foot">{lastSyncAt() ? t('home.lastSync', { when: sayWhen(lastSyncAt()!) }) : t('home.neverSynced')}</p>
      </div>
    </Screen>
  );
}
