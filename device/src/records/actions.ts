// What an own, unsent submission does to records: read from its XML by the form's saveto binds, as the server will read it.
// Source: Entities specification 2024.1.0 and 2025.1.0; sync.md, "From the XML".
import type { FormFacts, PropertyFacts } from './facts';
import { children, descendants, parseXml } from './xml';

export interface LocalAction {
  /** Place of the entity node in the submission. */
  position: number;
  entityId: string;
  list: string;
  kind: 'create' | 'update';
  /** Property -> text. A node absent from the XML is absent here; a blank one is "". */
  saved: Record<string, string>;
  /** Of the saved properties, those the record had prefilled, and of these the ones a person could blank. */
  prefilled: string[];
  blankable: string[];
  /** branchId, baseVersion and trunkVersion as sent; null when blank. */
  branch: string | null;
  pos: number | null;
  base: number | null;
  /** The branch that follow-ups of a woman created here will carry: made with her. */
  ownBranch: string | null;
  /** The values that were shown when the form opened; sums and unions count from them. */
  seen: Record<string, string>;
}

const isTrue = (text: string | null): boolean => text === '1' || text?.trim().toLowerCase() === 'true';
const toNumber = (text: string | null): number | null => (text && /^\d+$/.test(text.trim()) ? Number(text) : null);

/** The root element of an instance: `xml` may hold a whole document. */
function instanceRoot(xml: string): Element {
  return parseXml(xml).documentElement;
}

function pathOf(element: Element, root: Element): string {
  const names: string[] = [];
  for (let node: Element | null = element; node; node = node === root ? null : node.parentElement) names.unshift(node.localName);
  return `/${names.join('/')}`;
}

/**
 * Find the actions of one finalized instance.
 *
 * `makeId` gives a fresh branch for each record it creates; `seen` gives the values shown for a record when the form opened.
 */
export function findActions(
  xml: string, facts: FormFacts, makeId: () => string, seen: (entityId: string) => Record<string, string>,
): LocalAction[] {
  const root = instanceRoot(xml);
  const found: LocalAction[] = [];
  descendants(root, 'entity').forEach((entity, position) => {
    const container = entity.parentElement?.parentElement;
    const entityId = (entity.getAttribute('id') ?? '').trim();
    if (!container || entity.parentElement?.localName !== 'meta' || !entityId) return;
    const declared = facts.entities.find((e) => e.path === pathOf(container, root));
    if (!declared) return;
    const create = isTrue(entity.getAttribute('create'));
    const update = isTrue(entity.getAttribute('update'));
    if (!create && !update) return;
    const baseVersion = toNumber(entity.getAttribute('baseVersion'));
    const kind = create && update ? (baseVersion === null ? 'create' : 'update') : create ? 'create' : 'update';
    const saved: Record<string, string> = {};
    for (const [property, path] of Object.entries(declared.paths)) {
      let node: Element | undefined = container;
      for (const name of path.slice(declared.path.length + 1).split('/')) node = node && children(node, name)[0];
      if (node) saved[property] = (node.textContent ?? '').normalize('NFC');
    }
    const of = (test: (facts: PropertyFacts) => boolean): string[] => declared.properties.filter((facts) => facts.name in saved && test(facts)).map((facts) => facts.name);
    const label = (children(entity, 'label')[0]?.textContent ?? '').trim();
    if (label) saved.label = label.normalize('NFC');
    const branch = (entity.getAttribute('branchId') ?? '').trim() || null;
    found.push({
      position, entityId, list: entity.getAttribute('dataset') ?? declared.list, kind, saved,
      prefilled: of((facts) => facts.prefilled), blankable: of((facts) => facts.prefilled && facts.answerable), branch, pos: baseVersion,
      base: branch === null ? baseVersion : toNumber(entity.getAttribute('trunkVersion')),
      ownBranch: kind === 'create' ? makeId() : null, seen: kind === 'create' ? {} : seen(entityId),
    });
  });
  return found;
}
