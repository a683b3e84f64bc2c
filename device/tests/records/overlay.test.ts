// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { add, subtract, toAmount, toPlain } from '../../src/records/numbers';
import { overlay, type Rule, type Unsent } from '../../src/records/overlay';

const update = (fields: Partial<Unsent>): Unsent => ({ kind: 'update', saved: {}, prefilled: [], blankable: [], seen: {}, ...fields });
const RULES: Record<string, Rule> = {
  total: { policy: 'sum', type: 'integer', choices: [] }, trades: { policy: 'union', type: 'select_multiple', choices: ['a', 'b', 'c'] },
  notes: { policy: 'append', type: 'text', choices: [] },
};

describe('overlay', () => {
  it('covers what was pulled with what was saved here, also when it is blank, but never the label with a blank', () => {
    expect(overlay({ nom: 'A', lieu: 'x', label: 'L' }, [update({ saved: { nom: 'B', lieu: '', label: '' } })], {})).toEqual({ nom: 'B', lieu: '', label: 'L' });
  });
  it('shows a record registered here from its own answers', () => {
    expect(overlay(null, [update({ kind: 'create', saved: { nom: 'A', total: '3' } })], RULES)).toEqual({ nom: 'A', total: '3' });
  });
  it('adds an answer that was not prefilled to a sum, and a difference when it was', () => {
    expect(overlay({ total: '10' }, [update({ saved: { total: '3' } })], RULES).total).toBe('13');
    expect(overlay({ total: '10' }, [update({ saved: { total: '6' }, prefilled: ['total'], seen: { total: '5' } })], RULES).total).toBe('11');
    expect(overlay({ total: '0.1' }, [update({ saved: { total: '0.2' } })], RULES).total).toBe('0.3');
    expect(overlay({ total: '10' }, [update({ saved: { total: 'dix' } })], RULES).total).toBe('10');
  });
  it('unites sets in the order of the form, and removes only what was seen and taken away', () => {
    expect(overlay({ trades: 'c' }, [update({ saved: { trades: 'a' } })], RULES).trades).toBe('a c');
    expect(overlay({ trades: 'a b z' }, [update({ saved: { trades: 'c b' }, prefilled: ['trades'], seen: { trades: 'a b' } })], RULES).trades).toBe('b c z');
  });
  it('appends a note below those shown', () => {
    expect(overlay({ notes: 'un' }, [update({ saved: { notes: 'deux' } })], RULES).notes).toBe('un\ndeux');
    expect(overlay({ notes: 'un' }, [update({ saved: { notes: '' } })], RULES).notes).toBe('un');
  });
  it('changes neither the pulled values nor the actions', () => {
    const pulled = Object.freeze({ nom: 'A' });
    overlay(pulled, [update({ saved: { nom: 'B' } })], {});
    expect(pulled.nom).toBe('A');
  });

  const path = new URL('../../../tests/vectors/overlay.json', import.meta.url);
  it('shows what the server takes to have been seen, on every shared vector', () => {
    interface Vector { name: string; record: Record<string, string>; unsent: Partial<Unsent>[]; rules: Record<string, Partial<Rule>>; shown: Record<string, string> }
    const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vector[];
    expect(vectors.length).toBeGreaterThan(0);
    for (const vector of vectors) {
      const rules = Object.fromEntries(Object.entries(vector.rules).map(([name, rule]) => [name, { policy: 'review', type: 'text', choices: [], ...rule }]));
      expect(overlay(vector.record, vector.unsent.map(update), rules), vector.name).toEqual(vector.shown);
    }
  });
});

describe('decimal numbers', () => {
  it('reads digits of any script and refuses what is no number', () => {
    expect(['3', ' 3.50 ', '٣٫٥', '٣', '-0', '1e3', '.5', '1.2.3', '', 'x', '--1'].map((text) => { const n = toAmount(text); return n && toPlain(n); }))
      .toEqual(['3', '3.5', null, '3', '0', '1000', '0.5', null, '0', null, null]);
  });
  it('adds and subtracts exactly', () => {
    expect(toPlain(add(toAmount('0.1')!, toAmount('0.2')!))).toBe('0.3');
    expect(toPlain(subtract(toAmount('1')!, toAmount('1.05')!))).toBe('-0.05');
    expect(toPlain(add(toAmount('99999999999999999999')!, toAmount('1')!))).toBe('100000000000000000000');
  });
});
