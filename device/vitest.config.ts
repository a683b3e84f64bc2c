import { defineConfig } from 'vitest/config';
import solid from 'vite-plugin-solid';
import { patchEngine } from './src/engine/vite-patch';

export default defineConfig({
  plugins: [patchEngine(), solid()],
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}', 'src/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
  },
});
