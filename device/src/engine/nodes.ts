// Makes the form that the screens see (`tree.ts`) from the engine's nodes. Everything the engine wants said in its own way (BigInt,
// files, read-only errors, blank answers) is said here.
import { createSignal, untrack } from 'solid-js';
import type {
  AnyChildNode, GeneralChildNode, GeneralParentNode, InputNode, RangeNode, RankNode, RepeatInstanceNode, RepeatRangeNode, SelectNode,
  TriggerNode, UploadNode,
} from '@getodk/xforms-engine';
import type { FormFacts, GuidanceChunk } from './form-xml';
import { toFormText } from './text';
import type { Group, Instance, Question, Repeat, TreeNode, Widget } from './tree';

const INT_MAX = 2_147_483_647n;
// Characters that XML 1.0 cannot hold (lone surrogates too): one of them would make the whole submission unreadable.
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Digits of Arabic and Persian keyboards as 0-9. */
export function latinDigits(text: string): string {
  return text
    .replace(/[\u0660-\u0669]/g, (d) => String(d.charCodeAt(0) - 0x660))
    .replace(/[\u06F0-\u06F9]/g, (d) => String(d.charCodeAt(0) - 0x6f0));
}

export function withoutForbidden(text: string): string {
  return text.replace(NOT_XML, '');
}

const MEDIA: Readonly<Record<string, Widget>> = { image: 'image', audio: 'audio', video: 'video' };

type LeafNode = Exclude<AnyChildNode, RepeatRangeNode | RepeatInstanceNode | { nodeType: 'group' }>;

function widgetOf(node: LeafNode): Widget | null {
  switch (node.nodeType) {
    case 'model-value':
      return null;
    case 'note':
      return 'note';
    case 'trigger':
      return 'trigger';
    case 'rank':
      return 'rank';
    case 'range':
      return 'range';
    case 'select':
      return node.selectType;
    case 'upload':
      return MEDIA[node.nodeOptions.media.type ?? ''] ?? 'file';
    case 'input':
      switch (node.valueType) {
        case 'int': case 'decimal': case 'date': case 'time': case 'dateTime':
        case 'geopoint': case 'geotrace': case 'geoshape': case 'barcode':
          return node.valueType;
        default:
          return 'text';
      }
    default:
      return null;
  }
}

export interface Surroundings {
  facts: FormFacts;
  changed(): void;
  language(): string;
}

/** Makes and keeps one view for each engine node, so that screens can tell nodes apart by identity. */
export class Views {
  private readonly made = new WeakMap<object, TreeNode | Instance | { none: true }>();
  private readonly emptyPaths = new Map<string, boolean>();

  constructor(private readonly around: Surroundings) {}

  childrenOf(parent: GeneralParentNode): TreeNode[] {
    const out: TreeNode[] = [];
    for (const child of parent.currentState.children) {
      const view = this.of(child);
      if (view) out.push(view);
    }
    return out;
  }

  /** The view of a node; null for nodes a person never sees (calculations, meta, groups without a question). */
  of(node: GeneralChildNode): TreeNode | null {
    const known = this.made.get(node);
    if (known) return 'none' in known ? null : (known as TreeNode);
    const view = this.make(node);
    this.made.set(node, view ?? { none: true });
    return view;
  }

  private make(node: GeneralChildNode): TreeNode | null {
    if (node.nodeType === 'group') return this.isEmpty(node) ? null : this.group(node);
    if (node.nodeType === 'repeat-range:controlled' || node.nodeType === 'repeat-range:uncontrolled') return this.repeat(node);
    const widget = widgetOf(node);
    const path = node.definition.nodeset;
    if (!widget || this.around.facts.filters.has(path)) return null;
    const looks = new Set<string>(node.appearances ? [...(node.appearances as Iterable<string>)] : []);
    if (widget === 'select1' && looks.has('label')) return null; // the heading row of a table: our rows carry their own labels
    return this.question(node, widget, path, looks);
  }

  private isEmpty(node: { definition: { nodeset: string }; currentState: { children: readonly GeneralChildNode[] } }): boolean {
    const path = node.definition.nodeset;
    let empty = this.emptyPaths.get(path);
    if (empty === undefined) {
      empty = untrack(() => node.currentState.children.every((child) => this.of(child) === null));
      this.emptyPaths.set(path, empty);
    }
    return empty;
  }

  private group(node: Extract<GeneralChildNode, { nodeType: 'group' }>): Group {
    return {
      kind: 'group',
      id: domId(node.nodeId),
      fieldList: hasFieldList(node.appearances),
      relevant: () => node.currentState.relevant,
      label: () => toFormText(node.currentState.label),
      children: () => this.childrenOf(node),
    };
  }

  private repeat(node: RepeatRangeNode): Repeat {
    const { around } = this;
    return {
      kind: 'repeat',
      id: domId(node.nodeId),
      fieldList: hasFieldList(node.appearances),
      changeable: node.nodeType === 'repeat-range:uncontrolled',
      relevant: () => node.currentState.relevant,
      label: () => toFormText(node.currentState.label),
      instances: () => node.currentState.children.map((child) => this.instance(child)),
      add() {
        if (node.nodeType !== 'repeat-range:uncontrolled') return;
        node.addInstances();
        around.changed();
      },
      remove(index) {
        if (node.nodeType !== 'repeat-range:uncontrolled') return;
        node.removeInstances(index, 1);
        around.changed();
      },
    };
  }

  private instance(node: RepeatInstanceNode): Instance {
    const known = this.made.get(node) as Instance | undefined;
    if (known) return known;
    const view: Instance = {
      kind: 'instance',
      id: domId(node.nodeId),
      relevant: () => node.currentState.relevant,
      label: () => toFormText(node.currentState.label),
      children: () => this.childrenOf(node),
    };
    this.made.set(node, view);
    return view;
  }

  private question(node: LeafNode, widget: Widget, path: string, looks: ReadonlySet<string>): Question {
    const { around } = this;
    const { facts } = around;
    const [left, setLeft] = createSignal(false);
    const [refused, setRefused] = createSignal<'notNumber' | 'tooLarge' | 'notValid' | null>(null);
    const state = node.currentState;
    const bind = facts.binds.get(path);
    const input = node as InputNode;
    const select = node as SelectNode;
    const answer = (): string => String((state as { instanceValue?: unknown }).instanceValue ?? '');
    // A calculation of the form that fails on this answer throws here, after the answer was taken: it must be saved all the same.
    const answering = <T>(give: () => T): T => {
      try {
        return give();
      } finally {
        around.changed();
      }
    };
    const writable = (): boolean => !untrack(() => state.readonly);

    const accept = (text: string): 'notNumber' | 'tooLarge' | 'notValid' | null => {
      if (text === '') {
        input.setValue(widget === 'text' || widget === 'barcode' ? ('' as never) : (null as never));
        return null;
      }
      if (widget === 'int' || (widget === 'range' && input.valueType === 'int')) {
        if (!/^[+-]?\d{1,30}$/.test(text)) return 'notNumber';
        const value = BigInt(text.replace('+', ''));
        if (value > INT_MAX || value < -INT_MAX) return 'tooLarge';
        input.setValue(value as never);
        return null;
      }
      if (widget === 'decimal' || widget === 'range') {
        if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) return 'notNumber';
        const value = Number(text);
        if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return 'tooLarge';
        input.setValue(value as never);
        return null;
      }
      input.setValue(text as never);
      return untrack(answer) === '' ? 'notValid' : null;
    };

    return {
      kind: 'question',
      id: domId(node.nodeId),
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      widget,
      looks,
      unit: bind?.unit ?? null,
      decimals: bind?.decimals ?? null,
      preset: facts.entityPath === path,
      accuracyM: geoThreshold(node, 'accuracyThreshold'),
      warningM: geoThreshold(node, 'unacceptableAccuracyThreshold'),
      clocked: facts.clocked.has(path),
      rows: node.nodeType === 'input' ? ((node.nodeOptions as { rows?: number | null } | null)?.rows ?? null) : null,
      maxPixels: node.nodeType === 'upload' ? (node as UploadNode).maxPixels : null,
      range: rangeOf(node),
      relevant: () => state.relevant,
      required: () => state.required,
      readonly: () => state.readonly,
      label: () => toFormText(state.label),
      hint: () => toFormText(state.hint),
      guidance: () => guidanceText(node, facts.guidance.get(path), around.language()),
      answer,
      problem: () => {
        const own = refused();
        if (own) return { kind: own, message: null };
        if (widget === 'note' || state.readonly) return null;
        const violation = node.validationState && 'violation' in node.validationState ? node.validationState.violation : null;
        if (!violation) return null;
        return { kind: violation.condition, message: violation.message?.asString.trim() || null };
      },
      setText(raw) {
        if (!writable()) return false;
        let text = withoutForbidden(raw);
        if (widget === 'int' || widget === 'decimal' || widget === 'range') {
          text = latinDigits(text).replace(/[\s\u00A0\u202F\u066C]/g, '').replace(/[,\u066B]/g, '.');
        } else if (looks.has('numbers')) text = latinDigits(text);
        if (text === untrack(answer) && !untrack(refused)) return true;
        return answering(() => {
          const why = accept(text);
          if (why) input.setValue((widget === 'text' ? '' : null) as never);
          setRefused(why);
          return why === null;
        });
      },
      options: () =>
        ((state as { valueOptions?: unknown }).valueOptions as readonly EngineOption[] | null ?? [])
          .map((item) => ({ value: item.value, text: toFormText(item.label)!, geometry: geometryOf(item) })),
      chosen: () => (widget === 'select' || widget === 'select1' || widget === 'rank' ? (state.value as readonly string[]) : []),
      choose(values) {
        if (!writable()) return;
        answering(() => {
          if (widget === 'rank') (node as RankNode).setValues(values);
          else if (widget === 'select1') select.selectValue(values[0] ?? null);
          else select.selectValues(values);
        });
      },
      checked: () => (widget === 'trigger' ? Boolean(state.value) : false),
      check(on) {
        if (!writable()) return;
        answering(() => (node as TriggerNode).setValue(on));
      },
      recheck() {
        const now = untrack(answer);
        if (now === '' || !writable()) return;
        answering(() => {
          accept('');
          accept(now);
        });
      },
      file: () => (node.nodeType === 'upload' ? (node as UploadNode).currentState.value : null),
      setFile(file) {
        if (!writable()) return;
        answering(() => (node as UploadNode).setValue(file));
      },
      left,
      setLeft,
    };
  }
}

interface EngineOption {
  value: string;
  label: SelectNode['currentState']['valueOptions'][number]['label'];
  properties?: readonly (readonly [string, string])[];
}

function geometryOf(item: EngineOption): string | null {
  return item.properties?.find(([name]) => name.trim().split('/').pop() === 'geometry')?.[1] || null;
}

function domId(nodeId: string): string {
  return `q${nodeId.replace(/[^\w-]/g, '-')}`;
}

function hasFieldList(appearances: unknown): boolean {
  return Boolean(appearances && (appearances as Record<string, boolean>)['field-list']);
}

function geoThreshold(node: LeafNode, name: 'accuracyThreshold' | 'unacceptableAccuracyThreshold'): number | null {
  if (node.nodeType !== 'input' || node.valueType !== 'geopoint') return null;
  return (node.nodeOptions as Partial<Record<typeof name, number | null>> | null)?.[name] ?? null;
}

function rangeOf(node: LeafNode): { start: number; end: number; step: number } | null {
  if (node.nodeType !== 'range') return null;
  const { start, end, step } = (node as RangeNode).definition.bounds;
  return { start: Number(start), end: Number(end), step: Number(step) };
}

/** Answer of the nearest question with this path, looking from a node outwards (so that repeats find their own). */
function nearestAnswer(node: { parent: unknown }, path: string): string {
  interface Walk { parent?: unknown; definition?: { nodeset?: string }; currentState?: { children?: readonly Walk[] | null; instanceValue?: string } }
  const find = (at: Walk): Walk | null => {
    if (at.definition?.nodeset === path && at.currentState && !at.currentState.children) return at;
    for (const child of at.currentState?.children ?? []) {
      const set = child.definition?.nodeset ?? '';
      if (path === set || path.startsWith(`${set}/`)) {
        const found = find(child);
        if (found) return found;
      }
    }
    return null;
  };
  for (let at = node.parent as Walk | null; at; at = (at.parent as Walk | null) ?? null) {
    const set = at.definition?.nodeset ?? '';
    if (set && !path.startsWith(`${set}/`)) continue;
    const found = find(at);
    if (found) return String(found.currentState?.instanceValue ?? '');
  }
  return '';
}

function guidanceText(
  node: LeafNode,
  byLanguage: ReadonlyMap<string, readonly GuidanceChunk[]> | undefined,
  language: string,
): string | null {
  if (!byLanguage) return null;
  const chunks = byLanguage.get(language) ?? byLanguage.get('') ?? [...byLanguage.values()][0] ?? [];
  const text = chunks.map((c) => (typeof c === 'string' ? c : nearestAnswer(node, c.path))).join('').trim();
  return text && text !== '-' ? text : null;
}
