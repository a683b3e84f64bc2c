// What comes from a spreadsheet: cells apart by tabs and lines, dates as people write them, choices by their words.
import type { Question } from '../../engine/open-form';
import { latinDigits } from '../../engine/nodes';
import { fold } from '../../form/words';

/** Cells of what was copied in Excel or LibreOffice; one that holds a line end or a quote stands in quotes. */
export function readCells(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"' && cell === '' && closes(text, i)) quoted = true;
    else if (c === '\t' || c === '\n') {
      rows.at(-1)!.push(cell);
      cell = '';
      if (c === '\n') rows.push([]);
    } else if (c !== '\r') cell += c;
  }
  rows.at(-1)!.push(cell);
  if (rows.length > 1 && rows.at(-1)!.every((each) => each === '')) rows.pop();
  return rows;
}

/** Whether a quote opens a quoted cell: its end stands before a tab, a line end or the end of all. */
function closes(text: string, from: number): boolean {
  return /^"(?:[^"]|"")*"(?:[\t\r\n]|$)/.test(text.slice(from));
}

/** "12/11/2026", "12-11-26", "2026-11-12" -> "2026-11-12"; anything else as it is. */
export function readDate(raw: string): string {
  const text = latinDigits(raw.trim());
  const match = /^(\d{1,2})[./-](\d{1,2})[./-](\d{2}|\d{4})$/.exec(text);
  if (!match) return text;
  const [, day = '', month = '', year = ''] = match;
  return `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** What a question takes for what was pasted; a choice that is none stays as it was written, to be told. */
export function readValue(q: Question, raw: string): string {
  const text = raw.trim();
  if (q.widget === 'date') return readDate(text);
  if (q.widget !== 'select1') return q.widget === 'text' ? raw : text;
  const options = q.options();
  const exact = options.find((o) => o.value === text);
  const said = exact ?? options.find((o) => fold(o.text.plain) === fold(text));
  return said?.value ?? text;
}

const YES = new Set(['1', 'x', 'v', '✓', '✔', 'oui', 'o', 'yes', 'y', 'true', 'vrai', 'نعم', 'p', 'present', 'presente', 'حاضره']);
const NO = new Set(['', '0', 'non', 'n', 'no', 'false', 'faux', 'لا', '-', 'a', 'absent', 'absente', 'غائبه']);

/** Whether a pasted mark says yes or no; null when it cannot be told. */
export function readTick(raw: string): boolean | null {
  const text = fold(latinDigits(raw));
  return YES.has(text) ? true : NO.has(text) || raw.trim() === '-' ? false : null;
}
