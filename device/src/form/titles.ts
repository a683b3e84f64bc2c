/**
 * The half of a text in two languages ("Visite – زيارة") that is in this language's script; the whole when it is not of that shape. A part without
 * a letter belongs to both; a dash between no-break spaces parts nothing. The server does the same (`exports/labels.py`).
 */
export function titleIn(title: string, lang: string): string {
  const pieces = title.split(/ +[–—|/-] +/);
  const isArabic = (piece: string): boolean => /[\u0600-\u06FF]/.test(piece);
  const isNeutral = (piece: string): boolean => !/\p{L}/u.test(piece);
  if (!pieces.some(isArabic) || pieces.every((piece) => isArabic(piece) || isNeutral(piece))) return title;
  return pieces.filter((piece) => isNeutral(piece) || isArabic(piece) === (lang === 'ar')).join(' – ').trim();
}
