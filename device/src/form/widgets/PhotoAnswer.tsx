// Pictures: from the camera, from the gallery, drawn, signed, or a photo drawn upon.
import { createMemo, createSignal, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { Icon } from '../Icon';
import { fileName, shrinkPhoto } from '../photo';
import type { WidgetProps } from '../QuestionCard';
import { Rare } from './Rare';
import { useFileAddress } from './useFileAddress';

export function PhotoAnswer(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const drawn = q.looks.has('signature') ? 'signature' : q.looks.has('draw') ? 'draw' : null;
  const annotate = q.looks.has('annotate');
  const cameraOnly = q.looks.has('new') || q.looks.has('new-front');
  const facing = q.looks.has('new-front') || q.looks.has('front') ? 'user' : 'environment';
  const file = createMemo(() => q.file());
  const address = useFileAddress(file);
  const [busy, setBusy] = createSignal(false);
  const [failed, setFailed] = createSignal(false);
  const [drawing, setDrawing] = createSignal(false);
  const missing = (): boolean => q.answer() !== '' && file() === null;
  let camera!: HTMLInputElement;
  let gallery!: HTMLInputElement;

  const take = async (input: HTMLInputElement): Promise<void> => {
    const chosen = input.files?.[0];
    input.value = '';
    if (!chosen) return;
    setBusy(true);
    setFailed(false);
    try {
      const small = await shrinkPhoto(chosen, q.maxPixels);
      q.setFile(new File([small], fileName(q.name, 'jpg'), { type: 'image/jpeg' }));
      q.setLeft(true);
      if (annotate) setDrawing(true);
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  const drew = (picture: Blob): void => {
    setDrawing(false);
    const extension = annotate ? 'jpg' : 'png';
    q.setFile(new File([picture], fileName(q.name, extension), { type: picture.type }));
    q.setLeft(true);
  };
  const open = (element: HTMLElement): void => element.click();

  return (
    <div class="f-photo">
      <Show when={address()}>
        {(src) => <img class="f-preview" classList={{ 'f-preview-drawn': drawn !== null }} src={src()} alt={form.t('photoOf', { title: q.label()?.plain ?? q.name })} />}
      </Show>
      <Show when={missing()}>
        <p class="f-problem">{form.t('fileMissing', { name: q.answer() })}</p>
      </Show>
      <Show when={failed()}>
        <p class="f-problem" role="alert">
          {form.t('photoFailed')}
        </p>
      </Show>
      <Show when={busy()}>
        <p class="f-pulse" role="status">
          {form.t('preparing')}
        </p>
      </Show>
      <Show when={!q.readonly()}>
        <div class="f-buttons">
          <Show
            when={drawn}
            fallback={
              <>
                <input ref={camera} type="file" hidden accept="image/*" capture={facing} data-role="camera" onChange={(event) => void take(event.currentTarget)} />
                <input ref={gallery} type="file" hidden accept="image/*" data-role="gallery" onChange={(event) => void take(event.currentTarget)} />
                <button type="button" class="f-button" disabled={busy()} aria-describedby={props.describedBy} onClick={() => open(camera)}>
                  <Icon name="camera" />
                  {form.t(q.answer() ? 'replacePhoto' : 'takePhoto')}
                </button>
                <Show when={!cameraOnly}>
                  <button type="button" class="f-button" disabled={busy()} onClick={() => open(gallery)}>
                    <Icon name="gallery" />
                    {form.t('pickPhoto')}
                  </button>
                </Show>
                <Show when={annotate && file()}>
                  <button type="button" class="f-button" onClick={() => setDrawing(true)}>
                    <Icon name="pen" />
                    {form.t('annotate')}
                  </button>
                </Show>
              </>
            }
          >
            {(kind) => (
              <button type="button" class="f-button" aria-describedby={props.describedBy} onClick={() => setDrawing(true)}>
                <Icon name="pen" />
                {q.answer() ? form.t('change') : form.t(kind() === 'signature' ? 'sign' : 'draw')}
              </button>
            )}
          </Show>
          <Show when={q.answer() !== ''}>
            <button type="button" class="f-button f-quiet" onClick={() => q.setFile(null)}>
              <Icon name="trash" />
              {form.t('remove')}
            </button>
          </Show>
        </div>
      </Show>
      <Show when={drawing()}>
        <Rare part="DrawDialog" with={{
          title: q.label()?.plain || q.name, kind: annotate ? 'annotate' : drawn ?? 'draw', under: annotate ? file() : null, maxPixels: q.maxPixels,
          onDone: drew, onClose: () => setDrawing(false),
        }} />
      </Show>
    </div>
  );
}
