import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';

export const nameOf = (index: number) => `sort-${String(index + 1).padStart(4, '0')}`;

/** `rgb`: width × height × 3. */
export async function writeJpeg(file: string, rgb: Uint8Array, width: number, height: number): Promise<void> {
  const image = sharp(rgb, { raw: { width, height, channels: 3 } });
  await writeFile(file, await image.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer());
}

/** 8-bit grey PNG whose values are the labels. */
export async function writeLabels(file: string, labels: Uint8Array, width: number, height: number): Promise<void> {
  const image = sharp(labels, { raw: { width, height, channels: 1 } });
  await writeFile(file, await image.toColourspace('b-w').png({ compressionLevel: 9 }).toBuffer());
}
