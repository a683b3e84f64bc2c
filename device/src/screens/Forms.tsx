// The forms this phone holds, by what they do.
import { For, Show, type JSX } from 'solid-js';
import { t } from '../i18n';
import { followUpOf, registrationOf } from '../records/facts';
import { link } from '../router';
import { currentForms, shortTitle } from '../state';
import type { StoredForm } from '../store';
import { Empty, RowLink } from '../ui/parts';
import { Screen } from '../ui/Shell';
import type { IconName } from '../ui/icons';

export function FormsScreen(): JSX.Element {
  const kind = (form: StoredForm): 'registration' | 'followUp' | 'other' =>
    registrationOf(form.facts) !== null ? 'registration' : followUpOf(form.facts)?.question ? 'followUp' : 'other';
  const groups: { kind: 'registration' | 'followUp' | 'other'; icon: IconName; to: (form: StoredForm) => string }[] = [
    { kind: 'registration', icon: 'add', to: (form) => link('register', form.formId) },
    { kind: 'followUp', icon: 'people', to: (form) => link('choose', form.formId) },
    { kind: 'other', icon: 'form', to: (form) => link('new', form.formId) },
  ];
  return (
    <Screen title={t('forms.title')}>
      <Show when={currentForms().length > 0} fallback={<Empty icon="form">{t('forms.none')}</Empty>}>
        <div class="stack">
          <For each={groups}>
            {(group) => (
              <Show when={currentForms().some((form) => kind(form) === group.kind)}>
                <section class="stack-small">
                  <h2>{t(`forms.${group.kind}`)}</h2>
                  <div class="card rows">
                    <For each={currentForms().filter((form) => kind(form) === group.kind)}>
                      {(form) => <RowLink href={group.to(form)} icon={group.icon} title={shortTitle(form.title)} detail={<bdi>{t('forms.version', { version: form.version })}</bdi>} />}
                    </For>
                  </div>
                </section>
              </Show>
            )}
          </For>
        </div>
      </Show>
    </Screen>
  );
}
