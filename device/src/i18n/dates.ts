// Dates as people here write them: digits 0-9 in every language, the Algerian month names in Arabic, the time of Algiers.

const MONTHS: Record<string, string[]> = {
  fr: ['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre', 'novembre', 'décembre'],
  ar: ['جانفي', 'فيفري', 'مارس', 'أفريل', 'ماي', 'جوان', 'جويلية', 'أوت', 'سبتمبر', 'أكتوبر', 'نوفمبر', 'ديسمبر'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};
const ALGIERS = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Africa/Algiers', year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});

/** Year, month, day, hour and minute in Algiers; null for a text that is no time. */
export function algiersParts(at: Date): { year: number; month: number; day: number; time: string } | null {
  if (Number.isNaN(at.getTime())) return null;
  const parts = Object.fromEntries(ALGIERS.formatToParts(at).map((part) => [part.type, part.value]));
  return { year: Number(parts.year), month: Number(parts.month), day: Number(parts.day), time: `${parts.hour}:${parts.minute}` };
}

function writeDay(year: number, month: number, day: number, language: string): string {
  const name = (MONTHS[language] ?? MONTHS.fr!)[month - 1] ?? '';
  return `${language === 'fr' && day === 1 ? '1er' : day} ${name} ${year}`;
}

/** "2026-11-23" -> "23 novembre 2026". A text that is no date is given back as it is. */
export function formatDate(text: string, language: string): string {
  const plain = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (plain) return writeDay(Number(plain[1]), Number(plain[2]), Number(plain[3]), language);
  const parts = /^\d{4}-\d{2}-\d{2}T/.test(text) ? algiersParts(new Date(text)) : null;
  return parts ? writeDay(parts.year, parts.month, parts.day, language) : text;
}

/** How an instant is told: today, yesterday, or a date; and its time of day. */
export function tellDay(at: Date, now: Date): { kind: 'now' | 'today' | 'yesterday' | 'date'; time: string } {
  const then = algiersParts(at);
  const today = algiersParts(now);
  if (!then || !today) return { kind: 'date', time: '' };
  const sinceMs = now.getTime() - at.getTime();
  if (sinceMs >= 0 && sinceMs < 90_000) return { kind: 'now', time: then.time };
  const days = (Date.UTC(today.year, today.month - 1, today.day) - Date.UTC(then.year, then.month - 1, then.day)) / 86_400_000;
  return { kind: days === 0 ? 'today' : days === 1 ? 'yesterday' : 'date', time: then.time };
}
