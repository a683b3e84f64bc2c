// A position: asked for patiently, told live, kept when it is good enough or when she says so.
import { createSignal, onCleanup, Show, type JSX } from 'solid-js';
import { useForm } from '../context';
import { parsePoints, toGeopoint, watchBest, type Fix, type GeoFailure } from '../geo';
import { Icon } from '../Icon';
import type { WidgetProps } from '../QuestionCard';
import { Rare } from './Rare';

const GOOD_M = 5;

export function Waiting(props: { fix: Fix | null; failure: GeoFailure | null }): JSX.Element {
  const form = useForm();
  return (
    <div class="f-waiting" role="status">
      <Show when={props.fix} fallback={<Show when={props.failure}>{(why) => <p class="f-problem">{form.t(why() === 'denied' ? 'positionDenied' : 'positionUnavailable')}</p>}</Show>}>
        {(fix) => <p class="f-accuracy" classList={{ 'f-accuracy-good': fix().accuracyM <= 20 }}>{form.t('accuracy', { meters: Math.round(fix().accuracyM) })}</p>}
      </Show>
      <Show when={props.failure !== 'denied'}>
        <p class="f-pulse">{form.t('waitingPosition')}</p>
      </Show>
    </div>
  );
}

export function PlaceText(props: { latitude: number; longitude: number; accuracyM: number | null }): JSX.Element {
  return (
    <bdi dir="ltr" class="f-place">
      {props.latitude}, {props.longitude}
      <Show when={props.accuracyM !== null}> (±{Math.round(props.accuracyM ?? 0)} m)</Show>
    </bdi>
  );
}

export function Geopoint(props: WidgetProps): JSX.Element {
  const form = useForm();
  const q = props.question;
  const [stop, setStop] = createSignal<(() => void) | null>(null);
  const [fix, setFix] = createSignal<Fix | null>(null);
  const [failure, setFailure] = createSignal<GeoFailure | null>(null);

  const end = (): void => {
    stop()?.();
    setStop(null);
  };
  onCleanup(end);
  const keep = (): void => {
    const best = fix();
    if (best) q.setText(toGeopoint(best, q.decimals));
    end();
    q.setLeft(true);
  };
  const begin = (): void => {
    setFix(null);
    setFailure(null);
    const halt = watchBest(
      (best) => {
        setFix(best);
        setFailure(null);
        if (best.accuracyM <= (q.accuracyM ?? GOOD_M)) keep();
      },
      setFailure,
    );
    setStop(() => halt);
    if (fix() && fix()!.accuracyM <= (q.accuracyM ?? GOOD_M)) keep();
  };
  const [onMap, setOnMap] = createSignal(false);
  const mapped = q.looks.has('maps') || q.looks.has('placement-map');
  const poor = (accuracyM: number | null): boolean => q.warningM !== null && accuracyM !== null && accuracyM > q.warningM;
  const point = (): ReturnType<typeof parsePoints>[number] | undefined => parsePoints(q.answer())[0];
  return (
    <div class="f-geo">
      <Show when={!stop() && point()}>
        {(place) => (
          <p class="f-kept">
            <Icon name="pin" />
            <span>
              {form.t('positionKept')}
              <br />
              <PlaceText {...place()} />
              <Show when={poor(place().accuracyM)}>
                <br />
                <strong>{form.t('positionPoor', { meters: q.warningM ?? 0 })}</strong>
              </Show>
            </span>
          </p>
        )}
      </Show>
      <Show
        when={stop()}
        fallback={
          <div class="f-buttons">
            <button type="button" class="f-button" disabled={q.readonly()} aria-describedby={props.describedBy} onClick={begin}>
              <Icon name="pin" />
              {form.t(q.answer() ? 'retakePosition' : 'takePosition')}
            </button>
            <Show when={mapped && !q.readonly()}>
              <button type="button" class="f-button" onClick={() => setOnMap(true)}>
                <Icon name="globe" />
                {form.t('onMap')}
              </button>
            </Show>
            <Show when={q.answer() && !q.readonly()}>
              <button type="button" class="f-button f-quiet" onClick={() => q.setText('')}>
                <Icon name="trash" />
                {form.t('remove')}
              </button>
            </Show>
          </div>
        }
      >
        <Waiting fix={fix()} failure={failure()} />
        <div class="f-buttons">
          <button type="button" class="f-button f-primary" disabled={!fix()} onClick={keep}>
            {form.t('usePosition')}
          </button>
          <button type="button" class="f-button f-quiet" onClick={end}>
            {form.t('cancel')}
          </button>
        </div>
      </Show>
      <Show when={q.decimals !== null && q.decimals < 6}>
        <p class="f-fine">{form.t('positionRounded', { decimals: q.decimals ?? 0 })}</p>
      </Show>
      <Show when={onMap()}>
        <Rare part="MapDialog" with={{
          title: q.label()?.plain || q.name, kind: 'point', points: parsePoints(q.answer()),
          onPoint: (chosen) => {
            q.setText(toGeopoint({ ...chosen, altitude: null, accuracyM: 0 }, q.decimals));
            setOnMap(false);
            q.setLeft(true);
          },
          onClose: () => setOnMap(false),
        }} />
      </Show>
    </div>
  );
}
