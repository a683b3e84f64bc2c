// A phone that the chamber revoked: first everything finished is with the chamber, then everything is erased, then it says so.
import { createEffect, createRoot } from 'solid-js';
import { deviceState, drafts, enrolment, lockState } from './state';
import { listAgents, listCarried, listDraftRows, listOutbox, removeAgent } from './store';
import { isOwed } from './sync/handover';
import { lastRun, progress } from './sync/run';
import { forgetShared } from './sync/shared';

/** How much was handed over; null while the chamber lacks something of it, or of what this phone carries for colleagues. */
export async function readHandedOver(): Promise<{ forms: number; drafts: number } | null> {
  const items = await listOutbox();
  if (items.some(isOwed) || (await listCarried()).some((one) => one.state === 'waiting')) return null;
  return { forms: items.length, drafts: (await listDraftRows()).length };
}

let erasing = false;

/** After each exchange of a revoked phone. Its agent, while she is there, may still finish what she began; locked, nobody can. */
export function watchRevoked(): void {
  createRoot(() => createEffect(() => {
    const run = lastRun();
    if (deviceState() !== 'revoked' || !run || progress() || run.failure !== null || (lockState() === 'open' && drafts().length > 0) || erasing) return;
    const name = enrolment()?.appUser.name ?? '';
    erasing = true;
    void (async () => {
      const told = await readHandedOver();
      if (told) {
        if ((await listAgents()).length < 2) await forgetShared(); // else it may be the other agent's to carry
        await removeAgent({ name, at: new Date().toISOString(), ...told });
        location.replace(`${import.meta.env.BASE_URL}#/`);
        location.reload();
      }
      erasing = false;
    })();
  }));
}
