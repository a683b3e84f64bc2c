// A page that shows the form screen alone, for browser tests: `window.harness.open({xml, …})`. Not part of the app.
import { createSignal, Show } from 'solid-js';
import { render } from 'solid-js/web';
import type { AutosaveMeta, DraftFiles, FormSession } from '../src/form/contract';
import { FormScreen } from '../src/form/FormScreen';
import { COMMUNES } from '../src/records/communes';
import '../src/style.css';

interface Asked {
  xml: string;
  title?: string;
  language?: string;
  files?: Record<string, string>;
  preset?: FormSession['preset'];
  lastSaved?: Record<string, string>;
  clockOffsetMs?: number;
  /** Continue the last autosaved draft of this page. */
  restore?: boolean;
}

const state = {
  saves: 0,
  draft: null as { files: DraftFiles; meta: AutosaveMeta } | null,
  final: null as DraftFiles | null,
  remembered: {} as Record<string, string>,
  left: 0,
  failSaves: '' as string,
  failFinal: '' as string,
  slowMs: 0,
};

const [session, setSession] = createSignal<FormSession | null>(null);
const [language, setLanguage] = createSignal('fr');

function fail(name: string): never {
  throw new DOMException('no room', name);
}

/** "data:TYPE;base64,…" as a Blob (the page may fetch nothing). */
function blobOf(address: string): Blob {
  const [, type = '', data = ''] = /^data:([^;]*);base64,(.*)$/s.exec(address) ?? [];
  return new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type });
}

async function toBase(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text);
}

const harness = {
  state,
  setLanguage,
  open(asked: Asked): void {
    setSession(null);
    setLanguage(asked.language ?? 'fr');
    state.final = null;
    const files = asked.files ?? {};
    const restored = asked.restore ? state.draft : null;
    setSession({
      source: {
        formId: 'f',
        version: '1',
        title: asked.title ?? 'Formulaire',
        xml: asked.xml,
        async attachment(name) {
          const content = files[name];
          if (content === undefined) return null;
          return content.startsWith('data:') ? blobOf(content) : new Blob([content], { type: 'text/csv' });
        },
      },
      ...(restored ? { draft: restored.files, instanceId: restored.meta.instanceId, pageIndex: restored.meta.pageIndex } : {}),
      ...(asked.preset ? { preset: asked.preset } : {}),
      places: async () => COMMUNES,
      lastSaved: async () => asked.lastSaved,
      clockOffsetMs: asked.clockOffsetMs ?? 0,
      deviceId: 'device-1',
      username: 'amel',
      get language() {
        return language();
      },
      async onAutosave(d, meta) {
        if (state.slowMs) await new Promise((r) => setTimeout(r, state.slowMs));
        if (state.failSaves) fail(state.failSaves);
        state.saves += 1;
        state.draft = { files: d, meta };
      },
      async onFinalize(d, meta) {
        if (state.failFinal) fail(state.failFinal);
        state.remembered = meta.remembered ?? {};
        state.final = d;
        setSession(null);
      },
      onLeave() {
        state.left += 1;
        setSession(null);
      },
    });
  },
  close(): void {
    setSession(null);
  },
  /** A draft or finished form as JSON: xml, and each file's name, type and base64. */
  async dump(which: 'draft' | 'final'): Promise<{ xml: string; files: { name: string; type: string; data: string }[] } | null> {
    const found = which === 'final' ? state.final : (state.draft?.files ?? null);
    if (!found) return null;
    const dumped = await Promise.all(found.files.map(async (f) => ({ name: f.name, type: f.blob.type, data: await toBase(f.blob) })));
    return { xml: found.xml, files: dumped };
  },
};
(window as unknown as { harness: typeof harness }).harness = harness;

render(
  () => (
    <Show when={session()} keyed fallback={<p id="closed">–</p>}>
      {(s) => <FormScreen session={s} />}
    </Show>
  ),
  document.getElementById('app')!,
);
