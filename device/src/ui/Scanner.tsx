// The camera, looking for a QR code: the browser's own reader where it has one, else a small one loaded for the moment.
import { createSignal, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { t } from '../i18n';
import { Notice } from './parts';

interface Detector { detect(source: CanvasImageSource): Promise<{ rawValue: string }[]> }
type DetectorClass = new (options: { formats: string[] }) => Detector;

async function makeReader(): Promise<(video: HTMLVideoElement) => Promise<string | null>> {
  const Native = (globalThis as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (Native) {
    try {
      const detector = new Native({ formats: ['qr_code'] });
      return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
    } catch {
      // Present but without QR on this phone: fall through to our own reader.
    }
  }
  const { decode } = await import('./qr');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    if (!context) return null;
    const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decode(context.getImageData(0, 0, canvas.width, canvas.height));
  };
}

export function Scanner(props: { onText: (text: string) => void; onStop: () => void; lead?: string }): JSX.Element {
  let video: HTMLVideoElement | undefined;
  const [failed, setFailed] = createSignal(false);
  let stream: MediaStream | null = null;
  let stopped = false;

  onMount(async () => {
    try {
      const [reader, camera] = await Promise.all([
        makeReader(),
        navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: 'environment', width: { ideal: 1280 } } }),
      ]);
      stream = camera;
      if (stopped || !video) return camera.getTracks().forEach((track) => track.stop());
      video.srcObject = camera;
      await video.play();
      while (!stopped) {
        const text = video.videoWidth > 0 ? await reader(video).catch(() => null) : null;
        if (stopped) break;
        if (text) {
          props.onText(text);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 180));
      }
    } catch {
      setFailed(true);
    }
  });
  onCleanup(() => {
    stopped = true;
    stream?.getTracks().forEach((track) => track.stop());
  });

  return (
    <div class="scanner">
      <Show when={!failed()} fallback={<Notice tone="warn" icon="camera" alert>{t(props.lead ? 'records.noCamera' : 'enrol.noCamera')}</Notice>}>
        <div class="scanner-view">
          <video ref={video} muted playsinline aria-label={t('enrol.scanning')} />
          <div class="scanner-frame" aria-hidden="true" />
        </div>
        <p role="status">{props.lead ?? t('enrol.scanning')}</p>
      </Show>
      <button type="button" class="button" onClick={() => props.onStop()}>{t('enrol.stopScan')}</button>
    </div>
  );
}
