// Everything the app keeps goes through this folder; import from here.
export * from './types';
export { announce, close, database, listen, wipe, type Topic } from './db';
export { alone } from './locks';
export * from './settings';
export * from './forms';
export * from './drafts';
export * from './outbox';
export * from './carried';
export * from './sealing';
export * from './records';
