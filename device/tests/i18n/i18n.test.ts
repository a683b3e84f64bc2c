import { afterEach, describe, expect, it } from 'vitest';
import { ar } from '../../src/i18n/ar';
import { formatDate } from '../../src/i18n/dates';
import { en } from '../../src/i18n/en';
import { fr, type Key, type Message } from '../../src/i18n/fr';
import { isolate, LANGUAGES, pickText, preferredLanguage, sayDuration, saySize, sayWhen, setLanguage, t } from '../../src/i18n';

afterEach(() => setLanguage('fr'));
const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!).filter((name) => name !== 'n').sort();

describe('texts', () => {
  it('name the same values in every language, and are never empty', () => {
    for (const key of Object.keys(fr) as Key[]) {
      const wanted = names(forms(fr[key]).at(-1)!);
      for (const table of [fr, ar, en]) {
        for (const text of forms(table[key])) {
          expect(text, key).not.toBe('');
          expect(names(text), key).toEqual(wanted);
        }
      }
    }
  });
  it('have the plural forms that Arabic needs when they count people and things', () => {
    for (const [key, message] of Object.entries(ar)) if (typeof message !== 'string') expect(Object.keys(message), key).toEqual(expect.arrayContaining(['one', 'two', 'few', 'other']));
  });
  it('count as each language does', () => {
    expect(t('records.count', { n: 1 })).toBe('1 fiche');
    setLanguage('ar');
    expect([0, 1, 2, 3, 11, 100].map((n) => t('records.count', { n }))).toEqual(['لا بطاقات', 'بطاقة واحدة', 'بطاقتان', '3 بطاقات', '11 بطاقة', '100 بطاقة']);
    expect(document.documentElement.dir).toBe('rtl');
  });
  it('keep French signs on the line of their word', () => {
    expect(t('home.lastSync', { when: 'hier' })).toBe('Dernier échange\u00a0: hier');
  });
});

describe('dates', () => {
  it('are written with the months of Algeria and digits 0-9', () => {
    expect(formatDate('2026-07-05', 'ar')).toBe('5 جويلية 2026');
    expect(formatDate('2026-11-01', 'fr')).toBe('1er novembre 2026');
    expect(formatDate('2026-12-31T23:30:00Z', 'fr')).toBe('1er janvier 2027');
    expect(formatDate('soon', 'fr')).toBe('soon');
  });
  it('are told by the day', () => {
    const now = new Date('2026-11-23T10:00:00Z');
    expect(sayWhen('2026-11-23T09:59:30Z', now)).toBe('à l’instant');
    expect(sayWhen('2026-11-23T08:05:00Z', now)).toBe('aujourd’hui à 09:05');
    expect(sayWhen('2026-11-22T22:00:00Z', now)).toBe('hier à 23:00');
    expect(sayWhen('2026-03-02T08:00:00Z', now)).toBe('le 2 mars 2026');
  });
});

describe('sizes and durations', () => {
  it('are rounded to what people say', () => {
    expect([1, 1500, 999_999, 1_230_000, 45_600_000, 12_000_000_000].map(saySize)).toEqual(['1 ko', '2 ko', '1000 ko', '1,2 Mo', '46 Mo', '12 Go']);
    expect([20_000, 3_600_000, 7_200_000, 400_000_000].map(sayDuration)).toEqual(['1 minute', '60 minutes', '2 heures', '5 jours']);
  });
});

describe('pickText', () => {
  it('takes the app’s language, else French, else any', () => {
    setLanguage('ar');
    expect(pickText({ fr: 'Nom', ar: 'اللقب' })).toBe('اللقب');
    expect(pickText({ fr: 'Nom' })).toBe('Nom');
    expect(pickText({ es: 'Nombre' })).toBe('Nombre');
    expect(pickText({ 'العربية': 'اللقب', Français: 'Nom' })).toBe('اللقب');
    expect(pickText(undefined)).toBe('');
    expect([preferredLanguage(['ar-DZ', 'fr']), preferredLanguage(['de', 'en-GB']), preferredLanguage([])]).toEqual(['ar', 'en', 'fr']);
    expect(LANGUAGES).toHaveLength(3);
  });
});

describe('isolate', () => {
  it('sets apart what would turn round in Arabic text, and nothing else', () => {
    expect(isolate('مزيان – 2026-11-23')).toBe('مزيان – \u20662026-11-23\u2069');
    expect(isolate('رقم 3112-a1b2c3')).toBe('رقم \u20663112-a1b2c3\u2069');
    expect(isolate('بن علي (1958)')).toBe('بن علي (1958)');
    expect(isolate('Nadia 2026-11-23')).toBe('Nadia 2026-11-23');
  });
});
