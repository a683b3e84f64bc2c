// What an own, unsent submission does to records: read from its XML by the form's saveto binds, as the server will read it.
// Source: Entities specification 2024.1.0 and 2025.1.0; sync.md, "From the XML".
import type { EntityFacts, FormFacts, PropertyFacts } from './facts';
import { isSame } from './same';
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
  /** How many own actions, not in the pulled record yet, were shown with them. */
  ahead?: number;
}

/** What was shown for a record when a form about it opened. */
export interface Shown { seen: Record<string, string>; ahead: number }

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

interface Found { position: number; element: Element; declared: EntityFacts; entityId: string; saved: Record<string, string> }

/** The entity nodes of an instance that a form declares, with what each saves. */
function findNodes(xml: string, facts: FormFacts): Found[] {
  const root = instanceRoot(xml);
  const found: Found[] = [];
  descendants(root, 'entity').forEach((element, position) => {
    const container = element.parentElement?.parentElement;
    const entityId = (element.getAttribute('id') ?? '').trim();
    if (!container || element.parentElement?.localName !== 'meta' || !entityId) return;
    const declared = facts.entities.find((e) => e.path === pathOf(container, root));
    if (!declared) return;
    const saved: Record<string, string> = {};
    for (const [property, path] of Object.entries(declared.paths)) {
      let node: Element | undefined = container;
      for (const name of path.slice(declared.path.length + 1).split('/')) node = node && children(node, name)[0];
      if (node) saved[property] = (node.textContent ?? '').normalize('NFC');
    }
    const label = (children(element, 'label')[0]?.textContent ?? '').trim();
    if (label) saved.label = label.normalize('NFC');
    found.push({ position, element, declared, entityId, saved });
  });
  return found;
}

/** The type by which two answers to a question are compared. */
const typeOf = (facts: PropertyFacts | undefined): string => (facts?.policy === 'sum' ? 'decimal' : facts?.type ?? 'text');

/**
 * Find the actions of one finalized instance.
 *
 * `makeId` gives a fresh branch for each record it creates; `shown` tells what was shown for a record when the form opened.
 * Of an edited submission (`replaced` is the XML of what it replaces) an action holds only the answers that it changed, and
 * what they were: an untouched answer says nothing more than it did, and a calculation is calculated again by any phone.
 */
export function findActions(
  xml: string, facts: FormFacts, makeId: () => string, shown: (entityId: string) => Shown, replaced: string | null = null,
): LocalAction[] {
  const originals = replaced === null ? [] : findNodes(replaced, facts);
  return findNodes(xml, facts).flatMap(({ position, element, declared, entityId, saved }) => {
    const create = isTrue(element.getAttribute('create'));
    const update = isTrue(element.getAttribute('update'));
    if (!create && !update) return [];
    const baseVersion = toNumber(element.getAttribute('baseVersion'));
    const branch = (element.getAttribute('branchId') ?? '').trim() || null;
    const base = branch === null ? baseVersion : toNumber(element.getAttribute('trunkVersion'));
    const kind = create && update ? (baseVersion === null ? 'create' : 'update') : create ? 'create' : 'update';
    const place = { position, entityId, list: element.getAttribute('dataset') ?? declared.list, branch, pos: baseVersion, base };
    const same = originals.filter((other) => other.entityId === entityId);
    const original = same.find((other) => other.position === position) ?? same[0];
    if (original) {
      const typed = new Map(declared.properties.map((property) => [property.name, property]));
      const names = Object.keys(saved).filter((name) => name === 'label' || typed.get(name)?.answerable)
        .filter((name) => !isSame(typeOf(typed.get(name)), saved[name]!, original.saved[name] ?? ''));
      const pick = (from: Record<string, string>): Record<string, string> => Object.fromEntries(names.map((name) => [name, from[name] ?? '']));
      return [{ ...place, kind: 'update' as const, saved: pick(saved), prefilled: names, blankable: names, ownBranch: null, seen: pick(original.saved), ahead: shown(entityId).ahead }];
    }
    const of = (test: (facts: PropertyFacts) => boolean): string[] => declared.properties.filter((facts) => facts.name in saved && test(facts)).map((facts) => facts.name);
    return [{
      ...place, kind, saved, prefilled: of((facts) => facts.prefilled), blankable: of((facts) => facts.prefilled && facts.answerable),
      ownBranch: kind === 'create' ? makeId() : null, ...(kind === 'create' ? { seen: {}, ahead: 0 } : shown(entityId)),
    }];
  });
}
