import { describe, expect, it } from 'vitest';
import { readCommunes } from '../../src/records/communes';
import { distanceM, gridStep, metresPerPixel, nearest, pan, project, roundBelow, unproject, viewOf, zoomAt } from '../../src/form/widgets/map/geometry';

const ORAN = { latitude: 35.698, longitude: -0.634 };

describe('the plane of the map', () => {
  it('comes back from the plane to where it was', () => {
    for (const zoom of [2, 9.4, 19]) {
      const back = unproject(project(ORAN, zoom), zoom);
      expect(back.latitude).toBeCloseTo(ORAN.latitude, 9);
      expect(back.longitude).toBeCloseTo(ORAN.longitude, 9);
    }
  });

  it('drags the ground with the finger and zooms on what lies under it', () => {
    const view = { centre: ORAN, zoom: 12 };
    expect(pan(view, 50, 0).centre.longitude).toBeLessThan(ORAN.longitude);
    expect(pan(view, 0, 50).centre.latitude).toBeGreaterThan(ORAN.latitude);
    const before = unproject({ x: project(ORAN, 12).x + 80, y: project(ORAN, 12).y - 30 }, 12);
    const near = zoomAt(view, 2, 80, -30);
    const at = project(before, near.zoom);
    const middle = project(near.centre, near.zoom);
    expect([at.x - middle.x, at.y - middle.y].map((n) => Math.round(n))).toEqual([80, -30]);
  });

  it('shows all that there is, and measures as the ground does', () => {
    const view = viewOf([ORAN, { latitude: 35.48, longitude: -0.53 }], 360, 500)!;
    for (const p of [ORAN, { latitude: 35.48, longitude: -0.53 }]) {
      const at = project(p, view.zoom);
      const middle = project(view.centre, view.zoom);
      expect(Math.abs(at.x - middle.x)).toBeLessThan(180);
      expect(Math.abs(at.y - middle.y)).toBeLessThan(250);
    }
    const twoPixels = pan(view, -1, 0).centre;
    expect(distanceM(view.centre, twoPixels)).toBeCloseTo(metresPerPixel(view), 0);
    expect(viewOf([], 360, 500)).toBeNull();
  });

  it('takes round steps', () => {
    expect([7, 0.034, 230, 1].map(roundBelow)).toEqual([5, 0.02, 200, 1]);
    expect(gridStep({ centre: ORAN, zoom: 10 })).toBe(0.1);
    expect(nearest(ORAN, [{ latitude: 36, longitude: 0 }, { latitude: 35.7, longitude: -0.6 }])?.latitude).toBe(35.7);
  });

  it('reads the communes with both names, whatever stands in quotes behind', () => {
    expect(readCommunes('\uFEFFcode_ons,nom_fr,nom_ar,lat,lng,note\r\n1,Oran,وهران,35.7,-0.6,"a, b"\r\n2,Sans,بلا,,,x\r\n')).toEqual([
      { name: { fr: 'Oran', ar: 'وهران' }, latitude: 35.7, longitude: -0.6 },
    ]);
  });
});
