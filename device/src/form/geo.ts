// Waiting for a good position: a phone's first fix is often a kilometre wrong, so the best one so far is kept and shown while she waits.

export interface Fix {
  latitude: number;
  longitude: number;
  altitude: number | null;
  accuracyM: number;
}

export type GeoFailure = 'denied' | 'unavailable';

/** Watch until stopped; `onBest` hears each fix better than all before, `onFailure` what stands in the way (watching goes on). */
export function watchBest(onBest: (fix: Fix) => void, onFailure: (why: GeoFailure) => void): () => void {
  const { geolocation } = navigator;
  if (!geolocation) {
    onFailure('unavailable');
    return () => undefined;
  }
  let best = Number.POSITIVE_INFINITY;
  const id = geolocation.watchPosition(
    ({ coords }) => {
      if (coords.accuracy >= best) return;
      best = coords.accuracy;
      onBest({ latitude: coords.latitude, longitude: coords.longitude, altitude: coords.altitude, accuracyM: coords.accuracy });
    },
    (error) => onFailure(error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable'),
    { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 },
  );
  return () => geolocation.clearWatch(id);
}

function rounded(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}

/** "latitude longitude altitude accuracy", rounded to what the form lets the device keep (7 decimals, about a centimetre, else). */
export function toGeopoint(fix: Fix, decimals: number | null): string {
  const places = decimals ?? 7;
  return `${rounded(fix.latitude, places)} ${rounded(fix.longitude, places)} ${rounded(fix.altitude ?? 0, 1)} ${rounded(fix.accuracyM, 1)}`;
}

export function parsePoints(answer: string): { latitude: number; longitude: number; accuracyM: number | null }[] {
  return answer
    .split(';')
    .map((piece) => piece.trim().split(/\s+/).map(Number))
    .filter((n) => n.length >= 2 && n.every(Number.isFinite))
    .map(([latitude = 0, longitude = 0, , accuracy]) => ({ latitude, longitude, accuracyM: accuracy ?? null }));
}

/** One position for background questions (setgeopoint): the best of a few seconds; "" when there is none. */
export function locateOnce(waitMs = 20_000, goodM = 20): Promise<string> {
  return new Promise((resolve) => {
    let kept = '';
    let stop: () => void = () => undefined;
    const finish = (): void => {
      clearTimeout(timer);
      stop();
      resolve(kept);
    };
    const timer = setTimeout(finish, waitMs);
    stop = watchBest(
      (fix) => {
        kept = toGeopoint(fix, null);
        if (fix.accuracyM <= goodM) finish();
      },
      (why) => {
        if (why === 'denied') finish();
      },
    );
  });
}
