import { createEffect, createSignal, onCleanup, type Accessor } from 'solid-js';

/** An address for a file that the page may show; given back when the file changes or the page goes. */
export function useFileAddress(file: Accessor<Blob | null>): Accessor<string | null> {
  const [address, setAddress] = createSignal<string | null>(null);
  createEffect(() => {
    const now = file();
    const url = now ? URL.createObjectURL(now) : null;
    setAddress(url);
    onCleanup(() => {
      if (url) URL.revokeObjectURL(url);
    });
  });
  return address;
}
