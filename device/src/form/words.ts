// How dates and amounts are said. Amounts: people count in centimes ("10 millions" is 100 000 DA), forms in dinars: both are shown.
import { MONTHS, WEEKDAYS, type Lang } from './texts';

const NARROW = '\u202f';

/** 1234567.5 -> "1 234 567,5" (fr, ar) or "1,234,567.5" (en); digits 0-9 always. */
export function sayNumber(value: number, lang: Lang, maxDecimals = 2): string {
  const [whole = '0', fraction] = Math.abs(value).toFixed(maxDecimals).split('.');
  const decimals = fraction?.replace(/0+$/, '') ?? '';
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, lang === 'en' ? ',' : NARROW);
  return `${value < 0 ? '−' : ''}${grouped}${decimals ? (lang === 'en' ? '.' : ',') + decimals : ''}`;
}

/** "1234567.5" -> "1 234 567,5" in the language's way; what is no number stays as it is. */
export function groupDigits(text: string, lang: Lang): string {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) return text;
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, lang === 'en' ? ',' : NARROW);
  return fraction ? `${grouped}${lang === 'en' ? '.' : ','}${fraction}` : grouped;
}

function arabicUnit(count: number, one: string, few: string): string {
  return Number.isInteger(count) && count >= 3 && count <= 10 ? few : one;
}

function sayCentimes(centimes: number, lang: Lang): string {
  const size = Math.abs(centimes);
  if (size >= 1e9) {
    const n = centimes / 1e9;
    const said = sayNumber(n, lang, 4);
    if (lang === 'ar') return `${said} ${arabicUnit(n, 'مليار', 'ملايير')} سنتيم`;
    if (lang === 'en') return `${said} billion centimes`;
    return `${said} milliard${Math.abs(n) >= 2 ? 's' : ''} de centimes`;
  }
  if (size >= 1e6) {
    const n = centimes / 1e6;
    const said = sayNumber(n, lang, 4);
    if (lang === 'ar') return `${said} ${arabicUnit(n, 'مليون', 'ملايين')} سنتيم`;
    if (lang === 'en') return `${said} million centimes`;
    return `${said} million${Math.abs(n) >= 2 ? 's' : ''} de centimes`;
  }
  const said = sayNumber(centimes, lang, 0);
  if (lang === 'ar') return `${said} سنتيم`;
  return `${said} centime${size >= 2 ? 's' : ''}`;
}

/** "10000" -> "= 10 000 DA · 1 million de centimes"; "" for what is no number. */
export function sayAmount(answer: string, lang: Lang): string {
  if (answer.trim() === '') return '';
  const dinars = Number(answer);
  if (!Number.isFinite(dinars)) return '';
  return `= ${sayNumber(dinars, lang)} ${lang === 'ar' ? 'دج' : 'DA'} · ${sayCentimes(Math.round(dinars * 100), lang)}`;
}

/** "2026-11-23" -> "lundi 23 novembre 2026"; "" for what is no date. */
export function sayDate(answer: string, lang: Lang, detail: 'day' | 'month' | 'year' = 'day'): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(answer);
  if (!match) return '';
  const [, year = '', month = '', day = ''] = match;
  if (detail === 'year') return year;
  const monthName = MONTHS[lang][Number(month) - 1] ?? '';
  if (detail === 'month') return `${monthName} ${year}`;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const weekday = WEEKDAYS[lang][date.getUTCDay()] ?? '';
  if (lang === 'fr') return `${weekday} ${Number(day) === 1 ? '1er' : Number(day)} ${monthName} ${year}`;
  return `${weekday} ${Number(day)} ${monthName} ${year}`;
}

function offsetOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** A moment as this phone's clock has it: "jeudi 26 novembre 2026, 19:30". */
export function sayMoment(date: Date, lang: Lang): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${sayDate(`${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`, lang)}${lang === 'ar' ? '،' : ','} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** "10:30" as forms keep a time: "10:30:00.000+01:00". */
export function toTimeAnswer(local: string): string {
  const match = /^(\d{2}:\d{2})(?::(\d{2}))?/.exec(local);
  return match ? `${match[1]}:${match[2] ?? '00'}.000${offsetOf(new Date())}` : '';
}

/** "2026-11-23T10:30" as forms keep a date and time, with the offset of that moment here. */
export function toDateTimeAnswer(local: string): string {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::(\d{2}))?/.exec(local);
  if (!match) return '';
  const text = `${match[1]}:${match[2] ?? '00'}`;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? '' : `${text}.000${offsetOf(date)}`;
}

/** What a datetime-local box shows for an answer: that moment on this phone's clock. */
export function fromDateTimeAnswer(answer: string): string {
  if (!/[zZ]$|[+-]\d{2}:?\d{2}$/.test(answer)) return answer.slice(0, 16);
  const date = new Date(answer);
  if (Number.isNaN(date.getTime())) return answer.slice(0, 16);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Fold a text for searching: no case, accents, Arabic vowel signs or letter variants. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g, '')
    .toLowerCase()
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ة/g, 'ه')
    .replace(/[’'`-]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
