// The form engine carries its web-assembly as base64 inside its JavaScript: a third larger on the line and parsed as text at each start.
// In the built app each is a file of its own, compiled while it arrives.
import type { Plugin } from 'vite';

const INLINE = /(["'])data:application\/wasm;base64,([A-Za-z0-9+/=]+)\1/g;

/** Vite plugin for builds. The build fails when the engine no longer carries any: then this can go. */
export function wasmFiles(): Plugin {
  let found = 0;
  return {
    name: 'hirfa-wasm-files',
    apply: 'build',
    transform(code, id) {
      if (!/@getodk[\\/]xforms-engine[\\/]dist[\\/]/.test(id) || !code.includes('data:application/wasm;base64,')) return null;
      const text = code.replace(INLINE, (_whole, _quote, base64: string) => {
        found += 1;
        const file = this.emitFile({ type: 'asset', name: `engine-${found}.wasm`, source: Buffer.from(base64, 'base64') });
        return `import.meta.ROLLUP_FILE_URL_${file}`;
      });
      return { code: text, map: null };
    },
    generateBundle() {
      if (found === 0) this.error('The form engine no longer carries its web-assembly as text.');
    },
  };
}
