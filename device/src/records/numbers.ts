// Exact decimal numbers as text. Money and counts are added on the phone exactly as on the server: no binary fractions.

/** A decimal number: value = digits / 10^scale. */
export interface Decimal { digits: bigint; scale: number }

const ZERO: Decimal = { digits: 0n, scale: 0 };

/** Digits of any script as 0-9, which is how numbers are compared. */
export function toAscii(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    let zero = code;
    // Each script's ten digits stand in a row, beginning with its zero.
    while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String((code - zero) % 10);
  });
}

/** The number a text is: 0 for a blank one, null when it is none. */
export function toAmount(text: string): Decimal | null {
  const clean = toAscii(text.trim());
  if (clean === '') return ZERO;
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$/.exec(clean);
  if (!found || clean.length > 100 || (!found[2] && !found[3])) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  let digits = BigInt(whole + fraction || '0') * (sign === '-' ? -1n : 1n);
  let scale = fraction.length - Number(exponent);
  if (scale < 0) {
    digits *= 10n ** BigInt(-scale);
    scale = 0;
  }
  return { digits, scale };
}

export function add(one: Decimal, other: Decimal, sign: 1n | -1n = 1n): Decimal {
  const scale = Math.max(one.scale, other.scale);
  return {
    digits: one.digits * 10n ** BigInt(scale - one.scale) + sign * other.digits * 10n ** BigInt(scale - other.scale), scale,
  };
}

export const subtract = (one: Decimal, other: Decimal): Decimal => add(one, other, -1n);
export const isZero = (number: Decimal): boolean => number.digits === 0n;

/** Write a number in plain digits: "3", "2.5", never "3.0", "-0" or an exponent. */
export function toPlain({ digits, scale }: Decimal): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale).replace(/0+$/, '');
  return `${digits < 0n ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}
