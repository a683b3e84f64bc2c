// The register as this phone holds it.
import { createSignal, type JSX } from 'solid-js';
import { t } from '../i18n';
import { followUpOf } from '../records/facts';
import { link, navigate } from '../router';
import { currentForms, shortTitle } from '../state';
import { RecordList } from '../ui/RecordList';
import { Screen } from '../ui/Shell';


export function RecordsScreen(): JSX.Element {
  return (
    <Screen title={t('records.title')}>
      <RecordList href={(id) => link('records', id)} />
    </Screen>
  );
}

/** Whom is this follow-up about? Chosen before the form opens. */
export function ChooseScreen(props: { formId: string }): JSX.Element {
  const form = () => currentForms().find((other) => other.formId === props.formId);
  const list = (): string => (form() && followUpOf(form()!.facts)?.list) ?? '';
  return (
    <Screen title={t('records.choose')} subtitle={<bdi>{shortTitle(form()?.title ?? '')}</bdi>} back>
      <RecordList href={(id) => link('follow', props.formId, id)} lists={[list()]} />
    </Screen>
  );
}

/** Is she known already? Asked before every registration. */
export function RegisterScreen(props: { formId: string }): JSX.Element {
  const [query, setQuery] = createSignal('');
  const form = () => currentForms().find((other) => other.formId === props.formId);
  const list = (): string => form()?.facts.entities.find((entity) => entity.create)?.list ?? '';
  return (
    <Screen title={t('register.title')} subtitle={<bdi>{shortTitle(form()?.title ?? '')}</bdi>} back>
      <div class="stack">
        <p class="lead">{t('register.lead')}</p>
        <RecordList
          href={(id) => link('records', id)} lists={[list()]} needsQuery autofocus label={t('register.name')} onQuery={setQuery}
          none={<p class="hint">{t('register.none')}</p>}
        />
        <button type="button" class="button button-large" classList={{ 'button-primary': query().trim().length >= 2 }} onClick={() => navigate(link('new', props.formId), { replace: true })}>
          {t('register.new')}
        </button>
      </div>
    </Screen>
  );
}
