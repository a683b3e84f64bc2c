// Which questions of a form a grid can hold, and which it takes by itself: common answers first, then a column each.
import type { Question, TreeNode } from '../../engine/open-form';
import type { Role } from './kept';

const PLAIN = new Set(['text', 'int', 'decimal', 'date', 'select1']);

export interface Plan {
  /** Questions that a cell can hold. */
  plain: Question[];
  /** Picked several at once: common answers, or the ticks of a sheet. */
  several: Question[];
  /** To be filled in the form itself. */
  others: Question[];
}

/** Sort the questions outside repeats, shown now or not, by whether a cell can hold them. */
export function sortQuestions(nodes: readonly TreeNode[]): Plan {
  const plan: Plan = { plain: [], several: [], others: [] };
  const walk = (children: readonly TreeNode[]): void => {
    for (const node of children) {
      if (node.kind === 'group') walk(node.children());
      else if (node.kind === 'question' && node.widget !== 'note' && !node.preset && !node.readonly()) {
        (PLAIN.has(node.widget) ? plan.plain : node.widget === 'select' ? plan.several : plan.others).push(node);
      }
    }
  };
  walk(nodes);
  return plan;
}

/** Paths that decide whether another question is asked. */
export function findDeciders(xml: string): Set<string> {
  const found = new Set<string>();
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  for (const bind of document.getElementsByTagName('*')) {
    const relevant = bind.localName === 'bind' ? bind.getAttribute('relevant') : null;
    for (const match of (relevant ?? '').replace(/'[^']*'|"[^"]*"/g, "''").matchAll(/\/[\w.-]+(?:\s*\/\s*[\w.-]+)+/g)) found.add(match[0].replace(/\s/g, ''));
  }
  return found;
}

/**
 * The place of each question until the officer says otherwise. What is asked of everybody before the first question that decides
 * about others is common (place, day, jury); that one and what is needed after it is a column, and so are numbers. What the record
 * already answers stays out.
 */
export function proposeRoles(plan: Plan, deciders: ReadonlySet<string>, mode: 'rows' | 'ticks', ticks: ReadonlySet<string>): Record<string, Role> {
  const roles: Record<string, Role> = {};
  if (mode === 'ticks') {
    for (const q of [...plan.plain, ...plan.several]) if (!ticks.has(q.path)) roles[q.path] = q.required() || q.answer() === '' ? 'common' : 'none';
    return roles;
  }
  const blank = (q: Question): boolean => q.answer() === '' || q.widget === 'date';
  const first = plan.plain.findIndex((q) => deciders.has(q.path) && q.relevant() && blank(q));
  plan.plain.forEach((q, i) => {
    if (!blank(q)) roles[q.path] = 'none';
    else if (first < 0 || i < first) roles[q.path] = q.relevant() ? 'common' : 'none';
    else roles[q.path] = i === first || q.required() || q.widget === 'int' || q.widget === 'decimal' ? 'column' : 'none';
  });
  for (const q of plan.several) roles[q.path] = q.required() && q.answer() === '' ? 'common' : 'none';
  return roles;
}
