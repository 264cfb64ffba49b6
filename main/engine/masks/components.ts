/**
 * Connected regions of equal value as row runs. Runs, not a map of labels: their number follows the outlines, so a
 * picture of 80 million pixels costs megabytes instead of gigabytes.
 */
export interface Components {
  count: number;
  /** component c owns the runs first[c] … first[c + 1] − 1, top to bottom, left to right; count + 1 entries */
  first: Int32Array;
  /** index of a run's first pixel, y · width + x */
  start: Int32Array;
  /** index after a run's last pixel; a run never leaves its row */
  end: Int32Array;
  /** pixels of component c */
  area: Int32Array;
  /** value the pixels of component c share */
  value: Uint8Array;
}

let runStart = new Int32Array(4096);
let runEnd = new Int32Array(4096);
let parent = new Int32Array(4096);

/**
 * The 8-connected components of `values` (row-major, width × height), in raster order of their first pixels. Pixels of
 * value `skip` belong to none. Linear in the pixels: one scan into runs, then union-find over the runs.
 */
export function findComponents(values: Uint8Array, width: number, height: number, skip: number): Components {
  let runs = 0;
  let above = 0;
  for (let y = 0; y < height; y++) {
    const rowFirst = runs;
    const rowEnd = (y + 1) * width;
    for (let at = y * width; at < rowEnd;) {
      const value = values[at];
      const start = at++;
      while (at < rowEnd && values[at] === value) at++;
      if (value === skip) continue;
      if (runs === runStart.length) grow();
      runStart[runs] = start;
      runEnd[runs] = at;
      parent[runs] = runs;
      runs++;
    }
    joinRows(values, width, above, rowFirst, runs);
    above = rowFirst;
  }
  return collect(values, runs);
}

/** Joins the runs [below, end) of a row with the equal ones they touch, corners included, in the row above: [above, below). */
function joinRows(values: Uint8Array, width: number, above: number, below: number, end: number): void {
  let a = above;
  for (let b = below; b < end; b++) {
    const left = runStart[b] - width - 1;
    const right = runEnd[b] - width + 1;
    while (a < below && runEnd[a] <= left) a++;
    const value = values[runStart[b]];
    for (let n = a; n < below && runStart[n] < right; n++) {
      if (values[runStart[n]] === value) join(n, b);
    }
  }
}

function rootOf(run: number): number {
  while (parent[run] !== run) {
    parent[run] = parent[parent[run]];
    run = parent[run];
  }
  return run;
}

/** The earlier root wins, so a root is always the first run of its component. */
function join(a: number, b: number): void {
  const rootA = rootOf(a);
  const rootB = rootOf(b);
  if (rootA < rootB) parent[rootB] = rootA;
  else if (rootB < rootA) parent[rootA] = rootB;
}

/** Sorts the runs by component (counting sort; stable, so raster order stays). */
function collect(values: Uint8Array, runs: number): Components {
  const component = new Int32Array(runs);
  let count = 0;
  for (let run = 0; run < runs; run++) component[run] = parent[run] === run ? count++ : component[rootOf(run)];
  const first = new Int32Array(count + 1);
  const area = new Int32Array(count);
  const value = new Uint8Array(count);
  for (let run = 0; run < runs; run++) {
    const c = component[run];
    first[c + 1]++;
    area[c] += runEnd[run] - runStart[run];
    value[c] = values[runStart[run]];
  }
  for (let c = 0; c < count; c++) first[c + 1] += first[c];
  const start = new Int32Array(runs);
  const end = new Int32Array(runs);
  const next = first.slice(0, count);
  for (let run = 0; run < runs; run++) {
    const at = next[component[run]]++;
    start[at] = runStart[run];
    end[at] = runEnd[run];
  }
  return { count, first, start, end, area, value };
}

function grow(): void {
  runStart = doubled(runStart);
  runEnd = doubled(runEnd);
  parent = doubled(parent);
}

/** The same numbers in twice the room. */
export function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
