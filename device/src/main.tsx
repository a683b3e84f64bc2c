import { createEffect, createRoot, on } from 'solid-js';
import { render } from 'solid-js/web';
import { App } from './app';
import { t } from './i18n';
import { keepExtras } from './extras';
import { watchInstall } from './install';
import { startLock } from './lock';
import { watchRevoked } from './revoked';
import { startRouter } from './router';
import { enrolment, startState } from './state';
import { startSchedule } from './sync/schedule';
import { watchUpdates } from './updates';
import './style.css';

const root = document.getElementById('app')!;

/** Say plainly that the app cannot work here, without any of its machinery. */
function refuse(words: string): void {
  const note = document.createElement('p');
  note.className = 'notice notice-bad refused';
  note.setAttribute('role', 'alert');
  note.textContent = words;
  root.replaceChildren(note);
}

const loadForms = (): void => void import('./form/FormScreen').catch(() => undefined);

async function start(): Promise<void> {
  // An older browser was told already what to do (`public/old.js`).
  if (document.documentElement.hasAttribute('data-old')) return;
  // crypto, storage and the service worker exist only on a secure address.
  if (!window.isSecureContext) return refuse(t('app.insecure'));
  watchInstall();
  // An address of a form needs the form engine, the largest piece: fetch and compile it while the store is read.
  if (/^#\/(?:new|follow|draft|edit)\//.test(location.hash)) loadForms();
  startRouter();
  render(() => <App />, root);
  try {
    await startState();
  } catch {
    return refuse(t('app.storageFailed'));
  }
  startLock();
  watchRevoked();
  startSchedule();
  watchUpdates();
  // Once there is nothing better to do: the first form then opens without waiting for it.
  setTimeout(() => (window.requestIdleCallback ?? ((then: () => void) => then()))(loadForms), 1_500);
  // After enrolment, and again at each start: the pieces that few days need.
  createRoot(() => createEffect(on(() => enrolment() !== null, (enrolled) => { if (enrolled && import.meta.env.PROD) setTimeout(() => void keepExtras(), 3_000); })));
}

void start();
