// Enrolment: a one-time code becomes this phone's token. The code is in the fragment of a link or in a QR, never in a log.
import {
  announce, closeVault, findStore, forgetPin, noteAgent, readPublicKey, readSetting, renumberOutbox, storeName, useStore, writeSetting, type Enrolment, type Scope,
} from '../store';
import { askJson, type Fetch } from './http';
import { ProtocolError } from './protocol';

/** What a scanned or typed text means: a code for this server, or a link to another one. */
export function readCode(text: string, origin: string): { code: string } | { link: string } | null {
  const clean = text.trim();
  const link = /^(https?:\/\/[^/\s]+)\/app\/?(?:index\.html)?#\/enrol\/([A-Za-z0-9_-]{4,200})\/?$/.exec(clean);
  if (link) return link[1] === origin ? { code: link[2]! } : { link: clean };
  return /^[A-Za-z0-9_-]{4,200}$/.test(clean) ? { code: clean } : null;
}

/**
 * Exchange a code for a token and keep it.
 *
 * The same agent again keeps everything, under a new device id whose count begins anew. Another agent, or another project, gets a
 * database of her own: this phone's other work stays as it is. `forgotten`: the PIN of this agent is to be given up with what only it
 * opens; a code of another agent gives up nothing.
 * :throws LineError: :throws ServerProblem: the code is unknown, used or expired.
 */
export async function enrol(fetcher: Fetch, code: string, makeId: () => string, now: () => number, forgotten = false): Promise<Enrolment> {
  const deviceId = makeId();
  const answer = (await askJson(fetcher, '/v1/enrol', { json: { code, deviceId } })) as Partial<Enrolment> & { era?: string | number; project?: { publicKey?: unknown } };
  if (!answer || typeof answer.token !== 'string' || !answer.appUser || !answer.project) throw new ProtocolError('enrolment answer without token');
  const store = await findStore(String(answer.project.id), String(answer.appUser.id));
  if (store !== storeName()) {
    const language = await readSetting('language');
    closeVault();
    await useStore(store);
    if (language && !(await readSetting('language'))) await writeSetting('language', language);
  } else if (forgotten) await forgetPin();
  const enrolment: Enrolment = {
    token: answer.token, deviceId, appUser: answer.appUser, project: answer.project,
    scopes: (Array.isArray(answer.scopes) ? answer.scopes : []).filter((scope: Scope) => typeof scope?.value === 'string'),
    enrolledAt: new Date(now()).toISOString(),
  };
  await renumberOutbox();
  const publicKey = readPublicKey(answer.project.publicKey);
  if (publicKey) await writeSetting('publicKey', publicKey);
  await writeSetting('deviceState', 'ok');
  await writeSetting('enrolment', enrolment);
  await noteAgent(enrolment);
  announce('settings', 'records', 'forms', 'drafts', 'outbox');
  return enrolment;
}

/** Fetch the names of the scopes again; the old ones stay when the line fails. */
export async function refreshScopes(fetcher: Fetch, enrolment: Enrolment): Promise<void> {
  const answer = await askJson(fetcher, `/v1/projects/${encodeURIComponent(String(enrolment.project.id))}/scopes`, { token: enrolment.token });
  if (!Array.isArray(answer)) return;
  const scopes = (answer as Scope[]).filter((scope) => typeof scope?.value === 'string');
  // Written over what stands there: the token of this request is not the one that lies clear.
  const own = await readSetting('enrolment');
  if (own?.deviceId === enrolment.deviceId) await writeSetting('enrolment', { ...own, scopes });
}
