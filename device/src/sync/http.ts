// How the app speaks to its server: one function, so that time-outs, compression, the token and the shape of errors are the
// same everywhere. Nothing here is logged: addresses and bodies may be about people.

/** The line failed: no answer, cut, or too slow. Worth trying again. */
export class LineError extends Error {}

/** The server answered that it will not. `code` is its own code ("401.2"), else the HTTP status. */
export class ServerProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;
  /** The server's own word that it took nothing; a gateway's 502 leaves open what happened behind it. */
  readonly isRefusal: boolean;
  /** How long the server asks to be left alone, ms; 0 when it does not say. */
  readonly waitMs: number;
  constructor(status: number, code: string, message: string, details: unknown, isRefusal: boolean, waitMs = 0) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.isRefusal = isRefusal;
    this.waitMs = waitMs;
  }
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface Request {
  token?: string;
  /** Sent as JSON, compressed when `gzip` bytes are given instead. */
  json?: unknown;
  body?: Uint8Array<ArrayBuffer>;
  gzipped?: boolean;
  /** Of `body`; JSON when not said. */
  contentType?: string;
  timeoutMs?: number;
}

/** Compress a text with gzip where the browser can; null where it cannot. */
export async function gzip(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
  if (typeof CompressionStream === 'undefined') return null;
  const stream = new Response(data).body!.pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Longer than this no phone waits, whatever it is told. */
const LONGEST_WAIT_MS = 3_600_000;

/** Read a `Retry-After` in seconds, as our server and the one before it give it. */
export function readWait(header: string | null): number {
  return header !== null && /^\d{1,9}$/.test(header.trim()) ? Math.min(LONGEST_WAIT_MS, Number(header) * 1000) : 0;
}

/** Time allowed for a request: a minute, and more for what a slow line (4 kB/s) needs to carry the body. */
const patience = (bytes: number): number => 60_000 + bytes / 4;

/**
 * Ask the server. Returns the answer when its status is 2xx.
 *
 * :throws LineError: no usable answer. :throws ServerProblem: any other status.
 */
export async function ask(fetcher: Fetch, path: string, request: Request = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  if (request.token) headers.Authorization = `Bearer ${request.token}`;
  let body: Uint8Array<ArrayBuffer> | undefined = request.body;
  if (request.json !== undefined) body = new TextEncoder().encode(JSON.stringify(request.json));
  if (body) headers['Content-Type'] = request.contentType ?? 'application/json';
  if (request.gzipped) headers['Content-Encoding'] = 'gzip';
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), request.timeoutMs ?? patience(body?.byteLength ?? 0));
  let response: Response;
  try {
    response = await fetcher(path, {
      method: body ? 'POST' : 'GET', headers, body: body ?? null, signal: stop.signal, cache: 'no-store', credentials: 'omit', redirect: 'error',
    });
    if (!response.ok) {
      const problem: unknown = await response.json().catch(() => null);
      const fields = typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>) : {};
      throw new ServerProblem(
        response.status, typeof fields.code === 'string' ? fields.code : String(response.status),
        typeof fields.message === 'string' ? fields.message : '', fields.details, response.status < 500 || typeof fields.code === 'string',
        readWait(response.headers.get('Retry-After')),
      );
    }
    // Read the whole body inside the time-out: a line can die in the middle of an answer.
    return new Response(await response.arrayBuffer(), { status: 200, headers: response.headers });
  } catch (error) {
    if (error instanceof ServerProblem) throw error;
    throw new LineError(error instanceof Error ? error.message : 'no answer');
  } finally {
    clearTimeout(timer);
  }
}

/** Ask and read JSON. :throws LineError: when the answer is no JSON (a captive portal, a cut). */
export async function askJson(fetcher: Fetch, path: string, request: Request = {}): Promise<unknown> {
  const response = await ask(fetcher, path, request);
  try {
    return await response.json();
  } catch {
    throw new LineError('the answer is not JSON');
  }
}
