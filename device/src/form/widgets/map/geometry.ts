// Plane geometry of a map: web Mercator, as every tile server draws, and what a grid and a scale need. Pixels are CSS pixels.

export interface LatLon {
  latitude: number;
  longitude: number;
}

export interface View {
  centre: LatLon;
  /** Tiles of 256 px: the world is 256 · 2^zoom px wide. */
  zoom: number;
}

export const MIN_ZOOM = 2;
export const MAX_ZOOM = 19;
const TILE = 256;
const EDGE = 85.05112878;
const EARTH_M = 6_378_137;

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Pixels from the upper left corner of the world. */
export function project({ latitude, longitude }: LatLon, zoom: number): { x: number; y: number } {
  const size = TILE * 2 ** zoom;
  const sine = Math.sin((clamp(latitude, -EDGE, EDGE) * Math.PI) / 180);
  return { x: ((longitude + 180) / 360) * size, y: (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size };
}

export function unproject({ x, y }: { x: number; y: number }, zoom: number): LatLon {
  const size = TILE * 2 ** zoom;
  const n = Math.PI - (2 * Math.PI * y) / size;
  return { latitude: (180 / Math.PI) * Math.atan(Math.sinh(n)), longitude: ((((x / size) * 360) % 360) + 360) % 360 - 180 };
}

/** A view that shows all of these with a margin; null for none. */
export function viewOf(points: readonly LatLon[], width: number, height: number, closest = 16): View | null {
  if (points.length === 0) return null;
  const at = points.map((p) => project(p, 0));
  const [left, right] = [Math.min(...at.map((p) => p.x)), Math.max(...at.map((p) => p.x))];
  const [top, bottom] = [Math.min(...at.map((p) => p.y)), Math.max(...at.map((p) => p.y))];
  const room = Math.max(40, Math.min(width, height) - 80);
  const zoom = Math.log2(room / Math.max(right - left, bottom - top, 1e-9));
  return { centre: unproject({ x: (left + right) / 2, y: (top + bottom) / 2 }, 0), zoom: clamp(zoom, MIN_ZOOM, closest) };
}

/** Move the view by pixels, as a finger drags the ground. */
export function pan(view: View, dx: number, dy: number): View {
  const { x, y } = project(view.centre, view.zoom);
  return { ...view, centre: unproject({ x: x - dx, y: y - dy }, view.zoom) };
}

/** Zoom by a step and keep what lies at (x, y) from the middle where it is. */
export function zoomAt(view: View, by: number, x = 0, y = 0): View {
  const zoom = clamp(view.zoom + by, MIN_ZOOM, MAX_ZOOM);
  const factor = 2 ** (zoom - view.zoom);
  const middle = project(view.centre, zoom);
  return { zoom, centre: unproject({ x: middle.x + x * (factor - 1), y: middle.y + y * (factor - 1) }, zoom) };
}

export function metresPerPixel({ centre, zoom }: View): number {
  return (Math.cos((centre.latitude * Math.PI) / 180) * 2 * Math.PI * EARTH_M) / (TILE * 2 ** zoom);
}

/** The round number (1, 2 or 5 times a power of ten) not above a value. */
export function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].map((n) => n * power).find((n) => n <= value) ?? power;
}

/** Degrees between the lines of the grid, some 90 px apart. */
export function gridStep(view: View): number {
  return roundBelow((90 * 360) / (TILE * 2 ** view.zoom));
}

/** Great-circle distance in metres. */
export function distanceM(a: LatLon, b: LatLon): number {
  const rad = (d: number): number => (d * Math.PI) / 180;
  const h = Math.sin(rad(b.latitude - a.latitude) / 2) ** 2
    + Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * Math.sin(rad(b.longitude - a.longitude) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

export function nearest<T extends LatLon>(to: LatLon, among: readonly T[]): T | null {
  let best: T | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const one of among) {
    const far = distanceM(to, one);
    if (far < least) [best, least] = [one, far];
  }
  return best;
}
