// Small pictures to be shown on this phone: the photographs of a finished form are sealed to the chamber and open there alone.

const EDGE_PX = 320;

/** Small pictures of the photographs among some files; one that cannot be read has none. */
export async function makeThumbs(files: readonly { name: string; blob: Blob }[]): Promise<{ name: string; blob: Blob }[]> {
  if (typeof createImageBitmap === 'undefined') return [];
  const thumbs: { name: string; blob: Blob }[] = [];
  for (const { name, blob } of files) {
    if (!/\.(jpe?g|png|webp)$/i.test(name)) continue;
    try {
      const image = await createImageBitmap(blob);
      const scale = Math.min(1, EDGE_PX / Math.max(image.width, image.height));
      const canvas = document.createElement('canvas');
      canvas.width = Math.max(1, Math.round(image.width * scale));
      canvas.height = Math.max(1, Math.round(image.height * scale));
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#fff';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      image.close();
      const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.7));
      if (small) thumbs.push({ name, blob: small });
    } catch {
      // The form is finished all the same.
    }
  }
  return thumbs;
}
