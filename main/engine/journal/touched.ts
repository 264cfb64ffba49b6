import type { Journal } from '../journal.ts';

interface Kept {
  seq: number;
  bySample: Map<string, Set<string>>;
}

const kept = new WeakMap<Journal, Kept>();

/** Cases somebody ever decided, undone or not, by sample. Kept up line by line. */
export function touchedIn(journal: Journal): ReadonlyMap<string, ReadonlySet<string>> {
  let state = kept.get(journal);
  // A journal that is shorter than it was is another one.
  if (!state || state.seq > journal.seq) kept.set(journal, (state = { seq: 0, bySample: new Map() }));
  const { bySample } = state;
  const add = (sample: string, id: string) => {
    const ids = bySample.get(sample);
    if (ids) ids.add(id);
    else bySample.set(sample, new Set([id]));
  };
  for (const { action } of journal.lines(state.seq)) {
    if (action.type === 'verdict') for (const item of action.items) add(item.sample, item.case);
    else if (action.type === 'picture') for (const id of action.cases) add(action.sample, id);
  }
  state.seq = journal.seq;
  return bySample;
}
