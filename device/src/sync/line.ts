// What the browser knows of the line. Only some phones' browsers tell Wi-Fi from mobile data; where it cannot be told, nothing is pretended.
import { readSetting } from '../store';

interface Connection { type?: string; saveData?: boolean }

export type LineKind = 'wifi' | 'mobile' | 'unknown';

export function lineKind(): LineKind {
  const { type } = (typeof navigator === 'undefined' ? undefined : (navigator as unknown as { connection?: Connection }).connection) ?? {};
  if (type === 'wifi' || type === 'ethernet') return 'wifi';
  return type === 'cellular' || type === 'wimax' ? 'mobile' : 'unknown';
}

/** Whether photographs may go now: on any line, unless the agent wants them on Wi-Fi alone and this is not known to be one. */
export async function mayPhotosGo(): Promise<boolean> {
  return !(await readSetting('photosOnWifi')) || lineKind() === 'wifi';
}
