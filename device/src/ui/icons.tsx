// The few signs the app uses, drawn as lines of one weight. They are decoration: the words beside them say the same.
import type { JSX } from 'solid-js';

const PATHS = {
  home: 'M3 11.5 12 4l9 7.5M5.5 9.8V20h13V9.8M10 20v-5.5h4V20',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.4-3.8 3-6 6.5-6s6.100 2.200 6.500 6M16 4.300a3.500 3.500 0 0 1 0 6.400M17.500 14.300c2.200.7 3.700 2.700 4 5.700',
  form: 'M6 3h9l4 4v14H6zM14.500 3v5H19M9.500 12.500h6M9.500 16.500h6',
  send: 'M4 9.500 12 3l8 6.500M12 3v12M4 15v5.500h16V15',
  sync: 'M4.500 10a8 8 0 0 1 14-3.500M19 3v4h-4M19.500 14a8 8 0 0 1-14 3.500M5 21v-4h4',
  gear: 'M4 7h8M17 7h3M4 12h2M11 12h9M4 17h9M18 17h2M14.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM8.500 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM15.500 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
  search: 'M10.500 17.500a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM15.700 15.700 21 21',
  add: 'M12 5v14M5 12h14',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  check: 'M4.500 12.500l5 5 10-11',
  warning: 'M12 4 2.800 20h18.400zM12 10v4.500M12 17.200v.3',
  aside: 'M4 7h16v13H4zM4 7l2-3.500h12L20 7M9.500 11.500h5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5.300l3.500 2',
  draft: 'M4 20h4L19.500 8.500l-4-4L4 16zM13.500 6.500l4 4',
  camera: 'M4 8h3.500L9 5.500h6L16.500 8H20v11.500H4zM12 16.800a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600Z',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h3v3h-3zM20 14v.1M17 20h3v-3M14 20v.1',
  trash: 'M5 7h14M10 3.500h4M7 7l.8 13.500h8.400L17 7M10.300 11v6M13.700 11v6',
  question: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9.500 9.500c.2-1.500 1.200-2.300 2.600-2.300s2.500.9 2.500 2.200c0 2-2.600 2.100-2.600 4.100M12 16.600v.2',
  joined: 'M5 4v4c0 3 2 4 7 4s7 1 7 4v4M19 4v4c0 1.800-.7 2.900-2.200 3.400M5 20v-4c0-1.800.7-2.900 2.200-3.400',
  offline: 'M3 3l18 18M8.500 15.500a5 5 0 0 1 6-.8M5 12a10 10 0 0 1 4.500-2.600M2 8.500a15 15 0 0 1 4.500-2.900M11 5a15 15 0 0 1 11 3.500M15 9.800A10 10 0 0 1 19 12M12 19v.1',
  lock: 'M6 10.500h12V20H6zM8.500 10.500V7.500a3.500 3.500 0 0 1 7 0v3M12 14v2.500',
  pin: 'M12 21s-6.500-6.200-6.500-11a6.500 6.500 0 0 1 13 0c0 4.800-6.500 11-6.500 11ZM12 12.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600Z',
} as const;

export type IconName = keyof typeof PATHS;
/** Signs that point along the line of reading turn round in Arabic. */
const DIRECTED: ReadonlySet<IconName> = new Set(['back', 'next']);

export function Icon(props: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg
      class={DIRECTED.has(props.name) ? 'icon icon-directed' : 'icon'} width={props.size ?? 24} height={props.size ?? 24} viewBox="0 0 24 24"
      fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"
    >
      <path d={PATHS[props.name]} />
    </svg>
  );
}
