// A woman's card carries a QR code, `hirfa:` and the id of her record, and a code that people read. Either one leads to her record.
import type { RecordView } from './views';

const CARD = /^hirfa:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** The record that a scanned or typed text stands for; null when none on this phone is meant, or more than one. `resolve` follows merges. */
export function findByCard(text: string, views: ReadonlyMap<string, RecordView>, resolve: (id: string) => string = (id) => id): string | null {
  const clean = text.trim();
  const id = CARD.exec(clean)?.[1]?.toLowerCase();
  if (id !== undefined) return views.has(resolve(id)) ? resolve(id) : null;
  if (clean.length < 3) return null;
  const code = clean.toLowerCase();
  const found: string[] = [];
  for (const view of views.values()) if (Object.entries(view.values).some(([name, value]) => name !== 'label' && value.trim().toLowerCase() === code)) found.push(view.id);
  return found.length === 1 ? found[0]! : null;
}
