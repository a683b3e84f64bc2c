// Signing, drawing, annotating with a finger. Own canvas: forty lines of strokes instead of a library. Strokes are kept as points, so
// that one can be taken back and the picture made at the size the form asks for.
import { createEffect, createSignal, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { Dialog } from '../Dialog';
import { Icon } from '../Icon';
import { DEFAULT_MAX_PIXELS } from '../photo';

interface Stroke {
  color: string;
  width: number;
  points: { x: number; y: number }[];
}

const COLORS = ['#1a1a1a', '#c01f2e', '#1b5fc1', '#2f7d32'];

function paint(context: CanvasRenderingContext2D, strokes: readonly Stroke[], under: HTMLImageElement | null, width: number, height: number): void {
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  if (under) context.drawImage(under, 0, 0, width, height);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    const [first, ...rest] = stroke.points;
    if (!first) continue;
    context.strokeStyle = stroke.color;
    context.fillStyle = stroke.color;
    context.lineWidth = stroke.width * width;
    context.beginPath();
    if (rest.length === 0) {
      context.arc(first.x * width, first.y * height, context.lineWidth / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.moveTo(first.x * width, first.y * height);
    let before = first;
    for (const point of rest) {
      context.quadraticCurveTo(before.x * width, before.y * height, ((before.x + point.x) / 2) * width, ((before.y + point.y) / 2) * height);
      before = point;
    }
    context.lineTo(before.x * width, before.y * height);
    context.stroke();
  }
}

export function DrawDialog(props: {
  title: string;
  kind: 'signature' | 'draw' | 'annotate';
  under: Blob | null;
  maxPixels: number | null;
  onDone: (picture: Blob) => void;
  onClose: () => void;
}): JSX.Element {
  const form = useForm();
  const [strokes, setStrokes] = createSignal<Stroke[]>([]);
  const [color, setColor] = createSignal(props.kind === 'annotate' ? COLORS[1]! : COLORS[0]!);
  const [under, setUnder] = createSignal<HTMLImageElement | null>(null);
  const [size, setSize] = createSignal({ width: 300, height: 200 });
  let canvas!: HTMLCanvasElement;
  let frame!: HTMLDivElement;
  let current: Stroke | null = null;

  onMount(() => {
    let address: string | null = null;
    if (props.under) {
      address = URL.createObjectURL(props.under);
      const image = new Image();
      image.onload = () => setUnder(image);
      image.src = address;
    }
    const fit = (): void => {
      const width = frame.clientWidth;
      const height = frame.clientHeight;
      const picture = under();
      if (!picture) {
        setSize({ width, height: props.kind === 'signature' ? Math.min(height, Math.round(width * 0.75)) : height });
        return;
      }
      const scale = Math.min(width / picture.naturalWidth, height / picture.naturalHeight);
      setSize({ width: Math.round(picture.naturalWidth * scale), height: Math.round(picture.naturalHeight * scale) });
    };
    createEffect(fit);
    const observer = new ResizeObserver(() => {
      if (strokes().length === 0) fit(); // once drawn upon, the sheet keeps its shape
    });
    observer.observe(frame);
    onCleanup(() => {
      observer.disconnect();
      if (address) URL.revokeObjectURL(address);
    });
  });

  const repaint = (): void => {
    const { width, height } = size();
    const scale = Math.max(1, window.devicePixelRatio || 1);
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d');
    if (context) paint(context, current ? [...strokes(), current] : strokes(), under(), canvas.width, canvas.height);
  };
  createEffect(repaint);

  const at = (event: PointerEvent): { x: number; y: number } => {
    const box = canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const down = (event: PointerEvent): void => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    current = { color: color(), width: 2.5 / Math.max(200, size().width), points: [at(event)] };
    repaint();
  };
  const moved = (event: PointerEvent): void => {
    if (!current) return;
    event.preventDefault();
    for (const step of event.getCoalescedEvents?.() ?? [event]) current.points.push(at(step));
    repaint();
  };
  const up = (): void => {
    if (!current) return;
    const done = current;
    current = null;
    setStrokes([...strokes(), done]);
  };
  const finish = (): void => {
    const { width, height } = size();
    const long = props.maxPixels && props.maxPixels > 0 ? props.maxPixels : DEFAULT_MAX_PIXELS;
    const picture = under();
    const natural = picture ? Math.max(picture.naturalWidth, picture.naturalHeight) : Math.max(width, height) * 2;
    const scale = Math.min(long, natural) / Math.max(width, height);
    const sheet = document.createElement('canvas');
    sheet.width = Math.max(1, Math.round(width * scale));
    sheet.height = Math.max(1, Math.round(height * scale));
    paint(sheet.getContext('2d')!, strokes(), picture, sheet.width, sheet.height);
    sheet.toBlob((blob) => blob && props.onDone(blob), picture ? 'image/jpeg' : 'image/png', 0.85);
  };
  return (
    <Dialog
      class="f-dialog-draw"
      title={<span dir="auto">{props.title}</span>}
      onClose={props.onClose}
      footer={
        <>
          <button type="button" class="f-button f-quiet" onClick={() => props.onClose()}>
            {form.t('cancel')}
          </button>
          <button type="button" class="f-button f-primary" disabled={strokes().length === 0} onClick={finish}>
            {form.t('done')}
          </button>
        </>
      }
    >
      <div class="f-draw-tools">
        <Show when={props.kind !== 'signature'}>
          <div role="group" aria-label={form.t('color')} class="f-colors">
            <For each={COLORS}>
              {(c, i) => (
                <button type="button" class="f-color" aria-pressed={color() === c} aria-label={`${form.t('color')} ${i() + 1}`} style={{ background: c }} onClick={() => setColor(c)} />
              )}
            </For>
          </div>
        </Show>
        <button type="button" class="f-icon-button" disabled={strokes().length === 0} aria-label={form.t('undo')} onClick={() => setStrokes(strokes().slice(0, -1))}>
          <Icon name="undo" />
        </button>
        <button type="button" class="f-icon-button" disabled={strokes().length === 0} aria-label={form.t('erase')} onClick={() => setStrokes([])}>
          <Icon name="trash" />
        </button>
      </div>
      <div class="f-draw-frame" ref={frame}>
        <canvas
          ref={canvas}
          class="f-canvas"
          role="img"
          aria-label={form.t('drawHere')}
          style={{ width: `${size().width}px`, height: `${size().height}px` }}
          onPointerDown={down}
          onPointerMove={moved}
          onPointerUp={up}
          onPointerCancel={up}
        />
      </div>
    </Dialog>
  );
}
