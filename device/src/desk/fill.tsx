// The app's form screen at the officers' desk: the server hands over the form, the row and where to send; answers go the way of a push.
import { createSignal, Show } from 'solid-js';
import { render } from 'solid-js/web';
import type { DraftFiles, FormSession } from '../form/contract';
import { FormScreen } from '../form/FormScreen';
import { followUpOf, readFacts } from '../records/facts';
import { writeCsv } from '../records/rows';
import type { ListRow } from '../store/types';
import { markSent } from './grid/kept';
import '../style.css';
import './desk.css';

/** What the page says of the form to be filled (server/console/fill.py). */
interface Told {
  formId: string;
  version: string;
  title: string;
  /** Addresses: of the XForm, of each file of the form, of each entity list. */
  xml: string;
  files: Record<string, string>;
  lists: Record<string, string>;
  /** The record it is about, chosen before. */
  record: { id: string; list: string; label: string; row: ListRow; properties: string[] } | null;
  /** A submission that is edited: its XML and the files it names. */
  edit: { xml: string; files: Record<string, string> } | null;
  /** It is one row of a grid, which is told what became of it. */
  grid: boolean;
  username: string;
  language: string;
  submit: string;
  leave: string;
  csrf: string;
  failed: string;
}

const root = document.getElementById('form') as HTMLElement;
const told = JSON.parse(root.dataset.session!) as Told;
const kept = `hirfa form ${location.pathname}${location.search}`;
/** What the next form of its kind asks of the last one (`last-saved`): for as long as the tab, for a desk is shared. */
const last = `hirfa last ${told.formId}`;
const [problem, setProblem] = createSignal('');
let unsent = false;

async function read(address: string): Promise<Response> {
  const answer = await fetch(address, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer;
}

async function readFiles(files: Record<string, string>): Promise<{ name: string; blob: Blob }[]> {
  return Promise.all(Object.entries(files).map(async ([name, address]) => ({ name, blob: await (await read(address)).blob() })));
}

/** Answers live as long as the tab, so that a reload loses none. Photographs do not fit there: leaving asks first. */
function keep(d: DraftFiles): void {
  unsent = true;
  try {
    if (d.files.length === 0) sessionStorage.setItem(kept, d.xml);
    else sessionStorage.removeItem(kept);
  } catch {
    sessionStorage.removeItem(kept);
  }
}

async function send(d: DraftFiles, remembered: Record<string, string> = {}): Promise<void> {
  const body = new FormData();
  body.append('xml_submission_file', new Blob([d.xml], { type: 'text/xml' }), 'submission.xml');
  for (const file of d.files) body.append(file.name, file.blob, file.name);
  let answer: Response;
  try {
    answer = await fetch(told.submit, { method: 'POST', body, credentials: 'same-origin', headers: { 'X-CSRFToken': told.csrf, Accept: 'application/json' } });
  } catch (error) {
    setProblem(told.failed);
    throw error;
  }
  const said = (await answer.json().catch(() => ({}))) as { next?: string; message?: string; status?: string; instanceId?: string };
  if (!answer.ok || said.next === undefined) {
    setProblem(said.message ?? told.failed);
    throw new Error(said.message ?? String(answer.status));
  }
  unsent = false;
  sessionStorage.removeItem(kept);
  if (Object.keys(remembered).length > 0) sessionStorage.setItem(last, JSON.stringify(remembered));
  if (told.grid) markSent(told.formId, told.record?.id ?? '', { instanceId: said.instanceId ?? '', aside: said.status === 'quarantined' });
  window.parent.location.assign(said.next); // of a preview, the page around it
}

async function open(): Promise<FormSession> {
  const xml = await (await read(told.xml)).text();
  const followUp = told.record ? followUpOf(readFacts(xml)) : null;
  const draft = sessionStorage.getItem(kept);
  const { record, edit } = told;
  return {
    source: {
      formId: told.formId, version: told.version, title: told.title, xml,
      async attachment(name) {
        const list = name.replace(/\.csv$/, '');
        if (record && list === record.list && name.endsWith('.csv')) {
          return new Blob([writeCsv([record.row], record.properties)], { type: 'text/csv' });
        }
        const address = told.lists[list] ?? told.files[name];
        return address === undefined ? null : (await read(address)).blob();
      },
    },
    ...(draft !== null
      ? { draft: { xml: draft, files: edit ? await readFiles(edit.files) : [] } }
      : edit ? { edit: { xml: await (await read(edit.xml)).text(), files: await readFiles(edit.files) } } : {}),
    ...(record ? { preset: { ...(followUp?.question ? { entityQuestion: followUp.question } : {}), entityId: record.id, list: record.list, label: record.label } } : {}),
    deviceId: 'desk', username: told.username, language: told.language,
    lastSaved: async () => JSON.parse(sessionStorage.getItem(last) ?? '{}') as Record<string, string>,
    async onAutosave(d) { keep(d); },
    onFinalize: (d, meta) => send(d, meta.remembered),
    onLeave() {
      unsent = false;
      location.assign(told.leave);
    },
  };
}

window.addEventListener('beforeunload', (event) => {
  if (unsent && sessionStorage.getItem(kept) === null) event.preventDefault();
});

function refuse(): void {
  root.replaceChildren();
  const note = document.createElement('p');
  note.className = 'notice notice-bad refused';
  note.setAttribute('role', 'alert');
  note.textContent = told.failed;
  root.append(note);
}

open().then((session) => {
  render(() => (
    <>
      <Show when={problem()}>
        {(words) => <p class="desk-problem" role="alert" dir="auto">{words()}</p>}
      </Show>
      <FormScreen session={session} />
    </>
  ), root);
}, refuse);
