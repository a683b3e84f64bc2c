import { defineConfig } from 'vitest/config';
import solid from 'vite-plugin-solid';
import { patchEngine } from './src/engine/vite-patch';

export default defineConfig({
  plugins: [patchEngine(), solid()],
  server: { fs: { allow: ['..'] } }, // the programme's places lie beside this folder
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}', 'src/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    // A loaded machine is slow, not wrong; a test that is cut off would go on under the next one.
    testTimeout: 60_000,
  },
});
