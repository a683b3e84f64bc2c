// Writes extras.json: the addresses of the pieces that the app keeps after enrolment (src/extras.ts).
import type { Plugin } from 'vite';

export function listExtras(names: readonly string[]): Plugin {
  let base = '/';
  return {
    name: 'hirfa-extras',
    configResolved(config) {
      base = config.base;
    },
    generateBundle(_options, bundle) {
      const found = Object.keys(bundle).filter((file) => file.endsWith('.js') && names.some((name) => file.startsWith(`assets/${name}-`)));
      // Shared pieces of theirs that are in nothing else are named after what they hold; all must be listed above or be precached.
      this.emitFile({ type: 'asset', fileName: 'extras.json', source: JSON.stringify(found.sort().map((file) => base + file)) });
    },
  };
}
