// @vitest-environment node
import { beforeEach, expect, it } from 'vitest';
import { freshPhone } from '../sync/phone';
import { database, readRemembered, remember } from '../../src/store';
import { closeVault, isOpen, LockedError } from '../../src/store/vault';

beforeEach(() => freshPhone());

it('keeps what a form remembers encrypted, and gives it back while unlocked', async () => {
  expect(isOpen()).toBe(true);
  await remember('visite', { '/data/jury': 'Fatima Benali' });
  expect(await readRemembered('visite')).toEqual({ '/data/jury': 'Fatima Benali' });
  const kept = (await (await database()).get('settings', 'last:visite')) as Uint8Array;
  expect(new TextDecoder().decode(kept)).not.toContain('Benali');
  expect(await readRemembered('autre')).toBeUndefined();
  closeVault();
  expect(await readRemembered('visite')).toBeUndefined();
  await expect(remember('visite', { '/data/jury': 'x' })).rejects.toThrow(LockedError);
});
