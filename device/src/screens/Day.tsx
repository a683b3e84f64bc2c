// My day: whom to visit, place by place. A place opens on its women; a woman on her record.
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import { isolate, sayDate, t } from '../i18n';
import { otherName, propertyName, SCOPE_PROPERTY, scopeText } from '../records/display';
import { groupByPlace, PLACE_PROPERTY } from '../records/due';
import { link } from '../router';
import { due, enrolment, mainLists, properties, recordsReady, visitDays } from '../state';
import { writeSetting } from '../store';
import { Icon } from '../ui/icons';
import { Empty, Loading, RowLink } from '../ui/parts';
import { Marks } from '../ui/RecordList';
import { Screen } from '../ui/Shell';

const INTERVALS = [7, 14, 30, 60, 90];
const STEP = 30;

export function DayScreen(): JSX.Element {
  const places = createMemo(() => groupByPlace(due(), SCOPE_PROPERTY));
  const [open, setOpen] = createSignal<string | null>(null);
  const [shown, setShown] = createSignal(STEP);
  const keyOf = (scope: string, place: string): string => `${scope}\n${place}`;
  const noPlace = (): string => t('day.noPlace', { property: propertyName(PLACE_PROPERTY, properties().get(mainLists()[0] ?? '')) });
  return (
    <Screen title={t('day.title')} subtitle={t('day.count', { n: due().length })} back>
      <div class="stack">
        <label class="field">
          <span class="field-label">{t('day.interval')}</span>
          <select class="select" value={visitDays()} onChange={(event) => void writeSetting('visitDays', Number(event.currentTarget.value))}>
            <For each={INTERVALS}>{(n) => <option value={n}>{t('time.days', { n })}</option>}</For>
          </select>
        </label>
        <Show when={places().length > 0} fallback={<Show when={recordsReady()} fallback={<Loading />}><Empty icon="check">{t('day.none')}</Empty></Show>}>
          <For each={places()}>
            {(group) => {
              const isOpen = (): boolean => open() === keyOf(group.scope, group.place);
              return (
                <section class="card rows place">
                  <button type="button" class="row place-head" aria-expanded={isOpen()} onClick={() => { setOpen(isOpen() ? null : keyOf(group.scope, group.place)); setShown(STEP); }}>
                    <span class="row-icon"><Icon name="pin" /></span>
                    <span class="row-text">
                      <span class="row-title"><bdi>{group.place || noPlace()}</bdi></span>
                      <span class="row-detail"><bdi>{scopeText(group.scope, enrolment())}</bdi></span>
                    </span>
                    <span class="dot-count">{group.due.length}</span>
                  </button>
                  <Show when={isOpen()}>
                    <For each={group.due.slice(0, shown())}>
                      {(one) => (
                        <RowLink
                          href={link('records', one.view.id)} title={isolate(one.view.values.label || otherName(one.view) || t('records.noName'))}
                          detail={one.last ? t('day.last', { date: sayDate(one.last) }) : t('day.never')} marks={<Marks view={one.view} />}
                        />
                      )}
                    </For>
                    <Show when={group.due.length > shown()}><button type="button" class="button" onClick={() => setShown(shown() + STEP)}>{t('records.more')}</button></Show>
                  </Show>
                </section>
              );
            }}
          </For>
        </Show>
      </div>
    </Screen>
  );
}
