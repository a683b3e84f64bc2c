// A question of the chamber about a disputed property of a record: what was said, and the forms that can answer it.
import { For, Show, type JSX } from 'solid-js';
import { isolate, sayWhen, t } from '../i18n';
import { propertyName, SCOPE_PROPERTY, scopeText, valueText } from '../records/display';
import { followUpOf } from '../records/facts';
import type { RecordView } from '../records/views';
import { link } from '../router';
import { currentForms, enrolment, findLabel, inbox, properties, shortTitle, viewOf } from '../state';
import type { InboxItem } from '../store';
import { Notice } from './parts';

export type Question = Extract<InboxItem, { kind: 'question' }>;

export const questionsAbout = (view: RecordView): Question[] =>
  inbox().filter((item): item is Question => item.kind === 'question' && viewOf(item.entity)?.id === view.id);

/** The disputed values in words. */
export function questionValues(question: Question): string[] {
  const facts = properties().get(viewOf(question.entity)?.list ?? '');
  return question.values.map((value) => (question.property === SCOPE_PROPERTY ? scopeText(value, enrolment()) : valueText(question.property, value, facts, findLabel)) || t('record.blank'));
}

export function Asked(props: { view: RecordView; question: Question; busy: boolean }): JSX.Element {
  const facts = () => properties().get(props.view.list);
  const answering = () => currentForms().filter((form) => {
    const entity = followUpOf(form.facts);
    return entity?.list === props.view.list && entity.properties.some((property) => property.name === props.question.property && property.answerable);
  });
  return (
    <Notice tone="brand" icon="question">
      <p><strong><bdi>{t('record.asked', { property: propertyName(props.question.property, facts()) })}</bdi></strong></p>
      <Show when={props.question.words}><p class="words" dir="auto">{props.question.words}</p></Show>
      <Show when={props.question.values.length > 0}><p><bdi>{isolate(t('record.askedValues', { values: questionValues(props.question).join(' / ') }))}</bdi></p></Show>
      <p class="hint">{sayWhen(props.question.at)}</p>
      <Show when={!props.busy}>
        <Show when={answering().length > 0} fallback={<p>{t('record.askedNoForm')}</p>}>
          <p>{t('record.askedHow')}</p>
          <div class="buttons">
            <For each={answering()}>{(form) => <a class="button" href={link('follow', form.formId, props.view.id)}><bdi>{shortTitle(form.title)}</bdi></a>}</For>
          </div>
        </Show>
      </Show>
    </Notice>
  );
}
