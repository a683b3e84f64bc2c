// What of a record tells who somebody is: the same as `sync/people.py` on the server, where the rules are explained.
import { foldName, type FoldedName } from './names';
import { toAscii } from './numbers';

export interface Person {
  given: FoldedName[];
  family: FoldedName[];
  married: FoldedName[];
  father: FoldedName[];
  year: number;
  /** Month and day; "" for a presumed birth. */
  day: string;
  place: string;
  locality: string;
  phone: string;
  id: string;
}

export type Roles = Record<string, string>;

const GUESSES: Record<string, string> = {
  given: 'prenom|first_?name|given_?name|forename|ism',
  family: 'nom|nom_(?:de_)?(?:famille|naissance)|last_?name|family_?name|surname|laqab',
  name: 'nom_(?:et_)?prenom|nom_complet|full_?name',
  married: 'nom_(?:marital|epou[sx]e?|mari|d_?usage)|married_?name|husband_?name',
  father: '(?:pre)?nom_(?:du_)?pere|pere|father(?:_?s)?_?name|father',
  birth: '(?:date|annee|jour)_(?:de_)?naissance|naissance|birth_?(?:date|year|day)|date_of_birth|year_of_birth|dob',
  place: 'commune|baladiya|municipality',
  locality: 'localite|village|douar|quartier|locality',
  phone: 'tel|telephone|mobile|phone(?:_?number)?|numero_tel(?:ephone)?',
  id: 'nin|nni|numero_(?:d_)?identi(?:te|fication)(?:_nationale?)?|national_?id(?:_?number)?',
};
const GUESS = Object.entries(GUESSES).map(([role, words]) => [role, new RegExp(`^(?:${words})(?:_(?:fr|ar|en|lat|latin|arabe|arabic))?$`)] as const);

/** The role of each property of a list; {} when the list is not one of people. `role` is what the form declares, if it does. */
export function findRoles(properties: Iterable<{ name: string; role?: string }>): Roles {
  const all = [...properties];
  const roles: Roles = {};
  for (const { name, role } of all) if (role && role in GUESSES) roles[name] = role;
  const settled = new Set(Object.values(roles));
  for (const { name, role } of all) {
    if (role) continue;
    const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z]+/g, '_').replace(/^_+|_+$/g, '');
    const guess = GUESS.find(([, pattern]) => pattern.test(plain))?.[0];
    if (guess && !settled.has(guess)) roles[name] = guess;
  }
  const found = new Set(Object.values(roles));
  const named = (found.has('given') && found.has('family')) || found.has('name');
  return named && ['father', 'birth', 'place', 'phone', 'id'].some((role) => found.has(role)) ? roles : {};
}

function fold(texts: readonly string[] = []): FoldedName[] {
  const found: FoldedName[] = [];
  for (const text of texts) {
    const name = foldName(text);
    if (name && !found.some((other) => other.arabic === name.arabic)) found.push(name);
  }
  return found.sort((one, other) => Number(one.arabic) - Number(other.arabic));
}

/** Take a whole name apart, family name first as in papers. */
function takeApart(texts: readonly string[] = []): [FoldedName[], FoldedName[]] {
  const given: string[] = [];
  const family: string[] = [];
  for (const text of texts) {
    const name = foldName(text);
    if (!name) continue;
    const words = text.split(/\s+/).filter(Boolean);
    let count = 1;
    while (count < words.length && foldName(words.slice(0, count).join(' '))?.plain !== name.words[0]) count += 1;
    if (count >= words.length) count = 1;
    family.push(words.slice(0, count).join(' '));
    given.push(words.slice(count).join(' '));
  }
  return [fold(given), fold(family)];
}

function readBirth(texts: readonly string[] = []): [number, string] {
  let year = 0;
  for (const text of texts) {
    const date = /(\d{4})-(\d\d)-(\d\d)/.exec(text);
    if (date) return [Number(date[1]), date[2] === '01' && date[3] === '01' ? '' : `${date[2]}-${date[3]}`];
    year ||= Number(/(?:1[89]|20)\d\d/.exec(text)?.[0] ?? 0);
  }
  return [year, ''];
}

/** The number as it is dialled in the country, without its first zero: the same with +213, 00213 and 0, in digits of any script. */
function readPhone(texts: readonly string[] = []): string {
  const digits = texts.map((text) => toAscii(text).replace(/[^0-9]/g, '')).find((found) => found.length >= 8) ?? '';
  return digits.replace(/^(?:00)?213(?=\d{8})/, '').replace(/^0+/, '').slice(-9);
}

/** Read the person that a record's values tell of. */
export function readPerson(values: Readonly<Record<string, string | undefined>>, roles: Roles): Person {
  const texts: Record<string, string[]> = {};
  for (const [name, role] of Object.entries(roles)) {
    const text = (values[name] ?? '').trim();
    if (text) (texts[role] ??= []).push(text);
  }
  let given = fold(texts.given);
  let family = fold(texts.family);
  if (given.length + family.length === 0) [given, family] = takeApart(texts.name);
  const [year, day] = readBirth(texts.birth);
  return {
    given, family, married: fold(texts.married), father: fold(texts.father), year, day,
    place: texts.place?.[0] ?? '', locality: fold(texts.locality)[0]?.sound ?? '', phone: readPhone(texts.phone),
    id: (texts.id?.[0] ?? '').replace(/[^\p{L}\p{N}]/gu, '').toUpperCase(),
  };
}
