// A form that the chamber sent back: which answers were withheld from this agent, and that they are not sent as blanks.
import type { FormFacts, PropertyFacts } from './facts';
import { children, parseXml } from './xml';

/** Elements of an instance at a path, in every repeat. */
function elementsAt(root: Element, path: string): Element[] {
  const [first, ...names] = path.split('/').filter(Boolean);
  if (root.localName !== first) return [];
  return names.reduce<Element[]>((found, name) => found.flatMap((element) => children(element, name)), [root]);
}

/** Questions that stay in the office and are absent from the form as it was sent back: their answers are not for this phone. */
export function findWithheld(xml: string, facts: FormFacts, isOffice: (list: string, property: string) => boolean): string[] {
  const root = parseXml(xml).documentElement;
  const own = (property: PropertyFacts): boolean => property.visibility === 'office';
  return facts.entities.flatMap((entity) => entity.properties
    .filter((property) => own(property) || isOffice(entity.list, property.name))
    .map((property) => entity.paths[property.name]!)
    .filter((path) => elementsAt(root, path).length === 0));
}

/** Leave out withheld questions that were left blank: a blank would be an answer. */
export function leaveOutBlanks(xml: string, withheld: readonly string[]): string {
  if (withheld.length === 0) return xml;
  const document = parseXml(xml);
  const blank = withheld.flatMap((path) => elementsAt(document.documentElement, path)).filter((element) => (element.textContent ?? '').trim() === '');
  if (blank.length === 0) return xml;
  for (const element of blank) element.remove();
  return new XMLSerializer().serializeToString(document);
}
