// Forms name their languages as they like ("Français (fr)", "ar", "Arabic"): which of them is the app's?

const NAMES: Readonly<Record<string, readonly string[]>> = {
  fr: ['francais', 'french', 'الفرنسية', 'فرنسية'],
  ar: ['arabe', 'arabic', 'العربية', 'عربية', 'عربي', 'darija', 'الدارجة'],
  en: ['anglais', 'english', 'الانجليزية', 'الإنجليزية'],
};

/** Language code of a form's language name ("fr", "ar", "en" or another code), or null when it cannot be told. */
export function codeOf(name: string): string | null {
  const inParentheses = /\(([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*\)\s*$/.exec(name)?.[1];
  if (inParentheses) return inParentheses.toLowerCase();
  const bare = /^([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*$/.exec(name.trim())?.[1];
  if (bare && bare.length === 2) return bare.toLowerCase();
  const folded = name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  for (const [code, names] of Object.entries(NAMES)) {
    if (names.some((n) => folded.includes(n.normalize('NFD').replace(/[\u0300-\u036f]/g, '')))) return code;
  }
  return bare ? bare.toLowerCase() : null;
}

/** The form's name for the app's language ("fr", "ar", "en"); null when the form does not have it. */
export function matchLanguage(names: readonly string[], language: string): string | null {
  const code = language.split(/[-_]/)[0]!.toLowerCase();
  return names.find((name) => codeOf(name) === code) ?? null;
}

/** Writing direction of a form's language; null when it cannot be told. */
export function directionOf(name: string): 'rtl' | 'ltr' | null {
  const code = codeOf(name);
  if (!code) return null;
  return ['ar', 'fa', 'ur', 'he', 'ps'].includes(code) ? 'rtl' : 'ltr';
}
