import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalAction } from '../../src/records/actions';
import { buildRow, decideVersions, writeCsv } from '../../src/records/rows';

const action = (fields: Partial<LocalAction>): LocalAction => ({
  position: 0, entityId: 'w', list: 'femmes', kind: 'update', saved: {}, prefilled: [], blankable: [], branch: null, pos: null, base: null, ownBranch: null, seen: {}, ...fields,
});
const pulled = { version: 4, branchId: 'B' };

describe('decideVersions', () => {
  it('takes the pulled version and its branch when nothing is pending', () => {
    expect(decideVersions(pulled, [])).toEqual({ __version: '4', __trunkVersion: '4', __branchId: 'B' });
  });
  it('counts own unsent follow-ups and keeps trunk and branch', () => {
    expect(decideVersions(pulled, [action({ branch: 'B', pos: 4, base: 4 })])).toEqual({ __version: '5', __trunkVersion: '4', __branchId: 'B' });
    expect(decideVersions(pulled, [action({ branch: 'B', pos: 4, base: 4 }), action({ branch: 'B', pos: 5, base: 4 })]).__version).toBe('6');
  });
  it('gives a woman registered here version 1, no trunk and her own branch', () => {
    const created = action({ kind: 'create', ownBranch: 'O' });
    expect(decideVersions(null, [created])).toEqual({ __version: '1', __trunkVersion: '', __branchId: 'O' });
    expect(decideVersions(null, [created, action({ branch: 'O', pos: 1 })])).toEqual({ __version: '2', __trunkVersion: '', __branchId: 'O' });
  });
  it('goes on in the branch of pending work when a pull brought a newer version', () => {
    expect(decideVersions({ version: 9, branchId: 'new' }, [action({ branch: 'B', pos: 4, base: 4 })])).toEqual({ __version: '10', __trunkVersion: '9', __branchId: 'B' });
  });
  it('never gives a position of a branch twice, whatever was pulled and sent', () => {
    fc.assert(fc.property(fc.array(fc.record({ pull: fc.nat(12), settle: fc.nat(3) }), { maxLength: 12 }), (steps) => {
      let version = 1;
      let branch = 0;
      let pending: LocalAction[] = [];
      const used = new Set<string>();
      for (const { pull, settle } of steps) {
        const row = decideVersions({ version, branchId: `b${branch}` }, pending);
        const key = `${row.__branchId}:${row.__version}`;
        expect(used.has(key)).toBe(false);
        used.add(key);
        pending = [...pending, action({ branch: row.__branchId, pos: Number(row.__version), base: Number(row.__trunkVersion) })];
        if (pull > 0) {
          // A pull brings a version at least as high as the own steps that it holds.
          version += Math.max(pull, Math.min(settle, pending.length));
          pending = pending.slice(settle);
          branch += 1;
        }
      }
    }));
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
