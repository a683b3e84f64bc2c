// How the app is built: served under /app/, one service worker that holds the app alone (forms and records live in IndexedDB).
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';
import { patchEngine } from './src/engine/vite-patch';
import { VitePWA } from 'vite-plugin-pwa';
import { listExtras } from './scripts/extras';
import { writeLicences } from './scripts/licences';
import { wasmFiles } from './scripts/wasm-files';
import packageJson from './package.json';

/** Pieces that are kept after enrolment instead of being loaded at first: names of chunks. */
export const EXTRAS = ['seldom', 'qr', 'decode', 'tus', 'en', 'communes'];

export default defineConfig({
  base: '/app/',
  define: { __APP_VERSION__: JSON.stringify(packageJson.version) },
  plugins: [
    patchEngine(),
    wasmFiles(),
    solid(),
    writeLicences(),
    listExtras(EXTRAS),
    VitePWA({
      strategies: 'generateSW',
      registerType: 'prompt',
      injectRegister: false,
      includeAssets: [],
      includeManifestIcons: false, // asked for once, by the browser, when the app is put on the home screen
      manifest: {
        id: '/app/',
        name: 'Hirfa',
        short_name: 'Hirfa',
        description: 'Collecte de terrain de la chambre : les fiches, les formulaires et les envois, même sans réseau.',
        categories: ['productivity'],
        lang: 'fr',
        start_url: '/app/',
        scope: '/app/',
        display: 'standalone',
        background_color: '#fbf6ee',
        theme_color: '#7a2e1d',
        icons: [
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
          { src: 'icon-maskable.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
        ],
        // A colleague's hand-over file, by "share" in whatever app it came with.
        share_target: { action: '/app/share', method: 'POST', enctype: 'multipart/form-data', params: { files: [{ name: 'file', accept: ['text/plain', '.txt'] }] } },
      },
      workbox: {
        // What the first open needs. The rest is kept once the agent is enrolled (src/extras.ts).
        globPatterns: ['**/*.{js,css,html,svg,wasm,webmanifest}'],
        globIgnores: ['share.js', ...EXTRAS.map((name) => `**/${name}-*.js`)],
        importScripts: ['share.js'],
        runtimeCaching: [{ urlPattern: new RegExp(`/app/assets/(?:${EXTRAS.join('|')})-[^/]+[.]js$`), handler: 'CacheFirst', options: { cacheName: 'extras' } }],
        navigateFallback: '/app/index.html',
        navigateFallbackAllowlist: [/^\/app\/[^.]*$/],
        maximumFileSizeToCacheInBytes: 4_000_000,
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  server: { fs: { allow: ['..'] } }, // the programme's places lie beside this folder
  build: {
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    // The engine's web-assembly loader holds a direct eval that is never reached; the content security policy forbids it anyway.
    rolldownOptions: { checks: { eval: false } },
  },
});
