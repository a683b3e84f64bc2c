// A form's own words on the screen: never HTML, always in their own direction.
import { createResource, For, Match, Show, Switch, type JSX } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { FormText, Rich } from '../engine/open-form';
import { useForm } from './context';

function styleOf(part: Rich & { t: 'tag' }): JSX.CSSProperties {
  return {
    ...(part.color ? { color: part.color } : {}),
    ...(part.align === 'center' || part.align === 'left' || part.align === 'right' ? { 'text-align': part.align } : {}),
  };
}

export function RichText(props: { rich: readonly Rich[] }): JSX.Element {
  return (
    <For each={props.rich}>
      {(part) => (
        <Switch>
          <Match when={part.t === 'text' && part}>{(p) => p().text}</Match>
          <Match when={part.t === 'break'}>
            <br />
          </Match>
          <Match when={part.t === 'tag' && part}>
            {(p) => (
              <Dynamic
                component={p().tag}
                style={styleOf(p())}
                {...(p().tag === 'a' ? { href: p().href, target: '_blank', rel: 'noopener noreferrer' } : {})}
              >
                <RichText rich={p().children} />
              </Dynamic>
            )}
          </Match>
        </Switch>
      )}
    </For>
  );
}

export function Words(props: { text: FormText | null; fallback?: string; media?: boolean }): JSX.Element {
  const form = useForm();
  return (
    <Show when={props.text} fallback={props.fallback}>
      {(text) => (
        <span class="f-words" dir={form.textDirection()}>
          <Show when={text().plain !== ''} fallback={props.fallback}>
            <RichText rich={text().rich} />
          </Show>
        </span>
      )}
    </Show>
  );
}

/** Picture, sound and film that belong to a label. */
export function Media(props: { text: FormText | null; small?: boolean }): JSX.Element {
  const form = useForm();
  const load = (name: string): Promise<string | null> => form.media(name);
  const [image] = createResource(() => props.text?.image, load);
  const [audio] = createResource(() => (props.small ? null : props.text?.audio), load);
  const [video] = createResource(() => (props.small ? null : props.text?.video), load);
  return (
    <>
      <Show when={image()}>{(src) => <img class={props.small ? 'f-media-small' : 'f-media'} src={src()} alt={props.text?.plain ?? ''} />}</Show>
      <Show when={audio()}>{(src) => <audio class="f-media" controls preload="metadata" src={src()} />}</Show>
      <Show when={video()}>{(src) => <video class="f-media" controls preload="metadata" playsinline src={src()} />}</Show>
    </>
  );
}
