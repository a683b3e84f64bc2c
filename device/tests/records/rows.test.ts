// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import '../sync/phone';
import type { LocalAction } from '../../src/records/actions';
import { partPlaces } from '../../src/records/places';
import { descendants, parseXml } from '../../src/records/xml';
import { buildRow, decideVersions, writeCsv } from '../../src/records/rows';

const action = (fields: Partial<LocalAction>): LocalAction => ({
  position: 0, entityId: 'w', list: 'femmes', kind: 'update', saved: {}, prefilled: [], blankable: [], branch: null, pos: null, base: null, ownBranch: null, seen: {}, ...fields,
});
const pulled = { version: 4, branchId: 'B' };

const NONE: ReadonlyMap<string, number> = new Map();

describe('decideVersions', () => {
  it('takes the pulled version and its branch when nothing is pending', () => {
    expect(decideVersions(pulled, [], NONE)).toEqual({ __version: '4', __trunkVersion: '4', __branchId: 'B' });
  });
  it('counts on in the branch of unsent follow-ups and keeps the trunk', () => {
    expect(decideVersions(pulled, [action({ branch: 'B', pos: 4, base: 4 })], new Map([['B', 4]]))).toEqual({ __version: '5', __trunkVersion: '4', __branchId: 'B' });
  });
  it('gives a woman registered here version 1, no trunk and her own branch', () => {
    const created = action({ kind: 'create', ownBranch: 'O' });
    expect(decideVersions(null, [created], NONE)).toEqual({ __version: '1', __trunkVersion: '', __branchId: 'O' });
    expect(decideVersions(null, [created, action({ branch: 'O', pos: 1 })], new Map([['O', 1]]))).toEqual({ __version: '2', __trunkVersion: '', __branchId: 'O' });
  });
  it('counts on without a hole when a pull brought a newer version while work was pending', () => {
    expect(decideVersions({ version: 9, branchId: 'new' }, [action({ branch: 'B', pos: 4, base: 4 })], new Map([['B', 4]]))).toEqual({ __version: '5', __trunkVersion: '9', __branchId: 'B' });
  });
  it('does not take a place again whose form was settled while another one was set aside', () => {
    expect(decideVersions({ version: 6, branchId: 'new' }, [action({ branch: 'B', pos: 4, base: 4 })], new Map([['B', 6]])).__version).toBe('7');
  });

  const path = new URL('../../../tests/vectors/places.json', import.meta.url);
  it('numbers as the server expects, on every shared vector', () => {
    interface Vector { name: string; steps: { do: string; version?: number; settle?: number; versions?: Record<string, string> }[] }
    const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vector[];
    expect(vectors.length).toBeGreaterThan(5);
    for (const { name, steps } of vectors) {
      let record: { version: number; branchId: string } | null = null;
      let pending: LocalAction[] = [];
      const lastOf = new Map<string, number>();
      let branches = 0;
      for (const step of steps) {
        if (step.do === 'register') pending = [action({ kind: 'create', ownBranch: `b${(branches += 1)}` })];
        if (step.do === 'pull') {
          pending = pending.slice(step.settle);
          record = { version: step.version!, branchId: `b${(branches += 1)}` };
        }
        if (step.do !== 'follow') continue;
        const versions = decideVersions(record, pending, lastOf);
        expect(versions, name).toEqual(step.versions);
        lastOf.set(versions.__branchId, Number(versions.__version));
        pending = [...pending, action({ branch: versions.__branchId, pos: Number(versions.__version), base: versions.__trunkVersion ? Number(versions.__trunkVersion) : null })];
      }
    }
  });
});

describe('partPlaces', () => {
  const node = (branch: string, pos: number): string => `<m><meta><entity dataset="femmes" id="w" update="1" baseVersion="${pos}" trunkVersion="4" branchId="${branch}"/></meta></m>`;
  it('leaves a form alone whose places are free', () => {
    const xml = `<data>${node('B', 5)}</data>`;
    expect(partPlaces(xml, new Map([['B', 4]]), () => 'fresh')).toBe(xml);
    expect(partPlaces('<data><x/></data>', NONE, () => 'fresh')).toBe('<data><x/></data>');
  });
  it('begins a branch on the row it was opened on where the place is taken, by another form or by itself', () => {
    const places = (xml: string): (string | null)[][] => descendants(parseXml(xml), 'entity').map((e) => [e.getAttribute('branchId'), e.getAttribute('baseVersion'), e.getAttribute('trunkVersion')]);
    expect(places(partPlaces(`<data>${node('B', 5)}</data>`, new Map([['B', 5]]), () => 'fresh'))).toEqual([['fresh', '4', '4']]);
    expect(places(partPlaces(`<data>${node('B', 5)}${node('B', 5)}</data>`, NONE, () => 'fresh'))).toEqual([['B', '5', '4'], ['fresh', '4', '4']]);
  });
});

describe('writeCsv', () => {
  it('quotes what needs it, keeps every column asked for, and puts versions last', () => {
    const row = buildRow('w', { label: 'Ben, "Ali"', nom: 'a\nb', '__version': 'x', 'bad name': 'y', name: 'z' }, { __version: '1', __trunkVersion: '', __branchId: 'B' });
    expect(writeCsv([row], ['nom', 'commune', 'bad name'])).toBe('name,label,nom,commune,__version,__trunkVersion,__branchId\nw,"Ben, ""Ali""","a\nb",,1,,B\n');
  });
  it('writes a header for a list without rows', () => {
    expect(writeCsv([], ['nom'])).toBe('name,label,nom,__version,__trunkVersion,__branchId\n');
  });
});
