// The form as the screens see it: questions, groups and repeats, in our words. `nodes.ts` makes it from the engine's.
import type { FormText } from './text';

export type Widget =
  | 'text' | 'int' | 'decimal' | 'date' | 'time' | 'dateTime' | 'geopoint' | 'geotrace' | 'geoshape' | 'barcode'
  | 'select1' | 'select' | 'rank' | 'range' | 'note' | 'trigger' | 'image' | 'audio' | 'video' | 'file';

export interface Option {
  value: string;
  text: FormText;
  /** Where it lies, as a geopoint, -trace or -shape writes it; null for choices without a place. */
  geometry: string | null;
}

export type Problem =
  | { kind: 'required' | 'constraint'; message: string | null }
  | { kind: 'notNumber' | 'tooLarge' | 'notValid'; message: null };

export interface Question {
  readonly kind: 'question';
  readonly id: string;
  /** Path without repeat positions, and the last step of it. */
  readonly path: string;
  readonly name: string;
  readonly widget: Widget;
  /** Appearances as written in the form. */
  readonly looks: ReadonlySet<string>;
  readonly unit: string | null;
  readonly decimals: number | null;
  /** The entity chosen before the form opened: shown, not asked. */
  readonly preset: boolean;
  readonly accuracyM: number | null;
  /** Accuracy above which a position is told to be poor. */
  readonly warningM: number | null;
  /** Its constraint reads this phone's clock. */
  readonly clocked: boolean;
  readonly rows: number | null;
  readonly maxPixels: number | null;
  readonly range: { start: number; end: number; step: number } | null;
  relevant(): boolean;
  required(): boolean;
  readonly(): boolean;
  label(): FormText | null;
  hint(): FormText | null;
  guidance(): string | null;
  /** What is wrong with the answer now, whether or not it should already be told. */
  problem(): Problem | null;
  /** The answer as the XML has it; "" when blank. */
  answer(): string;
  /** Give an answer as text; "" clears. False when the engine cannot take it: it is blank then, and `problem()` says why. */
  setText(text: string): boolean;
  options(): readonly Option[];
  chosen(): readonly string[];
  choose(values: readonly string[]): void;
  checked(): boolean;
  check(on: boolean): void;
  /** Judge the answer again, for what it is judged by may have changed outside the form: the clock. */
  recheck(): void;
  file(): File | null;
  setFile(file: File | null): void;
  /** Told by the widget when the agent has left the question: from then on a wrong answer is shown. */
  left(): boolean;
  setLeft(on: boolean): void;
}

export interface Group {
  readonly kind: 'group';
  readonly id: string;
  readonly fieldList: boolean;
  relevant(): boolean;
  label(): FormText | null;
  children(): readonly TreeNode[];
}

export interface Instance {
  readonly kind: 'instance';
  readonly id: string;
  relevant(): boolean;
  label(): FormText | null;
  children(): readonly TreeNode[];
}

export interface Repeat {
  readonly kind: 'repeat';
  readonly id: string;
  readonly fieldList: boolean;
  relevant(): boolean;
  label(): FormText | null;
  instances(): readonly Instance[];
  /** False when the form fixes the number. */
  readonly changeable: boolean;
  add(): void;
  remove(index: number): void;
}

export type TreeNode = Question | Group | Repeat;
