// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { comparePeople, findBand, findThreshold, nameKeys, People, searchedKeys, storedKeys } from '../../src/records/linkage';
import { foldName, likeness, type FoldedName } from '../../src/records/names';
import { findRoles, readPerson, type Roles } from '../../src/records/people';

type Values = Record<string, string>;
interface Vectors {
  common: Record<string, number>;
  names: { text: string; folded: FoldedName | null }[];
  roles: { properties: { name: string; role: string }[]; roles: Roles }[];
  people: { values: Values; roles: Roles; stored: string[]; searched: string[]; names: string[] }[];
  pairs: { name: string; left: Values; right: Values; meet: boolean; pair: { score: number; reasons: string[] } | null }[];
  thresholds: { records: number; threshold: number }[];
  bands: { score: number; records: number; band: string }[];
}
const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/linkage.json', import.meta.url), 'utf8')) as Vectors;
const properties = vectors.roles[0]!.properties;
const roles = vectors.roles[0]!.roles;

describe('the same as on the server', () => {
  it('folds names', () => {
    for (const { text, folded } of vectors.names) expect(foldName(text), text).toEqual(folded);
  });
  it('finds what each property is', () => {
    for (const list of vectors.roles) expect(findRoles(list.properties)).toEqual(list.roles);
  });
  it('finds records by the same keys', () => {
    for (const { values, roles: given, ...keys } of vectors.people) {
      const person = readPerson(values, given);
      expect(storedKeys(person).sort()).toEqual(keys.stored);
      expect(searchedKeys(person).sort()).toEqual(keys.searched);
      expect(nameKeys(person).sort()).toEqual(keys.names);
    }
  });
  it.each(vectors.pairs)('weighs two records: $name', ({ left, right, meet, pair }) => {
    const one = readPerson(left, roles);
    const other = readPerson(right, roles);
    expect(comparePeople(one, other, (key) => vectors.common[key] ?? 0)).toEqual(pair);
    expect(searchedKeys(one).some((key) => storedKeys(other).includes(key))).toBe(meet);
  });
  it('asks for more in a greater register', () => {
    for (const { records, threshold } of vectors.thresholds) expect(findThreshold(records)).toBe(threshold);
    for (const { score, records, band } of vectors.bands) expect(findBand(score, records)).toBe(band);
  });
});

describe('likeness', () => {
  it('is that of Jaro and Winkler', () => {
    expect(likeness('martha', 'marhta')).toBeCloseTo(0.9611, 4);
    expect(likeness('dixon', 'dicksonx')).toBeCloseTo(0.8133, 4);
    expect(likeness('', 'a')).toBe(0);
  });
});

describe('People', () => {
  const { left } = vectors.pairs[0]!;
  const { right } = vectors.pairs.find((pair) => pair.name === 'one script each')!;
  const others = ['Halima', 'Zineb', 'Kheira'].map((name, place) => ({ id: name, values: { nom_fr: 'Saidi', prenom_fr: name, annee_naissance: `198${place}`, commune: '3105' } }));

  it('finds a woman registered in the other script, with the reasons', () => {
    const found = new People([{ id: 'a', values: left }, ...others], properties).find(right);
    expect(found.map(({ id, band }) => ({ id, band }))).toEqual([{ id: 'a', band: 'sure' }]);
    expect(found[0]!.reasons).toContain('near_given');
  });
  it('does not find a record like itself, nor anybody in a list that is not of people', () => {
    expect(new People([{ id: 'a', values: left }], properties).find(left, 'a')).toEqual([]);
    expect(new People([{ id: 'a', values: left }], [{ name: 'nom_fr' }, { name: 'code' }]).find(left)).toEqual([]);
  });
});
