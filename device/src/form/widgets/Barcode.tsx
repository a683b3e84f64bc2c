// A code: read by the camera (any bar code where the browser has a reader, QR codes everywhere), always typed as well.
import { createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { Dialog } from '../Dialog';
import { Icon } from '../Icon';
import type { WidgetProps } from '../QuestionCard';
import { TextBox } from './TextBox';

type Reader = (video: HTMLVideoElement) => Promise<string | null>;
interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

/** The browser's own reader, else one for QR codes that is loaded for the moment. */
async function makeReader(): Promise<Reader> {
  const Make = (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
  if (Make) {
    try {
      const detector = new Make();
      return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
    } catch {
      // Present but without any kind of code on this phone.
    }
  }
  const { default: decode } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    if (!context || !video.videoWidth) return null;
    const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return decode({ data, width, height });
  };
}

export function Barcode(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const [scanning, setScanning] = createSignal(false);
  const able = Boolean(navigator.mediaDevices);
  const hidden = q.looks.has('hidden-answer') && able;
  const [typing, setTyping] = createSignal(false);
  return (
    <div class="f-barcode">
      <Show when={!hidden || typing()} fallback={
        <div class="f-buttons">
          <Show when={q.answer() !== ''}><p class="f-kept"><Icon name="check" />{form.t('codeRead')}</p></Show>
          <button type="button" class="f-button f-quiet" disabled={q.readonly()} onClick={() => setTyping(true)}>{form.t('typeCode')}</button>
        </div>
      }>
        <TextBox {...props} />
      </Show>
      <Show when={able && !q.readonly()}>
        <button type="button" class="f-button" onClick={() => setScanning(true)}>
          <Icon name="scan" />
          {form.t('scan')}
        </button>
      </Show>
      <Show when={scanning()}>
        <Scanner
          title={q.label()?.plain || q.name}
          facing={q.looks.has('front') ? 'user' : 'environment'}
          onRead={(code) => {
            q.setText(code);
            setScanning(false);
          }}
          onClose={() => setScanning(false)}
        />
      </Show>
    </div>
  );
}

function Scanner(props: { title: string; facing: 'user' | 'environment'; onRead: (code: string) => void; onClose: () => void }): JSX.Element {
  const form = useForm();
  const [denied, setDenied] = createSignal(false);
  let video!: HTMLVideoElement;
  let stream: MediaStream | undefined;
  let over = false;
  onMount(async () => {
    let read: Reader;
    try {
      [read, stream] = await Promise.all([makeReader(), navigator.mediaDevices.getUserMedia({ video: { facingMode: props.facing } })]);
      if (over) {
        stream.getTracks().forEach((track) => track.stop());
        return;
      }
      video.srcObject = stream;
      await video.play();
    } catch {
      setDenied(true);
      return;
    }
    while (!over) {
      const code = await read(video).catch(() => null);
      if (code && !over) {
        props.onRead(code);
        return;
      }
      await new Promise((next) => setTimeout(next, 150));
    }
  });
  onCleanup(() => {
    over = true;
    stream?.getTracks().forEach((track) => track.stop());
  });
  return (
    <Dialog title={<span dir="auto">{props.title}</span>} onClose={props.onClose}>
      <p role="status">{form.t(denied() ? 'cameraDenied' : 'scanning')}</p>
      <Show when={!denied()}>
        <video ref={video} class="f-scanner" muted playsinline />
      </Show>
    </Dialog>
  );
}
