import { describe, expect, it } from 'vitest';
import { fileName } from '../../src/form/photo';
import { parsePoints, toGeopoint } from '../../src/form/geo';
import { textOf } from '../../src/form/texts';
import { titleIn } from '../../src/form/titles';
import { fold, fromDateTimeAnswer, sayAmount, sayDate, toDateTimeAnswer, toTimeAnswer } from '../../src/form/words';

const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('amounts', () => {
  it.each([
    ['10000', 'fr', '= 10 000 DA · 1 million de centimes'],
    ['100000', 'fr', '= 100 000 DA · 10 millions de centimes'],
    ['1000000', 'fr', '= 1 000 000 DA · 100 millions de centimes'],
    ['15000', 'fr', '= 15 000 DA · 1,5 million de centimes'],
    ['10000000', 'fr', '= 10 000 000 DA · 1 milliard de centimes'],
    ['500', 'fr', '= 500 DA · 50 000 centimes'],
    ['0', 'fr', '= 0 DA · 0 centime'],
    ['12.5', 'fr', '= 12,5 DA · 1 250 centimes'],
    ['-2000', 'fr', '= −2 000 DA · −200 000 centimes'],
    ['10000', 'ar', '= 10 000 دج · 1 مليون سنتيم'],
    ['50000', 'ar', '= 50 000 دج · 5 ملايين سنتيم'],
    ['200000', 'ar', '= 200 000 دج · 20 مليون سنتيم'],
    ['10000', 'en', '= 10,000 DA · 1 million centimes'],
  ] as const)('%s (%s) is %s', (answer, lang, said) => {
    expect(plain(sayAmount(answer, lang))).toBe(said);
  });

  it.each(['', 'abc', 'Infinity'])('of "%s" are not said', (answer) => expect(sayAmount(answer, 'fr')).toBe(''));
});

describe('dates', () => {
  it.each([
    ['2026-11-23', 'fr', 'lundi 23 novembre 2026'],
    ['2026-02-01', 'fr', 'dimanche 1er février 2026'],
    ['2026-07-05', 'ar', 'الأحد 5 جويلية 2026'],
    ['1925-01-01', 'en', 'Thursday 1 January 1925'],
    ['nothing', 'fr', ''],
  ] as const)('%s (%s)', (answer, lang, said) => expect(sayDate(answer, lang)).toBe(said));

  it('keep the moment and this phone’s offset', () => {
    const answer = toDateTimeAnswer('2026-11-23T10:30');
    expect(answer).toMatch(/^2026-11-23T10:30:00\.000[+-]\d\d:\d\d$/);
    expect(fromDateTimeAnswer(answer)).toBe('2026-11-23T10:30');
    expect(toTimeAnswer('07:05')).toMatch(/^07:05:00\.000[+-]\d\d:\d\d$/);
    expect([toDateTimeAnswer(''), toTimeAnswer(''), toDateTimeAnswer('2026-13-45T99:99')]).toEqual(['', '', '']);
  });

  it('of another zone are shown as this phone’s clock shows them', () => {
    expect(new Date(fromDateTimeAnswer('2026-11-23T10:30:00.000+05:00')).toISOString()).toBe('2026-11-23T05:30:00.000Z');
  });
});

describe('texts', () => {
  it('are filled in and never left with a hole by a value that looks like one', () => {
    expect(textOf('fr', 'instanceOf', { title: '{count}', index: 1, count: 2 })).toBe('{count} – 1 sur 2');
  });

  it.each([
    ['E. Visite – زيارة', 'fr', 'E. Visite'],
    ['E. Visite – زيارة', 'ar', 'زيارة'],
    ['Visite de suivi', 'ar', 'Visite de suivi'],
    ['زيارة', 'fr', 'زيارة'],
    ['A - B', 'fr', 'A - B'],
    ['CAM – Oran – غرفة', 'fr', 'CAM – Oran'],
    ['Visite – زيارة – 2026', 'ar', 'زيارة – 2026'],
    ['CAM\u00a0–\u00a031 – غرفة', 'ar', 'غرفة'],
    ['غرفة – 2026', 'fr', 'غرفة – 2026'],
  ] as const)('title %s in %s', (title, lang, shown) => expect(titleIn(title, lang)).toBe(shown));

  it.each([['Aïn El Türk', 'ain el turk'], ['أحمد', 'احمد'], ['فاطمة', 'فاطمه'], ['مُحَمَّد', 'محمد'], ['مـــريم', 'مريم']])('%s folds', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });
});

describe('places and files', () => {
  const fix = { latitude: 35.7123456789, longitude: -0.63456, altitude: null, accuracyM: 12.345 };

  it('are rounded to the decimals the form allows', () => {
    expect(toGeopoint(fix, 3)).toBe('35.712 -0.635 0 12.3');
    expect(toGeopoint(fix, 0)).toBe('36 -1 0 12.3');
    expect(toGeopoint(fix, null)).toBe('35.7123457 -0.63456 0 12.3');
    expect(parsePoints('35.7 -0.6 0.0 12.0;bad;36 1')).toEqual([
      { latitude: 35.7, longitude: -0.6, accuracyM: 12 },
      { latitude: 36, longitude: 1, accuracyM: null },
    ]);
  });

  it('have names that are safe and their own', () => {
    const names = new Set(Array.from({ length: 50 }, () => fileName('../é<a> صورة', 'J/PG')));
    expect(names.size).toBe(50);
    for (const name of names) expect(name).toMatch(/^[\w-]+-\d+\.jpg$/);
  });
});
