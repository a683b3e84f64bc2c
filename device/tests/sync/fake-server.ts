// A server small enough to read, behind a `fetch`: it keeps instances by id, a register by scope with a change counter, and can
// fail in the ways a bad line fails: before it hears, after it acted, or in the middle of an answer.
import type { Fetch } from '../../src/sync/http';

export interface Fault { (request: { path: string; body: Record<string, unknown>; bytes: number }): 'before' | 'after' | 'cut' | { status: number; json: unknown; headers?: Record<string, string> } | null }

interface Held { list: string; version: number; scope: string; data: Record<string, string>; counter: number; gone: boolean; mergedInto?: string }

const inflate = async (bytes: Uint8Array): Promise<string> =>
  new Response(new Response(bytes as Uint8Array<ArrayBuffer>).body!.pipeThrough(new DecompressionStream('gzip'))).text();

export class FakeServer {
  era = 1;
  counter = 0;
  instances = new Map<string, { xml: string; seq: number }>();
  /** The version that whatever arrives about a record takes. */
  versions = new Map<string, number>();
  /** Order in which instances were first stored. */
  arrived: string[] = [];
  wanted = new Set<string>();
  register = new Map<string, Held>();
  scopes = ['3112'];
  /** Versions that are no longer offered. */
  former: FakeServer['forms'] = [];
  forms: { formId: string; version: string; hash: string; title: string; audience: string; attachments: { name: string; hash: string }[]; xml: string }[] = [];
  quarantine = new Map<string, string>();
  fault: Fault = () => null;
  requests: { path: string; body: Record<string, unknown> }[] = [];
  maxItems = 500;
  revoked = false;
  /** Tokens that may send alone; those that this server does not know; who asked for what. */
  senders = new Set<string>();
  unknown = new Set<string>();
  asked: { what: string; token: string }[] = [];
  /** A server of before there were two tokens. */
  old = false;
  missing: number[] = [];
  corrections: { instanceId: string; formId: string; formVersion: string; xml: string; attachments: { name: string; sha256: string; size: number; contentType: string }[]; comment: string; at: string; by: string }[] = [];
  questions: { entity: string; property: string; values: string[]; words: string; at: string }[] = [];
  /** Files of forms that were sent back: name -> text. */
  files = new Map<string, string>();

  put(id: string, data: Record<string, string>, scope = '3112', list = 'femmes'): void {
    this.counter += 1;
    this.register.set(id, { list, version: (this.register.get(id)?.version ?? 0) + 1, scope, data, counter: this.counter, gone: false });
  }

  remove(id: string, mergedInto?: string): void {
    this.counter += 1;
    this.register.set(id, { ...this.register.get(id)!, counter: this.counter, gone: true, ...(mergedInto ? { mergedInto } : {}) });
  }

  fetch: Fetch = async (input, init) => {
    const path = input.replace(/^https?:\/\/[^/]+/, '');
    let body: Record<string, unknown> = {};
    if (init.body) {
      const bytes = init.body as Uint8Array;
      const text = (init.headers as Record<string, string>)['Content-Encoding'] === 'gzip' ? await inflate(bytes) : new TextDecoder().decode(bytes);
      body = JSON.parse(text) as Record<string, unknown>;
    }
    const fault = this.fault({ path, body, bytes: (init.body as Uint8Array | null)?.byteLength ?? 0 });
    if (fault === 'before') throw new TypeError('failed to fetch');
    if (fault && typeof fault === 'object') return Response.json(fault.json, { status: fault.status, headers: fault.headers ?? {} });
    const token = (init.headers as Record<string, string>).Authorization?.slice(7) ?? '';
    const answer = this.refuse(path, token) ?? this.split(path, token, body);
    if (!path.endsWith('/sync/token')) this.requests.push({ path, body });
    return this.tell(fault, answer ?? this.answer(path, body));
  };

  private async tell(fault: 'after' | 'cut' | null, answer: Response): Promise<Response> {
    if (fault === 'after') throw new TypeError('failed to fetch');
    if (fault === 'cut') return new Response((await answer.text()).slice(0, 30), { status: 200 });
    return answer;
  }

  private refuse(path: string, token: string): Response | null {
    const what = path.split('/').pop()!;
    this.asked.push({ what, token });
    if (this.unknown.has(token)) return Response.json({ code: '401.2', message: 'unknown token' }, { status: 401 });
    const reads = !['push', 'enrol', 'handover'].includes(what);
    return reads && this.senders.has(token) ? Response.json({ code: '403.1', message: 'it sends alone' }, { status: 403 }) : null;
  }

  private split(path: string, token: string, body: Record<string, unknown>): Response | null {
    if (!path.endsWith('/sync/token') || this.old) return null;
    this.senders.add(token);
    this.unknown.delete(String(body.token));
    return Response.json({ sendsOnly: true });
  }

  private answer(path: string, body: Record<string, unknown>): Response {
    if (path === '/v1/enrol') {
      if (body.code !== 'GOODCODE') return Response.json({ code: '404.1', message: 'unknown', requestId: 'r' }, { status: 404 });
      return Response.json({ token: 'T', appUser: { id: 7, name: 'Nadia' }, project: { id: 1, name: 'Oran', publicKey: null }, scopes: [{ value: '3112', labels: { fr: 'Tafraoui', ar: 'طفراوي' } }], era: this.era });
    }
    if (path.endsWith('/scopes')) return Response.json(this.scopes.map((value) => ({ value, labels: { fr: `Commune ${value}`, ar: value } })));
    if (path.endsWith('/sync/push')) return this.push(body);
    if (path.endsWith('/sync/pull')) return this.pull(body);
    const sentBack = /\/corrections\/[^/]+\/attachments\/(.+)$/.exec(path)?.[1];
    if (sentBack !== undefined && this.files.has(sentBack)) return new Response(this.files.get(sentBack));
    const form = [...this.forms, ...this.former].find((other) => path.endsWith(`/forms/${other.formId}/versions/${other.version}.xml`));
    if (form) return new Response(form.xml);
    const file = this.forms.flatMap((other) => other.attachments).find((other) => path.endsWith(`/attachments/${other.name}`));
    return file ? new Response(`bytes of ${file.name}`, { headers: { 'Content-Type': 'image/png' } }) : Response.json({ code: '404.1', message: 'none' }, { status: 404 });
  }

  private push(body: Record<string, unknown>): Response {
    const items = body.submissions as { instanceId: string; xml: string; seq: number; attachments: { sha256: string }[] }[];
    if (items.length > this.maxItems) return Response.json({ code: '413.1', message: 'too large', details: { limit_items: this.maxItems, limit_bytes: 1_048_576 } }, { status: 413 });
    const asked = new Set<string>();
    const results = items.map((item) => {
      const reason = this.quarantine.get(item.instanceId);
      if (reason) return { instanceId: item.instanceId, status: 'quarantined', entities: [], error: { code: '404.6', message: reason } };
      item.attachments.forEach((file) => { if (this.wanted.has(file.sha256)) asked.add(file.sha256); });
      const known = this.instances.get(item.instanceId);
      if (!known) {
        this.instances.set(item.instanceId, { xml: item.xml, seq: item.seq });
        this.arrived.push(item.instanceId);
      }
      return { instanceId: item.instanceId, status: known ? 'duplicate' : 'accepted', entities: [...this.versions].map(([id, version]) => ({ id, version, conflicts: [] })) };
    });
    return Response.json({ serverTime: '2026-11-23T10:00:00Z', era: this.era, results, missing: this.missing, attachmentsWanted: [...asked], device: this.revoked ? 'revoked' : 'ok' });
  }

  private pull(body: Record<string, unknown>): Response {
    if (this.revoked) return Response.json({ serverTime: '', era: this.era, scopes: {}, dropScopes: [], addScopes: [], forms: [], withdrawn: [], device: 'revoked' });
    const cursors = body.era === null || body.era === this.era ? (body.scopes as Record<string, number>) : {};
    let left = Number(body.limit);
    const scopes: Record<string, unknown> = {};
    for (const scope of this.scopes) {
      const after = cursors[scope] ?? 0;
      const rows = [...this.register].filter(([, held]) => held.scope === scope && held.counter > after).sort((a, b) => a[1].counter - b[1].counter);
      const taken = rows.slice(0, left);
      left -= taken.length;
      scopes[scope] = {
        cursor: taken.length < rows.length ? (taken.at(-1)?.[1].counter ?? after) : this.counter, more: taken.length < rows.length,
        upserts: taken.filter(([, held]) => !held.gone).map(([id, { list, version, data }]) => ({ id, list, version, data, open: [], events: [] })),
        gone: taken.filter(([, held]) => held.gone).map(([id, held]) => ({ id, ...(held.mergedInto ? { mergedInto: held.mergedInto } : {}) })),
      };
    }
    const asked = body.forms as Record<string, string>;
    return Response.json({
      serverTime: '2026-11-23T10:00:00Z', era: this.era, backedUp: null, scopes, device: 'ok', corrections: this.corrections, questions: this.questions,
      addScopes: this.scopes.filter((scope) => !(scope in cursors)), dropScopes: Object.keys(cursors).filter((scope) => !this.scopes.includes(scope)),
      forms: this.forms.filter((form) => asked[form.formId] !== form.hash).map(({ xml: _, ...form }) => form),
      withdrawn: Object.keys(asked).filter((formId) => !this.forms.some((form) => form.formId === formId)),
    });
  }
}
