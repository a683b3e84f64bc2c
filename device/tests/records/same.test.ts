// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSame } from '../../src/records/same';

describe('isSame', () => {
  it('answers as the server does, on every shared vector, whichever comes first', () => {
    interface Vector { type: string; one: string; other: string; same: boolean }
    const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/same.json', import.meta.url), 'utf8')) as Vector[];
    const wrong = vectors.filter(({ type, one, other, same }) => isSame(type, one, other) !== same || isSame(type, other, one) !== same);
    expect(wrong).toEqual([]);
    expect(vectors.filter(({ same }) => same).length).toBeGreaterThan(40);
  });
});
