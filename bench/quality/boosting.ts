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
  const edges = Array.from({ length: features }, (_, j) => edgesOf(Float64Array.from(rows, (row) => row[j])));
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

/** [feature · BINS + bin]: sums of gradient and hessian, and rows, of some rows. */
interface Histogram {
  gradient: Float64Array;
  hessian: Float64Array;
  rows: Float64Array;
}

interface Leaf {
  node: number;
  rows: Uint32Array;
  histogram: Histogram;
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
  const leafOf = (node: number, rows: Uint32Array, histogram: Histogram): Leaf => {
    return { node, rows, histogram, split: bestSplit(growing, rows.length, histogram) };
  };
  const all = Uint32Array.from({ length: margins.length }, (_, i) => i);
  const leaves = [leafOf(0, all, count(growing, all))];
  while (leaves.length < settings.leaves) {
    const best = leaves.reduce((a, b) => ((b.split?.gain ?? 0) > (a.split?.gain ?? 0) ? b : a));
    if (!best.split) break;
    const { feature, bin } = best.split;
    const column = bins[feature];
    const first = tree.push(0, 0) - 2;
    tree[best.node] = [feature, round(edges[feature][bin]), first];
    const left = best.rows.filter((i) => column[i] <= bin);
    const right = best.rows.filter((i) => column[i] > bin);
    // Only the smaller part is counted: the other is what it leaves of the whole.
    const counted = count(growing, left.length < right.length ? left : right);
    const rest = without(best.histogram, counted);
    const [ofLeft, ofRight] = left.length < right.length ? [counted, rest] : [rest, counted];
    leaves.splice(leaves.indexOf(best), 1, leafOf(first, left, ofLeft), leafOf(first + 1, right, ofRight));
  }
  for (const { node, rows } of leaves) {
    const [g, h] = [sumOf(gradient, rows), sumOf(hessian, rows)];
    const value = round((-settings.rate * g) / (h + settings.penalty));
    tree[node] = value;
    for (const i of rows) margins[i] += value;
  }
  return tree;
}

function count({ bins, gradient, hessian }: Growing, rows: Uint32Array): Histogram {
  const size = bins.length * BINS;
  const sums = { gradient: new Float64Array(size), hessian: new Float64Array(size), rows: new Float64Array(size) };
  for (const [feature, column] of bins.entries()) {
    for (const i of rows) {
      const at = feature * BINS + column[i];
      sums.gradient[at] += gradient[i];
      sums.hessian[at] += hessian[i];
      sums.rows[at]++;
    }
  }
  return sums;
}

const without = (whole: Histogram, part: Histogram): Histogram => ({
  gradient: whole.gradient.map((sum, at) => sum - part.gradient[at]),
  hessian: whole.hessian.map((sum, at) => sum - part.hessian[at]),
  rows: whole.rows.map((sum, at) => sum - part.rows[at]),
});

function bestSplit({ edges, settings }: Growing, count: number, histogram: Histogram): Split | null {
  const { leastRows, penalty } = settings;
  if (count < 2 * leastRows) return null;
  // Every feature holds all rows, so the first tells the whole.
  const [g, h] = [histogram.gradient, histogram.hessian].map((sums) => sums.subarray(0, BINS).reduce((a, b) => a + b));
  let best: Split | null = null;
  for (const [feature, cuts] of edges.entries()) {
    let [gl, hl, nl] = [0, 0, 0];
    for (let bin = 0; bin < cuts.length; bin++) {
      const at = feature * BINS + bin;
      gl += histogram.gradient[at];
      hl += histogram.hessian[at];
      nl += histogram.rows[at];
      if (nl < leastRows || count - nl < leastRows) continue;
      const gain = gl ** 2 / (hl + penalty) + (g - gl) ** 2 / (h - hl + penalty) - g ** 2 / (h + penalty);
      if (gain > 1e-3 && gain > (best?.gain ?? 0)) best = { feature, bin, gain };
    }
  }
  return best;
}

function sumOf(values: Float64Array, rows: Uint32Array): number {
  let sum = 0;
  for (const i of rows) sum += values[i];
  return sum;
}

/** Upper edges of all bins but the last, ascending and distinct. */
function edgesOf(values: Float64Array): number[] {
  const sorted = values.toSorted();
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
