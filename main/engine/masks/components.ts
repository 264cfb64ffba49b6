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
let runValue = new Uint8Array(4096);
let parent = new Int32Array(4096);

/**
 * The 8-connected components of `values` (row-major, width × height), in raster order of their first pixels. Pixels of
 * value `skip` belong to none. Linear in the pixels: one scan into runs, then union-find over the runs.
 */
export function findComponents(values: Uint8Array, width: number, height: number, skip: number): Components {
  return collect(findRuns(values, width, height, skip));
}

/** Fills the runs in raster order, joined where they touch; returns how many there are. */
function findRuns(values: Uint8Array, width: number, height: number, skip: number): number {
  const fours = inFours(values);
  let runs = 0;
  let above = 0;
  for (let y = 0; y < height; y++) {
    const rowFirst = runs;
    const rowEnd = (y + 1) * width;
    for (let at = y * width; at < rowEnd;) {
      const value = values[at];
      const start = at++;
      while (at < rowEnd && values[at] === value) {
        at++;
        if (at % 4) continue;
        const four = Math.imul(value, 0x01010101);
        while (at + 4 <= rowEnd && fours[at >> 2] === four) at += 4;
      }
      if (value !== skip) setRun(runs++, start, at, value);
    }
    joinRows(width, above, rowFirst, runs);
    above = rowFirst;
  }
  return runs;
}

/** The components of all of a map: every pixel is in a run, every run in a component. */
export interface Cover {
  /** index after the last pixel of each run; a run begins where the one before it ends */
  end: Int32Array;
  /** the component of each run */
  of: Int32Array;
  /** pixels of each component */
  area: Int32Array;
}

/** The same regions as findComponents has with nothing to skip, in raster order of runs. */
export function coverMap(values: Uint8Array, width: number, height: number): Cover {
  const runs = findRuns(values, width, height, -1);
  const { component: of, count } = number(runs);
  const area = new Int32Array(count);
  for (let run = 0; run < runs; run++) area[of[run]] += runEnd[run] - runStart[run];
  return { end: runEnd.slice(0, runs), of, area };
}

/** Four bytes as one number, as many as there are whole; none where they lie across the grain of memory. */
const inFours = ({ buffer, byteOffset, length }: Uint8Array): Int32Array =>
  byteOffset % 4 ? new Int32Array(0) : new Int32Array(buffer, byteOffset, length >> 2);

function setRun(run: number, start: number, end: number, value: number): void {
  if (run === runStart.length) grow();
  runStart[run] = start;
  runEnd[run] = end;
  runValue[run] = value;
  parent[run] = run;
}

/** Joins the runs [below, end) of a row with the equal ones they touch, corners included, in the row above: [above, below). */
function joinRows(width: number, above: number, below: number, end: number): void {
  const starts = runStart;
  const ends = runEnd;
  const values = runValue;
  let a = above;
  for (let b = below; b < end; b++) {
    const left = starts[b] - width - 1;
    const right = ends[b] - width + 1;
    const value = values[b];
    while (a < below && ends[a] <= left) a++;
    for (let n = a; n < below && starts[n] < right; n++) {
      if (values[n] === value) join(n, b);
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

/** The component of each run, in the order of their first runs. */
function number(runs: number): { component: Int32Array; count: number } {
  const parents = parent;
  const component = new Int32Array(runs);
  let count = 0;
  // A parent comes before its child, so what it is part of is known.
  for (let run = 0; run < runs; run++) component[run] = parents[run] === run ? count++ : component[parents[run]];
  return { component, count };
}

/** Sorts the runs by component (counting sort; stable, so raster order stays). */
function collect(runs: number): Components {
  const [starts, ends, values] = [runStart, runEnd, runValue];
  const { component, count } = number(runs);
  const first = new Int32Array(count + 1);
  const area = new Int32Array(count);
  const value = new Uint8Array(count);
  for (let run = 0; run < runs; run++) {
    const c = component[run];
    first[c + 1]++;
    area[c] += ends[run] - starts[run];
    value[c] = values[run];
  }
  for (let c = 0; c < count; c++) first[c + 1] += first[c];
  const [start, end] = [new Int32Array(runs), new Int32Array(runs)];
  const next = first.slice(0, count);
  for (let run = 0; run < runs; run++) {
    const at = next[component[run]]++;
    start[at] = starts[run];
    end[at] = ends[run];
  }
  return { count, first, start, end, area, value };
}

function grow(): void {
  runStart = doubled(runStart);
  runEnd = doubled(runEnd);
  runValue = doubled(runValue);
  parent = doubled(parent);
}

/** The same numbers in twice the room. */
export function doubled<T extends Int32Array | Uint8Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
