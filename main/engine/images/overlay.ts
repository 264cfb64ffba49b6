import type { Planes } from '../../../common/planes.ts';
import type { Picture } from '../images.ts';

/**
 * The picture (of any size) with the pixels kept tinted in the colour of their class, and the others dark. By class index:
 * `least` confidence byte that is kept, `colors` as RGB bytes. Labels are not blended: nearest pixel.
 */
export function tintKept(
  picture: Picture,
  planes: Planes,
  least: ArrayLike<number>,
  colors: readonly (readonly number[])[],
): Picture {
  const { width, height } = picture;
  const data = new Uint8Array(picture.data.length);
  const columns = Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * planes.width) / width));
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * planes.height) / height) * planes.width;
    for (let x = 0; x < width; x++, at += 3) {
      const from = row + columns[x];
      const color = planes.confidence[from] >= least[planes.label[from]] ? colors[planes.label[from]] : undefined;
      for (let c = 0; c < 3; c++) {
        const value = picture.data[at + c];
        data[at + c] = color ? (value + color[c]) >> 1 : value >> 2;
      }
    }
  }
  return { width, height, data };
}
