// Line icons, drawn here so that none is fetched. Those that point somewhere turn round in right-to-left pages.
import type { JSX } from 'solid-js';

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  close: 'M6 6l12 12M18 6L6 18',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warn: 'M12 8v5m0 3.5v.01M10.3 4.3L2.9 17.2A2 2 0 004.6 20h14.8a2 2 0 001.7-2.8L13.7 4.3a2 2 0 00-3.4 0z',
  camera: 'M4 8h3l1.5-2.5h7L17 8h3v11H4zM12 10a3.5 3.5 0 100 7 3.5 3.5 0 000-7z',
  gallery: 'M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15.5 9.5v.01',
  pen: 'M4 20l1-4L16.5 4.5a2.1 2.1 0 013 3L8 19z',
  pin: 'M12 21s7-6.1 7-11a7 7 0 10-14 0c0 4.9 7 11 7 11zM12 7.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z',
  mic: 'M12 4a2.5 2.5 0 00-2.5 2.5v5a2.5 2.5 0 005 0v-5A2.5 2.5 0 0012 4zM6 11.5a6 6 0 0012 0M12 17.5V21',
  film: 'M4 6h11v12H4zM15 10.5l5-3v9l-5-3z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  up: 'M5 15l7-7 7 7',
  down: 'M5 9l7 7 7-7',
  undo: 'M9 14L4 9l5-5M4 9h10a6 6 0 010 12h-3',
  search: 'M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l4.5 4.5',
  person: 'M12 4a4 4 0 100 8 4 4 0 000-8zM4.5 20.5c0-4 3.4-6.5 7.5-6.5s7.5 2.5 7.5 6.5',
  globe: 'M12 3a9 9 0 100 18 9 9 0 000-18zM3 12h18M12 3c2.5 2.5 3.8 5.6 3.8 9S14.500 18.500 12 21c-2.500-2.500-3.800-5.600-3.800-9S9.500 5.500 12 3z',
  info: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v5.500M12 7.500v.01',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon(props: { name: IconName; size?: number }): JSX.Element {
  const turns = (): boolean => props.name === 'back' || props.name === 'next' || props.name === 'undo';
  return (
    <svg
      class="f-icon"
      classList={{ 'f-turns': turns() }}
      width={props.size ?? 22}
      height={props.size ?? 22}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[props.name]} />
    </svg>
  );
}
