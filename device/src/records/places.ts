// A place in a branch is taken by one form alone: two forms at one place look to the server like a copied phone. One draft a
// record keeps that so; what remains (the same woman twice in one form, a draft that was open in two tabs) is parted here.
import { descendants, parseXml } from './xml';

/**
 * Give each update whose place is taken a branch of its own, begun on the row it was opened on: it then claims to have seen
 * that row alone, which is less than was shown and can at worst ask the chamber to choose. Anything else stays to the byte.
 */
export function partPlaces(xml: string, lastOf: ReadonlyMap<string, number>, makeId: () => string): string {
  const document = parseXml(xml);
  const taken = new Map(lastOf);
  let changed = false;
  for (const entity of descendants(document.documentElement, 'entity')) {
    const branch = (entity.getAttribute('branchId') ?? '').trim();
    const pos = Number((entity.getAttribute('baseVersion') ?? '').trim() || NaN);
    if (!branch || !Number.isInteger(pos)) continue;
    if ((taken.get(branch) ?? -1) < pos) {
      taken.set(branch, pos);
      continue;
    }
    entity.setAttribute('branchId', makeId());
    entity.setAttribute('baseVersion', (entity.getAttribute('trunkVersion') ?? '').trim() || '1');
    changed = true;
  }
  return changed ? new XMLSerializer().serializeToString(document) : xml;
}
