// Everything the app keeps goes through this folder; import from here.
export * from './types';
export { announce, close, database, listen, storeName, type Topic } from './db';
export * from './agents';
export {
  changePin, closeVault, createVault, hasVault, isGoodPin, isOpen, LockedError, MIN_PIN, onClose, openVault, pinWaitMs, watchVault, type Refusal,
} from './vault';
export { veilError } from './secrets';
export { forgetPin } from './migrate';
export { alone, holdOpen, takeOver, type Held } from './locks';
export * from './settings';
export { noteReading, takeReading } from './tokens';
export * from './forms';
export * from './drafts';
export { readRemembered, remember } from './remembered';
export * from './outbox';
export * from './carried';
export * from './sealing';
export * from './records';
export { dropSentBackFiles, keepSentBackFile, listInbox, listSentBack, readSentBackFiles } from './inbox';
