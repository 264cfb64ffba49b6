import { Cancelled } from './errors.ts';

/** What every long piece of work takes. */
export interface Long<Progress> {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface Count {
  done: number;
  total: number;
}

export function throwIfCancelled(signal?: AbortSignal): void {
  if (signal?.aborted) throw new Cancelled();
}

/** Runs `work` over `items`, at most `width` at a time, in order of start; stops starting new ones once cancelled. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      throwIfCancelled(signal);
      const index = next++;
      await work(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
