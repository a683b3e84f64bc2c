import type { JSX } from 'solid-js';

export function App(): JSX.Element {
  return <main>Hirfa</main>;
}
