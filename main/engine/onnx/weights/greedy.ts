import type { Model } from '../model.ts';
import type { Soup } from './soup.ts';

export interface Rated {
  model: Model;
  /** 0..1, on pictures the choice is made by */
  miou: number;
  /** pictures that BatchNormalization was re-estimated from */
  estimatedFrom: number;
}

/**
 * Greedy soup (Wortsman et al. 2022, "Model soups", recipe 1): checkpoints from the best to the worst, each kept only if
 * the mIoU rises with it. `rate` re-estimates BatchNormalization, of the best alone as well, so that no other gets the
 * credit for that. The result is never worse than the best of them on the pictures it was chosen by.
 */
export async function addWhileBetter(
  checkpoints: readonly { file: string; miou: number }[],
  {
    start,
    read,
    rate,
  }: {
    start: (model: Model) => Soup;
    read: (file: string) => Promise<Model>;
    rate: (soup: Soup) => Promise<Rated>;
  },
): Promise<Rated & { files: string[] }> {
  const [best, ...others] = checkpoints.toSorted((a, b) => b.miou - a.miou);
  const model = await read(best.file);
  let soup = start(model);
  const alone = await rate(soup);
  let kept = { ...(alone.miou > best.miou ? alone : { miou: best.miou, model, estimatedFrom: 0 }), files: [best.file] };
  for (const { file } of others) {
    const candidate = soup.with(await read(file));
    const rated = await rate(candidate);
    if (rated.miou <= kept.miou) continue;
    soup = candidate;
    kept = { ...rated, files: [...kept.files, file] };
  }
  return kept;
}
