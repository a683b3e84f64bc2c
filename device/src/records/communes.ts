// Centres of the programme's communes, for maps without tiles. A piece of its own, loaded with the first map.
import table from '../../../forms/library/data/communes.csv?raw';

export interface Commune {
  name: { fr: string; ar: string };
  latitude: number;
  longitude: number;
}

/** The columns needed stand before the first that may hold a comma in quotes. */
export function readCommunes(csv: string): Commune[] {
  const [head = '', ...rows] = csv.replace(/^\uFEFF/, '').trim().split(/\r?\n/);
  const names = head.split(',');
  const column = (cells: string[], name: string): string => cells[names.indexOf(name)] ?? '';
  return rows.flatMap((row) => {
    const cells = row.split(',');
    const [latitude, longitude] = [Number(column(cells, 'lat')), Number(column(cells, 'lng'))];
    return latitude && longitude ? [{ name: { fr: column(cells, 'nom_fr'), ar: column(cells, 'nom_ar') }, latitude, longitude }] : [];
  });
}

export const COMMUNES: readonly Commune[] = readCommunes(table);
