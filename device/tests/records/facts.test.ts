import { describe, expect, it } from 'vitest';
import { followUpOf, languageCode, readFacts, registrationOf } from '../../src/records/facts';
import { FOLLOW_UP, HOUSEHOLD, REGISTRATION } from './forms';

describe('readFacts', () => {
  it('finds what a registration form creates, with labels and choices in each language', () => {
    const facts = readFacts(REGISTRATION);
    expect([facts.formId, facts.version, facts.title, facts.languages, facts.defaultLanguage]).toEqual(['inscription', '1', 'Inscription – تسجيل', ['fr', 'ar'], 'fr']);
    expect(registrationOf(facts)).toBe('femmes');
    expect(followUpOf(facts)).toBeNull();
    const byName = Object.fromEntries(facts.entities[0]!.properties.map((property) => [property.name, property]));
    expect(byName.nom).toMatchObject({ type: 'text', policy: 'review', declared: false, labels: { fr: 'Nom', ar: 'اللقب' }, prefilled: false, answerable: true });
    expect(byName.metier).toMatchObject({ type: 'select_one', policy: 'last', declared: true });
    expect(byName.metier!.choices[0]).toEqual({ value: 'pates', labels: { fr: 'Pâtes', ar: 'عجائن' } });
    expect(byName.metiers_sec).toMatchObject({ type: 'select_multiple', policy: 'union' });
    expect(byName.metiers_sec!.choices.map((choice) => choice.value)).toEqual(['pates', 'couture']);
    expect(byName.telephone).toMatchObject({ visibility: 'office' });
    expect(byName.code).toMatchObject({ answerable: false });
  });

  it('finds whom a follow-up is about and what the record prefills', () => {
    const facts = readFacts(FOLLOW_UP);
    expect(followUpOf(facts)).toMatchObject({ list: 'femmes', question: '/data/femme', create: false, update: true });
    expect(registrationOf(facts)).toBeNull();
    expect(facts.lists).toEqual(['femmes', 'associations']);
    const prefilled = facts.entities[0]!.properties.filter((property) => property.prefilled).map((property) => property.name);
    expect(prefilled).toEqual(['nom', 'visites']);
    expect(facts.entities[0]!.properties.find((property) => property.name === 'association')!.from).toEqual({ list: 'associations', value: 'code', label: 'label' });
    expect(facts.entities[0]!.properties.find((property) => property.name === 'recettes')).toMatchObject({ type: 'integer', unit: 'DZD', policy: 'sum' });
  });

  it('gives each saved question to the innermost entity around it', () => {
    const facts = readFacts(HOUSEHOLD);
    expect(facts.entities.map((entity) => [entity.list, entity.path, Object.keys(entity.paths)])).toEqual([['membres', '/data/membre', ['prenom']], ['foyers', '/data', ['adresse']]]);
  });

  it('refuses what is no form', () => {
    expect(() => readFacts('<a/>')).toThrow();
    expect(() => readFacts('<a>')).toThrow();
    expect(() => readFacts('')).toThrow();
  });
});

describe('languageCode', () => {
  it('reads the code in brackets', () => {
    expect(['Français (fr)', 'العربية (ar)', 'English (en-GB)', 'default', ''].map(languageCode)).toEqual(['fr', 'ar', 'en-gb', 'default', '']);
  });
});
