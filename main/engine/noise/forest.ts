/** Boosted regression trees, their values added up: log-odds. */
export interface Forest {
  base: number;
  /** where each tree begins */
  roots: Uint32Array;
  /** of each node: the feature it asks, 255 for a leaf */
  feature: Uint8Array;
  /** left where the feature is at most this; of a leaf its value */
  value: Float32Array;
  /** the left child; the right one follows it */
  child: Uint32Array;
}

/** One tree as it is written down: nodes in any order, the root first; a leaf is its value alone. */
export type WrittenTree = (number | [feature: number, threshold: number, left: number])[];

export const LEAF = 255;

export function readForest({
  base,
  trees,
}: {
  base: number;
  trees: readonly (readonly (number | number[])[])[];
}): Forest {
  const count = trees.reduce((sum, { length }) => sum + length, 0);
  const forest: Forest = {
    base,
    roots: new Uint32Array(trees.length),
    feature: new Uint8Array(count).fill(LEAF),
    value: new Float32Array(count),
    child: new Uint32Array(count),
  };
  let root = 0;
  trees.forEach((nodes, t) => {
    forest.roots[t] = root;
    nodes.forEach((node, n) => {
      const [feature, value, left] = typeof node === 'number' ? [LEAF, node, 0] : node;
      forest.feature[root + n] = feature;
      forest.value[root + n] = value;
      forest.child[root + n] = root + left;
    });
    root += nodes.length;
  });
  return forest;
}

/** Log-odds of these features. */
export function margin({ base, roots, feature, value, child }: Forest, features: readonly number[]): number {
  let sum = base;
  for (const root of roots) {
    let node = root;
    while (feature[node] !== LEAF) node = child[node] + (features[feature[node]] > value[node] ? 1 : 0);
    sum += value[node];
  }
  return sum;
}
