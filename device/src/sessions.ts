// Opening a form: from what the phone holds to a session for the form screen, and back from the screen into the store.
import type { AutosaveMeta, DraftFiles, FormSession, FormSource } from './form/contract';
import { language } from './i18n';
import { findActions, type Shown } from './records/actions';
import { followUpOf } from './records/facts';
import { partPlaces } from './records/places';
import { buildRow, decideVersions, writeCsv } from './records/rows';
import type { RecordView } from './records/views';
import { branches, draftOf, enrolment, forms, properties, recordsOf, viewOf } from './state';
import {
  alone, finalize, listBranches, readDraft, readFiles, readForm, readMedia, saveDraft, type Draft, type ListRow, type OutboxAttachment, type PinnedRow, type StoredForm,
} from './store';
import { scheduleSoon } from './sync/schedule';

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

async function sha256(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', mp3: 'audio/mpeg', m4a: 'audio/mp4', webm: 'video/webm', mp4: 'video/mp4',
  pdf: 'application/pdf', csv: 'text/csv',
};

async function toAttachments(files: { name: string; blob: Blob }[]): Promise<OutboxAttachment[]> {
  return Promise.all(files.map(async ({ name, blob }) => ({
    name, sha256: await sha256(blob), size: blob.size, state: 'unknown' as const,
    contentType: blob.type || TYPES[name.split('.').pop()?.toLowerCase() ?? ''] || 'application/octet-stream',
  })));
}

interface Opening { form: StoredForm; pinned: PinnedRow | null; entityQuestion: string | null; draft: Draft | null; files: { name: string; blob: Blob }[] }

/** What the screen is told: the instance has a draft now; the form was left or finished. */
export interface Ends { onDraft(instanceId: string): void; onEnd(how: 'finalized' | 'left'): void }

function toSession(opening: Opening, { onDraft, onEnd }: Ends): FormSession {
  const { form, pinned, draft } = opening;
  const own = enrolment()!;
  const createdAt = draft?.createdAt ?? new Date().toISOString();
  // Blobs already in the store, by identity: an autosave writes only what changed.
  const written = new Map<string, Blob>(opening.files.map((file) => [file.name, file.blob]));
  let saving: Promise<void> = Promise.resolve();
  const save = async (d: DraftFiles, meta: AutosaveMeta): Promise<void> => {
    const changed = d.files.filter((file) => written.get(file.name) !== file.blob);
    await saveDraft({
      instanceId: meta.instanceId, formId: form.formId, version: form.version, title: form.title, instanceName: meta.instanceName, xml: d.xml,
      answered: meta.answered, total: meta.total, pageIndex: meta.pageIndex, createdAt, updatedAt: new Date().toISOString(),
      entityId: pinned?.entityId ?? '', pinned, entityQuestion: opening.entityQuestion,
    }, changed, d.files.map((file) => file.name));
    written.clear();
    for (const file of d.files) written.set(file.name, file.blob);
    onDraft(meta.instanceId);
  };
  return {
    source: sourceOf(form, pinned),
    ...(draft ? { instanceId: draft.instanceId, draft: { xml: draft.xml, files: opening.files }, pageIndex: draft.pageIndex } : {}),
    ...(pinned ? { preset: { ...(opening.entityQuestion ? { entityQuestion: opening.entityQuestion } : {}), entityId: pinned.entityId, list: pinned.list, label: pinned.label } } : {}),
    deviceId: own.deviceId, username: own.appUser.name,
    get language() { return language(); },
    onAutosave(d, meta) {
      // One save after the other: a slow older one must not land on a newer one.
      saving = saving.catch(() => undefined).then(() => save(d, meta));
      return saving;
    },
    async onFinalize(d, meta) {
      await saving.catch(() => undefined);
      const attachments = await toAttachments(d.files);
      const shown = (entityId: string): Shown => {
        if (pinned?.entityId === entityId) return { seen: pinned.row, ahead: pinned.ahead ?? 0 };
        const view = viewOf(entityId);
        return { seen: { ...(view?.values ?? {}) }, ahead: view?.pending.length ?? 0 };
      };
      const makeId = (): string => crypto.randomUUID();
      await alone('finalize', async () => {
        const xml = partPlaces(d.xml, await listBranches(), makeId);
        await finalize({
          instanceId: meta.instanceId, formId: form.formId, version: form.version, title: form.title, instanceName: meta.instanceName,
          finalizedAt: new Date().toISOString(), xml, attachments, actions: findActions(xml, form.facts, makeId, shown),
          state: 'waiting', outcome: null, entities: [], error: null, attempts: 0, answeredAt: null, pulled: false, doneAt: null,
        }, d.files);
      });
      scheduleSoon();
      onEnd('finalized');
    },
    onLeave: () => onEnd('left'),
  };
}

/** Start a new instance; for a follow-up, of the record chosen before. :throws MissingError: :throws DraftOpenError: */
export function openForm(formId: string, entityId: string | null, ends: Ends): FormSession {
  const form = forms().find((other) => other.formId === formId && other.current && !other.withdrawn);
  if (!form || !enrolment()) throw new MissingError(formId);
  if (entityId === null) return toSession({ form, pinned: null, entityQuestion: null, draft: null, files: [] }, ends);
  const view = viewOf(entityId);
  const followUp = followUpOf(form.facts);
  if (!view || !followUp) throw new MissingError(entityId);
  const open = draftOf(view.id);
  if (open) throw new DraftOpenError(open);
  const pinned: PinnedRow = { list: view.list, entityId: view.id, label: view.values.label ?? '', row: rowOf(view), ahead: view.pending.length };
  return toSession({ form, pinned, entityQuestion: followUp.question, draft: null, files: [] }, ends);
}

/** Open a draft again, on the form version and the row it was begun with. :throws MissingError: */
export async function openDraft(instanceId: string, ends: Ends): Promise<FormSession> {
  const draft = await readDraft(instanceId);
  const form = draft && (await readForm(draft.formId, draft.version));
  if (!draft || !form || !enrolment()) throw new MissingError(instanceId);
  return toSession({ form, pinned: draft.pinned, entityQuestion: draft.entityQuestion, draft, files: await readFiles(instanceId) }, ends);
}

