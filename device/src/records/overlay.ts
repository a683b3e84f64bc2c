// What the screen and the form engine show of a record: the last pulled values, overlaid with the device's own actions that
// the pull does not hold yet. The server takes it for granted that the agent saw exactly this (sync.md, rule 1), so this is
// the twin of sync/overlay.py; both are tested against tests/vectors/overlay.json.
import { add, isZero, subtract, toAmount, toPlain } from './numbers';

/** How a property is merged, its type and the order of its choices: from the forms held on the phone. */
export interface Rule { policy: string; type: string; choices: string[] }

/** One unsent action: what it saved, which of that was prefilled and could be blanked, and what was shown for it. */
export interface Unsent {
  kind: string;
  saved: Readonly<Record<string, string>>;
  prefilled: readonly string[];
  blankable: readonly string[];
  seen: Readonly<Record<string, string>>;
}

const COLLECTING = new Set(['sum', 'union', 'append']);
const isBlank = (text: string): boolean => text.trim() === '';
const toElements = (text: string): string[] => [...new Set(text.split(/\s+/).filter(Boolean).map((name) => name.normalize('NFC')))];

/** Write a set in its one order: as the choices stand in the form, then the unknown ones by alphabet (code points). */
function writeElements(elements: readonly string[], choices: readonly string[]): string {
  const place = (name: string): number => (choices.includes(name) ? choices.indexOf(name) : choices.length);
  const byCodePoint = (a: string, b: string): number => {
    const [left, right] = [Array.from(a), Array.from(b)];
    for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
      const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
      if (difference !== 0) return difference;
    }
    return left.length - right.length;
  };
  return [...elements].sort((a, b) => place(a) - place(b) || byCodePoint(a, b)).join(' ');
}

function bringSum(shown: string, text: string, seen: string, whole: boolean): string {
  const amount = toAmount(text);
  if (amount === null) return shown;
  const delta = whole ? amount : subtract(amount, toAmount(seen) ?? { digits: 0n, scale: 0 });
  if (!whole && isZero(delta) && !isBlank(seen) && !isBlank(text)) return shown;
  return toPlain(add(toAmount(shown) ?? { digits: 0n, scale: 0 }, delta));
}

function bringUnion(shown: string, text: string, seen: string, whole: boolean, choices: readonly string[]): string {
  const elements = toElements(text);
  const before = whole ? [] : toElements(seen);
  const added = elements.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !elements.includes(name));
  if (!whole && added.length === 0 && removed.length === 0) return shown;
  return writeElements([...new Set([...toElements(shown), ...added])].filter((name) => !removed.includes(name)), choices);
}

function bringNote(shown: string, text: string, seen: string, whole: boolean): string {
  let note: string | null = text;
  if (!whole && !isBlank(seen)) {
    const start = `${seen.trimEnd()}\n`;
    if (text.trim() === seen.trim()) note = null;
    else if (text.startsWith(start)) note = text.slice(start.length).trim();
  }
  if (note === null) return shown;
  return shown && note ? `${shown}\n${note}` : shown || note;
}

/** Bring the answer to a `sum`, `union` or `append` to what is shown already; null when it says nothing. */
function bring(action: Unsent, name: string, text: string, shown: string, rule: Rule): string | null {
  const seen = action.seen[name] ?? '';
  if (isBlank(text)) {
    if (!action.blankable.includes(name)) return null;
    if (isBlank(seen)) return shown;
    if (rule.policy === 'append') return null;
  }
  const whole = !action.prefilled.includes(name);
  if (rule.policy === 'sum') return bringSum(shown, text, seen, whole);
  if (rule.policy === 'union') return bringUnion(shown, text, seen, whole, rule.choices);
  return bringNote(shown, text, seen, whole);
}

/**
 * Overlay pulled values (null: a record registered here) with own actions, oldest first.
 *
 * A saved answer covers the pulled one, also when it is blank; a label never is blank. For `sum`, `union` and `append` the
 * answer is brought to the pulled value instead: 10 pulled and 3 received unsent show 13.
 */
export function overlay(
  pulled: Readonly<Record<string, string>> | null, actions: readonly Unsent[], rules: Readonly<Record<string, Rule>>,
): Record<string, string> {
  const shown: Record<string, string> = { ...(pulled ?? {}) };
  for (const action of actions) {
    for (const [name, text] of Object.entries(action.saved)) {
      if (name === '_deleted' || (name === 'label' && isBlank(text))) continue;
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
      const value = rule && COLLECTING.has(rule.policy) ? bring(action, name, text, shown[name] ?? '', rule) : text;
      if (value !== null) shown[name] = value;
    }
  }
  return shown;
}
