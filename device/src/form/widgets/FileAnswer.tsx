// Sound, film and other files: recorded here or by the phone's own app, or chosen.
import { createMemo, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { Icon, type IconName } from '../Icon';
import { fileName } from '../photo';
import type { WidgetProps } from '../QuestionCard';
import type { TextKey } from '../texts';
import { sayNumber } from '../words';
import { canRecord, Recorder } from './Recorder';
import { useFileAddress } from './useFileAddress';

const KINDS: Record<string, { accept: string; icon: IconName; verb: TextKey }> = {
  audio: { accept: 'audio/*', icon: 'mic', verb: 'record' },
  video: { accept: 'video/*', icon: 'film', verb: 'film' },
};

export function FileAnswer(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const kind = KINDS[q.widget];
  const file = createMemo(() => q.file());
  const address = useFileAddress(file);
  let recorder!: HTMLInputElement;
  let chooser!: HTMLInputElement;
  const heard = (sound: Blob): void => {
    const extension = sound.type === 'audio/mp4' ? 'm4a' : sound.type.split('/')[1] ?? 'webm';
    q.setFile(new File([sound], fileName(q.name, extension), { type: sound.type }));
    q.setLeft(true);
  };
  const take = (input: HTMLInputElement): void => {
    const chosen = input.files?.[0];
    input.value = '';
    if (!chosen) return;
    const extension = /\.([A-Za-z0-9]{1,8})$/.exec(chosen.name)?.[1] ?? chosen.type.split('/')[1]?.replace(/[^a-z0-9].*$/, '') ?? 'bin';
    q.setFile(new File([chosen], fileName(q.name, extension), { type: chosen.type }));
    q.setLeft(true);
  };
  const size = (): string => {
    const bytes = file()?.size ?? 0;
    return bytes >= 1e6 ? `${sayNumber(bytes / 1e6, form.lang(), 1)} Mo` : `${sayNumber(Math.ceil(bytes / 1e3), form.lang(), 0)} ko`;
  };
  return (
    <div class="f-file">
      <Show when={address()}>
        {(src) => (
          <>
            <Show when={q.widget === 'audio'}>
              <audio class="f-media" controls src={src()} />
            </Show>
            <Show when={q.widget === 'video'}>
              <video class="f-media" controls playsinline src={src()} />
            </Show>
            <p class="f-kept">
              <Icon name={kind?.icon ?? 'file'} />
              <bdi dir="ltr">
                {q.answer()} · {size()}
              </bdi>
            </p>
          </>
        )}
      </Show>
      <Show when={q.answer() !== '' && file() === null}>
        <p class="f-problem">{form.t('fileMissing', { name: q.answer() })}</p>
      </Show>
      <Show when={!q.readonly()}>
        <div class="f-buttons">
          <Show when={q.widget === 'audio' && canRecord()}>
            <Recorder onSound={heard} describedBy={props.describedBy} again={q.answer() !== ''} />
          </Show>
          <Show when={q.widget === 'audio' && canRecord() ? null : kind}>
            {(k) => (
              <>
                <input ref={recorder} type="file" hidden accept={k().accept} capture={q.widget === 'video' ? 'environment' : 'user'} data-role="record" onChange={(event) => take(event.currentTarget)} />
                <button type="button" class="f-button" aria-describedby={props.describedBy} onClick={() => recorder.click()}>
                  <Icon name={k().icon} />
                  {form.t(k().verb)}
                </button>
              </>
            )}
          </Show>
          <input ref={chooser} type="file" hidden accept={kind?.accept} data-role="choose" onChange={(event) => take(event.currentTarget)} />
          <button type="button" class="f-button" onClick={() => chooser.click()}>
            <Icon name="file" />
            {form.t('pickFile')}
          </button>
          <Show when={q.answer() !== ''}>
            <button type="button" class="f-button f-quiet" onClick={() => q.setFile(null)}>
              <Icon name="trash" />
              {form.t('remove')}
            </button>
          </Show>
        </div>
      </Show>
    </div>
  );
}
