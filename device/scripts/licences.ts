// Write dist/licenses.txt: name, version, licence and licence text of every package whose code is in the built app.
// Found from the modules that were really bundled, so a package that is only installed does not appear.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Packages whose code reaches the app by way of the service worker's generator, not of a module. */
const GENERATED = ['workbox-core', 'workbox-precaching', 'workbox-routing', 'workbox-strategies'];

interface Described { name: string; version: string; licence: string; text: string }

function describe(folder: string): Described {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license?: unknown };
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)([.-].*)?$/i.test(file)).sort();
  return {
    name, version, licence: typeof license === 'string' ? license : 'see text',
    text: files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n') || '(the package ships no licence text)',
  };
}

function folderOf(module: string): string | null {
  const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module.replace(/^\0/, '').split('?')[0]!.replaceAll('\\', '/'));
  return found?.[1] && existsSync(join(found[1], 'package.json')) ? found[1] : null;
}

export function writeLicences(): Plugin {
  const folders = new Set<string>();
  return {
    name: 'hirfa-licences',
    apply: 'build',
    moduleParsed(module) {
      const folder = folderOf(module.id);
      if (folder) folders.add(folder);
    },
    generateBundle() {
      for (const name of GENERATED) {
        const folder = join(ROOT, 'node_modules', name);
        if (existsSync(folder)) folders.add(folder);
      }
      const packages = [...folders].map(describe).sort((a, b) => (a.name < b.name ? -1 : 1));
      const own = readFileSync(join(ROOT, '../LICENSE'), 'utf8').trim();
      const line = '-'.repeat(100);
      const source = [
        'Hirfa is free software under the Apache License 2.0 (text at the end).\nThe app contains code of these packages:',
        packages.map((item) => `  ${item.name} ${item.version} — ${item.licence}`).join('\n'),
        ...packages.map((item) => `${line}\n${item.name} ${item.version}\n${item.licence}\n\n${item.text}`),
        `${line}\nHirfa\n\n${own}`,
      ].join('\n\n');
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: `${source}\n` });
    },
  };
}
