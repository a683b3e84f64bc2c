import { describe, expect, it } from 'vitest';
import { openForm, type OpenForm } from '../../src/engine/open-form';
import { countAnswers, pagesOf, questionsOf } from '../../src/form/pages';
import { input, xform } from '../engine/forms';

async function open(xml: string): Promise<OpenForm> {
  return openForm({ xml, attachment: async () => null, deviceId: 'd', username: 'u', language: 'fr' });
}

const outline = (form: OpenForm): string[] =>
  pagesOf(form.children()).map((p) => `${p.titles.map((t) => t?.plain ?? '').join('>')}: ${questionsOf(p).map((q) => q.name).join(' ')}`);

const group = (name: string, inside: string, extra = ''): string => `<group ref="/data/${name}" ${extra}><label>${name.toUpperCase()}</label>${inside}</group>`;

describe('pages', () => {
  it('are the innermost groups, in document order, with what stands between them', async () => {
    const form = await open(xform({
      instance: '<a/><b/><g><c/><h><d/></h><k><e/></k><f/></g><z/>',
      body: `${input('/data/a')}${input('/data/b')}${group('g', `${input('/data/g/c')}${group('g/h', input('/data/g/h/d'))}${group('g/k', input('/data/g/k/e'))}${input('/data/g/f')}`)}${input('/data/z')}`,
    }));
    expect(outline(form)).toEqual([': a b', 'G: c', 'G>G/H: d', 'G>G/K: e', 'G: f', ': z']);
    form.dispose();
  });

  it('keep their key and their items while other pages come and go', async () => {
    const form = await open(xform({
      instance: '<a/><g><b/></g><h><c/></h>',
      model: '<bind nodeset="/data/a" type="string"/><bind nodeset="/data/g" relevant="/data/a = 1"/>',
      body: `${input('/data/a')}${group('g', input('/data/g/b'))}${group('h', input('/data/h/c'))}`,
    }));
    const before = pagesOf(form.children());
    form.questions()[0]!.setText('1');
    const after = pagesOf(form.children());
    expect([before.length, after.length]).toEqual([2, 3]);
    expect(after[2]!.key).toBe(before[1]!.key);
    expect(after[2]!.items[0]).toBe(before[1]!.items[0]);
    form.dispose();
  });

  it('leave out groups that hold nothing to see', async () => {
    const form = await open(xform({ instance: '<g><x/></g><a/>', model: '<bind nodeset="/data/g/x" calculate="1"/>', body: `${group('g', '')}${input('/data/a')}` }));
    expect(outline(form)).toEqual([': a']);
    form.dispose();
  });

  it('follow the number a form gives for a repeat, which nobody can add to', async () => {
    const form = await open(xform({
      instance: '<n/><r jr:template=""><a/></r>',
      model: '<bind nodeset="/data/n" type="int"/>',
      body: `${input('/data/n')}<group ref="/data/r"><label>R</label><repeat nodeset="/data/r" jr:count="/data/n">${input('/data/r/a')}</repeat></group>`,
    }));
    expect(pagesOf(form.children())).toHaveLength(1);
    form.questions()[0]!.setText('3');
    const pages = pagesOf(form.children());
    expect(pages).toHaveLength(4);
    expect(pages[3]!.positions.map((p) => [p.index, p.repeat.changeable])).toEqual([[2, false]]);
    form.dispose();
  });

  it('count the answers a person gives', async () => {
    const form = await open(xform({
      instance: '<a/><b/><n/><r>x</r>',
      model: '<bind nodeset="/data/n" readonly="true()"/><bind nodeset="/data/r" readonly="1 = 1"/>',
      body: ['a', 'b', 'n', 'r'].map((n) => input(`/data/${n}`)).join(''),
    }));
    form.questions()[0]!.setText('1');
    expect(countAnswers(form.questions())).toEqual({ answered: 1, total: 2 });
    form.dispose();
  });
});
