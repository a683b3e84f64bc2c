// How a record's values are put in words: choices by their labels, dates and amounts as people write them.
import { pickText, sayDate, t } from '../i18n';
import type { Enrolment } from '../store/types';
import type { PropertyFacts } from './facts';
import { knownLabel, knownValue } from './known';
import type { RecordView } from './views';

type Properties = ReadonlyMap<string, PropertyFacts> | undefined;

/** The property that decides which phones hold a record, as far as the enrolment's scopes tell it. */
export const SCOPE_PROPERTY = 'commune';

/** A property's name for the screen: its question, without what the form inserts, else its name made readable. */
export function propertyName(name: string, properties: Properties): string {
  const label = (pickText(properties?.get(name)?.labels) || pickText(knownLabel(name))).replace(/\s+/g, ' ').replace(/\s*[:؟?]\s*$/, '').trim();
  if (label) return label.replace(/[*_]{2}/g, '');
  const words = name.replace(/_/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** One value in words. `find` gives the label of a record of another list, by property and value. */
export function valueText(
  name: string, value: string, properties: Properties, find: (list: string, key: string, value: string) => string | null,
): string {
  const facts = properties?.get(name);
  if (value === '') return '';
  const known = pickText(knownValue(name, value));
  if (known && !facts?.choices.length) return known;
  if (!facts) return sayDate(value);
  const one = (code: string): string => {
    const choice = facts.choices.find((item) => item.value === code);
    return (choice && pickText(choice.labels)) || (facts.from && find(facts.from.list, facts.from.value, code)) || code;
  };
  if (facts.type === 'select_multiple' || facts.type === 'rank') return value.split(/\s+/).filter(Boolean).map(one).join(t('text.comma'));
  if (facts.choices.length > 0 || facts.from) return one(value);
  if (facts.unit === 'DZD' && /^-?\d+(\.\d+)?$/.test(value)) return `${value.replace(/\B(?=(\d{3})+(?!\d))/g, ' ')} ${t('unit.dzd')}`;
  return sayDate(value);
}

/** The commune of a record in words; "" when it has none. */
export function scopeText(value: string | undefined, enrolment: Enrolment | null): string {
  if (!value) return '';
  return pickText(enrolment?.scopes.find((scope) => scope.value === value)?.labels) || value;
}

/** The name in the other script, for a second line under the label; "" when the record has none. */
export function otherName(view: RecordView): string {
  const label = view.values.label ?? '';
  const arabic = /[\u0600-\u06ff]/.test(label);
  const end = arabic ? 'fr' : 'ar';
  return [view.values[`nom_${end}`], view.values[`prenom_${end}`]].filter(Boolean).join(' ');
}
