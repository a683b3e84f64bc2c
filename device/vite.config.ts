// How the app is built: served under /app/, one service worker that holds the app alone (forms and records live in IndexedDB).
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';
import { patchEngine } from './src/engine/vite-patch';
import { VitePWA } from 'vite-plugin-pwa';

export default defineConfig({
  base: '/app/',
  plugins: [
    patchEngine(),
    solid(),
    VitePWA({
      strategies: 'generateSW',
      registerType: 'prompt',
      injectRegister: false,
      includeAssets: ['icon.svg'],
      manifest: {
        id: '/app/',
        name: 'Hirfa',
        short_name: 'Hirfa',
        lang: 'fr',
        start_url: '/app/',
        scope: '/app/',
        display: 'standalone',
        background_color: '#fbf6ee',
        theme_color: '#7a2e1d',
        icons: [{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg,png,webmanifest}'],
        navigateFallback: '/app/index.html',
        navigateFallbackAllowlist: [/^\/app\//],
        maximumFileSizeToCacheInBytes: 4_000_000,
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  build: { target: 'es2022', sourcemap: false },
});
