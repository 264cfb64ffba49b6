/**
 * Pictures without a mask in two halves, `learned` to be pseudo-labelled and added and `measured` to be looked at only.
 * Neighbours in a sequence (names equal up to the last underscore) show nearly the same scene, so each sequence is cut
 * once, in the middle, and not picture by picture.
 */
export function halves(names: readonly string[]): { learned: string[]; measured: string[] } {
  const sequences = Map.groupBy(names.toSorted(), (name) => name.slice(0, Math.max(0, name.lastIndexOf('_'))));
  const cut = [...sequences.values()].map((sequence) => {
    const middle = Math.floor(sequence.length / 2);
    return { learned: sequence.slice(0, middle), measured: sequence.slice(middle) };
  });
  return { learned: cut.flatMap(({ learned }) => learned), measured: cut.flatMap(({ measured }) => measured) };
}

/** Whether an arm learns from the half with pseudo-labels; on that half it would be measured against what it was shown. */
export const hasPseudo = (arm: string): boolean => arm.startsWith('pseudo');
