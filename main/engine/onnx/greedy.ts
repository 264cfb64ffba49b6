import type { Model } from './model.ts';
import type { Soup } from './soup.ts';

export interface Rated {
  model: Model;
  /** 0..1, on pictures the choice is made by */
  miou: number;
}

/**
 * Greedy soup (Wortsman et al. 2022, "Model soups", recipe 1): checkpoints from the best to the worst, each kept only if
 * the mIoU rises with it. So the result is never worse than the best of them on the pictures it was chosen by.
 */
export async function addWhileBetter(
  checkpoints: readonly { file: string; miou: number }[],
  {
    start,
    read,
    rate,
  }: { start: (model: Model) => Soup; read: (file: string) => Promise<Model>; rate: (soup: Soup) => Promise<Rated> },
): Promise<Rated & { files: string[] }> {
  const [best, ...others] = checkpoints.toSorted((a, b) => b.miou - a.miou);
  const first = await read(best.file);
  let soup = start(first);
  let kept: Rated & { files: string[] } = { files: [best.file], model: first, miou: best.miou };
  for (const { file } of others) {
    const candidate = soup.with(await read(file));
    const rated = await rate(candidate);
    if (rated.miou <= kept.miou) continue;
    soup = candidate;
    kept = { ...rated, files: [...kept.files, file] };
  }
  return kept;
}
