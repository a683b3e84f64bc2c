// A map that needs no network and no foreign tiles: the point is what lies under the cross in its middle, so a thumb, a keyboard and a
// screen reader can all place it.
import { createEffect, createMemo, createSignal, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { useForm } from '../../context';
import { Dialog } from '../../Dialog';
import { watchBest, type Fix, type GeoFailure } from '../../geo';
import { Icon } from '../../Icon';
import { sayNumber } from '../../words';
import { drawMap, type Place } from './draw';
import { distanceM, nearest, pan, project, viewOf, zoomAt, type LatLon, type View } from './geometry';
import { openTiles } from './tiles';

export interface MapChoice extends LatLon {
  value: string;
  name: string;
}

export interface MapDialogProps {
  title: string;
  /** What is on the map already. */
  points: readonly LatLon[];
  /** point: the middle becomes the answer. trace, shape: the middle is added. choose: one of `choices`. */
  kind: 'point' | 'trace' | 'shape' | 'choose';
  choices?: readonly MapChoice[];
  chosen?: readonly string[];
  onPoint?: (point: LatLon) => void;
  onUndo?: () => void;
  onChoose?: (value: string) => void;
  onClose: () => void;
}

const ORAN: LatLon = { latitude: 35.7, longitude: -0.63 };
const INKS = { paper: '--sunken', line: '--line', soft: '--ink-soft', ink: '--ink', accent: '--accent', focus: '--focus', brand: '--brand' } as const;

export function MapDialog(props: MapDialogProps): JSX.Element {
  const form = useForm();
  const [places, setPlaces] = createSignal<readonly Place[]>([]);
  const [own, setOwn] = createSignal<Fix | null>(null);
  const [failure, setFailure] = createSignal<GeoFailure | null>(null);
  const [size, setSize] = createSignal({ width: 300, height: 300 });
  const [view, setView] = createSignal<View>({ centre: ORAN, zoom: 9 });
  const [drawn, setDrawn] = createSignal(0);
  let canvas!: HTMLCanvasElement;
  let frame!: HTMLDivElement;
  let moved = false;

  const tiles = openTiles(() => setDrawn((n) => n + 1));
  onCleanup(tiles.close);
  const look = (next: View): void => {
    moved = true;
    setView(next);
  };
  const begin = (): void => {
    if (moved) return;
    const { width, height } = size();
    const known = props.points.length > 0 ? props.points : props.kind === 'choose' ? props.choices ?? [] : own() ? [own()!] : places();
    const first = viewOf(known, width, height);
    if (first) setView(first);
  };
  onMount(() => {
    const observer = new ResizeObserver(() => setSize({ width: frame.clientWidth, height: frame.clientHeight }));
    observer.observe(frame);
    void form.places().then(setPlaces);
    const stop = watchBest(setOwn, setFailure);
    onCleanup(() => {
      observer.disconnect();
      stop();
    });
  });
  createEffect(begin);
  createEffect(() => {
    drawn();
    const { width, height } = size();
    const scale = Math.max(1, window.devicePixelRatio || 1);
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d');
    if (!context) return;
    context.scale(scale, scale);
    const style = getComputedStyle(frame);
    const ink = Object.fromEntries(Object.entries(INKS).map(([name, variable]) => [name, style.getPropertyValue(variable).trim() || '#444'])) as Record<keyof typeof INKS, string>;
    const fix = own();
    drawMap(context, {
      view: view(), width, height, ink, places: places(), tile: tiles.picture, closed: props.kind === 'shape',
      own: fix && { ...fix, accuracyM: fix.accuracyM },
      path: props.kind === 'trace' || props.kind === 'shape' ? props.points : [],
      markers: props.kind === 'choose'
        ? (props.choices ?? []).map((c) => ({ ...c, chosen: props.chosen?.includes(c.value) ?? false }))
        : props.kind === 'point' ? props.points.map((p) => ({ ...p, chosen: true })) : [],
    });
  });

  // Fingers: one drags, two draw nearer.
  const fingers = new Map<number, { x: number; y: number }>();
  let dragged = 0;
  const down = (event: PointerEvent): void => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    dragged = 0;
  };
  const spread = (): number => {
    const [a, b] = [...fingers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  const move = (event: PointerEvent): void => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const apart = spread();
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size > 1 && apart > 0) {
      look(zoomAt(view(), Math.log2(Math.max(1, spread()) / apart)));
      dragged = 99;
      return;
    }
    dragged += Math.hypot(event.clientX - before.x, event.clientY - before.y);
    look(pan(view(), event.clientX - before.x, event.clientY - before.y));
  };
  const up = (event: PointerEvent): void => {
    if (fingers.delete(event.pointerId) && event.type === 'pointerup' && dragged < 8) touched(event);
  };
  const touched = (event: PointerEvent): void => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
    const middle = project(view().centre, view().zoom);
    const hit = (props.choices ?? []).find((choice) => {
      const at = project(choice, view().zoom);
      return Math.hypot(at.x - middle.x - x, at.y - middle.y - y) < 26;
    });
    if (hit) props.onChoose?.(hit.value);
    else look(pan(view(), -x, -y));
  };
  const keys = (event: KeyboardEvent): void => {
    const steps: Record<string, () => View> = {
      ArrowLeft: () => pan(view(), 40, 0), ArrowRight: () => pan(view(), -40, 0), ArrowUp: () => pan(view(), 0, 40), ArrowDown: () => pan(view(), 0, -40),
      '+': () => zoomAt(view(), 1), '-': () => zoomAt(view(), -1),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    look(step());
  };
  const said = createMemo(() => {
    const { latitude, longitude } = view().centre;
    const near = nearest(view().centre, places());
    const km = near ? distanceM(near, view().centre) / 1000 : 0;
    return { at: `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`, near: near ? form.t('mapNear', { place: `\u2068${near.name}\u2069`, km: sayNumber(km, form.lang(), 1) }) : '' };
  });
  return (
    <Dialog
      class="f-dialog-draw"
      title={<span dir="auto">{props.title}</span>}
      onClose={props.onClose}
      footer={
        <>
          <Show when={props.onUndo && props.points.length > 0}>
            <button type="button" class="f-button f-quiet" onClick={() => props.onUndo?.()}>{form.t('removeLastPoint')}</button>
          </Show>
          <Show when={props.kind !== 'choose'} fallback={<button type="button" class="f-button f-primary" onClick={() => props.onClose()}>{form.t('done')}</button>}>
            <button type="button" class="f-button f-primary" onClick={() => props.onPoint?.(view().centre)}>
              {form.t(props.kind === 'point' ? 'usePosition' : 'addPoint')}
            </button>
          </Show>
        </>
      }
    >
      <div class="f-draw-tools">
        <p class="f-map-said" role="status">
          <bdi dir="ltr">{said().at}</bdi> <span>{said().near}</span>
        </p>
        <button type="button" class="f-icon-button" aria-label={form.t('zoomOut')} onClick={() => look(zoomAt(view(), -1))}><Icon name="minus" /></button>
        <button type="button" class="f-icon-button" aria-label={form.t('zoomIn')} onClick={() => look(zoomAt(view(), 1))}><Icon name="plus" /></button>
        <button type="button" class="f-icon-button" disabled={!own()} aria-label={form.t('mapOwn')} onClick={() => own() && look({ centre: own()!, zoom: Math.max(view().zoom, 15) })}><Icon name="pin" /></button>
      </div>
      <div class="f-map-frame" ref={frame}>
        <canvas
          ref={canvas} class="f-map" tabindex="0" data-focus role="application" aria-label={form.t('mapHere')}
          onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} onKeyDown={keys}
          onWheel={(event) => { event.preventDefault(); look(zoomAt(view(), event.deltaY < 0 ? 0.5 : -0.5)); }}
        />
        <Show when={props.kind !== 'choose'}><span class="f-map-cross" aria-hidden="true" /></Show>
      </div>
      <Show when={failure() && !own()}>
        <p class="f-fine">{form.t(failure() === 'denied' ? 'positionDenied' : 'positionUnavailable')}</p>
      </Show>
      <Show when={props.kind === 'choose'}>
        <div class="f-map-list">
          <For each={props.choices}>
            {(choice) => (
              <button type="button" class="f-button f-small" aria-pressed={props.chosen?.includes(choice.value)} classList={{ 'f-primary': props.chosen?.includes(choice.value) }} onClick={() => { props.onChoose?.(choice.value); look({ ...view(), centre: choice }); }}>
                <bdi>{choice.name}</bdi>
              </button>
            )}
          </For>
        </div>
      </Show>
    </Dialog>
  );
}
