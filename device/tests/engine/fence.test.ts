import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('only src/engine names the form engine', () => {
  const found: string[] = [];
  const look = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) look(path);
      else if (/\.tsx?$/.test(entry.name) && readFileSync(path, 'utf8').includes("'@getodk/")) found.push(path);
    }
  };
  look('src');
  expect(found.filter((path) => !path.startsWith(join('src', 'engine')))).toEqual([]);
  expect(found.length).toBeGreaterThan(0);
});
