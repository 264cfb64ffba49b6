import type { Size } from './viewport.ts';

/**
 * Every n-th texel, so that neither side exceeds `limit`: a picture larger than the largest texture is drawn a little
 * coarser. Labels are picked, never mixed. Contours and the values under the pointer stay those of the whole picture.
 */
export function thinned(data: Uint8Array, { width, height }: Size, limit: number): Size & { data: Uint8Array } {
  const step = Math.ceil(Math.max(width, height) / limit);
  if (step <= 1) return { width, height, data };
  const thin = { width: Math.ceil(width / step), height: Math.ceil(height / step) };
  const picked = new Uint8Array(thin.width * thin.height);
  for (let y = 0, i = 0; y < thin.height; y++) {
    const row = Math.min(height - 1, Math.floor(((y + 0.5) * height) / thin.height)) * width;
    for (let x = 0; x < thin.width; x++, i++)
      picked[i] = data[row + Math.min(width - 1, Math.floor(((x + 0.5) * width) / thin.width))];
  }
  return { ...thin, data: picked };
}
