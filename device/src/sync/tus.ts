// The client of resumable uploads, in a piece of its own: it is loaded when a photograph waits and there is a line.
export { Upload } from 'tus-js-client';
