// Sound recorded in the app: small (voice), one tap to begin and one to end. What was recorded is kept even when she leaves the page.
import { createSignal, onCleanup, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { Icon } from '../Icon';

const KINDS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
const BITS_PER_SECOND = 24_000;

export function canRecord(): boolean {
  return typeof MediaRecorder !== 'undefined' && Boolean(navigator.mediaDevices);
}

export function Recorder(props: { onSound: (sound: Blob) => void; describedBy: string | undefined; again: boolean }): JSX.Element {
  const form = useForm();
  const [since, setSince] = createSignal<number | null>(null);
  const [seconds, setSeconds] = createSignal(0);
  const [refused, setRefused] = createSignal(false);
  let recorder: MediaRecorder | undefined;
  let stream: MediaStream | undefined;
  let clock: ReturnType<typeof setInterval> | undefined;
  let gone = false;
  const silence = (): void => {
    clearInterval(clock);
    stream?.getTracks().forEach((track) => track.stop());
    setSince(null);
  };
  const begin = async (): Promise<void> => {
    setRefused(false);
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (gone) return silence();
      const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND, ...(mimeType ? { mimeType } : {}) });
    } catch {
      silence();
      setRefused(true);
      return;
    }
    const parts: Blob[] = [];
    const type = recorder.mimeType.split(';')[0] || 'audio/webm';
    recorder.ondataavailable = ({ data }) => { if (data.size > 0) parts.push(data); };
    recorder.onstop = () => {
      silence();
      if (parts.length > 0) props.onSound(new Blob(parts, { type }));
    };
    recorder.onerror = () => recorder?.state === 'recording' && recorder.stop();
    recorder.start(1000);
    const began = Date.now();
    setSince(began);
    setSeconds(0);
    clock = setInterval(() => setSeconds(Math.floor((Date.now() - began) / 1000)), 500);
  };
  const end = (): void => {
    if (recorder?.state === 'recording') recorder.stop();
    else silence();
  };
  onCleanup(() => {
    gone = true;
    end();
  });
  const time = (): string => `${Math.floor(seconds() / 60)}:${String(seconds() % 60).padStart(2, '0')}`;
  return (
    <>
      <Show
        when={since() !== null}
        fallback={
          <button type="button" class="f-button" data-role="begin" aria-describedby={props.describedBy} onClick={() => void begin()}>
            <Icon name="mic" />
            {form.t(props.again ? 'recordAgain' : 'record')}
          </button>
        }
      >
        <button type="button" class="f-button f-danger" data-role="end" onClick={end}>
          <span class="f-recording" aria-hidden="true" />
          {form.t('stopRecording')} <bdi dir="ltr" data-seconds={seconds()}>{time()}</bdi>
        </button>
      </Show>
      <Show when={refused()}>
        <p class="f-problem" role="alert">{form.t('microphoneDenied')}</p>
      </Show>
    </>
  );
}
