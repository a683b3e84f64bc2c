// Words of the form screen in the three languages (`texts/`). A missing key does not compile.
import { ar } from './texts/ar';
import { en } from './texts/en';
import { fr, type TextKey } from './texts/fr';

export type { TextKey };
export type Lang = 'fr' | 'ar' | 'en';

const ALL: Record<Lang, Record<TextKey, string>> = { fr, ar, en };

export function toLang(language: string): Lang {
  const code = language.split(/[-_]/)[0]!.toLowerCase();
  return code === 'ar' || code === 'en' ? code : 'fr';
}

/** A text with its {names} filled in; in Arabic, inserted words are isolated so that Latin ones do not reorder the line. */
export function textOf(lang: Lang, key: TextKey, values: Record<string, string | number> = {}): string {
  return ALL[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return lang === 'ar' && typeof value === 'string' ? `\u2068${value}\u2069` : String(value);
  });
}

// Months as Algeria says them; elsewhere in the Arab world they have other names, so the browser's own are not used.
export const MONTHS: Record<Lang, readonly string[]> = {
  fr: ['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre', 'novembre', 'décembre'],
  ar: ['جانفي', 'فيفري', 'مارس', 'أفريل', 'ماي', 'جوان', 'جويلية', 'أوت', 'سبتمبر', 'أكتوبر', 'نوفمبر', 'ديسمبر'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};

export const WEEKDAYS: Record<Lang, readonly string[]> = {
  fr: ['dimanche', 'lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi'],
  ar: ['الأحد', 'الاثنين', 'الثلاثاء', 'الأربعاء', 'الخميس', 'الجمعة', 'السبت'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};
