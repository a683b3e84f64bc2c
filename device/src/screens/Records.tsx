// The register as this phone holds it.
import type { JSX } from 'solid-js';
import { t } from '../i18n';
import { followUpOf } from '../records/facts';
import { link, navigate } from '../router';
import { currentForms, shortTitle } from '../state';
import { RecordList } from '../ui/RecordList';
import { Screen } from '../ui/Shell';


export function RecordsScreen(): JSX.Element {
  return (
    <Screen title={t('records.title')}>
      <RecordList href={(id) => link('records', id)} onScan={(id) => navigate(link('records', id))} />
    </Screen>
  );
}

/** Whom is this follow-up about? Chosen before the form opens. */
export function ChooseScreen(props: { formId: string }): JSX.Element {
  const form = () => currentForms().find((other) => other.formId === props.formId);
  const list = (): string => (form() && followUpOf(form()!.facts)?.list) ?? '';
  return (
    <Screen title={t('records.choose')} subtitle={<bdi>{shortTitle(form()?.title ?? '')}</bdi>} back>
      <RecordList href={(id) => link('follow', props.formId, id)} lists={[list()]} onScan={(id) => navigate(link('follow', props.formId, id))} />
    </Screen>
  );
}
