// Builds the form screen alone (harness.html) for browser tests: `vite build -c vite.harness.config.ts --outDir DIR`.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';
import { patchEngine } from './src/engine/vite-patch';

export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [patchEngine(), solid()],
  build: { target: 'es2022', emptyOutDir: true, rolldownOptions: { input: resolve(import.meta.dirname, 'harness.html') } },
});
