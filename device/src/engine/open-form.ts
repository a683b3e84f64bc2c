// The one door to @getodk/xforms-engine (a fence the tests keep): opens a form new or from a draft, and gives its XML and files back.
// The engine is a pre-release: its version is pinned, its known faults are corrected at build time (vite-patch.ts).
import { createRoot, createSignal, untrack } from 'solid-js';
import { createMutable } from 'solid-js/store';
import { loadForm, type FormInstanceConfig, type InstanceData, type RootNode } from '@getodk/xforms-engine';
import { readFormFacts, type FormFacts } from './form-xml';
import { matchLanguage } from './languages';
import { Views, withoutForbidden } from './nodes';
import type { Question, TreeNode } from './tree';
import { mediaName } from './text';

export { findRemembered, takeRemembered } from './form-xml';
export type { FormText, Rich } from './text';
export type { Group, Instance, Option, Problem, Question, Repeat, TreeNode, Widget } from './tree';

export interface NamedFile {
  name: string;
  blob: Blob;
}

export interface OpenOptions {
  xml: string;
  attachment(name: string): Promise<Blob | null>;
  draft?: { xml: string; files: readonly NamedFile[] } | undefined;
  /** A finished instance: opened under a new id, naming the one it replaces. */
  edit?: { xml: string; files: readonly NamedFile[] } | undefined;
  /** Questions that may stay blank whatever the form requires: their answers were withheld. */
  withheld?: readonly string[] | undefined;
  /** Answers of the last finished form of this kind, by path: what `last-saved` reads. */
  lastSaved?: Readonly<Record<string, string>> | undefined;
  preset?: { entityQuestion?: string | undefined; entityId?: string | undefined; list?: string | undefined } | undefined;
  deviceId: string;
  username: string;
  language: string;
  /** Position for background geopoints (setgeopoint); "" when there is none. */
  locate?: () => Promise<string>;
  /** Told after every answer given through a Question or Repeat. */
  onChange?: () => void;
}

/** Why a form does not open. `code`: "not-a-form" | "engine" | "draft" | "preset" (she is not among the records this form is for). */
export class FormOpenError extends Error {
  constructor(readonly code: 'not-a-form' | 'engine' | 'draft' | 'preset', message: string) {
    super(message);
    this.name = 'FormOpenError';
  }
}

export interface Payload {
  xml: string;
  files: NamedFile[];
  instanceId: string;
  instanceName: string;
}

export interface OpenForm {
  children(): readonly TreeNode[];
  readonly languages: readonly string[];
  language(): string;
  /** Choose by the form's own name for it; an unknown name changes nothing. */
  setLanguage(name: string): void;
  /** Every question that is shown now, in document order. */
  questions(): Question[];
  /** The XML and files of what is answered now; updates the form's "end" time. */
  payload(): Promise<Payload>;
  dispose(): void;
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  if (error instanceof Error) {
    const cause = error.cause ? ` (${reasonOf(error.cause)})` : '';
    return `${error.message}${cause}`;
  }
  return String(error);
}

async function fetchFor(url: { href: string }, attachment: OpenOptions['attachment']): Promise<Response> {
  const name = mediaName(url) ?? '';
  const blob = await attachment(name);
  if (!blob || blob.size === 0) return new Response(null, { status: 404 });
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const types: Record<string, string> = { csv: 'text/csv', xml: 'text/xml', geojson: 'application/geo+json' };
  const type = types[extension] ?? (blob.type || 'application/octet-stream');
  if (!(extension in types)) return new Response(blob, { headers: { 'Content-Type': type } });
  // A stray control character in one record must not make every form that lists it unusable.
  const text = withoutForbidden(await blob.text()).replace(/^\uFEFF/, '');
  return new Response(text, text.trim() ? { headers: { 'Content-Type': type } } : { status: 404 });
}

/** A form that is loaded, of which several can be open at once. */
export interface LoadedForm {
  facts: FormFacts;
  form: Exclude<Awaited<ReturnType<typeof loadForm>>, { status: 'failure' }>;
  dispose(): void;
}

/** Load a form. Nothing is asked of the network: lists and media come from `attachment`. :raises FormOpenError: saying why not. */
export async function loadOnce(options: OpenOptions): Promise<LoadedForm> {
  let facts: FormFacts;
  try {
    facts = readFormFacts(options.xml, options.preset?.entityId ? options.preset : null, options.withheld, options.lastSaved);
  } catch (error) {
    throw new FormOpenError('not-a-form', reasonOf(error));
  }
  // Its own reactive root: the form must outlive the screen by the time a last save takes.
  const { loading, dispose } = createRoot((end) => ({
    dispose: end,
    loading: loadForm(facts.xml, {
      fetchFormAttachment: (url) => fetchFor(url as unknown as URL, options.attachment) as never,
      missingResourceBehavior: 'BLANK',
    }),
  }));
  try {
    const form = await loading;
    if (form.status === 'failure') throw new FormOpenError('engine', reasonOf(form.error));
    return { facts, form, dispose };
  } catch (error) {
    dispose();
    if (error instanceof FormOpenError) throw error;
    throw new FormOpenError('engine', reasonOf(error));
  }
}

/** Open a form. :raises FormOpenError: saying why not. */
export async function openForm(options: OpenOptions): Promise<OpenForm> {
  const loaded = await loadOnce(options);
  try {
    return await openIn(loaded, options, loaded.dispose);
  } catch (error) {
    loaded.dispose();
    throw error;
  }
}

/** Open one more of a loaded form; it is loaded for a preset or for none, as this one is. :raises FormOpenError: saying why not. */
export async function openIn(loaded: LoadedForm, options: OpenOptions, dispose: () => void = () => undefined): Promise<OpenForm> {
  const { facts, form } = loaded;
  try {
    const config: FormInstanceConfig = {
      stateFactory: createMutable,
      preloadProperties: { deviceID: options.deviceId, username: options.username },
      ...(options.locate ? { geolocationProvider: { getLocation: options.locate } } : {}),
    };
    let root: RootNode;
    const given = options.draft ?? options.edit;
    if (given) {
      const data = [instanceData(given)] as const;
      try {
        root = (options.draft
          ? await form.restoreInstance({ data }, config)
          : await form.editInstance({ inputType: 'FORM_INSTANCE_INPUT_RESOLVED', data }, config)).root;
      } catch (error) {
        throw new FormOpenError('draft', reasonOf(error));
      }
    } else {
      root = form.createInstance(config).root;
    }
    return makeOpenForm(root, facts, options, dispose);
  } catch (error) {
    if (error instanceof FormOpenError) throw error;
    throw new FormOpenError('engine', reasonOf(error));
  }
}

function instanceData(draft: { xml: string; files: readonly NamedFile[] }): InstanceData {
  const data = new FormData();
  data.set('xml_submission_file', new File([draft.xml], 'xml_submission_file', { type: 'text/xml' }));
  for (const { name, blob } of draft.files) {
    if (name !== 'xml_submission_file') data.set(name, new File([blob], name, { type: blob.type }), name);
  }
  return data as unknown as InstanceData;
}

function makeOpenForm(root: RootNode, facts: FormFacts, options: OpenOptions, dispose: () => void): OpenForm {
  const [quiet, setQuiet] = createSignal(true);
  const changed = (): void => {
    if (!untrack(quiet)) options.onChange?.();
  };
  const language = (): string => root.currentState.activeLanguage.language;
  const views = new Views({ facts, changed, language });
  const children = (): readonly TreeNode[] => views.childrenOf(root);
  const languages = root.languages.map((l) => l.language).filter((l) => l !== '');

  const setLanguage = (name: string): void => {
    const found = root.languages.find((l) => l.language === name);
    if (found && found.isSyntheticDefault === undefined) root.setLanguage(found);
  };
  const wished = matchLanguage(languages, options.language);
  if (wished) setLanguage(wished);

  const questions = (): Question[] => {
    const out: Question[] = [];
    const walk = (nodes: readonly TreeNode[]): void => {
      for (const node of nodes) {
        if (!node.relevant()) continue;
        if (node.kind === 'question') out.push(node);
        else if (node.kind === 'group') walk(node.children());
        else for (const instance of node.instances()) if (instance.relevant()) walk(instance.children());
      }
    };
    walk(children());
    return out;
  };

  if (facts.entityPath && options.preset?.entityId) {
    const { entityId } = options.preset;
    const chooser = untrack(questions).find((q) => q.path === facts.entityPath);
    if (chooser && !untrack(chooser.chosen).includes(entityId)) chooser.choose([entityId]);
    if (chooser && !untrack(chooser.chosen).includes(entityId)) {
      throw new FormOpenError('preset', `${entityId} is not in the list of ${chooser.path}`);
    }
  }
  setQuiet(false);

  const replaced = options.draft ? metaText(options.draft.xml, 'deprecatedID') : '';
  const kept = new Map(((options.draft ?? options.edit)?.files ?? []).map((f) => [f.name, f.blob] as const));

  return {
    children,
    languages,
    language,
    setLanguage,
    questions,
    dispose,
    async payload() {
      // Preparing sets the "end" time; its files are not used (see below), and its XML is the instance's own.
      await untrack(() => root.prepareInstancePayload({ payloadType: 'monolithic' }));
      const xml = withDeprecated(untrack(() => root.instanceState.instanceXML), replaced);
      const files: NamedFile[] = [];
      for (const q of untrack(questions)) {
        if (q.widget !== 'image' && q.widget !== 'audio' && q.widget !== 'video' && q.widget !== 'file') continue;
        const name = untrack(q.answer);
        if (!name) continue;
        // The engine's payload leaves out restored, untouched files. The draft's own Blob comes first: the store knows it by identity
        // and need not write it again.
        const blob = kept.get(name) ?? untrack(q.file);
        if (blob) files.push({ name, blob });
      }
      return { xml, files, ...readMeta(xml) };
    },
  };
}

function metaNode(document: Document, name: string): Element | undefined {
  const meta = [...(document.documentElement?.children ?? [])].find((c) => c.localName === 'meta');
  return [...(meta?.children ?? [])].find((c) => c.localName === name);
}

function metaText(xml: string, name: string): string {
  return metaNode(new DOMParser().parseFromString(xml, 'text/xml'), name)?.textContent?.trim() ?? '';
}

/** The draft of an edit still names what it replaces: the engine leaves that out when it restores a draft. */
function withDeprecated(xml: string, replaced: string): string {
  if (replaced === '' || metaText(xml, 'deprecatedID') !== '') return xml;
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const own = metaNode(document, 'instanceID');
  if (!own) return xml;
  const node = document.createElementNS(own.namespaceURI, own.prefix ? `${own.prefix}:deprecatedID` : 'deprecatedID');
  node.textContent = replaced;
  own.after(node);
  return new XMLSerializer().serializeToString(document);
}

/** instanceID and instanceName of a submission; "" for what it does not have. */
export function readMeta(xml: string): { instanceId: string; instanceName: string } {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const text = (name: string): string => metaNode(document, name)?.textContent?.trim() ?? '';
  return { instanceId: text('instanceID'), instanceName: text('instanceName') };
}
