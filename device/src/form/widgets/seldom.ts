// Widgets that few forms have, in one piece of the app that is loaded when the first of them is shown and kept after enrolment
// (src/extras.ts): the day's forms open sooner without them.
export { Barcode } from './Barcode';
export { DrawDialog } from './DrawDialog';
export { FileAnswer } from './FileAnswer';
export { GeoPath } from './GeoPath';
export { MapDialog } from './map/MapDialog';
export { RangeBox } from './RangeBox';
export { Rank } from './Rank';
