// The rows of an entity list as the form engine reads them, and the versions a submission then carries.
// Source: Entities specification, offline entities: baseVersion, trunkVersion, branchId; sync.md, "From the XML".
import type { ListRow, StoredRecord } from '../store/types';
import type { LocalAction } from './actions';

export interface Versions { __version: string; __trunkVersion: string; __branchId: string }

/**
 * Decide the version attributes that a follow-up opened now will carry.
 *
 * `pending` are the own actions on the record that the pulled version does not hold yet, oldest first. While there are some,
 * their branch goes on, also across a pull: the server then takes the author to have seen the pulled row (the trunk) with
 * those actions over it, which is what the screen shows. Without any, the record's own branch is used, fresh for each pulled
 * version. A branch begins at the version it was opened on and is counted one by one, whatever is pulled meanwhile, so that
 * a missing step shows as a hole; `lastOf` tells the last position that was taken in it.
 */
export function decideVersions(
  pulled: Pick<StoredRecord, 'version' | 'branchId'> | null, pending: readonly LocalAction[], lastOf: ReadonlyMap<string, number>,
): Versions {
  const created = pending.find((action) => action.ownBranch !== null);
  const going = [...pending].reverse().find((action) => action.branch !== null)?.branch;
  const branch = going ?? pulled?.branchId ?? created?.ownBranch ?? '';
  const last = lastOf.get(branch);
  return {
    __version: String(last !== undefined ? last + 1 : (pulled?.version ?? 1)),
    __trunkVersion: pulled ? String(pulled.version) : '',
    __branchId: branch,
  };
}

const COLUMN = /^[A-Za-z_][\w.-]*$/;
const OWN = new Set(['name', 'label', '__version', '__trunkVersion', '__branchId']);

const quote = (text: string): string => (/[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text);

/** One row of a list: id, label, every property, versions. */
export function buildRow(id: string, values: Readonly<Record<string, string>>, versions: Versions): ListRow {
  const row: ListRow = { name: id, label: values.label ?? '' };
  for (const [property, value] of Object.entries(values)) {
    if (!OWN.has(property) && COLUMN.test(property)) row[property] = value;
  }
  return { ...row, ...versions };
}

/** Write rows as CSV. `properties` are columns that must exist even when no record has a value there. */
export function writeCsv(rows: readonly ListRow[], properties: readonly string[]): string {
  const columns = new Set<string>(['name', 'label']);
  for (const property of properties) if (COLUMN.test(property) && !OWN.has(property)) columns.add(property);
  for (const row of rows) for (const column of Object.keys(row)) columns.add(column);
  for (const column of ['__version', '__trunkVersion', '__branchId']) {
    columns.delete(column);
    columns.add(column);
  }
  const names = [...columns];
  return [names.join(','), ...rows.map((row) => names.map((name) => quote(row[name] ?? '')).join(','))].join('\n') + '\n';
}
