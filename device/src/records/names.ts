// Folds a person's name, in Arabic or Latin letters, so that its usual spellings in Algeria meet: the same as `sync/names.py` on the
// server, held to it by tests/vectors/linkage.json. The reasons for each rule stand there.

export interface FoldedName {
  arabic: boolean;
  /** Folded within its own script. */
  plain: string;
  words: string[];
  /** In Latin letters whatever the script. */
  sound: string;
  /** The consonants alone, the same for both scripts. */
  key: string;
}

const pairs = (from: string, to: string): Record<string, string> => Object.fromEntries([...from].map((letter, place) => [letter, to[place] ?? '']));
const LETTERS = pairs('أإآٱىیئؤةگڨڤپکظء', 'اااايييوهققفبكض');
const SOUNDS = pairs('ابتثجحخدذرزسشصضطعغفقكلمنهوي', 'abttjhxddrzscsdtagfkklmnhui');
const LATIN: [RegExp, string][] = [
  [/tch|ch|sh/g, 'C'], [/kh/g, 'X'], [/gh|^rh/g, 'G'], [/dj/g, 'j'], [/th/g, 't'], [/dh/g, 'd'], [/ph/g, 'f'], [/c(?=[eiy])/g, 's'],
  [/[gq]u(?=[ei])/g, 'k'], [/[qgc]/g, 'k'], [/p/g, 'b'], [/v/g, 'f'], [/ou|oo|[ow]/g, 'u'], [/y/g, 'i'], [/e/g, 'a'], [/a*i+/g, 'i'],
];
const PARTICLES = new Set('ben bel bou bin ould oum abd sidi si nour بن بل بو ولد ام عبد سيدي نور'.split(' '));
const ARTICLES = new Set(['el', 'al', 'l']);
const NO_ARTICLE = new Set(['الهام', 'الياس', 'الاء']);
const DOUBLE = /(.)\1+/g;

const translate = (text: string, table: Record<string, string>): string => [...text].map((letter) => table[letter] ?? letter).join('');
const split = (text: string, other: RegExp): string[] => text.replace(other, ' ').split(' ').filter(Boolean);

function join(words: string[]): string[] {
  const joined: string[] = [];
  let before = '';
  words.forEach((word, place) => {
    if (PARTICLES.has(word) && place + 1 < words.length) before += word;
    else {
      joined.push(before + word);
      before = '';
    }
  });
  return joined;
}

function foldLatin(word: string): string {
  let folded = word.length > 3 ? word.replace(/([^aeiouy])e$|([aeiouy])h$/, '$1$2') : word;
  for (const [pattern, letter] of LATIN) folded = folded.replace(pattern, letter);
  return folded.toLowerCase().replace(DOUBLE, '$1');
}

function foldArabic(word: string): string {
  return translate(word.length > 4 && word.startsWith('ال') && !NO_ARTICLE.has(word) ? word.slice(2) : word, LETTERS);
}

function soundArabic(words: string[]): string {
  const sounds = words.map((word) => translate(word.replace(/اه$/, 'ات').replace(/(.)ه$/, '$1ا').replace(/(..)ح$/, '$1'), SOUNDS));
  return sounds.join('').replace(/a*i+/g, 'i').replace(DOUBLE, '$1');
}

/** Fold a name; null when it holds no letter. */
export function foldName(text: string): FoldedName | null {
  const composed = text.normalize('NFKC');
  const arabic = /[\u0600-\u06ff]/.test(composed);
  const bare = (arabic ? composed : composed.normalize('NFKD').toLowerCase()).replace(/\p{M}/gu, '');
  let words: string[];
  if (arabic) {
    words = join(split(bare.replace(/ـ/g, ''), /[^\u0621-\u064a\u0671\u067e\u06a4\u06a8\u06a9\u06af\u06cc]+/g).map(foldArabic).filter(Boolean));
  } else {
    const all = split(bare.replace(/['’ʼ`]/g, ''), /[^a-z]+/g);
    words = join(all.filter((word, place) => !ARTICLES.has(word) || place + 1 === all.length)).map(foldLatin).filter(Boolean);
  }
  if (words.length === 0) return null;
  const plain = words.join('');
  const sound = arabic ? soundArabic(words) : plain;
  return { arabic, plain, words, sound, key: sound.replace(/[aiu]/g, '').replace(DOUBLE, '$1') || 'a' };
}

/** How alike two texts are, 0 to 1: Jaro and Winkler's measure, with their usual weights. */
export function likeness(one: string, other: string): number {
  if (one === other) return 1;
  const reach = Math.max(Math.floor(Math.max(one.length, other.length) / 2) - 1, 0);
  const taken: boolean[] = [];
  const mine: string[] = [];
  for (let place = 0; place < one.length; place += 1) {
    for (let at = Math.max(place - reach, 0); at < Math.min(place + reach + 1, other.length); at += 1) {
      if (!taken[at] && other[at] === one[place]) {
        taken[at] = true;
        mine.push(one[place] ?? '');
        break;
      }
    }
  }
  const met = mine.length;
  if (met === 0) return 0;
  const theirs = [...other].filter((_, at) => taken[at]);
  const turned = Math.floor(mine.filter((letter, place) => letter !== theirs[place]).length / 2);
  const jaro = (met / one.length + met / other.length + (met - turned) / met) / 3;
  let begin = 0;
  while (begin < 4 && begin < one.length && one[begin] === other[begin]) begin += 1;
  return jaro > 0.7 ? jaro + begin * 0.1 * (1 - jaro) : jaro;
}
