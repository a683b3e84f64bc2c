// A server of one list and one sum, small enough to be right by reading: it follows the protocol, can be restored from a backup,
// and checks on every request what no phone may ever do. What it was sent and what each version held is kept for the test.
import { children, descendants, parseXml } from '../../src/records/xml';
import type { Fetch } from '../../src/sync/http';

export type Fault = 'before' | 'after' | 'cut' | 'gateway' | 'refuse' | null;

interface Entity { version: number; scope: string; counter: number; gone: string[]; total: number; nom: string; ids: readonly string[] }
interface Stored { entities: { id: string; version: number; conflicts: string[] }[] }
interface State { entities: Map<string, Entity>; stored: Map<string, Stored>; aside: Map<string, Item>; files: Set<string>; counter: number }
interface Item { seq: number; instanceId: string; xml: string; attachments: { sha256: string }[] }

const inflate = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => new Response(new Response(bytes).body!.pipeThrough(new DecompressionStream('gzip'))).text();
const copy = (state: State): State => ({ entities: new Map([...state.entities].map(([id, e]) => [id, { ...e, gone: [...e.gone] }])), stored: new Map(state.stored), aside: new Map(state.aside), files: new Set(state.files), counter: state.counter });

export class ModelServer {
  era = 0;
  state: State = { entities: new Map(), stored: new Map(), aside: new Map(), files: new Set(), counter: 0 };
  backup: State | null = null;
  backedUp: string | null = null;
  scopes = ['A'];
  devices = new Map<string, { revoked: boolean; seqs: Set<number> }>();
  faults: Fault[] = [];
  setAside = 0;
  fail = 0;
  maxItems = 500;
  violations: string[] = [];
  /** Entity and version -> the instances that its value holds. */
  held = new Map<string, readonly string[]>();
  /** Branch -> the place that each instance claimed in it, with its base. */
  places = new Map<string, Map<string, { pos: number; base: number | null }>>();
  private owed = new Set<string>();
  private busy = 0;
  private ticks = 0;

  now(): string {
    return new Date(Date.parse('2026-11-23T10:00:00Z') + (this.ticks += 1) * 1000).toISOString();
  }

  write(id: string, change: Partial<Pick<Entity, 'total' | 'nom' | 'scope'>> & { by?: string }): number {
    const state = this.state;
    const before = state.entities.get(id) ?? { version: 0, scope: 'A', counter: 0, gone: [], total: 0, nom: '', ids: [] };
    const version = Math.max(before.version, this.era * 1_000_000) + 1;
    state.counter = Math.max(state.counter, this.era * 1_000_000) + 1;
    const scope = change.scope ?? before.scope;
    const ids = change.by ? [...before.ids, change.by] : before.ids;
    const gone = [...new Set([...before.gone, ...(scope === before.scope ? [] : [before.scope])])].filter((other) => other !== scope);
    state.entities.set(id, { version, scope, counter: state.counter, gone, total: before.total + (change.total ?? 0), nom: change.nom ?? before.nom, ids });
    this.held.set(`${id} ${version}`, ids);
    return version;
  }

  takeBackup(): void {
    this.backup = copy(this.state);
    this.backedUp = this.now();
  }

  restore(): void {
    if (!this.backup) return;
    this.state = copy(this.backup);
    this.era += 1;
    this.owed.clear();
  }

  release(): void {
    for (const item of this.state.aside.values()) this.apply(item);
    this.state.aside.clear();
  }

  private apply(item: Item): Stored {
    const root = parseXml(item.xml).documentElement;
    const entities = descendants(root, 'entity').map((node) => {
      const id = node.getAttribute('id')!;
      const branch = node.getAttribute('branchId') ?? '';
      const number = (name: string): number | null => (node.getAttribute(name) ? Number(node.getAttribute(name)) : null);
      if (branch) {
        const chain = this.places.get(branch) ?? new Map<string, { pos: number; base: number | null }>();
        this.places.set(branch, chain);
        chain.set(item.instanceId, { pos: number('baseVersion')!, base: number('trunkVersion') });
      }
      const text = (name: string): string | undefined => children(root, name)[0]?.textContent ?? undefined;
      return { id, version: this.write(id, { total: Number(text('recettes') ?? 0), nom: text('nom'), by: item.instanceId }), conflicts: [] };
    });
    const stored = { entities };
    this.state.stored.set(item.instanceId, stored);
    return stored;
  }

  fetch: Fetch = async (input, init) => {
    const bytes = init.body as Uint8Array<ArrayBuffer> | null;
    const body = bytes ? (JSON.parse((init.headers as Record<string, string>)['Content-Encoding'] === 'gzip' ? await inflate(bytes) : new TextDecoder().decode(bytes)) as Record<string, unknown>) : {};
    if ((this.busy += 1) > 1) this.violations.push('two requests at once');
    try {
      await Promise.resolve();
      const fault = this.faults.shift() ?? null;
      if (fault === 'before') throw new TypeError('failed to fetch');
      if (fault === 'refuse') return Response.json({ code: '500.1', message: 'broken' }, { status: 500 });
      if (bytes && bytes.byteLength > 1_048_576) this.violations.push('a body above the limit');
      const answer = this.answer(input, body, fault !== null);
      if (fault === 'after') throw new TypeError('failed to fetch');
      if (fault === 'gateway') return new Response('bad gateway', { status: 502 });
      return fault === 'cut' ? new Response(JSON.stringify(answer.json).slice(0, 40)) : Response.json(answer.json, { status: answer.status ?? 200 });
    } finally {
      this.busy -= 1;
    }
  };

  private answer(path: string, body: Record<string, unknown>, unheard: boolean): { json: unknown; status?: number } {
    if (path === '/v1/enrol') return { json: { token: 'T', appUser: { id: 1, name: 'N' }, project: { id: 1, name: 'P' }, scopes: [] } };
    if (path.endsWith('/scopes')) return { json: [] };
    if (path.endsWith('/sync/token')) return { json: { sendsOnly: true } };
    const deviceId = String(body.deviceId);
    const device = this.devices.get(deviceId) ?? { revoked: false, seqs: new Set<number>() };
    this.devices.set(deviceId, device);
    return path.endsWith('/sync/push') ? this.push(body.submissions as Item[], device, unheard) : { json: this.pull(body, device) };
  }

  private push(items: Item[], device: { revoked: boolean; seqs: Set<number> }, unheard: boolean): { json: unknown; status?: number } {
    if (items.length > 500) this.violations.push('more than 500 items');
    if (items.length > this.maxItems) return { status: 413, json: { code: '413.1', message: 'too large', details: { limit_items: this.maxItems, limit_bytes: 1_048_576 } } };
    const wanted = new Set<string>();
    const results = items.map((item) => {
      const { instanceId } = item;
      if (this.fail > 0) {
        this.fail -= 1;
        return { instanceId, status: 'failed', entities: [], error: { code: '500.1', message: 'not now' } };
      }
      if (unheard) this.owed.add(instanceId);
      else this.owed.delete(instanceId);
      device.seqs.add(item.seq);
      const known = this.state.stored.get(instanceId);
      const aside = this.state.aside.has(instanceId);
      if (!known && (aside || device.revoked || this.setAside > 0)) {
        if (!aside && !device.revoked) this.setAside -= 1;
        this.state.aside.set(instanceId, item);
        return { instanceId, status: 'quarantined', entities: [], error: { code: '404.6', message: 'set aside' } };
      }
      for (const { sha256 } of item.attachments) if (!this.state.files.has(sha256)) wanted.add(sha256);
      return { instanceId, status: known ? 'duplicate' : 'accepted', ...(known ?? this.apply(item)) };
    });
    return { json: { serverTime: this.now(), era: this.era, results, missing: [], attachmentsWanted: [...wanted], device: device.revoked ? 'revoked' : 'ok' } };
  }

  private pull(body: Record<string, unknown>, device: { revoked: boolean }): unknown {
    if (this.owed.size > 0) this.violations.push(`pulled while ${[...this.owed].join()} was not answered`);
    const head = { serverTime: this.now(), era: this.era, backedUp: this.backedUp, addScopes: [] as string[], dropScopes: [] as string[], forms: [], withdrawn: [], corrections: [], questions: [] };
    if (device.revoked) return { ...head, scopes: {}, device: 'revoked' };
    const asked = body.scopes as Record<string, number>;
    const cursors = body.era === null || body.era === this.era ? asked : {};
    let left = Math.min(Number(body.limit), 3);
    const scopes: Record<string, unknown> = {};
    for (const scope of this.scopes) {
      const after = cursors[scope] ?? 0;
      const rows = [...this.state.entities].filter(([, e]) => e.counter > after && (e.scope === scope || e.gone.includes(scope))).sort((a, b) => a[1].counter - b[1].counter);
      const taken = rows.slice(0, Math.max(0, left));
      left -= taken.length;
      const more = taken.length < rows.length;
      scopes[scope] = {
        cursor: more ? (taken.at(-1)?.[1].counter ?? after) : Math.max(after, this.state.counter), more,
        upserts: taken.filter(([, e]) => e.scope === scope).map(([id, e]) => ({ id, list: 'femmes', version: e.version, data: { label: e.nom, nom: e.nom, recettes: String(e.total) }, open: [], events: [] })),
        gone: taken.filter(([, e]) => e.scope !== scope).map(([id]) => ({ id })),
      };
    }
    return { ...head, scopes, addScopes: this.scopes.filter((s) => !(s in asked)), dropScopes: Object.keys(asked).filter((s) => !this.scopes.includes(s)), device: 'ok' };
  }
}
