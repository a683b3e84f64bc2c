// Where the app is: a path in the fragment of the address, so that any server can serve it and no path is ever logged.
// Only ids stand in it, never a name.
import { createSignal } from 'solid-js';

const read = (): string => decodePath(location.hash.slice(1)) || '/';

function decodePath(path: string): string {
  return path.startsWith('/') ? path : '';
}

const [path, setPath] = createSignal(typeof location === 'undefined' ? '/' : read());
export { path };

let depth = 0;

/** Begin to follow the address. */
export function startRouter(): void {
  window.addEventListener('hashchange', () => setPath(read()));
}

/** Go by the address as it stands: an open form writes its draft's into it without telling. */
export const followAddress = (): void => void setPath(read());

/** Path segments, decoded: "/records/abc" -> ["records", "abc"]. */
export function segments(): string[] {
  return path().split('?')[0]!.split('/').filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
}

export const link = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) {
    history.replaceState(null, '', to);
    setPath(read());
  } else {
    depth += 1;
    location.hash = to;
  }
}

/** One step back inside the app; home when the app was opened here. */
export function goBack(): void {
  if (depth > 0 || history.length > 1) {
    depth = Math.max(0, depth - 1);
    history.back();
  } else navigate('#/', { replace: true });
}
