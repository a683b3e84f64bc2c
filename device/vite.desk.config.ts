// Builds the form page of the officers' desk: the app's form screen in one file, served with the desk's other files.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';
import { patchEngine } from './src/engine/vite-patch';

export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [patchEngine(), solid()],
  build: {
    target: 'es2022',
    outDir: resolve(import.meta.dirname, '../server/console/static/vendor/form'),
    emptyOutDir: true,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: resolve(import.meta.dirname, 'src/desk/main.ts'),
      checks: { eval: false },
      output: { entryFileNames: 'form.js', assetFileNames: 'form[extname]', codeSplitting: false },
    },
  },
});
