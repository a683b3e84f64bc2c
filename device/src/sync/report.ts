// What the app says of itself in a pull, for the chamber's page about phones: its version, what waits here, its storage. No name, no answer.
import { listDrafts, listOutbox } from '../store';

export interface SelfReport {
  version: string;
  waiting: number;
  aside: number;
  photos: number;
  drafts?: number;
  usage?: number;
  quota?: number;
  persisted?: boolean;
}

/** Never throws: a phone that cannot tell something leaves it out. */
export async function readReport(): Promise<SelfReport> {
  const outbox = await listOutbox();
  const report: SelfReport = {
    version: typeof __APP_VERSION__ === 'string' ? __APP_VERSION__ : '',
    waiting: outbox.filter((item) => item.state === 'waiting').length,
    aside: outbox.filter((item) => item.outcome === 'quarantined').length,
    photos: outbox.flatMap((item) => item.attachments).filter((file) => file.state !== 'present').length,
  };
  try {
    report.drafts = (await listDrafts()).length;
  } catch {
    // locked
  }
  try {
    const { usage, quota } = await navigator.storage.estimate();
    if (usage !== undefined) report.usage = Math.round(usage);
    if (quota !== undefined) report.quota = Math.round(quota);
    report.persisted = await navigator.storage.persisted();
  } catch {
    // this browser does not tell
  }
  return report;
}
