// A code: read by the camera where the browser can (Android's can), always typed as well.
import { createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { Dialog } from '../Dialog';
import { Icon } from '../Icon';
import type { WidgetProps } from '../QuestionCard';
import { TextBox } from './TextBox';

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

function makeDetector(): Detector | null {
  const Make = (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
  try {
    return Make ? new Make() : null;
  } catch {
    return null;
  }
}

export function Barcode(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const [scanning, setScanning] = createSignal(false);
  const able = makeDetector() !== null && Boolean(navigator.mediaDevices);
  return (
    <div class="f-barcode">
      <TextBox {...props} />
      <Show when={able && !q.readonly()}>
        <button type="button" class="f-button" onClick={() => setScanning(true)}>
          <Icon name="scan" />
          {form.t('scan')}
        </button>
      </Show>
      <Show when={scanning()}>
        <Scanner
          title={q.label()?.plain || q.name}
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

function Scanner(props: { title: string; onRead: (code: string) => void; onClose: () => void }): JSX.Element {
  const form = useForm();
  const [denied, setDenied] = createSignal(false);
  let video!: HTMLVideoElement;
  let stream: MediaStream | undefined;
  let over = false;
  onMount(async () => {
    const detector = makeDetector();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (over || !detector) {
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
      const found = await detector.detect(video).catch(() => []);
      const code = found[0]?.rawValue;
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
