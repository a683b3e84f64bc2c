import { describe, expect, it } from 'vitest';
import { conjuncts, splitPredicates } from '../../src/engine/form-xml';
import { codeOf, directionOf, matchLanguage } from '../../src/engine/languages';
import { mediaName } from '../../src/engine/text';
import { CORRECTIONS, correctEngine } from '../../src/engine/vite-patch';

describe('nodesets', () => {
  it('are split at their own predicates only', () => {
    expect(splitPredicates("instance('a')/root/item[b = instance('c')/root/item[d=1]/e][f=']']")).toEqual({
      base: "instance('a')/root/item",
      predicates: ["b = instance('c')/root/item[d=1]/e", "f=']'"],
    });
    expect(splitPredicates("instance('a')/root/item")).toEqual({ base: "instance('a')/root/item", predicates: [] });
    expect(splitPredicates('randomize(x[1])')).toEqual({ base: 'randomize(x[1])', predicates: [] });
  });

  it('have their conditions told apart at the top level only', () => {
    expect(conjuncts("(a and b) and c=' and ' and d[e and f]")).toEqual(['(a and b)', "c=' and '", 'd[e and f]']);
  });
});

describe('languages', () => {
  it.each([['Français (fr)', 'fr'], ['العربية (ar)', 'ar'], ['Arabic', 'ar'], ['ar', 'ar'], ['fr-DZ', 'fr'], ['English (en-US)', 'en'],
    ['العربية', 'ar'], ['FRANCAIS', 'fr'], ['Tamazight (zgh)', 'zgh'], ['default', null], ['', null]])('%s is %s', (name, code) => {
    expect(codeOf(name)).toBe(code);
  });

  it('are chosen as the app speaks, else not at all', () => {
    expect(matchLanguage(['Français (fr)', 'العربية (ar)'], 'ar')).toBe('العربية (ar)');
    expect(matchLanguage(['Français (fr)', 'العربية (ar)'], 'en')).toBeNull();
    expect(directionOf('العربية (ar)')).toBe('rtl');
    expect(directionOf('default')).toBeNull();
  });
});

describe('media names', () => {
  it.each([['jr://images/a%20b.png', 'a b.png'], ['jr://file-csv/femmes.csv', 'femmes.csv'], ['jr://images/%E0%A4%A', '%E0%A4%A']])('%s', (url, name) => {
    expect(mediaName(url)).toBe(name);
  });
});

describe('corrections of the engine', () => {
  const engine = CORRECTIONS.map((c) => c.find).join('\n;\n');

  it('all apply', () => {
    const corrected = correctEngine(engine);
    for (const { put } of CORRECTIONS) expect(corrected).toContain(put);
  });

  it.each(CORRECTIONS.map((c) => c.find))('stop the build when a text is gone or stands twice', (find) => {
    expect(() => correctEngine(engine.replace(find, ''))).toThrow(/fits 0 times/);
    expect(() => correctEngine(`${engine}\n${find}`)).toThrow(/fits 2 times/);
  });
});
