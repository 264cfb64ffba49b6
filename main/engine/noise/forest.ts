/**
 * Boosted regression trees, their values added up: log-odds. Laid out to be asked by feature instead of tree by tree
 * (QuickScorer, Lucchese et al. 2015): every question that is answered with "right" shuts the leaves on its left, and the
 * first leaf left open is where the tree ends. No step depends on the one before, and the answers need not be guessed.
 */
export interface Forest {
  base: number;
  trees: number;
  /** where the questions about each feature begin; one more entry than there are features */
  first: Uint32Array;
  /** of each question: right where the feature is above this, ascending for each feature */
  threshold: Float32Array;
  /** the tree it is asked in, and which of its leaves stay open where the answer is "right" */
  tree: Uint32Array;
  open: Uint32Array;
  /** [tree · LEAVES + leaf], leaves from left to right */
  value: Float32Array;
}

/** One tree as it is written down: nodes in any order, the root first; a leaf is its value alone. */
export type WrittenTree = (number | [feature: number, threshold: number, left: number])[];

type Nodes = readonly (number | number[])[];

/** A tree can have as many leaves as a number has bits. */
const LEAVES = 32;

interface Question {
  feature: number;
  threshold: number;
  tree: number;
  open: number;
}

/** Throws RangeError for a tree of more than 32 leaves. */
export function readForest({ base, trees }: { base: number; trees: readonly Nodes[] }): Forest {
  const questions: Question[] = [];
  const value = new Float32Array(trees.length * LEAVES);
  trees.forEach((nodes, tree) => {
    const leaves = readTree(nodes, 0, 0, (node, from, middle) => {
      if (typeof node === 'number') value[tree * LEAVES + from] = node;
      else questions.push({ feature: node[0], threshold: Math.fround(node[1]), tree, open: ~bits(from, middle) });
    });
    if (leaves > LEAVES) throw new RangeError(`Expected trees of at most ${LEAVES} leaves, found one of ${leaves}.`);
  });
  questions.sort((a, b) => a.feature - b.feature || a.threshold - b.threshold);
  const features = questions.length ? questions[questions.length - 1].feature + 1 : 0;
  return {
    ...{ base, trees: trees.length, value },
    first: Uint32Array.from({ length: features + 1 }, (_, f) => questions.filter(({ feature }) => feature < f).length),
    threshold: Float32Array.from(questions, ({ threshold }) => threshold),
    tree: Uint32Array.from(questions, ({ tree }) => tree),
    open: Uint32Array.from(questions, ({ open }) => open),
  };
}

/** Tells of every node which leaves are on its left: [from, middle). Returns how many leaves the tree has so far. */
function readTree(
  nodes: Nodes,
  at: number,
  from: number,
  tell: (node: number | number[], from: number, middle: number) => void,
): number {
  const node = nodes[at];
  if (typeof node === 'number') {
    tell(node, from, from);
    return from + 1;
  }
  const middle = readTree(nodes, node[2], from, tell);
  tell(node, from, middle);
  return readTree(nodes, node[2] + 1, middle, tell);
}

/** Ones from bit `from` up to, not including, bit `to`. */
const bits = (from: number, to: number): number => (2 ** to - 2 ** from) | 0;

/** Log-odds of these features. */
export function margin(forest: Forest, features: readonly number[]): number {
  const { base, trees, first, threshold, tree, open, value } = forest;
  if (leavesLeft.length < trees) leavesLeft = new Uint32Array(trees);
  const left = leavesLeft;
  left.fill(0xffffffff);
  for (let f = 0; f < first.length - 1; f++) {
    const feature = features[f];
    const end = first[f + 1];
    for (let q = first[f]; q < end && threshold[q] < feature; q++) left[tree[q]] &= open[q];
  }
  let sum = base;
  for (let t = 0; t < trees; t++) sum += value[t * LEAVES + lowest(left[t])];
  return sum;
}

/** Leaves still open, of each tree; kept from one question to the next. */
let leavesLeft = new Uint32Array(0);

/** The lowest bit that is set. */
const lowest = (number: number): number => 31 - Math.clz32(number & -number);
