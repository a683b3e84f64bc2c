// Reading a QR code where the browser has no reader of its own. Loaded only when the camera is opened for enrolment.
// Library: `qr` (no dependencies, maintained, decodes in plain JavaScript without workers or wasm).
import decodeQR from 'qr/decode.js';

/** Read one QR code in an image; null when there is none. */
export function decode(image: ImageData): string | null {
  try {
    return decodeQR({ width: image.width, height: image.height, data: image.data });
  } catch {
    return null;
  }
}
