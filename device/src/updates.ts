// A new version of the app waits until the agent says so, and never asks while a form is open.
import { createSignal } from 'solid-js';
import { registerSW } from 'virtual:pwa-register';
import { keepExtras } from './extras';

const [update, setUpdate] = createSignal<(() => void) | null>(null);
export { update };

export function watchUpdates(): void {
  if (!import.meta.env.PROD) return;
  const apply = registerSW({
    onNeedRefresh: () => void keepExtras().then(() => setUpdate(() => () => void apply(true))),
    onRegisteredSW(_address, registration) {
      // A phone that is never restarted still hears of new versions.
      if (registration) setInterval(() => { if (navigator.onLine) void registration.update().catch(() => undefined); }, 60 * 60_000);
    },
  });
}
