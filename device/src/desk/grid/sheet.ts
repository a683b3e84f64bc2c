// The rows of a grid: one open form each, filled from what is common and what was typed in the row, judged by the form engine alone.
import { createSignal, untrack } from 'solid-js';
import { createStore, unwrap } from 'solid-js/store';
import { loadOnce, openIn, type LoadedForm, type OpenForm, type OpenOptions, type Question } from '../../engine/open-form';
import { followUpOf, readFacts } from '../../records/facts';
import { writeCsv } from '../../records/rows';
import { forgetState, readState, takeSent, writeState, type Role, type RowState } from './kept';
import { findDeciders, proposeRoles, sortQuestions, type Plan } from './plan';
import type { GridKey } from './texts';
import type { Told } from './told';

/** The one row of a grid that is one submission. */
export const SHEET = '';
/** Rows that share one loaded form. Loading takes as long as opening a few rows; each row takes longer the more it is loaded with. */
const TOGETHER = 8;

export interface Issue {
  path: string;
  label: string;
  key: GridKey | null;
  /** The form's own words, or the text that is meant. */
  text: string;
  /** Nothing was answered: told once she tried to send. */
  missing: boolean;
}

export type Outcome = 'sent' | 'refused' | 'stopped' | 'signedOut';

interface Opened {
  form: OpenForm;
  plan: Plan;
  byPath: Map<string, Question>;
  /** What the form answers by itself. */
  initial: Map<string, string>;
}

const NEW_ROW: RowState = { cells: {}, on: false };

async function read(address: string): Promise<Response> {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer;
}

export type Sheet = ReturnType<typeof createSheet>;

export function createSheet(told: Told) {
  const [state, setState] = createStore(readState(told));
  const [opened, setOpened] = createSignal<ReadonlyMap<string, Opened>>(new Map());
  const [failed, setFailed] = createSignal('');
  const [room, setRoom] = createSignal(true);
  const ids = told.mode === 'ticks' ? [SHEET] : told.rows.map((row) => row.id);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let typedAt = 0;

  const row = (id: string): RowState => state.rows[id] ?? NEW_ROW;
  const flush = (): void => {
    clearTimeout(timer);
    setRoom(writeState(told, unwrap(state)));
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(flush, 300);
  };
  const setRow = (id: string, changes: Partial<RowState>): void => {
    setState('rows', id, { ...NEW_ROW, ...unwrap(state.rows[id] ?? {}), ...changes });
    later();
  };
  const template = (): Opened | undefined => opened().values().next().value;

  /** The questions that pick the women themselves: the columns of a sheet. */
  const ticks = (): Question[] => {
    const known = new Set(told.rows.map((each) => each.id));
    return (template()?.plan.several ?? []).filter((q) => {
      const options = q.options();
      return options.length > 0 && options.every((o) => known.has(o.value));
    });
  };
  const role = (path: string): Role => state.roles[path] ?? 'none';

  /** What is asked of a question in a row; undefined where nobody said anything. */
  const wanted = (id: string, path: string): string | undefined =>
    role(path) === 'common' ? state.common[path] : role(path) === 'column' ? row(id).cells[path] : undefined;

  const give = (q: Question, value: string): void => {
    untrack(() => {
      try {
        if (q.widget === 'select1' || q.widget === 'select') {
          const known = new Set(q.options().map((o) => o.value));
          const values = value.split(q.widget === 'select' ? ' ' : '\n').filter((each) => known.has(each));
          if (values.join(' ') !== q.chosen().join(' ')) q.choose(values);
        } else if (q.answer() !== value || q.problem() !== null) q.setText(value);
      } catch {
        // A calculation of the form fails on this answer; it was taken all the same.
      }
    });
  };

  /** Give a row all that is common and its own. Twice, for an answer can change which choices the next one has. */
  const apply = (id: string, only?: string): void => {
    const found = untrack(opened).get(id);
    if (!found) return;
    const then = row(id).commonThen;
    for (let pass = 0; pass < (only ? 1 : 2); pass += 1) {
      for (const q of [...found.plan.plain, ...found.plan.several]) {
        if (only !== undefined && q.path !== only) continue;
        const value = untrack(() => wanted(id, q.path));
        if (only === undefined && then && role(q.path) === 'common' && then[q.path] === value) continue;
        if (value !== undefined) give(q, value);
        else if (only !== undefined) give(q, found.initial.get(q.path) ?? '');
      }
    }
    if (told.mode === 'ticks') {
      for (const q of untrack(ticks)) give(q, told.rows.filter((each) => row(each.id).cells[q.path]).map((each) => each.id).join(' '));
    }
  };

  let xml = '';
  let entityQuestion: string | undefined;
  const loaded = new Map<number, Promise<LoadedForm>>();
  const optionsOf = (id: string, draft?: string): OpenOptions => ({
    xml,
    async attachment(name) {
      const list = name.replace(/\.csv$/, '');
      if (list === told.list && name.endsWith('.csv')) {
        const rows = id === SHEET ? told.rows : told.rows.slice(chunkOf(id) * TOGETHER, (chunkOf(id) + 1) * TOGETHER);
        return new Blob([writeCsv(rows.map((each) => each.row), told.properties)], { type: 'text/csv' });
      }
      const address = told.lists[list] ?? told.files[name];
      return address === undefined ? null : (await read(address)).blob();
    },
    ...(id !== SHEET ? { preset: { ...(entityQuestion ? { entityQuestion } : {}), entityId: id, list: told.list } } : {}),
    ...(draft !== undefined ? { draft: { xml: draft, files: [] } } : {}),
    deviceId: 'desk', username: told.username, language: told.language,
  });
  const chunkOf = (id: string): number => Math.max(0, Math.floor(ids.indexOf(id) / TOGETHER));

  const openRow = async (id: string): Promise<void> => {
    if (opened().has(id)) return;
    const chunk = chunkOf(id);
    if (!loaded.has(chunk)) loaded.set(chunk, loadOnce(optionsOf(id)));
    const form = await loaded.get(chunk)!;
    try {
      const one = await openIn(form, optionsOf(id, row(id).draft));
      if (opened().has(id)) return; // asked for twice at once
      const plan = untrack(() => sortQuestions(one.children()));
      const all = [...plan.plain, ...plan.several];
      const found: Opened = {
        form: one, plan, byPath: new Map(all.map((q) => [q.path, q])), initial: new Map(all.map((q) => [q.path, untrack(q.answer)])),
      };
      setOpened(new Map([...opened(), [id, found]]));
      if (opened().size === 1) propose(xml, plan);
      apply(id);
    } catch (error) {
      setRow(id, { error: error instanceof Error ? error.message : String(error) });
    }
  };

  const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
  /** Rows that are used come first; the others open while nobody types, for each takes a moment of the whole page. */
  const openAll = async (): Promise<void> => {
    const tried = new Set<string>();
    for (;;) {
      const left = ids.filter((id) => !opened().has(id) && !tried.has(id) && !row(id).sent);
      const next = left.find((id) => row(id).on) ?? left[0];
      if (next === undefined) break;
      const quiet = row(next).on ? 400 : 1500;
      if (opened().size > 0 && Date.now() - typedAt < quiet) await pause(200);
      else {
        tried.add(next);
        await openRow(next);
        await pause(0);
      }
    }
  };

  const open = async (): Promise<void> => {
    try {
      ids.forEach(takeBack);
      xml = await (await read(told.xml)).text();
      entityQuestion = told.mode === 'rows' ? followUpOf(readFacts(xml))?.question ?? undefined : undefined;
      // One is opened in any case, sent or not: it names the columns. A form need not be meant for each of the women.
      for (const id of [...ids.filter((each) => !row(each).sent), ...ids]) if (opened().size === 0) await openRow(id);
      if (opened().size === 0) setFailed(ids.map((id) => row(id).error).find(Boolean) ?? '');
      await openAll();
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };

  const propose = (xml: string, plan: Plan): void => {
    const proposed = untrack(() => proposeRoles(plan, findDeciders(xml), told.mode, new Set(ticks().map((q) => q.path))));
    setState('roles', { ...proposed, ...unwrap(state.roles) });
  };

  /** Take back a row that was open in the form page. */
  const takeBack = (id: string): void => {
    const was = row(id);
    if (was.opened === undefined) return;
    const sent = takeSent(told.formId, id);
    const draft = sessionStorage.getItem(was.opened);
    sessionStorage.removeItem(was.opened);
    if (sent) setRow(id, { sent, opened: undefined, frozen: undefined, error: undefined });
    else if (draft !== null) setRow(id, { draft, cells: {}, opened: undefined });
    else setRow(id, { opened: undefined, commonThen: undefined });
    flush();
  };

  const rawIssue = (id: string, q: Question): Issue | null => {
    const text = wanted(id, q.path);
    if (!text || q.widget !== 'select1' || q.options().some((o) => o.value === text)) return null;
    return { path: q.path, label: q.label()?.plain ?? q.name, key: 'notAChoice', text, missing: false };
  };

  const issueOf = (id: string, q: Question): Issue | null => {
    if (!q.relevant()) return null;
    const raw = rawIssue(id, q);
    if (raw) return raw;
    const problem = q.problem();
    if (!problem) return null;
    const text = wanted(id, q.path) ?? q.answer();
    const key: GridKey | null = problem.message !== null ? null
      : problem.kind === 'required' ? 'needed'
      : problem.kind === 'notNumber' || problem.kind === 'tooLarge' ? 'notNumber'
      : q.widget === 'date' && problem.kind === 'notValid' ? 'notADate' : 'notAccepted';
    return { path: q.path, label: q.label()?.plain ?? q.name, key, text: problem.message ?? text, missing: problem.kind === 'required' };
  };

  /** Everything that keeps a row from being sent, in the order of the form. */
  const issuesOf = (id: string): Issue[] =>
    (opened().get(id)?.form.questions() ?? []).flatMap((q) => {
      if (q.widget === 'note' || q.readonly()) return [];
      const issue = issueOf(id, q);
      return issue ? [issue] : [];
    });

  const isLocked = (id: string): boolean => row(id).sent !== undefined || row(id).frozen !== undefined;

  const send = async (id: string): Promise<Outcome> => {
    const found = opened().get(id);
    if (row(id).frozen === undefined) {
      if (!found) return 'refused';
      setRow(id, { frozen: (await found.form.payload()).xml, error: undefined });
      flush();
    }
    const body = new FormData();
    body.append('xml_submission_file', new Blob([row(id).frozen ?? ''], { type: 'text/xml' }), 'submission.xml');
    let answer: Response;
    try {
      answer = await fetch(`${told.submit}?grid=`, { method: 'POST', body, credentials: 'same-origin', redirect: 'manual', headers: { 'X-CSRFToken': told.csrf, Accept: 'application/json' } });
    } catch {
      return 'stopped';
    }
    const said = (await answer.json().catch(() => null)) as { status?: string; instanceId?: string; message?: string; code?: string } | null;
    if (answer.ok && said?.instanceId !== undefined) {
      setRow(id, { sent: { instanceId: said.instanceId, aside: said.status === 'quarantined' }, frozen: undefined, error: undefined });
      flush();
      return 'sent';
    }
    if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
      setRow(id, { frozen: undefined });
      flush();
      return 'signedOut';
    }
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
      setRow(id, { frozen: undefined, error: said?.message ?? String(answer.status) });
      flush();
      return 'refused';
    }
    return 'stopped';
  };

  return {
    told, state, ids, row, setRow, opened, template, ticks, role, wanted, failed, room, flush, open, openRow, issueOf, issuesOf, isLocked, send,
    setRole(path: string, to: Role): void {
      setState('roles', path, to);
      for (const id of ids) if (!isLocked(id)) apply(id, path);
      later();
    },
    setCommon(path: string, value: string): void {
      setState('common', path, value);
      for (const id of ids) if (!isLocked(id)) apply(id, path);
      later();
    },
    /** `settled`: she left the cell; until then the text is kept, and judged after. */
    setCell(id: string, path: string, value: string, settled: boolean): void {
      if (isLocked(id)) return;
      typedAt = Date.now();
      setRow(id, { cells: { ...unwrap(row(id).cells), [path]: value }, error: undefined, ...(value !== '' ? { on: true } : {}) });
      if (settled) apply(id, path);
    },
    setTick(id: string, path: string, on: boolean): void {
      if (isLocked(SHEET)) return;
      setRow(id, { cells: { ...unwrap(row(id).cells), [path]: on ? '1' : '' } });
      setRow(SHEET, { on: true, error: undefined });
      apply(SHEET);
    },
    /** Leave for the form page with a row as it is; it comes back by `takeBack`. */
    async openWhole(id: string): Promise<void> {
      const found = opened().get(id);
      if (!found) return;
      const address = new URL(told.open, location.href);
      if (id !== SHEET) address.searchParams.set('woman', id);
      address.searchParams.set('grid', told.here);
      const key = `hirfa form ${address.pathname}${address.search}`;
      const { xml } = await found.form.payload();
      sessionStorage.setItem(key, xml);
      setRow(id, { opened: key, on: true, commonThen: { ...unwrap(state.common) } });
      flush();
      location.assign(address.href);
    },
    /** Begin the next sheet with the same answers. */
    nextSheet(): void {
      setRow(SHEET, { sent: undefined, frozen: undefined, error: undefined, draft: undefined, commonThen: undefined, on: true });
      flush();
      location.reload();
    },
    clear(): void {
      clearTimeout(timer);
      forgetState(told);
      location.reload();
    },
    /** Rows to be sent that were begun and are not there. */
    elsewhere: (): string[] => Object.entries(state.rows).filter(([id, each]) => id !== SHEET && each.on && !each.sent && !ids.includes(id)).map(([id]) => id),
    /** Rows with something to lose. */
    unsent: (): string[] => ids.filter((id) => row(id).on && !row(id).sent),
  };
}
