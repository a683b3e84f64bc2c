// The language of the app: one signal; switching it re-renders what is on screen and turns the page round for Arabic.
import { createSignal } from 'solid-js';
import { ar } from './ar';
import { formatDate, tellDay } from './dates';
import { fr, type Key, type Message } from './fr';

export type Language = 'fr' | 'ar' | 'en';
export type { Key };
export const LANGUAGES: { code: Language; name: string }[] = [
  { code: 'fr', name: 'Français' }, { code: 'ar', name: 'العربية' }, { code: 'en', name: 'English' },
];

/** English comes when it is asked for; until it is here, or without a line, French stands in for it. */
const TABLES: Record<Language, Record<Key, Message>> = { fr, ar, en: fr };
const PLURALS: Record<Language, Intl.PluralRules> = {
  fr: new Intl.PluralRules('fr'), ar: new Intl.PluralRules('ar'), en: new Intl.PluralRules('en'),
};

const [language, setSignal] = createSignal<Language>('fr');
export { language };

export const isLanguage = (code: unknown): code is Language => code === 'fr' || code === 'ar' || code === 'en';

/** The language a new phone starts in: its own if the app has it, else French. */
export function preferredLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    const code = tag.slice(0, 2).toLowerCase();
    if (isLanguage(code)) return code;
  }
  return 'fr';
}

/** Switch the language, the page's direction and its title. */
export function setLanguage(code: Language): void {
  if (code === 'en' && TABLES.en === fr) {
    void import('./en').then(({ en }) => {
      TABLES.en = en;
      if (language() === 'en') { setSignal('fr'); setSignal('en'); }
    }, () => undefined);
  }
  setSignal(code);
  if (typeof document !== 'undefined') {
    document.documentElement.lang = code === 'ar' ? 'ar-DZ' : code;
    document.documentElement.dir = code === 'ar' ? 'rtl' : 'ltr';
    document.title = TABLES[code]['app.name'] as string;
  }
}

/** The text of a key in the current language. `n` chooses the plural form. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const code = language();
  const message = TABLES[code][key];
  let text: string;
  if (typeof message === 'string') text = message;
  else {
    const n = Number(values.n ?? 0);
    text = message[PLURALS[code].select(n)] ?? message.other;
  }
  // French puts a space before these signs; it must not end a line.
  if (code === 'fr') text = text.replace(/ ([:;?!»])/g, '\u00a0$1').replace(/« /g, '«\u00a0');
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** A date, or an instant, in words. */
export const sayDate = (text: string): string => formatDate(text, language());

/** When something happened: "today at 14:05". */
export function sayWhen(at: string, now = new Date()): string {
  const { kind, time } = tellDay(new Date(at), now);
  if (kind === 'now') return t('time.now');
  if (kind === 'today') return t('time.today', { time });
  if (kind === 'yesterday') return t('time.yesterday', { time });
  return t('time.on', { date: sayDate(at) });
}

/** A length of time, rounded to what people say. */
export function sayDuration(ms: number): string {
  const minutes = Math.max(1, Math.round(Math.abs(ms) / 60_000));
  if (minutes < 90) return t('time.minutes', { n: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t('time.hours', { n: hours }) : t('time.days', { n: Math.round(hours / 24) });
}

/** A number of bytes. */
export function saySize(bytes: number): string {
  const round = (value: number): string => {
    const text = value < 10 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
    return language() === 'en' ? text : text.replace('.', ',');
  };
  if (bytes < 1_000_000) return t('size.kb', { n: round(Math.max(bytes, 1) / 1000) === '0' ? 1 : Math.max(1, Math.round(bytes / 1000)) });
  return bytes < 1_000_000_000 ? t('size.mb', { n: round(bytes / 1_000_000) }) : t('size.gb', { n: round(bytes / 1_000_000_000) });
}

/** Choose among the texts a form or a scope gives: the app's language, else French, else any. */
export function pickText(texts: Readonly<Record<string, string | undefined>> | undefined): string {
  if (!texts) return '';
  const code = language();
  const named = Object.keys(texts).find((key) => key.toLowerCase().startsWith(code) || key === LANGUAGES.find((l) => l.code === code)?.name);
  return (named && texts[named]) || texts.fr || texts[''] || Object.values(texts).find(Boolean) || '';
}

/** Keep numbers, dates and codes in their own order inside Arabic text: "2026-11-23" would be shown the other way round. */
export function isolate(text: string): string {
  if (!/[\u0590-\u08ff]/.test(text)) return text;
  return text.replace(/[+(]?\d[\dA-Za-z\-/.:+ ]*[\dA-Za-z)]/g, (run) => (run.startsWith('(') !== run.endsWith(')') || !/[-/:. +]/.test(run) ? run : `\u2066${run}\u2069`));
}
