// Everything from the cache, as the service worker of an offline app does.
const FILES = ['./', 'index.html', 'page.js', 'form.html', 'model.xml', 'list.csv'];
self.addEventListener('install', (event) => event.waitUntil(caches.open('all').then((cache) => cache.addAll(FILES))));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((held) => held ?? fetch(event.request))));
