// Whether two answers mean the same by the type of their question: the twin of `canonical` in forms/values.py. An edit changes what
// it does not repeat, so phone and server must agree on what repeats; both are tested against tests/vectors/same.json.
import { toAmount, toPlain } from './numbers';

const NUMBERS = new Set(['integer', 'decimal', 'range']);
const MOMENTS = new Set(['dateTime', 'start', 'end']);
const COMPUTED = new Set(['calculate', 'hidden']);
const SHAPES = new Set(['geotrace', 'geoshape']);

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const isNumber = (text: string): boolean => text !== '' && toAmount(text) !== null;
const plain = (text: string): string => toPlain(toAmount(text)!);

/** Seconds are written, and their fraction without zeros behind it; an offset as ±hh:mm. Null when the text is no time of day. */
function writeTime(text: string): { clock: string; offset: string } | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(text);
  if (!found) return null;
  const [, hours, minutes, seconds = '00', fraction = '', zone = ''] = found;
  const rest = fraction.slice(0, 6).replace(/0+$/, '');
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const offset = zone === '' ? '' : zone === 'Z' || digits === '0000' ? '+00:00' : `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
  return { clock: `${hours}:${minutes}:${seconds}${rest && `.${rest}`}`, offset };
}

/** A date with a time, in UTC when it has an offset. */
function writeMoment(text: string): string {
  const [day = '', clock = ''] = text.split('T', 2);
  const time = /^\d{4}-\d{2}-\d{2}$/.test(day) ? writeTime(clock) : null;
  if (!time) return text;
  const [whole, fraction] = time.clock.split('.');
  if (time.offset === '') return `${day}T${time.clock}`;
  const moment = Date.parse(`${day}T${whole}${time.offset}`);
  return Number.isNaN(moment) ? text : `${new Date(moment).toISOString().slice(0, 19)}${fraction ? `.${fraction}` : ''}Z`;
}

/** A place by its numbers: latitude, longitude, and 0 for an altitude and an accuracy that are not written. Null when it is none. */
function writePoint(text: string): string | null {
  const parts = words(text);
  if (parts.length < 2 || parts.length > 4 || !parts.every(isNumber)) return null;
  if (Math.abs(Number(plain(parts[0]!))) > 90 || Math.abs(Number(plain(parts[1]!))) > 180) return null;
  return [...parts, '0', '0'].slice(0, 4).map(plain).join(' ');
}

function canonical(type: string, given: string): string {
  const text = given.trim().normalize('NFC');
  if (NUMBERS.has(type)) return isNumber(text) ? plain(text) : text;
  if (type === 'select_multiple') return [...new Set(words(text))].sort().join(' ');
  if (type === 'rank') return words(text).join(' ');
  if (MOMENTS.has(type)) return writeMoment(text);
  if (type === 'time') {
    const time = writeTime(text);
    return time ? time.clock + time.offset : text;
  }
  if (type === 'geopoint') return writePoint(text) ?? text;
  if (SHAPES.has(type)) {
    const points = text.split(';').filter((part) => part.trim()).map(writePoint);
    return points.length > 0 && points.every((point) => point !== null) ? points.join(';') : text;
  }
  if (COMPUTED.has(type)) return text.replace(/^(-?(?:0|[1-9]\d*))\.0+$/, '$1').replace(/^-0$/, '0');
  return text;
}

/** Whether two answers to a question of this type mean the same: "1.50" is 1.5, "b a" is the set "a b". */
export const isSame = (type: string, one: string, other: string): boolean => one === other || canonical(type, one) === canonical(type, other);
