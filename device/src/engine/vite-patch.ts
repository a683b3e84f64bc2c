// Corrections made to the form engine while it is bundled, until they exist upstream. Each names the behaviour it cures; the build
// fails when a piece of text no longer occurs exactly once, so that a new engine version can never silently lose one of them.
import type { Plugin } from 'vite';
import { SPEED } from './vite-speed';

export interface Correction {
  why: string;
  find: string;
  put: string;
}

const BEHAVIOUR: readonly Correction[] = [
  {
    why: 'a dynamic default in a group that is irrelevant when the form opens was skipped for good',
    find: `      const relevant = untrack(() => context.isRelevant());
      if (!relevant) {
        return;
      }
      const calculated = untrack(() => {`,
    put: `      const calculated = untrack(() => {`,
  },
  {
    why: 'a node left out of a draft because it was irrelevant never got its dynamic default after the draft was restored',
    find: `  return context.rootDocument.initializationMode === "create" && !isAddingRepeatChild(context);`,
    put: `  const mode = context.rootDocument.initializationMode;
  const absent = context.instanceNode == null || context.instanceNode === context.definition.template;
  return (mode === "create" || mode === "restore" && absent) && !isAddingRepeatChild(context);`,
  },
  {
    why: 'a restored photo that is removed stayed named in the XML',
    find: `      intrinsicName: existingName,
      file: null,`,
    put: `      intrinsicName: writtenAt == null ? existingName : null,
      file: null,`,
  },
  {
    why: 'decimal-time read a time by the clock of 1970, when Algeria was an hour behind its clock of today',
    find: 'const dateTimeString = `1970-01-01T${string}`;',
    put: 'const dateTimeString = `2001-01-01T${string}`;',
  },
];

export const CORRECTIONS: readonly Correction[] = [...BEHAVIOUR, ...SPEED];

const ENGINE = /@getodk[\\/]xforms-engine[\\/]dist[\\/](?:solid|index)\.js$/;

/** Apply every correction to the engine's text. :raises Error: when one no longer fits. */
export function correctEngine(code: string): string {
  let text = code;
  for (const { why, find, put } of CORRECTIONS) {
    const pieces = text.split(find);
    if (pieces.length !== 2) {
      throw new Error(`The form engine changed: the correction for "${why}" fits ${pieces.length - 1} times instead of once.`);
    }
    text = pieces.join(put);
  }
  return text;
}

/** Vite plugin. Also keeps the engine out of pre-bundling (dev) and inside the transform (vitest), where it would be missed. */
export function patchEngine(): Plugin {
  let met = false;
  return {
    name: 'hirfa-engine-corrections',
    enforce: 'pre',
    config() {
      return {
        optimizeDeps: { exclude: ['@getodk/xforms-engine'] },
        test: { server: { deps: { inline: [/@getodk\/xforms-engine/] } } },
      } as object;
    },
    transform(code, id) {
      if (!ENGINE.test(id.split('?')[0] ?? id)) return null;
      met = true;
      return { code: correctEngine(code), map: null };
    },
    generateBundle() {
      const usesEngine = [...this.getModuleIds()].some((id) => id.includes('xforms-engine'));
      if (usesEngine && !met) this.error('The form engine was bundled without its corrections.');
    },
  };
}
