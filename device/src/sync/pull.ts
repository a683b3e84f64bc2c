// Take in what changed: records page by page, each page with its cursor in one transaction, then forms. A cut costs a page.
import {
  announce, dropSentBackFiles, dropUnusedForms, endPull, hasMedia, keepForm, keepPage, keepSentBackFile, listForms, listOutbox, listSentBack,
  readCursors, readForm, readSentBackFiles, readSetting, withdrawForms, writeSetting, type Enrolment, type MediaFile,
} from '../store';
import { readFacts } from '../records/facts';
import { followEra } from './era';
import { hashOf } from './hash';
import { ask, askJson, LineError, ServerProblem, type Fetch } from './http';
import { PROTOCOL, readPullAnswer, type FormOffer } from './protocol';
import { readReport } from './report';

export interface PullProgress { records: number; forms: number; formsTotal: number }

export interface PullReport {
  records: number;
  /** How many of them by list. */
  byList: Record<string, number>;
  forms: string[];
  /** Forms that could not be fetched or read this time, with the reason. They are asked for again at the next pull. */
  failedForms: { title: string; reason: string }[];
  newEra: boolean;
  /** The agent works in other places than before. */
  scopesChanged: boolean;
  device: 'ok' | 'revoked';
}

const LIMIT = 500;

/**
 * Pull until the server has no more.
 *
 * A server of another era has answered nothing of ours yet: this returns at once, for everything kept must be offered before
 * anything is taken in. :throws LineError: :throws ServerProblem: :throws ProtocolError:
 */
export async function pull(
  fetcher: Fetch, enrolment: Enrolment, makeId: () => string, progress: (p: PullProgress) => void, signal?: AbortSignal,
): Promise<PullReport> {
  const project = `/v1/projects/${encodeURIComponent(String(enrolment.project.id))}`;
  const answered = new Set((await listOutbox()).filter((item) => item.state === 'sent').map((item) => item.instanceId));
  const report: PullReport = { records: 0, byList: {}, forms: [], failedForms: [], newEra: false, scopesChanged: false, device: 'ok' };
  const app = await readReport();
  const offers = new Map<string, FormOffer>();
  const withdrawn = new Set<string>();
  let limit = LIMIT;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    const cursors = await readCursors();
    const era = (await readSetting('era')) ?? null;
    const forms = Object.fromEntries((await listForms()).filter((form) => form.current).map((form) => [form.formId, form.hash]));
    let answer;
    try {
      answer = readPullAnswer(await askJson(fetcher, `${project}/sync/pull`, {
        token: enrolment.token, json: { protocol: PROTOCOL, deviceId: enrolment.deviceId, era, scopes: cursors, forms, limit, app },
      }));
      failures = 0;
      limit = Math.min(LIMIT, limit * 2);
    } catch (error) {
      if (!(error instanceof LineError) || ++failures >= 3) throw error;
      limit = Math.max(20, Math.floor(limit / 2));
      continue;
    }
    report.device = answer.device;
    if (answer.publicKey) await writeSetting('publicKey', answer.publicKey);
    if (!Number.isNaN(Date.parse(answer.serverTime))) await writeSetting('serverTime', answer.serverTime);
    if (answer.device === 'revoked') {
      // A revoked phone is told nothing more; what it holds stays as it is.
      await writeSetting('deviceState', 'revoked');
      return report;
    }
    if (await followEra(answer.era, new Set())) {
      report.newEra = true;
      return report;
    }
    await keepPage(answer, makeId);
    report.scopesChanged ||= answer.addScopes.length + answer.dropScopes.length > 0;
    for (const { list } of Object.values(answer.scopes).flatMap((page) => page.upserts)) {
      report.records += 1;
      report.byList[list] = (report.byList[list] ?? 0) + 1;
    }
    answer.forms.forEach((form) => offers.set(form.formId, form));
    answer.withdrawn.forEach((formId) => withdrawn.add(formId));
    progress({ records: report.records, forms: 0, formsTotal: offers.size });
    const more = Object.values(answer.scopes).some((page) => page.more);
    const added = answer.addScopes.some((scope) => !(scope in answer.scopes) && !(scope in cursors));
    if (!more && !added) break;
    const moved = added || Object.entries(answer.scopes).some(([scope, page]) => page.cursor !== cursors[scope]);
    if (!moved) throw new LineError('the server repeats the same page');
  }
  await endPull(answered, makeId);
  await withdrawForms([...withdrawn].filter((formId) => !offers.has(formId)));
  let done = 0;
  for (const offer of offers.values()) {
    signal?.throwIfAborted();
    if (offer.audience === 'office') continue;
    try {
      await fetchForm(fetcher, enrolment, project, offer, true);
      report.forms.push(offer.title);
    } catch (error) {
      if (error instanceof ServerProblem && error.status === 401) throw error;
      report.failedForms.push({ title: offer.title || offer.formId, reason: error instanceof Error ? error.message : '' });
    }
    done += 1;
    progress({ records: report.records, forms: done, formsTotal: offers.size });
  }
  await fetchSentBack(fetcher, enrolment, project, signal);
  await dropUnusedForms();
  announce('records', 'forms', 'inbox');
  return report;
}

/** Fetch one form version and the media the phone lacks; it becomes current only when all of it is here. */
async function fetchForm(fetcher: Fetch, enrolment: Enrolment, project: string, offer: FormOffer, current: boolean): Promise<void> {
  const base = `${project}/forms/${encodeURIComponent(offer.formId)}/versions/${encodeURIComponent(offer.version)}`;
  const xml = await (await ask(fetcher, `${base}.xml`, { token: enrolment.token })).text();
  const facts = readFacts(xml);
  const media: MediaFile[] = [];
  for (const file of offer.attachments) {
    if (await hasMedia(file.hash)) continue;
    const response = await ask(fetcher, `${base}/attachments/${encodeURIComponent(file.name)}`, { token: enrolment.token });
    media.push({ hash: file.hash, type: response.headers.get('Content-Type') ?? '', bytes: await response.arrayBuffer() });
  }
  await keepForm({ ...offer, title: offer.title || facts.title || offer.formId, xml, facts, current, withdrawn: false }, media);
}

/** Fetch what the forms to correct need and the phone lacks: the version they were filled in, and their files. What fails is fetched at the next pull. */
async function fetchSentBack(fetcher: Fetch, enrolment: Enrolment, project: string, signal?: AbortSignal): Promise<void> {
  await dropSentBackFiles();
  for (const item of await listSentBack()) {
    signal?.throwIfAborted();
    try {
      if (!(await readForm(item.formId, item.formVersion))) {
        const held = (await listForms()).find((form) => form.formId === item.formId && form.current);
        const offer = { formId: item.formId, version: item.formVersion, hash: '', title: held?.title ?? '', audience: '', attachments: held?.attachments ?? [] };
        await fetchForm(fetcher, enrolment, project, offer, false);
      }
      const held = new Set((await readSentBackFiles(item.instanceId)).map((file) => file.name));
      for (const file of item.attachments) {
        if (held.has(file.name)) continue;
        const path = `${project}/corrections/${encodeURIComponent(item.instanceId)}/attachments/${encodeURIComponent(file.name)}`;
        const bytes = await (await ask(fetcher, path, { token: enrolment.token })).arrayBuffer();
        if ((await hashOf(bytes)) === file.sha256) await keepSentBackFile(item.instanceId, file.name, new Blob([bytes], { type: file.contentType }));
      }
    } catch (error) {
      if (error instanceof ServerProblem && error.status === 401) throw error;
    }
  }
}
