// One short message at the foot of the screen, read aloud, gone after a while.
import { createSignal } from 'solid-js';

const [message, setMessage] = createSignal<string | null>(null);
export { message };
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string): void {
  clearTimeout(timer);
  setMessage(text);
  timer = setTimeout(() => setMessage(null), 5000);
}
