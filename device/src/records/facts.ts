// What the rest of the app needs to know of a form without opening it in the engine: which lists it reads, which records it
// creates or updates, how its properties and choices are called. Read once, when a version is downloaded.
// Source: ODK XForms and Entities specifications (getodk.github.io/xforms-spec), and the `hirfa:` binds of sync.md.
import { children, descendants, parseXml } from './xml';

/** Language code -> text. The code is what stands in brackets ("Français (fr)" -> "fr"), else the name; "" when none is named. */
export type Texts = Record<string, string>;

export interface ChoiceFacts { value: string; labels: Texts }

export interface PropertyFacts {
  name: string;
  /** integer, decimal, date, text, select_one, select_multiple, … */
  type: string;
  policy: string;
  /** The form declares the policy itself; otherwise it inherits another form's. */
  declared: boolean;
  visibility: string;
  unit: string;
  /** What it tells of a person, where the form declares it (`people.ts`). */
  role: string;
  /** Its default, calculation or setvalue reaches the entity list, directly or through other questions. */
  prefilled: boolean;
  /** A person can type or pick it. */
  answerable: boolean;
  labels: Texts;
  choices: ChoiceFacts[];
  /** Choices taken from another list: its name and which properties are value and label. */
  from: { list: string; value: string; label: string } | null;
}

export interface EntityFacts {
  list: string;
  /** Path of the node whose `meta` holds the entity: "/data", or a repeat. */
  path: string;
  create: boolean;
  update: boolean;
  /** The select that picks the record to update, when the entity's id is simply its answer. */
  question: string | null;
  properties: PropertyFacts[];
  /** Property name -> absolute path of the node saved to it. */
  paths: Record<string, string>;
}

export interface FormFacts {
  formId: string;
  version: string;
  title: string;
  languages: string[];
  defaultLanguage: string;
  entities: EntityFacts[];
  /** X of every jr://file-csv/X.csv. */
  lists: string[];
}

const ENTITIES = 'http://www.opendatakit.org/xforms/entities';
const HIRFA = 'urn:hirfa:xforms:1';
const TYPES: Record<string, string> = { int: 'integer', string: 'text', '': 'text', select1: 'select_one', select: 'select_multiple' };

/** "Français (fr)" -> "fr". */
export function languageCode(name: string): string {
  return /\(([A-Za-z-]+)\)\s*$/.exec(name)?.[1]?.toLowerCase() ?? name;
}

function attribute(element: Element, namespace: string, name: string): string {
  return element.getAttributeNS(namespace, name) ?? '';
}

const normalPath = (path: string): string => path.replace(/\s+/g, '');
const itextId = (reference: string): string | null => /^jr:itext\(\s*['"](.+)['"]\s*\)$/.exec(reference.trim())?.[1] ?? null;

type Itext = Map<string, Texts>;

function readItext(model: Element): { itext: Itext; languages: string[]; defaultLanguage: string } {
  const itext: Itext = new Map();
  const languages: string[] = [];
  let defaultLanguage = '';
  for (const translation of descendants(model, 'translation')) {
    const code = languageCode(translation.getAttribute('lang') ?? '');
    if (!languages.includes(code)) languages.push(code);
    if (translation.hasAttribute('default')) defaultLanguage = code;
    for (const text of children(translation, 'text')) {
      const plain = children(text, 'value').find((value) => !value.hasAttribute('form'));
      const id = text.getAttribute('id');
      if (!plain || id === null) continue;
      const entry = itext.get(id) ?? {};
      entry[code] = (plain.textContent ?? '').trim();
      itext.set(id, entry);
    }
  }
  return { itext, languages, defaultLanguage: defaultLanguage || (languages[0] ?? '') };
}

function labelOf(element: Element, itext: Itext): Texts {
  const label = children(element, 'label')[0];
  if (!label) return {};
  const id = itextId(label.getAttribute('ref') ?? '');
  if (id !== null) return itext.get(id) ?? {};
  const text = (label.textContent ?? '').trim();
  return text ? { '': text } : {};
}

interface Control { element: Element; multiple: boolean; select: boolean; rank: boolean }

function readControls(body: Element | undefined): Map<string, Control> {
  const controls = new Map<string, Control>();
  if (!body) return controls;
  for (const element of Array.from(body.getElementsByTagName('*'))) {
    const reference = element.getAttribute('ref') ?? element.getAttribute('bind');
    if (!reference || !['input', 'select', 'select1', 'rank', 'range', 'trigger', 'upload'].includes(element.localName)) continue;
    controls.set(normalPath(reference), {
      element, multiple: element.localName === 'select', select: element.localName.startsWith('select'), rank: element.localName === 'rank',
    });
  }
  return controls;
}

function readChoices(
  control: Control, itext: Itext, inline: Map<string, Element>, external: Map<string, string>,
): { choices: ChoiceFacts[]; from: PropertyFacts['from'] } {
  const choices = children(control.element, 'item').map((item) => ({
    value: (children(item, 'value')[0]?.textContent ?? '').trim(), labels: labelOf(item, itext),
  }));
  const itemset = children(control.element, 'itemset')[0];
  const instance = /instance\(\s*['"]([^'"]+)['"]\s*\)/.exec(itemset?.getAttribute('nodeset') ?? '')?.[1];
  if (!itemset || instance === undefined) return { choices, from: null };
  const valueRef = children(itemset, 'value')[0]?.getAttribute('ref') ?? 'name';
  const labelRef = children(itemset, 'label')[0]?.getAttribute('ref') ?? 'label';
  const list = external.get(instance);
  if (list !== undefined) return { choices, from: { list, value: valueRef, label: labelRef } };
  const byItext = /^jr:itext\(\s*([\w.-]+)\s*\)$/.exec(labelRef.trim())?.[1];
  for (const item of descendants(inline.get(instance) ?? control.element, 'item')) {
    if (!inline.has(instance)) break;
    const read = (name: string): string => (children(item, name)[0]?.textContent ?? '').trim();
    const plain = read(labelRef);
    choices.push({ value: read(valueRef), labels: byItext ? (itext.get(read(byItext)) ?? {}) : plain ? { '': plain } : {} });
  }
  return { choices, from: null };
}

/** Absolute paths that an expression names, seen from the node it belongs to. */
function pathsIn(expression: string, at: string): string[] {
  const text = expression.replace(/'[^']*'|"[^"]*"/g, "''");
  return (text.match(/(?:current\(\)\s*\/\s*)?(?:\.\.?\s*\/\s*|\/\s*)[\w.-]+(?:\s*\/\s*[\w.-]+)*/g) ?? []).map((found) => {
    const path = normalPath(found).replace(/^current\(\)\//, '');
    const names = path.startsWith('/') ? [] : at.split('/').slice(1);
    for (const name of path.split('/')) {
      if (name === '..') names.pop();
      else if (name !== '' && name !== '.') names.push(name);
    }
    return `/${names.join('/')}`;
  });
}

/** Which nodes are filled from an external list: found through calculations, setvalues and what those name in turn. */
function findPrefilled(model: Element, body: Element | undefined, external: Map<string, string>): (path: string, list: string) => boolean {
  const expressions = new Map<string, string[]>();
  const add = (path: string, expression: string | null): void => {
    if (expression) expressions.set(path, [...(expressions.get(path) ?? []), expression]);
  };
  for (const bind of children(model, 'bind')) add(normalPath(bind.getAttribute('nodeset') ?? ''), bind.getAttribute('calculate'));
  for (const setvalue of [...descendants(model, 'setvalue'), ...(body ? descendants(body, 'setvalue') : [])]) {
    add(normalPath(setvalue.getAttribute('ref') ?? ''), setvalue.getAttribute('value'));
  }
  const reaches = (path: string, list: string, passed: Set<string>): boolean => {
    if (passed.has(path)) return false;
    passed.add(path);
    return (expressions.get(path) ?? []).some((expression) => {
      for (const [, name] of expression.matchAll(/(?:instance|pulldata)\(\s*['"]([^'"]+)['"]/g)) {
        if (name === list || external.get(name ?? '') === list) return true;
      }
      return pathsIn(expression, path).some((other) => reaches(other, list, passed));
    });
  };
  return (path, list) => reaches(path, list, new Set());
}

/** ODK's name of a question's type: what its control says, else what it calculates, else its data type. */
function typeOf(control: Control | undefined, calculated: boolean, dataType: string): string {
  if (control?.rank) return 'rank';
  if (control?.select) return control.multiple ? 'select_multiple' : 'select_one';
  const type = TYPES[dataType] ?? dataType;
  return !control && calculated && type === 'text' ? 'calculate' : type;
}

/** Path of an element from the root of its tree: "/data/g/meta". */
function pathOf(element: Element, root: Element): string {
  const names: string[] = [];
  for (let node: Element | null = element; node; node = node.parentElement) {
    names.unshift(node.localName);
    if (node === root) break;
  }
  return `/${names.join('/')}`;
}

/** Read a form's facts from its XForm. Throws when the text is no XForm. */
export function readFacts(xml: string): FormFacts {
  const document = parseXml(xml);
  const model = descendants(document, 'model')[0];
  const body = descendants(document, 'body')[0];
  const primary = model && children(model, 'instance')[0]?.firstElementChild;
  if (!model || !primary) throw new Error('no primary instance');
  const { itext, languages, defaultLanguage } = readItext(model);

  const inline = new Map<string, Element>();
  const external = new Map<string, string>();
  const lists: string[] = [];
  for (const instance of children(model, 'instance').slice(1)) {
    const id = instance.getAttribute('id') ?? '';
    const list = /^jr:\/\/file-csv\/(.+)\.csv$/.exec(instance.getAttribute('src') ?? '')?.[1];
    if (list !== undefined) {
      external.set(id, list);
      if (!lists.includes(list)) lists.push(list);
    } else inline.set(id, instance);
  }

  const binds = children(model, 'bind').map((element) => ({ element, path: normalPath(element.getAttribute('nodeset') ?? '') }));
  const controls = readControls(body);
  const entities: EntityFacts[] = [];
  for (const entity of descendants(primary, 'entity')) {
    const meta = entity.parentElement;
    const container = meta?.parentElement;
    if (!meta || !container || meta.localName !== 'meta') continue;
    const path = pathOf(container, primary);
    const idBind = binds.find((bind) => bind.path === `${path}/meta/entity/@id`);
    const idPath = normalPath(idBind?.element.getAttribute('calculate') ?? '');
    entities.push({
      list: entity.getAttribute('dataset') ?? '', path,
      create: entity.hasAttribute('create'), update: entity.hasAttribute('update'),
      question: controls.get(idPath)?.select ? idPath : null, properties: [], paths: {},
    });
  }
  const isPrefilled = findPrefilled(model, body, external);
  // A saved node belongs to the innermost entity around it.
  for (const { element, path } of binds) {
    const name = attribute(element, ENTITIES, 'saveto');
    if (!name) continue;
    const owner = entities.filter((e) => path.startsWith(`${e.path}/`)).sort((a, b) => b.path.length - a.path.length)[0];
    if (!owner) continue;
    const control = controls.get(path);
    const xmlType = element.getAttribute('type') ?? '';
    const plainType = xmlType.replace(/^xsd:/, '');
    const policy = attribute(element, HIRFA, 'merge');
    owner.paths[name] = path;
    owner.properties.push({
      name,
      type: typeOf(control, element.hasAttribute('calculate'), plainType),
      policy: policy || 'review', declared: policy !== '',
      prefilled: isPrefilled(path, owner.list),
      answerable: control !== undefined && element.getAttribute('readonly') !== 'true()',
      visibility: attribute(element, HIRFA, 'visibility'), unit: attribute(element, HIRFA, 'unit'), role: attribute(element, HIRFA, 'role'),
      labels: control ? labelOf(control.element, itext) : {},
      ...(control ? readChoices(control, itext, inline, external) : { choices: [], from: null }),
    });
  }
  return {
    formId: primary.getAttribute('id') ?? '', version: primary.getAttribute('version') ?? '',
    title: (descendants(document, 'title')[0]?.textContent ?? '').trim(), languages, defaultLanguage, entities, lists,
  };
}

/** The entity a follow-up form updates and the woman is chosen for before the form opens; null when the form is no follow-up. */
export function followUpOf(facts: FormFacts): EntityFacts | null {
  return facts.entities.find((e) => e.update && !e.create && facts.lists.includes(e.list)) ?? null;
}

/** The list a registration form adds to; null when it registers nobody. */
export function registrationOf(facts: FormFacts): string | null {
  return facts.entities.find((e) => e.create && !e.update)?.list ?? null;
}
