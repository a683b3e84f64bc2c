// Which token pulls. The one that lies clear on the phone, so that it can send while locked, is to be worth nothing else: the phone makes a
// second one, keeps it encrypted, and then tells the server, which lets the first one send alone from that moment.
import { noteReading, takeReading, type Enrolment } from '../store';
import { askJson, LineError, ServerProblem, type Fetch } from './http';

const project = (enrolment: Enrolment): string => `/v1/projects/${encodeURIComponent(String(enrolment.project.id))}`;

/** Give the server the second token; the first one's, when the server does not know of two. */
async function tell(fetcher: Fetch, enrolment: Enrolment, token: string): Promise<string> {
  try {
    const told = (await askJson(fetcher, `${project(enrolment)}/sync/token`, { token: enrolment.token, json: { token } })) as { sendsOnly?: unknown } | null;
    if (told?.sendsOnly !== true) throw new LineError('not an answer about tokens');
  } catch (error) {
    if (!(error instanceof ServerProblem)) throw error;
    // An older server: as before, until it is a newer one.
    if (error.status === 404 || error.status === 405) return enrolment.token;
    // The first may send alone already: the answer was lost, and the second one is there.
    if (error.status !== 403) throw error;
  }
  await noteReading(enrolment, true);
  return token;
}

/**
 * Do what reads, with the enrolment and the token for it.
 *
 * A server that no longer knows the second token came back from a backup of before: it is told once more.
 * :throws LineError: :throws ServerProblem: :throws LockedError:
 */
export async function reading<T>(fetcher: Fetch, enrolment: Enrolment, work: (own: Enrolment) => Promise<T>): Promise<T> {
  const { token, known } = await takeReading(enrolment);
  try {
    return await work({ ...enrolment, token: known ? token : await tell(fetcher, enrolment, token) });
  } catch (error) {
    if (!known || !(error instanceof ServerProblem) || error.status !== 401) throw error;
    await noteReading(enrolment, false);
    return work({ ...enrolment, token: await tell(fetcher, enrolment, token) });
  }
}
