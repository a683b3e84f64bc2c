// Which questions stand together on a page: those of one innermost group. A group of groups is a section, its title above. Questions
// outside groups get pages too; each repeat instance has its own; a "field-list" group is one page whatever it holds.
import type { FormText, Group, Instance, Question, Repeat, TreeNode } from '../engine/open-form';

export interface RepeatPosition {
  repeat: Repeat;
  index: number;
  /** First and last page of this instance. */
  first: boolean;
  last: boolean;
}

export type Item =
  | { kind: 'question'; question: Question }
  | { kind: 'heading'; id: string; text: FormText | null; position?: { repeat: Repeat; index: number } }
  | { kind: 'add'; id: string; repeat: Repeat };

export interface Page {
  key: string;
  /** Titles of the groups around it, outermost first; the last is the page's own. Null for a group without a label. */
  titles: readonly (FormText | null)[];
  /** Where it stands in the repeats around it, outermost first. */
  positions: readonly RepeatPosition[];
  items: readonly Item[];
  /** The page of a repeat that has no instance yet. */
  empty?: Repeat;
}

// One item for one question for ever: lists on screen are kept by identity, so that a box being typed in is never rebuilt.
const ITEMS = new WeakMap<Question, Item>();

function itemOf(question: Question): Item {
  let item = ITEMS.get(question);
  if (!item) {
    item = { kind: 'question', question };
    ITEMS.set(question, item);
  }
  return item;
}

interface Around {
  titles: readonly (FormText | null)[];
  positions: readonly RepeatPosition[];
}

/** The pages shown now, in document order. Reads reactive state. */
export function pagesOf(children: readonly TreeNode[]): Page[] {
  const pages: Page[] = [];
  walk(children, 'root', { titles: [], positions: [] }, pages);
  return pages;
}

function walk(children: readonly TreeNode[], owner: string, around: Around, pages: Page[]): void {
  let run: Item[] = [];
  let position = 0;
  const close = (): void => {
    if (run.length > 0) pages.push({ key: `${owner}:${position}`, ...around, items: run });
    run = [];
    position += 1;
  };
  for (const child of children) {
    if (child.kind === 'question') {
      if (child.relevant()) run.push(itemOf(child));
      continue;
    }
    close();
    if (!child.relevant()) continue;
    if (child.kind === 'group') walkGroup(child, around, pages);
    else walkRepeat(child, around, pages);
  }
  close();
}

function walkGroup(group: Group, around: Around, pages: Page[]): void {
  const inside = { titles: [...around.titles, group.label()], positions: around.positions };
  if (!group.fieldList) {
    walk(group.children(), group.id, inside, pages);
    return;
  }
  const items: Item[] = [];
  collect(group.children(), items);
  if (items.length > 0) pages.push({ key: `${group.id}:all`, ...inside, items });
}

function walkRepeat(repeat: Repeat, around: Around, pages: Page[]): void {
  const instances = repeat.instances();
  const label = repeat.label();
  if (instances.length === 0) {
    if (repeat.changeable) pages.push({ key: `${repeat.id}:empty`, titles: [...around.titles, label], positions: around.positions, items: [], empty: repeat });
    return;
  }
  instances.forEach((instance, index) => {
    if (!instance.relevant()) return;
    const own: Page[] = [];
    const titles = [...withoutEcho(around.titles, label), instance.label() ?? label];
    if (repeat.fieldList) {
      const items: Item[] = [];
      collect(instance.children(), items);
      if (items.length > 0) own.push({ key: `${instance.id}:all`, titles, positions: [], items });
    } else walk(instance.children(), instance.id, { titles, positions: [] }, own);
    own.forEach((page, i) => {
      const here: RepeatPosition = { repeat, index, first: i === 0, last: i === own.length - 1 };
      pages.push({ ...page, positions: [...around.positions, here, ...page.positions] });
    });
  });
}

/** pyxform writes a repeat as a group with the same label around it: said once is enough. */
function withoutEcho(titles: readonly (FormText | null)[], label: FormText | null): readonly (FormText | null)[] {
  const last = titles.at(-1);
  return last && label && last.plain === label.plain ? titles.slice(0, -1) : titles;
}

function collect(children: readonly TreeNode[], items: Item[]): void {
  for (const child of children) {
    if (!child.relevant()) continue;
    if (child.kind === 'question') items.push(itemOf(child));
    else if (child.kind === 'group') {
      const label = child.label();
      if (label) items.push({ kind: 'heading', id: child.id, text: label });
      collect(child.children(), items);
    } else {
      child.instances().forEach((instance: Instance, index) => {
        items.push({ kind: 'heading', id: instance.id, text: instance.label() ?? child.label(), position: { repeat: child, index } });
        collect(instance.children(), items);
      });
      if (child.changeable) items.push({ kind: 'add', id: child.id, repeat: child });
    }
  }
}

export function questionsOf(page: Page): Question[] {
  return page.items.flatMap((item) => (item.kind === 'question' ? [item.question] : []));
}

export function isBlank(question: Question): boolean {
  return question.answer() === '';
}

/** Questions a person answers: not notes, not read-only ones, not the preset entity. */
export function isAnswerable(question: Question): boolean {
  return question.widget !== 'note' && !question.readonly() && !question.preset;
}

export function countAnswers(questions: readonly Question[]): { answered: number; total: number } {
  let answered = 0;
  let total = 0;
  for (const q of questions) {
    if (!isAnswerable(q)) continue;
    total += 1;
    if (!isBlank(q)) answered += 1;
  }
  return { answered, total };
}
