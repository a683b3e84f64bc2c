// Opening a form: from what the phone holds to a session for the form screen, and back from the screen into the store.
import type { AutosaveMeta, DraftFiles, FormSession, FormSource } from './form/contract';
import { language } from './i18n';
import { findActions, type Shown } from './records/actions';
import { findWithheld, leaveOutBlanks } from './records/corrections';
import { followUpOf } from './records/facts';
import { partPlaces } from './records/places';
import { buildRow, decideVersions, writeCsv } from './records/rows';
import type { RecordView } from './records/views';
import { branches, clockOffsetMs, draftOf, drafts, enrolment, forms, properties, recordsOf, viewOf } from './state';
import {
  alone, finalize, listBranches, listSentBack, readDraft, readFiles, readForm, readMedia, readRemembered, readSentBackFiles, remember, saveDraft, type Draft, type ListRow,
  type OutboxAttachment, type PinnedRow, type SentBack, type StoredForm,
} from './store';
import { hashOf } from './sync/hash';
import { scheduleSoon } from './sync/schedule';
import { makeThumbs } from './ui/thumb';

/** The form, draft or record that was asked for is not on this phone. */
export class MissingError extends Error {}
/** A draft about this record is open already. */
export class DraftOpenError extends Error {
  readonly draft: Draft;
  constructor(draft: Draft) {
    super('a draft is open');
    this.draft = draft;
  }
}

function rowOf(view: RecordView): ListRow {
  return buildRow(view.id, view.values, decideVersions(view.pulled, view.pending.map(({ action }) => action), branches()));
}

/** Whether a list is made of records; any other CSV is a file of the form. */
function isEntityList(list: string): boolean {
  return properties().has(list) || recordsOf(list).length > 0;
}

function sourceOf(form: StoredForm, pinned: PinnedRow | null): FormSource {
  return {
    formId: form.formId, version: form.version, title: form.title, xml: form.xml,
    async attachment(name) {
      const list = /^(.+)\.csv$/.exec(name)?.[1];
      const media = form.attachments.find((file) => file.name === name);
      if (list !== undefined && form.facts.lists.includes(list) && (isEntityList(list) || !media)) {
        const rows = pinned?.list === list ? [pinned.row] : recordsOf(list).map(rowOf);
        return new Blob([writeCsv(rows, [...(properties().get(list)?.keys() ?? [])])], { type: 'text/csv' });
      }
      return media ? readMedia(media.hash) : null;
    },
  };
}

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', mp3: 'audio/mpeg', m4a: 'audio/mp4', webm: 'video/webm', mp4: 'video/mp4',
  pdf: 'application/pdf', csv: 'text/csv',
};

async function toAttachments(files: { name: string; blob: Blob }[]): Promise<OutboxAttachment[]> {
  return Promise.all(files.map(async ({ name, blob }) => ({
    name, sha256: await hashOf(await blob.arrayBuffer()), size: blob.size, state: 'unknown' as const,
    contentType: blob.type || TYPES[name.split('.').pop()?.toLowerCase() ?? ''] || 'application/octet-stream',
  })));
}

const isOffice = (list: string, property: string): boolean => properties().get(list)?.get(property)?.visibility === 'office';

/** Files that an edit still names and that this phone never got: the server has them. */
function elsewhere(d: DraftFiles, corrects: SentBack | null): OutboxAttachment[] {
  return (corrects?.attachments ?? [])
    .filter((file) => !d.files.some((held) => held.name === file.name) && d.xml.includes(`>${file.name}</`))
    .map((file) => ({ ...file, state: 'unknown' as const }));
}

/** Pin a record as it is shown now. */
function pin(view: RecordView): PinnedRow {
  return { list: view.list, entityId: view.id, label: view.values.label ?? '', row: rowOf(view), ahead: view.pending.length };
}

interface Opening {
  form: StoredForm;
  pinned: PinnedRow | null;
  /** The record it is about, also where the form needs no row of it; "" for none. */
  entityId: string;
  entityQuestion: string | null;
  draft: Draft | null;
  corrects: SentBack | null;
  files: { name: string; blob: Blob }[];
}

/** A session, and the name under which only one tab has it open; "" until its first draft is saved. */
export type Opened = FormSession & { key: string };

export const draftKey = (instanceId: string): string => `draft ${instanceId}`;

/** What the screen is told: the instance has a draft now; the form was left or finished. */
export interface Ends { onDraft(instanceId: string): void; onEnd(how: 'finalized' | 'left'): void }

function toSession(opening: Opening, { onDraft, onEnd }: Ends): Opened {
  const { form, pinned, draft, corrects } = opening;
  const withheld = corrects ? findWithheld(corrects.xml, form.facts, isOffice) : [];
  const own = enrolment()!;
  const createdAt = draft?.createdAt ?? new Date().toISOString();
  // Blobs already in the store, by identity: an autosave writes only what changed.
  const written = new Map<string, Blob>(draft ? opening.files.map((file) => [file.name, file.blob]) : []);
  let saving: Promise<void> = Promise.resolve();
  const save = async (d: DraftFiles, meta: AutosaveMeta): Promise<void> => {
    const changed = d.files.filter((file) => written.get(file.name) !== file.blob);
    await saveDraft({
      instanceId: meta.instanceId, formId: form.formId, version: form.version, title: form.title, instanceName: meta.instanceName, xml: d.xml,
      answered: meta.answered, total: meta.total, pageIndex: meta.pageIndex, createdAt, updatedAt: new Date().toISOString(),
      entityId: opening.entityId, pinned, entityQuestion: opening.entityQuestion, ...(corrects ? { corrects } : {}),
    }, changed, d.files.map((file) => file.name));
    written.clear();
    for (const file of d.files) written.set(file.name, file.blob);
    onDraft(meta.instanceId);
  };
  return {
    key: opening.entityId ? `record ${viewOf(opening.entityId)?.id ?? opening.entityId}` : draft ? draftKey(draft.instanceId) : '',
    source: sourceOf(form, pinned),
    ...(draft ? { instanceId: draft.instanceId, draft: { xml: draft.xml, files: opening.files }, pageIndex: draft.pageIndex } : {}),
    ...(corrects && !draft ? { edit: { xml: corrects.xml, files: opening.files } } : {}),
    withheld,
    ...(pinned ? { preset: { ...(opening.entityQuestion ? { entityQuestion: opening.entityQuestion } : {}), entityId: pinned.entityId, list: pinned.list, label: pinned.label } } : {}),
    lastSaved: () => readRemembered(form.formId),
    places: async () => (await import('./records/communes')).COMMUNES,
    clockOffsetMs: clockOffsetMs(),
    deviceId: own.deviceId, username: own.appUser.name,
    get language() { return language(); },
    onAutosave(d, meta) {
      // One save after the other: a slow older one must not land on a newer one.
      saving = saving.catch(() => undefined).then(() => save(d, meta));
      return saving;
    },
    async onFinalize(d, meta) {
      await saving.catch(() => undefined);
      const attachments = [...await toAttachments(d.files), ...elsewhere(d, corrects)];
      const shown = (entityId: string): Shown => {
        if (pinned?.entityId === entityId) return { seen: pinned.row, ahead: pinned.ahead ?? 0 };
        const view = viewOf(entityId);
        return { seen: { ...(view?.values ?? {}) }, ahead: view?.pending.length ?? 0 };
      };
      const makeId = (): string => crypto.randomUUID();
      const thumbs = await makeThumbs(d.files);
      await alone('finalize', async () => {
        const xml = partPlaces(leaveOutBlanks(d.xml, withheld), await listBranches(), makeId);
        await finalize({
          instanceId: meta.instanceId, formId: form.formId, version: form.version, title: form.title, instanceName: meta.instanceName,
          finalizedAt: new Date().toISOString(), xml, attachments, actions: findActions(xml, form.facts, makeId, shown, corrects?.xml ?? null),
          ...(corrects ? { deprecatedId: corrects.instanceId } : {}),
          state: 'waiting', outcome: null, entities: [], error: null, attempts: 0, answeredAt: null, pulled: false, doneAt: null,
        }, d.files, thumbs);
      });
      if (Object.keys(meta.remembered ?? {}).length > 0) await remember(form.formId, meta.remembered!).catch(() => undefined); // the form itself is safe
      scheduleSoon();
      onEnd('finalized');
    },
    onLeave: () => onEnd('left'),
  };
}

/** Start a new instance; for a follow-up, of the record chosen before. :throws MissingError: :throws DraftOpenError: */
export function openForm(formId: string, entityId: string | null, ends: Ends): Opened {
  const form = forms().find((other) => other.formId === formId && other.current && !other.withdrawn);
  if (!form || !enrolment()) throw new MissingError(formId);
  if (entityId === null) return toSession({ form, pinned: null, entityId: '', entityQuestion: null, draft: null, corrects: null, files: [] }, ends);
  const view = viewOf(entityId);
  const followUp = followUpOf(form.facts);
  if (!view || view.veiled || !followUp) throw new MissingError(entityId);
  const open = draftOf(view.id);
  if (open) throw new DraftOpenError(open);
  return toSession({ form, pinned: pin(view), entityId: view.id, entityQuestion: followUp.question, draft: null, corrects: null, files: [] }, ends);
}

/** Open a draft again, on the form version and the row it was begun with. :throws MissingError: */
export async function openDraft(instanceId: string, ends: Ends): Promise<Opened> {
  const draft = await readDraft(instanceId);
  const form = draft && (await readForm(draft.formId, draft.version));
  if (!draft || !form || !enrolment()) throw new MissingError(instanceId);
  const { pinned, entityId, entityQuestion, corrects } = draft;
  return toSession({ form, pinned, entityId, entityQuestion, draft, corrects: corrects ?? null, files: await readFiles(instanceId) }, ends);
}

/**
 * Open a form that the chamber sent back, to be edited. Its record is given as it is now; one that is not on this phone (it
 * left the communes) as the form itself tells it.
 *
 * :throws MissingError: it is no longer asked, or its form is not here yet. :throws DraftOpenError: it, or another form about her, is begun.
 */
export async function openSentBack(instanceId: string, ends: Ends): Promise<Opened> {
  const begun = drafts().find((draft) => draft.corrects?.instanceId === instanceId);
  if (begun) throw new DraftOpenError(begun);
  const corrects = (await listSentBack()).find((item) => item.instanceId === instanceId);
  const form = corrects && (await readForm(corrects.formId, corrects.formVersion));
  if (!corrects || !form || !enrolment()) throw new MissingError(instanceId);
  const [about] = findActions(corrects.xml, form.facts, () => '', () => ({ seen: {}, ahead: 0 }));
  const open = about && draftOf(about.entityId);
  if (open) throw new DraftOpenError(open);
  const followUp = followUpOf(form.facts);
  const view = about && viewOf(about.entityId);
  let pinned: PinnedRow | null = null;
  if (about && followUp) {
    // The form's own id for her: after a merge the record goes on under another one.
    const told: PinnedRow = {
      list: about.list, entityId: about.entityId, label: about.saved.label ?? '', ahead: 0,
      row: buildRow(about.entityId, about.saved, { __version: String(about.pos ?? ''), __trunkVersion: String(about.base ?? ''), __branchId: about.branch ?? '' }),
    };
    pinned = view ? { ...pin(view), entityId: about.entityId, row: { ...rowOf(view), name: about.entityId } } : told;
  }
  return toSession({
    form, pinned, entityId: about?.entityId ?? '', entityQuestion: followUp?.question ?? null, draft: null, corrects, files: await readSentBackFiles(instanceId),
  }, ends);
}
