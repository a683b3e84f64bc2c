// What the engine does not tell about a form, read from its XML before the engine sees it: guidance hints (the engine would glue them to
// the hint), hirfa:* binds, and which question chooses the entity. Spec: https://getodk.github.io/xforms-spec/

const XHTML = 'http://www.w3.org/1999/xhtml';
const HIRFA = 'urn:hirfa:xforms:1';
const ENTITIES = 'http://www.opendatakit.org/xforms/entities';

/** Literal text, or the path of a question whose answer stands there. */
export type GuidanceChunk = string | { path: string };

export interface BindFacts {
  unit: string | null;
  decimals: number | null;
}

export interface FormFacts {
  xml: string;
  formId: string;
  binds: ReadonlyMap<string, BindFacts>;
  /** Path of a control -> language ("" when the form names none) -> guidance. */
  guidance: ReadonlyMap<string, ReadonlyMap<string, readonly GuidanceChunk[]>>;
  /** Path of the question that chooses the preset entity, null without a preset. */
  entityPath: string | null;
  /** Questions whose constraint reads this phone's clock, directly or through what was taken from it. */
  clocked: ReadonlySet<string>;
  /** What the form asks of the last one of its kind: paths of questions. */
  remembered: ReadonlySet<string>;
  /** Questions that only narrow the entity question's list: pointless once the entity is preset. */
  filters: ReadonlySet<string>;
}

export interface PresetWish {
  entityQuestion?: string | undefined;
  list?: string | undefined;
}

const TYPED_FORMS = new Set(['guidance', 'big-image', 'short']);

function localName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function chunksOf(value: Element): GuidanceChunk[] {
  const chunks: GuidanceChunk[] = [];
  for (const node of value.childNodes) {
    if (node.nodeType === 3 || node.nodeType === 4) chunks.push(node.nodeValue ?? '');
    else if (node.nodeType === 1) chunks.push({ path: ((node as Element).getAttribute('value') ?? '').trim() });
  }
  return chunks;
}

/** Split an XPath at its top-level " and ". */
export function conjuncts(expression: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let i = 0; i < expression.length; i += 1) {
    const c = expression[i]!;
    if (quote) {
      if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '(' || c === '[') depth += 1;
    else if (c === ')' || c === ']') depth -= 1;
    else if (depth === 0 && /^\sand\s/.test(expression.slice(i, i + 5))) {
      parts.push(expression.slice(from, i).trim());
      from = i + 5;
      i += 4;
    }
  }
  parts.push(expression.slice(from).trim());
  return parts;
}

/** Split "instance('x')/root/item[a][b]" into its path and its predicates. A nodeset of another shape has no predicates. */
export function splitPredicates(nodeset: string): { base: string; predicates: string[] } {
  const text = nodeset.trim();
  const predicates: string[] = [];
  const start = text.indexOf('[');
  if (start < 0 || !text.endsWith(']')) return { base: text, predicates };
  let depth = 0;
  let quote = '';
  let from = start;
  for (let i = start; i < text.length; i += 1) {
    const c = text[i]!;
    if (quote) {
      if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '[') {
      if (depth === 0) from = i + 1;
      depth += 1;
    } else if (c === ']') {
      depth -= 1;
      if (depth === 0) predicates.push(text.slice(from, i));
    } else if (depth === 0) return { base: text, predicates: [] };
  }
  return { base: text.slice(0, start), predicates };
}

function stringsStripped(expression: string): string {
  return expression.replace(/'[^']*'|"[^"]*"/g, "''");
}

/** Paths of questions in an XPath: absolute ones, outside strings and outside instance(...) steps. */
function pathsIn(expression: string, known: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (const match of stringsStripped(expression).matchAll(/(?<![\w)\]])\/[\w.:@-]+(?:\/[\w.:@-]+)*/g)) {
    if (known.has(match[0])) found.add(match[0]);
  }
  return found;
}

function findEntityPath(document: Document, wish: PresetWish, controls: ReadonlyMap<string, Element>): string | null {
  const selects = [...controls].filter(([, element]) => /^(select1|select)$/.test(element.localName));
  const asked = wish.entityQuestion?.trim();
  if (asked) {
    const exact = selects.find(([path]) => path === asked) ?? selects.find(([path]) => localName(path) === localName(asked));
    if (exact) return exact[0];
  }
  if (!wish.list) return null;
  for (const entity of [...document.getElementsByTagName('*')].filter((e) => e.localName === 'entity')) {
    if (entity.getAttribute('dataset') !== wish.list) continue;
    for (const bind of [...document.getElementsByTagName('*')].filter((e) => e.localName === 'bind')) {
      if (!(bind.getAttribute('nodeset') ?? '').endsWith('/entity/@id')) continue;
      const source = (bind.getAttribute('calculate') ?? '').trim();
      if (selects.some(([path]) => path === source)) return source;
    }
  }
  const uses = `instance('${wish.list}')`;
  const bySet = selects.find(([, element]) =>
    [...element.children].some((c) => c.localName === 'itemset' && (c.getAttribute('nodeset') ?? '').trim().startsWith(uses)),
  );
  return bySet ? bySet[0] : null;
}

/**
 * Free the entity question's list from what the agent answered (the entity is already chosen), keeping conditions on the entity itself.
 * Gives the paths of the questions that served only there and may be left blank.
 */
function freeEntityList(document: Document, path: string, controls: ReadonlyMap<string, Element>): Set<string> {
  const itemset = [...(controls.get(path)?.children ?? [])].find((c) => c.localName === 'itemset');
  if (!itemset) return new Set();
  const nodeset = itemset.getAttribute('nodeset') ?? '';
  const known = new Set(controls.keys());
  const narrowing = pathsIn(nodeset, known);
  if (narrowing.size === 0) return narrowing;
  const { base, predicates } = splitPredicates(nodeset);
  const kept = predicates
    .map((p) => conjuncts(p).filter((c) => pathsIn(c, known).size === 0).join(' and '))
    .filter((p) => p !== '');
  itemset.setAttribute('nodeset', base + kept.map((p) => `[${p}]`).join(''));

  const filters = new Set(narrowing);
  for (const element of document.getElementsByTagName('*')) {
    for (const attribute of element.attributes) {
      if (attribute.name === 'ref' || (attribute.name === 'nodeset' && element.localName === 'bind')) continue;
      for (const used of pathsIn(attribute.value, narrowing)) filters.delete(used);
    }
    if (element.localName === 'bind') {
      const of = element.getAttribute('nodeset') ?? '';
      if (element.hasAttribute('required') || element.hasAttributeNS(ENTITIES, 'saveto')) filters.delete(of);
    }
  }
  return filters;
}

const CLOCK = /\b(?:today|now)\s*\(/;
const LAST_SAVED = /instance\(\s*['"]__last-saved['"]\s*\)((?:\/[\w.:@-]+)+)/g;

/** Questions whose constraint depends on the clock. Answers that merely were dates on a wrong day are not meant. */
function findClocked(binds: readonly Element[], actions: readonly Element[]): Set<string> {
  const taken = new Set<string>();
  for (const bind of binds) {
    const preload = [...bind.attributes].find((a) => a.localName === 'preload')?.value;
    if (preload === 'date' || preload === 'timestamp' || CLOCK.test(bind.getAttribute('calculate') ?? '')) taken.add(bind.getAttribute('nodeset') ?? '');
  }
  for (const action of actions) if (CLOCK.test(action.getAttribute('value') ?? '')) taken.add(action.getAttribute('ref') ?? '');
  const clocked = new Set<string>();
  for (const bind of binds) {
    const constraint = stringsStripped(bind.getAttribute('constraint') ?? '');
    if (CLOCK.test(constraint) || pathsIn(constraint, taken).size > 0) clocked.add(bind.getAttribute('nodeset') ?? '');
  }
  return clocked;
}

/** Paths that the form reads from the last one of its kind. */
export function findRemembered(xml: string): Set<string> {
  const text = xml.replace(/&quot;|&#34;/g, '"').replace(/&apos;|&#39;/g, "'");
  return new Set([...text.matchAll(LAST_SAVED)].map((match) => match[1]!));
}

/** Answers of a finished form that the next one of its kind will ask for: path -> text. */
export function takeRemembered(formXml: string, submission: string): Record<string, string> {
  const root = new DOMParser().parseFromString(submission, 'text/xml').documentElement;
  const found: Record<string, string> = {};
  for (const path of findRemembered(formXml)) {
    let at: Element | undefined = root;
    for (const step of path.split('/').slice(2)) at = [...(at?.children ?? [])].find((child) => child.localName === step);
    if (at && at.children.length === 0 && at.textContent) found[path] = at.textContent;
  }
  return found;
}

/** Put the last answers where the form looks for them: the engine leaves that instance blank. */
function giveLastSaved(document: Document, answers: Readonly<Record<string, string>>): boolean {
  const place = [...document.getElementsByTagName('*')].find((e) => e.localName === 'instance' && e.getAttribute('src') === 'jr://instance/last-saved');
  if (!place || Object.keys(answers).length === 0) return false;
  place.removeAttribute('src');
  for (const [path, answer] of Object.entries(answers)) {
    let at: Element = place;
    for (const step of path.split('/').filter(Boolean)) {
      let next = [...at.children].find((child) => child.localName === step);
      if (!next) {
        next = document.createElementNS(place.namespaceURI, step);
        at.append(next);
      }
      at = next;
    }
    at.textContent = answer;
  }
  return true;
}

/** Read a form's facts and give the XML the engine should load; `optional` questions are required no more. :raises Error: when it is not an XForm at all. */
export function readFormFacts(xml: string, preset: PresetWish | null, optional: readonly string[] = [], lastSaved: Readonly<Record<string, string>> = {}): FormFacts {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const root = document.documentElement;
  if (!root || root.localName !== 'html' || root.namespaceURI !== XHTML || document.getElementsByTagName('parsererror').length > 0) {
    throw new Error('not an XForm');
  }
  let changed = false;
  const all = [...document.getElementsByTagName('*')];

  const itext = new Map<string, Map<string, GuidanceChunk[]>>();
  for (const value of all) {
    const form = value.localName === 'value' ? value.getAttribute('form') : null;
    if (!form || !TYPED_FORMS.has(form)) continue;
    const text = value.parentElement;
    const id = text?.getAttribute('id');
    if (form === 'guidance' && id) {
      const language = text?.parentElement?.getAttribute('lang') ?? '';
      const byLanguage = itext.get(id) ?? new Map<string, GuidanceChunk[]>();
      byLanguage.set(language, chunksOf(value));
      itext.set(id, byLanguage);
    }
    const siblings = text ? [...text.children] : [];
    if (form !== 'guidance' && siblings.length === 1) continue;
    value.remove();
    changed = true;
  }

  const binds = new Map<string, BindFacts>();
  const guidance = new Map<string, Map<string, GuidanceChunk[]>>();
  const controls = new Map<string, Element>();
  for (const element of all) {
    if (element.localName === 'bind') {
      if (optional.includes(element.getAttribute('nodeset') ?? '') && element.hasAttribute('required')) {
        element.removeAttribute('required');
        changed = true;
      }
      const decimals = Number.parseInt(element.getAttributeNS(HIRFA, 'decimals') ?? '', 10);
      binds.set(element.getAttribute('nodeset') ?? '', {
        unit: element.getAttributeNS(HIRFA, 'unit'),
        decimals: Number.isInteger(decimals) && decimals >= 0 && decimals <= 12 ? decimals : null,
      });
    }
    const ref = element.getAttribute('ref');
    if (ref?.startsWith('/') && element.localName !== 'group' && element.localName !== 'setvalue') controls.set(ref, element);
    if (element.localName === 'hint') {
      const id = /^jr:itext\('(.*)'\)$/.exec(ref ?? '')?.[1];
      const path = element.parentElement?.getAttribute('ref');
      const text = id ? itext.get(id) : undefined;
      if (path && text) {
        guidance.set(path, text);
        const left = all.some((e) => e.localName === 'text' && e.getAttribute('id') === id && e.children.length > 0);
        if (!left) element.remove();
      }
    }
  }

  if (giveLastSaved(document, lastSaved)) changed = true;
  const clocked = findClocked(all.filter((e) => e.localName === 'bind'), all.filter((e) => e.localName === 'setvalue'));

  let entityPath: string | null = null;
  let filters = new Set<string>();
  if (preset) {
    entityPath = findEntityPath(document, preset, controls);
    if (entityPath) {
      filters = freeEntityList(document, entityPath, controls);
      changed = true;
    }
  }

  const instance = all.find((e) => e.localName === 'instance' && !e.hasAttribute('src'));
  return {
    xml: changed ? new XMLSerializer().serializeToString(document) : xml,
    formId: instance?.firstElementChild?.getAttribute('id') ?? '',
    binds,
    guidance,
    clocked,
    remembered: findRemembered(xml),
    entityPath,
    filters,
  };
}
