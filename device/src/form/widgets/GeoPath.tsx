// A path or the outline of a place: one point at a time, walked or on the map.
import { createMemo, createSignal, For, onCleanup, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { parsePoints, toGeopoint, watchBest, type Fix, type GeoFailure } from '../geo';
import { Icon } from '../Icon';
import type { WidgetProps } from '../QuestionCard';
import { PlaceText, Waiting } from './Geopoint';
import { MapDialog } from './map/MapDialog';

export function GeoPath(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const shape = q.widget === 'geoshape';
  const least = shape ? 3 : 2;
  const split = (answer: string): string[] => {
    const pieces = answer.split(';').map((p) => p.trim()).filter(Boolean);
    return shape && pieces.length > 1 ? pieces.slice(0, -1) : pieces; // an outline repeats its first point at the end
  };
  // Fewer points than needed are no answer yet; they stay here until they are.
  const [points, setPoints] = createSignal(split(q.answer()));
  const [stop, setStop] = createSignal<(() => void) | null>(null);
  const [fix, setFix] = createSignal<Fix | null>(null);
  const [failure, setFailure] = createSignal<GeoFailure | null>(null);
  const end = (): void => {
    stop()?.();
    setStop(null);
  };
  onCleanup(end);
  const give = (next: string[]): void => {
    setPoints(next);
    if (next.length < least) q.setText('');
    else q.setText((shape ? [...next, next[0]!] : next).join(';'));
  };
  const begin = (): void => {
    setFix(null);
    setFailure(null);
    const halt = watchBest(setFix, setFailure);
    setStop(() => halt);
  };
  const keep = (): void => {
    const best = fix();
    if (best) give([...points(), toGeopoint(best, q.decimals)]);
    end();
  };
  const [onMap, setOnMap] = createSignal(false);
  const places = createMemo(() => points().map((p) => parsePoints(p)[0]));
  return (
    <div class="f-geo">
      <Show when={points().length > 0}>
        <ol class="f-points">
          <For each={places()}>{(place) => <li>{place && <PlaceText {...place} />}</li>}</For>
        </ol>
      </Show>
      <p class="f-fine" role="status">
        {[form.t('pointsCount', { count: points().length }), points().length < least ? form.t('pointsNeeded', { count: least }) : ''].filter(Boolean).join(' · ')}
      </p>
      <Show
        when={stop()}
        fallback={
          <div class="f-buttons">
            <button type="button" class="f-button" disabled={q.readonly()} aria-describedby={props.describedBy} onClick={begin}>
              <Icon name="pin" />
              {form.t('takePosition')}
            </button>
            <button type="button" class="f-button" disabled={q.readonly()} onClick={() => setOnMap(true)}>
              <Icon name="globe" />
              {form.t('onMap')}
            </button>
            <Show when={points().length > 0 && !q.readonly()}>
              <button type="button" class="f-button f-quiet" onClick={() => give(points().slice(0, -1))}>
                <Icon name="undo" />
                {form.t('removeLastPoint')}
              </button>
            </Show>
          </div>
        }
      >
        <Waiting fix={fix()} failure={failure()} />
        <div class="f-buttons">
          <button type="button" class="f-button f-primary" disabled={!fix()} onClick={keep}>
            {form.t('addPoint')}
          </button>
          <button type="button" class="f-button f-quiet" onClick={end}>
            {form.t('cancel')}
          </button>
        </div>
      </Show>
      <Show when={onMap()}>
        <MapDialog
          title={q.label()?.plain || q.name}
          kind={shape ? 'shape' : 'trace'}
          points={places().filter((place) => place !== undefined)}
          onPoint={(point) => give([...points(), toGeopoint({ ...point, altitude: null, accuracyM: 0 }, q.decimals)])}
          onUndo={() => give(points().slice(0, -1))}
          onClose={() => setOnMap(false)}
        />
      </Show>
    </div>
  );
}
