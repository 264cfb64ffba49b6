import { IGNORE } from '../../common/dataset.ts';
import type { TestPicture } from './chain.ts';
import { noise } from './random.ts';

/** A picture of random colours, and random labels of `classes`, a fifth of them ignored. */
export function noisePicture(width: number, height: number, classes: number, seed = 5): TestPicture {
  const random = noise(seed);
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => 256 * random());
  const label = () => (random() < 0.2 ? IGNORE : Math.floor(classes * random()));
  return { width, height, pixels, given: Uint8Array.from({ length: width * height }, label) };
}
