import { describe, expect, it } from 'vitest';
import { foldText, indexRecord, searchRecords, soundOf } from '../../src/records/search';

const ENTRIES = [
  indexRecord('1', ['بوزيان خديجة (1961)', 'Bouziane Khadidja', 'Bousfer']),
  indexRecord('2', ['بن علي فاطمة (1958)', 'Kehaïlia', '3112-a1b2c3']),
  indexRecord('3', ['Zohra Ould-Kadi', 'Tafraoui']),
];
const find = (query: string): string[] => searchRecords(ENTRIES, query);

describe('searchRecords', () => {
  it('finds in either script, without accents, by the beginning of each word', () => {
    expect(find('KEHAILIA')).toEqual(['2']);
    expect(find('خديج')).toEqual(['1']);
    expect(find('فاطمه')).toEqual(['2']);
    expect(find('bouz khad')).toEqual(['1']);
    expect(find('3112-a1')).toEqual(['2']);
    expect(find('ould kadi')).toEqual(['3']);
  });
  it('finds the Arabic spelling of a name typed in Latin letters, and the reverse', () => {
    expect(find('fatma')).toEqual(['2']);
    expect(find('khadija')).toEqual(['1']);
    expect(find('زهرة')).toEqual(['3']);
  });
  it('puts what matches as written before what sounds alike', () => {
    const entries = [indexRecord('alike', ['فاطمة']), indexRecord('written', ['Fatma'])];
    expect(searchRecords(entries, 'fatma')).toEqual(['written', 'alike']);
  });
  it('gives everything for an empty query and nothing for a strange one', () => {
    expect(find('  ')).toEqual(['1', '2', '3']);
    expect(find('xyzzy')).toEqual([]);
  });
  it('finds all that match among 10,000', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => indexRecord(String(i), [`Benali Fatima ${i}`, 'بن علي فاطمة', 'Tafraoui']));
    expect(searchRecords(many, 'fatm 99')).toHaveLength(111);
  });
});

describe('foldText', () => {
  it('gives one form to the spellings of a letter', () => {
    expect(foldText('أحمد إيمان آمنة ٱلى ڨادري')).toBe(foldText('احمد ايمان امنه الي قادري'));
    expect(foldText('Éléonore Ça-va')).toBe('eleonore ca va');
  });
});

describe('soundOf', () => {
  it('is the same for usual spellings of one name', () => {
    for (const [latin, arabic] of [['fatima', 'فاطمه'], ['khadidja', 'خديجه'], ['cherif', 'شريف'], ['zohra', 'زهره']] as const) expect(soundOf(latin)).toBe(soundOf(arabic));
  });
});
