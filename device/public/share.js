// Part of the service worker: another app shares a file with this one ("share" in a file manager or messenger). It is kept as it is
// until the hand-over screen takes it (src/sync/shared.ts), for the app may be closed, locked, or without network.
self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method !== 'POST' || new URL(url).pathname !== '/app/share') return;
  event.respondWith((async () => {
    try {
      const files = (await event.request.formData()).getAll('file').filter((file) => file instanceof File);
      const cache = await caches.open('shared');
      for (const file of files) await cache.put(`/app/shared/${crypto.randomUUID()}`, new Response(file));
      return Response.redirect('/app/#/handover', 303);
    } catch {
      return Response.redirect('/app/#/handover/full', 303);
    }
  })());
});
