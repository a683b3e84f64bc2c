// The browser's own offer to put the app on the home screen, kept for the moment the agent wants it.
import { createSignal } from 'solid-js';

interface InstallEvent extends Event { prompt(): Promise<unknown> }

const [installer, setInstaller] = createSignal<(() => Promise<void>) | null>(null);
export { installer };

export function watchInstall(): void {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    setInstaller(() => async () => {
      await (event as InstallEvent).prompt();
      setInstaller(null);
    });
  });
}
