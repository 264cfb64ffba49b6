import type { WrittenTree } from '../../main/engine/noise/forest.ts';

export interface BoostingSettings {
  trees: number;
  /** leaves of a tree, which grows where it gains most */
  leaves: number;
  rate: number;
  /** rows a leaf must hold at least, and the L2 penalty on its value */
  leastRows: number;
  penalty: number;
}

const BINS = 64;

/**
 * Gradient boosting of regression trees for the logistic loss with second-order leaves (Friedman 2001; Chen and Guestrin
 * 2016) on features cut into bins of equal count. `rows` all have the same length; `weights`: one a row.
 */
export function boost(
  rows: readonly (readonly number[])[],
  positive: readonly boolean[],
  weights: readonly number[],
  settings: BoostingSettings,
): { base: number; trees: WrittenTree[] } {
  const features = rows[0].length;
  const edges = Array.from({ length: features }, (_, j) => edgesOf(rows.map((row) => row[j])));
  const bins = edges.map((cuts, j) => Uint8Array.from(rows, (row) => binOf(cuts, row[j])));
  const heavy = weights.reduce((sum, w) => sum + w, 0);
  const right = weights.reduce((sum, w, i) => sum + (positive[i] ? w : 0), 0);
  const base = Math.log(right / (heavy - right));
  const margins = new Float64Array(rows.length).fill(base);
  const gradient = new Float64Array(rows.length);
  const hessian = new Float64Array(rows.length);
  const trees: WrittenTree[] = [];
  for (let t = 0; t < settings.trees; t++) {
    for (let i = 0; i < rows.length; i++) {
      const p = 1 / (1 + Math.exp(-margins[i]));
      gradient[i] = weights[i] * (p - (positive[i] ? 1 : 0));
      hessian[i] = weights[i] * Math.max(p * (1 - p), 1e-6);
    }
    trees.push(grow({ bins, edges, gradient, hessian, margins, settings }));
  }
  return { base, trees };
}

interface Growing {
  bins: Uint8Array[];
  edges: number[][];
  gradient: Float64Array;
  hessian: Float64Array;
  margins: Float64Array;
  settings: BoostingSettings;
}

interface Leaf {
  node: number;
  rows: Uint32Array;
  split: Split | null;
}

interface Split {
  feature: number;
  bin: number;
  gain: number;
}

/** One tree, best split first; adds its values to the margins. */
function grow(growing: Growing): WrittenTree {
  const { bins, edges, gradient, hessian, margins, settings } = growing;
  const tree: WrittenTree = [0];
  const all = Uint32Array.from({ length: margins.length }, (_, i) => i);
  const leaves: Leaf[] = [{ node: 0, rows: all, split: bestSplit(growing, all) }];
  while (leaves.length < settings.leaves) {
    const best = leaves.reduce((a, b) => ((b.split?.gain ?? 0) > (a.split?.gain ?? 0) ? b : a));
    if (!best.split) break;
    const { feature, bin } = best.split;
    const column = bins[feature];
    const left = tree.push(0, 0) - 2;
    tree[best.node] = [feature, round(edges[feature][bin]), left];
    leaves.splice(leaves.indexOf(best), 1);
    for (const [node, rows] of [
      [left, best.rows.filter((i) => column[i] <= bin)],
      [left + 1, best.rows.filter((i) => column[i] > bin)],
    ] as const)
      leaves.push({ node, rows, split: bestSplit(growing, rows) });
  }
  for (const { node, rows } of leaves) {
    const [g, h] = rows.reduce(([a, b], i) => [a + gradient[i], b + hessian[i]], [0, 0]);
    const value = round((-settings.rate * g) / (h + settings.penalty));
    tree[node] = value;
    for (const i of rows) margins[i] += value;
  }
  return tree;
}

function bestSplit({ bins, edges, gradient, hessian, settings }: Growing, rows: Uint32Array): Split | null {
  if (rows.length < 2 * settings.leastRows) return null;
  const { leastRows, penalty } = settings;
  let best: Split | null = null;
  const sums = new Float64Array(3 * BINS);
  for (const [feature, column] of bins.entries()) {
    sums.fill(0);
    for (const i of rows) {
      const at = 3 * column[i];
      sums[at] += gradient[i];
      sums[at + 1] += hessian[i];
      sums[at + 2]++;
    }
    const [g, h] = [0, 1].map((part) => sums.reduce((sum, value, at) => (at % 3 === part ? sum + value : sum), 0));
    let [gl, hl, nl] = [0, 0, 0];
    for (let bin = 0; bin < edges[feature].length; bin++) {
      gl += sums[3 * bin];
      hl += sums[3 * bin + 1];
      nl += sums[3 * bin + 2];
      if (nl < leastRows || rows.length - nl < leastRows) continue;
      const gain = gl ** 2 / (hl + penalty) + (g - gl) ** 2 / (h - hl + penalty) - g ** 2 / (h + penalty);
      if (gain > 1e-3 && gain > (best?.gain ?? 0)) best = { feature, bin, gain };
    }
  }
  return best;
}

/** Upper edges of all bins but the last, ascending and distinct. */
function edgesOf(values: number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const cuts = Array.from({ length: BINS - 1 }, (_, b) => sorted[Math.floor(((b + 1) * sorted.length) / BINS)]);
  return [...new Set(cuts)].filter((cut) => cut < sorted[sorted.length - 1]);
}

function binOf(cuts: number[], value: number): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= cuts[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

const round = (value: number) => Number(value.toPrecision(4));
