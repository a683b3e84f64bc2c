// Photos are drawn again, smaller: a phone's picture of 4 MB becomes some 200 kB, and everything hidden in it (place, phone, time) is gone.

export const DEFAULT_MAX_PIXELS = 1280;
const QUALITY = 0.8;

async function decode(file: Blob): Promise<{ source: CanvasImageSource; width: number; height: number; done(): void }> {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
    return { source: bitmap, width: bitmap.width, height: bitmap.height, done: () => bitmap.close() };
  } catch {
    // Some browsers decode more kinds through <img> (and turn them upright by themselves).
    const url = URL.createObjectURL(file);
    try {
      const image = new Image();
      image.src = url;
      await image.decode();
      return { source: image, width: image.naturalWidth, height: image.naturalHeight, done: () => URL.revokeObjectURL(url) };
    } catch (error) {
      URL.revokeObjectURL(url);
      throw error;
    }
  }
}

function toBlob(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the canvas gave no picture'))), type, QUALITY);
  });
}

/** A JPEG no longer than `maxPixels` on its long side, without metadata. :raises Error: when the browser cannot read the picture. */
export async function shrinkPhoto(file: Blob, maxPixels: number | null): Promise<Blob> {
  const picture = await decode(file);
  try {
    const longest = Math.max(picture.width, picture.height);
    if (!longest) throw new Error('an empty picture');
    const scale = Math.min(1, (maxPixels && maxPixels > 0 ? maxPixels : DEFAULT_MAX_PIXELS) / longest);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture.source, 0, 0, canvas.width, canvas.height);
    return await toBlob(canvas, 'image/jpeg');
  } finally {
    picture.done();
  }
}

let last = 0;

/** A name no other answer of this instance has: the question's name and the moment. */
export function fileName(question: string, extension: string): string {
  last = Math.max(Date.now(), last + 1);
  const safe = question.normalize('NFD').replace(/[^\w-]/g, '').slice(0, 40) || 'fichier';
  return `${safe}-${last}.${extension.replace(/[^A-Za-z0-9]/g, '').toLowerCase().slice(0, 8) || 'bin'}`;
}
