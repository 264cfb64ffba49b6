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

/**
 * Runs `work` over `items`, at most `width` at a time, in order of start. Once cancelled, or once one item failed, no new
 * ones start; it settles when nothing is under way any more, so what the work had opened can be taken away safely.
 */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < items.length && !failed) {
      throwIfCancelled(signal);
      const index = next++;
      await work(items[index], index);
    }
  };
  const lanes = Array.from({ length: Math.min(width, items.length) }, () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(lanes);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}
