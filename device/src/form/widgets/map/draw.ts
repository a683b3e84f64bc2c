// Draws the map on a canvas: tiles where the chamber serves some, else a grid; the communes' centres, what is kept, and where the phone is.
import { gridStep, metresPerPixel, project, roundBelow, type LatLon, type View } from './geometry';

export interface Place extends LatLon {
  name: string;
}

export interface Marker extends LatLon {
  chosen: boolean;
}

export interface Drawing {
  view: View;
  width: number;
  height: number;
  places: readonly Place[];
  markers: readonly Marker[];
  path: readonly LatLon[];
  closed: boolean;
  own: (LatLon & { accuracyM: number }) | null;
  /** The picture of a tile, when it is here. */
  tile(z: number, x: number, y: number): CanvasImageSource | null;
  ink: Record<'paper' | 'line' | 'soft' | 'ink' | 'accent' | 'focus' | 'brand', string>;
}

const FONT = '600 13px system-ui, sans-serif';

export function drawMap(context: CanvasRenderingContext2D, d: Drawing): void {
  const { view, width, height, ink } = d;
  const middle = project(view.centre, view.zoom);
  const at = (p: LatLon): { x: number; y: number } => {
    const { x, y } = project(p, view.zoom);
    return { x: x - middle.x + width / 2, y: y - middle.y + height / 2 };
  };
  context.fillStyle = ink.paper;
  context.fillRect(0, 0, width, height);
  drawTiles(context, d, middle);
  drawGrid(context, d, at);

  context.font = FONT;
  context.textBaseline = 'middle';
  const taken: { x: number; y: number }[] = [];
  for (const place of d.places) {
    const { x, y } = at(place);
    if (x < -60 || y < -20 || x > width + 60 || y > height + 20) continue;
    context.fillStyle = ink.brand;
    context.fillRect(x - 3, y - 3, 6, 6);
    // Names that would lie on one another are left out until there is room.
    if (taken.some((t) => Math.abs(t.x - x) < 90 && Math.abs(t.y - y) < 18)) continue;
    taken.push({ x, y });
    label(context, place.name, x + 8, y, ink.ink, ink.paper);
  }
  if (d.path.length > 0) {
    context.strokeStyle = ink.accent;
    context.lineWidth = 3;
    context.beginPath();
    d.path.forEach((p, i) => {
      const { x, y } = at(p);
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    if (d.closed && d.path.length > 2) {
      context.closePath();
      context.globalAlpha = 0.18;
      context.fillStyle = ink.accent;
      context.fill();
      context.globalAlpha = 1;
    }
    context.stroke();
    for (const p of d.path) dot(context, at(p), 6, ink.accent, ink.paper);
  }
  for (const marker of d.markers) dot(context, at(marker), marker.chosen ? 12 : 9, marker.chosen ? ink.accent : ink.brand, ink.paper);
  if (d.own) {
    const { x, y } = at(d.own);
    context.globalAlpha = 0.15;
    context.fillStyle = ink.focus;
    context.beginPath();
    context.arc(x, y, Math.max(8, d.own.accuracyM / metresPerPixel(view)), 0, 2 * Math.PI);
    context.fill();
    context.globalAlpha = 1;
    dot(context, { x, y }, 7, ink.focus, ink.paper);
  }
  drawScale(context, d);
}

function dot(context: CanvasRenderingContext2D, { x, y }: { x: number; y: number }, radius: number, fill: string, rim: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = rim;
  context.stroke();
}

function label(context: CanvasRenderingContext2D, text: string, x: number, y: number, ink: string, halo: string): void {
  context.lineWidth = 4;
  context.lineJoin = 'round';
  context.strokeStyle = halo;
  context.strokeText(text, x, y);
  context.fillStyle = ink;
  context.fillText(text, x, y);
}

function drawTiles(context: CanvasRenderingContext2D, { view, width, height, tile }: Drawing, middle: { x: number; y: number }): void {
  const z = Math.round(view.zoom);
  const size = 256 * 2 ** (view.zoom - z);
  const [left, top] = [middle.x - width / 2, middle.y - height / 2];
  for (let x = Math.floor(left / size); x * size < left + width; x += 1) {
    for (let y = Math.max(0, Math.floor(top / size)); y * size < top + height && y < 2 ** z; y += 1) {
      const picture = tile(z, ((x % 2 ** z) + 2 ** z) % 2 ** z, y);
      if (picture) context.drawImage(picture, x * size - left, y * size - top, size, size);
    }
  }
}

function drawGrid(context: CanvasRenderingContext2D, { view, width, height, ink }: Drawing, at: (p: LatLon) => { x: number; y: number }): void {
  const step = gridStep(view);
  const decimals = Math.max(0, Math.ceil(-Math.log10(step)));
  context.strokeStyle = ink.line;
  context.fillStyle = ink.soft;
  context.lineWidth = 1;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'top';
  const { latitude, longitude } = view.centre;
  for (let i = -12; i <= 12; i += 1) {
    const lon = (Math.round(longitude / step) + i) * step;
    const { x } = at({ latitude, longitude: lon });
    if (x > 0 && x < width) {
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height);
      context.stroke();
      context.fillText(lon.toFixed(decimals), x + 3, 3);
    }
    const lat = (Math.round(latitude / step) + i) * step;
    const { y } = at({ latitude: lat, longitude });
    if (y > 16 && y < height) {
      context.beginPath();
      context.moveTo(0, y);
      context.lineTo(width, y);
      context.stroke();
      context.fillText(lat.toFixed(decimals), 3, y + 3);
    }
  }
}

function drawScale(context: CanvasRenderingContext2D, { view, width, height, ink }: Drawing): void {
  const perPixel = metresPerPixel(view);
  const metres = roundBelow(110 * perPixel);
  const long = metres / perPixel;
  const [x, y] = [width - long - 12, height - 14];
  context.strokeStyle = ink.ink;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x, y);
  context.lineTo(x + long, y);
  context.lineTo(x + long, y - 5);
  context.stroke();
  context.font = FONT;
  context.textBaseline = 'bottom';
  label(context, metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, x, y - 7, ink.ink, ink.paper);
}
