// What every widget of an open form may ask: words, media, and when to commit what is being typed.
import { createContext, createUniqueId, useContext } from 'solid-js';
import type { Problem } from '../engine/open-form';
import type { Lang, TextKey } from './texts';

export interface FormContextValue {
  t(key: TextKey, values?: Record<string, string | number>): string;
  lang(): Lang;
  /** Direction of the form's own texts, which may not speak the app's language. */
  textDirection(): 'rtl' | 'ltr' | 'auto';
  /** Address of a media file of the form (image of a label …); null when it is not on the device. */
  media(name: string): Promise<string | null>;
  /** True once she tried to finish: from then on missing answers are told too. */
  insisting(): boolean;
  /** A widget holds keystrokes the engine has not seen (said at each of them): `commit` gives them, at the latest when it is saved.
   * Returns how to say that it no longer does. */
  holding(commit: () => void): () => void;
  /** Centres of the communes, for maps. */
  places(): Promise<readonly { name: string; latitude: number; longitude: number }[]>;
  /** Server time minus phone time when they last spoke, in milliseconds. */
  clockOffsetMs(): number;
  /** "quick" questions go to the next page once answered. */
  advance(): void;
}

export const FormContext = createContext<FormContextValue>();

export function useForm(): FormContextValue {
  const value = useContext(FormContext);
  if (!value) throw new Error('a form widget stands outside FormScreen');
  return value;
}

export function problemText(form: FormContextValue, problem: Problem): string {
  if (problem.message) return problem.message;
  switch (problem.kind) {
    case 'required':
      return form.t('requiredMissing');
    case 'constraint':
      return form.t('constraintFailed');
    default:
      return form.t(problem.kind);
  }
}

/** Ids that tie a question's parts together for assistive technology. */
export interface PartIds {
  control: string;
  label: string;
  hint: string;
  error: string;
}

export function partIds(questionId: string): PartIds {
  return { control: `${questionId}-c`, label: `${questionId}-l`, hint: `${questionId}-h`, error: `${questionId}-e` };
}

export function freshName(): string {
  return `f${createUniqueId()}`;
}
