// Instant search over the records of the phone, in either script: what is typed in Latin letters also finds the Arabic
// spelling, and the reverse, by comparing consonants. Built once per change, then only string look-ups.

const ARABIC_FOLD: Record<string, string> = {
  أ: 'ا', إ: 'ا', آ: 'ا', ٱ: 'ا', ى: 'ي', ئ: 'ي', ؤ: 'و', ة: 'ه', گ: 'ك', ڨ: 'ق', ڤ: 'ف', پ: 'ب', ی: 'ي', ک: 'ك', ء: '',
};
const FOLDED = new RegExp(`[${Object.keys(ARABIC_FOLD).join('')}]`, 'g');
/** Arabic consonant -> the class shared with its usual Latin spellings in Algeria. */
const ARABIC_SOUND: Record<string, string> = {
  ب: 'b', ت: 't', ث: 't', ج: 'j', ح: 'h', خ: 'x', د: 'd', ذ: 'd', ر: 'r', ز: 'z', س: 's', ش: 'c', ص: 's', ض: 'd', ط: 't', ظ: 'd',
  غ: 'r', ف: 'f', ق: 'k', ك: 'k', ل: 'l', م: 'm', ن: 'n', ه: 'h',
};
const LATIN_PAIRS: [RegExp, string][] = [
  [/tch|ch|sh/g, 'c'], [/kh/g, 'x'], [/gh/g, 'r'], [/dj/g, 'j'], [/th/g, 't'], [/dh/g, 'd'], [/ph/g, 'f'], [/ss+/g, 's'],
  [/[qg]/g, 'k'], [/p/g, 'b'], [/v/g, 'f'],
];

/** Fold a text for comparing: lower case, no accents or vowel signs, one form of each Arabic letter. */
export function foldText(text: string): string {
  return text.normalize('NFD').toLowerCase().replace(/[\p{Mn}ـ]/gu, '').replace(FOLDED, (letter) => ARABIC_FOLD[letter]!).replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** The consonants of one folded word, the same for both scripts; "" when too few are left to mean anything. */
export function soundOf(word: string): string {
  const arabic = /[\u0600-\u06ff]/.test(word);
  let sound = '';
  if (arabic) {
    const bare = word.replace(/^ال(?=...)/, '').replace(/ه$/, '');
    for (const letter of bare) sound += ARABIC_SOUND[letter] ?? '';
  } else {
    let latin = word;
    for (const [pattern, letter] of LATIN_PAIRS) latin = latin.replace(pattern, letter);
    sound = latin.replace(/[^bcdfhjklmnrstxz]/g, '').replace(/h$/, '');
  }
  return sound.replace(/(.)\1+/g, '$1');
}

export interface SearchEntry { id: string; words: string; sounds: string }

/** Prepare one record: `texts` are what can be searched in it; `heard` remembers words from record to record, for names and places recur. */
export function indexRecord(id: string, texts: readonly string[], heard = new Map<string, string>()): SearchEntry {
  const words = foldText(texts.join(' '));
  const sounds = new Set<string>();
  for (const word of words.split(' ')) {
    let sound = heard.get(word);
    if (sound === undefined) heard.set(word, sound = soundOf(word));
    if (sound.length > 1) sounds.add(sound);
  }
  return { id, words: ` ${words}`, sounds: ` ${[...sounds].join(' ')}` };
}

/**
 * Find the entries that hold every word of the query as the beginning of one of theirs.
 *
 * Those that match as written come first, then those that only sound alike. An empty query gives everything, in order.
 */
export function searchRecords(entries: readonly SearchEntry[], query: string): string[] {
  const words = foldText(query).split(' ').filter(Boolean);
  if (words.length === 0) return entries.map((entry) => entry.id);
  const wanted = words.map((word) => ({ word: ` ${word}`, sound: soundOf(word).length > 1 ? ` ${soundOf(word)}` : null }));
  const exact: string[] = [];
  const alike: string[] = [];
  for (const { id, words: own, sounds } of entries) {
    let asWritten = true;
    let matches = true;
    for (const { word, sound } of wanted) {
      if (own.includes(word)) continue;
      asWritten = false;
      if (sound === null || !sounds.includes(sound)) {
        matches = false;
        break;
      }
    }
    if (matches) (asWritten ? exact : alike).push(id);
  }
  return [...exact, ...alike];
}
