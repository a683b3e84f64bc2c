// Says how likely two records are one person, and why: the same weights as `sync/linkage.py` on the server, where they are
// explained, held to it by tests/vectors/linkage.json. Pure: records in, likenesses out. Nothing is ever merged by it.
import { likeness, type FoldedName } from './names';
import { findRoles, readPerson, type Person, type Roles } from './people';

export type Band = 'sure' | 'likely' | '';
/** Share of the register that has a key; what is missing counts as rare. */
export type Commonness = (key: string) => number;
export interface Pair { score: number; reasons: string[] }
export interface Likeness extends Pair { id: string; band: Band }

const BASE = 28;
const SURE = 50;
/** A smaller register says little about what is common. */
const MIN_REGISTER = 100;
const SAME = 4;
const CLOSE = 3;
const ALIKE = 2;
const PART = 1;
const OTHER = 0;
type Weights = readonly [other: number, part: number, alike: number, close: number];
const GIVEN: Weights = [-36, 0, 15, 35];
const FAMILY: Weights = [-28, -15, 15, 35];
const FATHER: Weights = [-50, 0, 10, 25];
const SHOWN = ('id near_id given near_given part_given family near_family part_family swapped married father near_father birth turned_birth '
  + 'near_birth birth_year near_year place locality phone not_given not_family not_father not_day not_birth not_place').split(' ');

const bitsOf = (share: number): number => Math.round(10 * Math.log2(share));

/** The score from which a pair is worth showing, in a register of so many records. */
export const findThreshold = (records: number): number => BASE + bitsOf(Math.max(records, MIN_REGISTER));

export function findBand(score: number, records: number): Band {
  const above = score - findThreshold(records);
  return above >= SURE ? 'sure' : above >= 0 ? 'likely' : '';
}

const keysOf = (names: readonly FoldedName[]): string[] => [...new Set(names.map((name) => name.key))];

/** The keys whose commonness weighs. */
export function nameKeys(person: Person): string[] {
  const named = ([['g', person.given], ['f', person.family], ['p', person.father]] as const)
    .flatMap(([kind, names]) => keysOf(names).map((key) => `${kind}:${key}`));
  return person.place ? [...named, `c:${person.place}`] : named;
}

/** The keys under which a record is found. */
export function storedKeys(person: Person): string[] {
  const { year, place, day } = person;
  const given = keysOf(person.given);
  const family = keysOf([...person.family, ...person.married]);
  const father = keysOf(person.father);
  const keys = family.flatMap((f) => (year ? [`fy:${f}:${year}`] : given.map((g) => `fg:${f}:${g}`)));
  if (year && place) keys.push(...given.map((g) => `gc:${g}:${place}:${year}`));
  keys.push(...given.flatMap((g) => father.map((p) => `gp:${g}:${p}`)));
  if (day) keys.push(`dc:${year}-${day}:${place}`, ...father.map((p) => `dp:${year}-${day}:${p}`));
  if (person.id) keys.push(`id:${person.id}`);
  if (person.phone) keys.push(...given.map((g) => `ph:${person.phone}:${g.slice(0, 1)}`));
  return [...new Set(keys)];
}

/** The keys under which the records it could be one with are found. */
export function searchedKeys(person: Person): string[] {
  const { year, place } = person;
  const years = year ? [year - 1, year, year + 1] : [];
  const given = keysOf(person.given);
  const family = keysOf([...person.family, ...person.married]);
  const keys = storedKeys(person);
  keys.push(...family.flatMap((f) => years.map((y) => `fy:${f}:${y}`)));
  if (year) keys.push(...given.map((g) => `fy:${g}:${year}`));
  keys.push(...family.flatMap((f) => given.map((g) => `fg:${g}:${f}`)));
  if (place) {
    keys.push(...given.flatMap((g) => years.map((y) => `gc:${g}:${place}:${y}`)));
    if (year) keys.push(...keysOf(person.family).map((f) => `gc:${f}:${place}:${year}`));
  }
  keys.push(...keysOf(person.family).flatMap((f) => keysOf(person.father).map((p) => `gp:${f}:${p}`)));
  return [...new Set(keys)];
}

function compareWritten(one: FoldedName, other: FoldedName): number {
  if (one.plain === other.plain) return SAME;
  if (one.words.length !== other.words.length) {
    const [few, many] = new Set(one.words).size < new Set(other.words).size ? [one, other] : [other, one];
    if (few.words.every((word) => many.words.includes(word))) return PART;
  }
  const how = likeness(one.plain, other.plain);
  if (how > 0.929 || (one.key === other.key && how > 0.879)) return CLOSE;
  return how > 0.839 || one.key === other.key ? ALIKE : OTHER;
}

function compareHeard(one: FoldedName, other: FoldedName): number {
  const how = likeness(one.sound, other.sound);
  if (one.key === other.key) return how > 0.849 ? SAME : CLOSE;
  return how > 0.899 ? CLOSE : how > 0.799 ? ALIKE : OTHER;
}

/** How alike two names are, -1 when one is not known. */
function levelOf(left: readonly FoldedName[], right: readonly FoldedName[]): number {
  const both = left.flatMap((one) => right.map((other) => [one, other] as const));
  const written = both.filter(([one, other]) => one.arabic === other.arabic).map(([one, other]) => compareWritten(one, other));
  if (written.length === 0) return Math.max(-1, ...both.map(([one, other]) => compareHeard(one, other)));
  const best = Math.max(...written);
  return best > OTHER && Math.min(...written) === OTHER ? (best === SAME ? CLOSE : OTHER) : best;
}

const weighShare = (share: number): number => bitsOf(0.9 / Math.min(Math.max(share, 0.0008), 0.3));

function weigh(level: number, names: readonly FoldedName[], kinds: string, weights: Weights, common: Commonness): number {
  if (level < 0) return 0;
  const bits = weighShare(Math.max(0, ...names.flatMap(({ key }) => [...kinds].map((kind) => common(`${kind}:${key}`)))));
  if (level === SAME) return bits;
  return level === CLOSE ? Math.min(weights[3], bits - 15) : (weights[level] ?? 0);
}

const reasonOf = (what: string, level: number): string => (level < 0 ? '' : ['not_', 'part_', 'near_', 'near_', ''][level] + what);

function weighNames(left: Person, right: Person, common: Commonness): { score: number; given: number; reasons: string[] } {
  let given = levelOf(left.given, right.given);
  const family = levelOf(left.family, right.family);
  const families = [...left.family, ...right.family];
  let reasons = [reasonOf('given', given), reasonOf('family', family)];
  let familyScore = weigh(family, families, 'f', FAMILY, common);
  if (family < ALIKE) {
    const married = Math.max(levelOf(left.married, right.family), levelOf(left.family, right.married));
    const weight = weigh(married, families, 'f', FAMILY, common) - 20;
    if (married >= CLOSE && weight > familyScore) {
      familyScore = weight;
      reasons[1] = 'married';
    }
  }
  let score = weigh(given, [...left.given, ...right.given], 'g', GIVEN, common) + familyScore;
  if (given < CLOSE || family < CLOSE) {
    const first = levelOf(left.given, right.family);
    const second = levelOf(left.family, right.given);
    if (Math.max(first, second) >= CLOSE && Math.min(first, second) >= OTHER) {
      const swapped = weigh(first, [...left.given, ...right.family], 'gf', FAMILY, common)
        + weigh(second, [...left.family, ...right.given], 'gf', FAMILY, common) - 40;
      if (swapped > score) {
        score = swapped;
        reasons = ['swapped'];
        given = Math.min(first, second);
      }
    }
  }
  return { score, given, reasons };
}

function weighBirth(left: Person, right: Person): [string, number] {
  if (!left.year || !right.year) return ['', 0];
  const apart = Math.abs(left.year - right.year);
  const turned = left.year === Math.floor(right.year / 100) * 100 + (right.year % 10) * 10 + Math.floor((right.year % 100) / 10);
  if (left.day && right.day) {
    if (left.day === right.day) return !apart ? ['birth', 130] : apart > 1 && !turned ? ['not_birth', -70] : ['near_birth', 70];
    if (apart) return ['not_birth', -70];
    return left.day === `${right.day.slice(3)}-${right.day.slice(0, 2)}` ? ['turned_birth', 90] : ['not_day', -30];
  }
  if (!apart) return ['birth_year', 50];
  return apart === 1 || turned ? ['near_year', -10] : ['not_birth', -70];
}

/** Whether two numbers differ by one digit, or by two neighbours exchanged. */
function isNear(one: string, other: string): boolean {
  let begin = 0;
  while (begin < one.length && one[begin] === other[begin]) begin += 1;
  const mine = one.slice(begin);
  const theirs = other.slice(begin);
  return mine.slice(1) === theirs.slice(1) || mine.slice(1) === theirs || mine === theirs.slice(1)
    || (mine[0] === theirs[1] && mine[1] === theirs[0] && mine.slice(2) === theirs.slice(2));
}

/** Weigh two records; null when two complete national numbers say that they are two persons. */
export function comparePeople(left: Person, right: Person, common: Commonness): Pair | null {
  const reasons: string[] = [];
  let score = 0;
  if (left.id && right.id) {
    const same = left.id === right.id;
    if (!same && !isNear(left.id, right.id)) return null;
    reasons.push(same ? 'id' : 'near_id');
    score += same ? 150 : 100;
  }
  const names = weighNames(left, right, common);
  reasons.push(...names.reasons);
  const father = levelOf(left.father, right.father);
  if (father !== PART) reasons.push(reasonOf('father', father));
  const [birth, birthScore] = weighBirth(left, right);
  reasons.push(birth);
  score += names.score + birthScore + weigh(father, [...left.father, ...right.father], 'p', FATHER, common);
  if (left.place && right.place) {
    if (left.place !== right.place) {
      reasons.push('not_place');
      score -= 30;
    } else {
      reasons.push('place');
      score += weighShare(common(`c:${left.place}`));
      if (left.locality && right.locality) score += left.locality === right.locality ? 10 : -10;
      if (left.locality && left.locality === right.locality) reasons.push('locality');
    }
  }
  if (left.phone && right.phone) {
    if (left.phone !== right.phone) score -= 10;
    else if (names.given >= ALIKE) {
      score += 60;
      reasons.push('phone');
    }
  }
  return { score, reasons: reasons.filter(Boolean).sort((one, other) => SHOWN.indexOf(one) - SHOWN.indexOf(other)) };
}

type Values = Readonly<Record<string, string | undefined>>;

/** The records of one list, ready to be searched for somebody who may be there already. */
export class People {
  private readonly people = new Map<string, Person>();
  private readonly found = new Map<string, string[]>();
  private readonly counts = new Map<string, number>();
  private readonly roles: Roles;

  /** `properties` are those of the list, with the role that the form declares for them. */
  constructor(records: Iterable<{ id: string; values: Values }>, properties: Iterable<{ name: string; role?: string }>) {
    this.roles = findRoles(properties);
    if (Object.keys(this.roles).length === 0) return;
    for (const { id, values } of records) {
      const person = readPerson(values, this.roles);
      this.people.set(id, person);
      for (const key of storedKeys(person)) this.found.set(key, [...(this.found.get(key) ?? []), id]);
      for (const key of nameKeys(person)) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    }
  }

  /** The records that are likely the person whose values are given, the likeliest first; `except` is her own record. */
  find(values: Values, except = ''): Likeness[] {
    const person = readPerson(values, this.roles);
    const count = this.people.size;
    const common = (key: string): number => (this.counts.get(key) ?? 0) / Math.max(count, MIN_REGISTER);
    const found: Likeness[] = [];
    for (const id of new Set(searchedKeys(person).flatMap((key) => this.found.get(key) ?? []))) {
      const other = this.people.get(id);
      const pair = other && id !== except ? comparePeople(other, person, common) : null;
      const band = pair ? findBand(pair.score, count) : '';
      if (pair && band) found.push({ id, band, ...pair });
    }
    return found.sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1));
  }
}
