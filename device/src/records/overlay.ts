// What the screen and the form engine show of a record: the last pulled values, overlaid with the device's own actions that
// the pull does not hold yet. It must show what the server will take the author to have seen (sync.md, rule 1): a value shown
// here and unknown there would count as a write nobody made.
import type { LocalAction } from './actions';

/** How a property is merged, and its type: from the forms held on the phone. */
export interface Rule { policy: string; type: string; choices: string[] }

const elements = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** Exact sum of decimal texts, in plain form ("3", "2.5"); null when a text is no number. */
export function addDecimals(...texts: { text: string; sign: 1 | -1 }[]): string | null {
  let scale = 0;
  for (const { text } of texts) {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text.trim())) return null;
    scale = Math.max(scale, (text.trim().split('.')[1] ?? '').length);
  }
  let total = 0n;
  for (const { text, sign } of texts) {
    const [whole = '', fraction = ''] = text.trim().replace(/^[+-]/, '').split('.');
    const digits = BigInt((whole || '0') + fraction.padEnd(scale, '0'));
    total += digits * BigInt(text.trim().startsWith('-') ? -sign : sign);
  }
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${total < 0n ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}

/** Overlay pulled values (null: a record created here) with own actions, oldest first. */
export function overlay(
  pulled: Readonly<Record<string, string>> | null, actions: readonly LocalAction[], _rules: Readonly<Record<string, Rule>>,
): Record<string, string> {
  const values: Record<string, string> = { ...(pulled ?? {}) };
  for (const action of actions) {
    for (const [property, value] of Object.entries(action.saved)) values[property] = value;
  }
  return values;
}

export { elements };
