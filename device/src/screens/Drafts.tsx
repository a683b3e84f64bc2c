// Forms begun and not finished.
import { createSignal, For, Show, type JSX } from 'solid-js';
import { isolate, sayWhen, t } from '../i18n';
import { link } from '../router';
import { drafts, inbox, shortTitle } from '../state';
import { deleteDraft } from '../store';
import { Icon } from '../ui/icons';
import { Confirm, Empty } from '../ui/parts';
import { Screen } from '../ui/Shell';

export function DraftsScreen(): JSX.Element {
  const isAsked = (instanceId: string): boolean => inbox().some((item) => item.kind === 'correction' && item.instanceId === instanceId);
  const [asked, setAsked] = createSignal<string | null>(null);
  return (
    <Screen title={t('drafts.title')} back>
      <Show when={drafts().length > 0} fallback={<Empty icon="draft">{t('drafts.none')}</Empty>}>
        <ul class="card rows plain-list">
          <For each={drafts()}>
            {(draft) => (
              <li class="row-pair">
                <a class="row" href={link('draft', draft.instanceId)}>
                  <span class="row-icon"><Icon name="draft" /></span>
                  <span class="row-text">
                    <span class="row-title"><bdi>{isolate(draft.pinned?.label || draft.instanceName || shortTitle(draft.title))}</bdi></span>
                    <span class="row-detail"><bdi>{shortTitle(draft.title)}</bdi></span>
                    <Show when={draft.corrects}>
                      {(form) => <span class={`fate fate-${isAsked(form().instanceId) ? 'plain' : 'warn'}`}>{t(isAsked(form().instanceId) ? 'drafts.corrects' : 'correct.withdrawn')}</span>}
                    </Show>
                    <span class="row-detail">{t('drafts.progress', { answered: draft.answered, total: draft.total })} · {t('drafts.saved', { when: sayWhen(draft.updatedAt) })}</span>
                    <progress class="progress progress-thin" max={Math.max(1, draft.total)} value={draft.answered} aria-hidden="true" />
                  </span>
                </a>
                <button type="button" class="icon-button icon-button-quiet" aria-label={`${t('drafts.delete')} : ${draft.pinned?.label || draft.instanceName || shortTitle(draft.title)}`} onClick={() => setAsked(draft.instanceId)}>
                  <Icon name="trash" />
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={asked()}>
        {(instanceId) => (
          <Confirm
            text={t('drafts.confirmDelete')} yes={t('drafts.delete')} no={t('drafts.keep')} onNo={() => setAsked(null)}
            onYes={() => { void deleteDraft(instanceId()); setAsked(null); }}
          />
        )}
      </Show>
    </Screen>
  );
}
