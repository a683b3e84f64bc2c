// Photos follow the answers: resumable uploads (tus 1.0) in small chunks, each file once, whatever instances name it.
// tus-js-client is the protocol's reference client and resumes after any cut.
import { listOutbox, readAttachment, readUpload, updateOutbox, writeUpload, type Enrolment, type OutboxItem } from '../store';
import { hashOf } from './hash';
import { CHUNK_BYTES } from './protocol';

export interface UploadProgress { done: number; total: number; bytes: number; bytesTotal: number }

export interface UploadReport { sent: number; refused: number }

export interface Transfer {
  (file: Blob, meta: { sha256: string; contentType: string; keyId: string | null }, onBytes: (sent: number) => void, signal?: AbortSignal): Promise<'sent' | 'refused' | 'mismatch'>;
}

/** Files the server asked for, each hash once, smallest first: signatures arrive before large photos. */
export function wantedFiles(items: readonly OutboxItem[]): { instanceId: string; name: string; sha256: string; size: number; contentType: string }[] {
  const wanted = new Map<string, { instanceId: string; name: string; sha256: string; size: number; contentType: string }>();
  for (const item of items) {
    if (item.state !== 'sent') continue;
    for (const file of item.attachments) {
      if (file.state === 'wanted' && !wanted.has(file.sha256)) wanted.set(file.sha256, { instanceId: item.instanceId, ...file });
    }
  }
  return [...wanted.values()].sort((a, b) => a.size - b.size);
}

/** Mark a file in every instance that names it. */
async function mark(sha256: string, state: 'present' | 'refused' | 'wanted' | 'damaged'): Promise<void> {
  await updateOutbox((item) =>
    item.attachments.some((file) => file.sha256 === sha256 && file.state !== state)
      ? { ...item, attachments: item.attachments.map((file) => (file.sha256 === sha256 ? { ...file, state } : file)) }
      : item,
  );
}

/**
 * Send one file. When the server finds other bytes than were announced, the line may have changed them, or the phone: it is
 * read again, and sent again if it still is what it was when the form was finished.
 */
async function send(transfer: Transfer, file: ReturnType<typeof wantedFiles>[number], tell: (sent: number) => void, signal?: AbortSignal): Promise<'sent' | 'refused' | 'damaged'> {
  for (let tries = 0; tries < 2; tries += 1) {
    const held = await readAttachment(file.instanceId, file.name);
    if (!held) return 'refused';
    const result = await transfer(held.blob, { ...file, keyId: held.keyId }, tell, signal);
    if (result !== 'mismatch') return result;
    // A sealed one can be read by the server alone.
    if (held.keyId === null && (await hashOf(await held.blob.arrayBuffer())) !== file.sha256) return 'damaged';
  }
  return 'refused';
}

/** Upload every wanted file. A file that the server refuses is marked and the next one goes on; a dead line stops the run. */
export async function upload(transfer: Transfer, progress: (p: UploadProgress) => void, signal?: AbortSignal): Promise<UploadReport> {
  // What was refused before gets another chance in each run, after the others: the server may have been repaired meanwhile.
  const again = new Set((await listOutbox()).flatMap((item) => item.attachments.filter((file) => file.state === 'refused').map((file) => file.sha256)));
  await updateOutbox((item) =>
    item.attachments.some((file) => file.state === 'refused')
      ? { ...item, attachments: item.attachments.map((file) => (file.state === 'refused' ? { ...file, state: 'wanted' } : file)) }
      : item,
  );
  const files = wantedFiles(await listOutbox()).sort((a, b) => Number(again.has(a.sha256)) - Number(again.has(b.sha256)));
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0);
  const report: UploadReport = { sent: 0, refused: 0 };
  let before = 0;
  for (const [index, file] of files.entries()) {
    signal?.throwIfAborted();
    const tell = (sent: number): void => progress({ done: index, total: files.length, bytes: before + sent, bytesTotal });
    tell(0);
    const result = await send(transfer, file, tell, signal);
    await mark(file.sha256, result === 'sent' ? 'present' : result);
    if (result === 'sent') report.sent += 1;
    else report.refused += 1;
    before += file.size;
  }
  progress({ done: files.length, total: files.length, bytes: bytesTotal, bytesTotal });
  return report;
}

/** Upload one file by tus. Resumes where an earlier run stopped; the address to resume at is kept in the store. */
export function tusTransfer(enrolment: Enrolment): Transfer {
  return async (blob, meta, onBytes, signal) => {
    const tus = await import('./tus');
    return new Promise((resolve, reject) => {
      const upload = new tus.Upload(blob, {
        endpoint: `/v1/projects/${encodeURIComponent(String(enrolment.project.id))}/attachments`,
        headers: { Authorization: `Bearer ${enrolment.token}` },
        metadata: { sha256: meta.sha256, contentType: meta.contentType, ...(meta.keyId === null ? {} : { keyId: meta.keyId }) },
        chunkSize: CHUNK_BYTES,
        retryDelays: [500, 1500, 4000, 10_000],
        storeFingerprintForResuming: true,
        removeFingerprintOnSuccess: true,
        fingerprint: () => Promise.resolve(meta.sha256),
        urlStorage: {
          findAllUploads: () => Promise.resolve([]),
          async findUploadsByFingerprint(fingerprint) {
            const held = await readUpload(fingerprint);
            return held ? [held as never] : [];
          },
          async addUpload(fingerprint, stored) {
            await writeUpload(fingerprint, { ...stored, urlStorageKey: fingerprint });
            return fingerprint;
          },
          removeUpload: (key) => writeUpload(key, null),
        },
        onProgress: (sent) => onBytes(sent),
        onSuccess: () => resolve('sent'),
        onError(error) {
          const status = 'originalResponse' in error ? (error.originalResponse?.getStatus() ?? 0) : 0;
          // No answer, or the server in trouble, or a phone it does not know: the run stops, the file stays wanted.
          if (status === 0 || status >= 500 || status === 401 || status === 403 || status === 429) reject(error);
          // What was sent of it so far is of no use; the next try begins anew.
          else void writeUpload(meta.sha256, null).then(() => resolve(status === 460 ? 'mismatch' : 'refused'));
        },
      });
      signal?.addEventListener('abort', () => void upload.abort().then(() => reject(signal.reason as Error)), { once: true });
      void upload.findPreviousUploads().then((previous) => {
        if (previous[0]) upload.resumeFromPreviousUpload(previous[0]);
        upload.start();
      }, reject);
    });
  };
}
