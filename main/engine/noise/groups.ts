import { doubled } from '../masks/components.ts';
import type { Stretches } from './stretches.ts';

/** Pairs of stretches that touch, corners included: first[k] comes before second[k] in raster order. */
interface Links {
  count: number;
  /** entries from `count` on mean nothing */
  first: Int32Array;
  second: Int32Array;
}

/** What hangs together, each as indexes of stretches in raster order; groups in the order of their first ones. */
export interface Groups {
  count: number;
  /** group g has the members first[g] … first[g + 1] − 1 */
  first: Int32Array;
  member: Int32Array;
  /** pixels of each */
  area: Int32Array;
}

/**
 * Touching stretches that share their proposed class, and those that share their given class: of each side the groups of at
 * least `minimum` pixels, at [floor] all of whose stretches reach more floors than that.
 */
export function groupStretches(
  stretches: Stretches,
  width: number,
  minimum: number,
): [proposed: Groups[], given: Groups[]] {
  link(stretches, width);
  return [groupSide(stretches, proposedLinks, minimum), groupSide(stretches, givenLinks, minimum)];
}

function groupSide({ start, end, floors }: Stretches, links: Links[], minimum: number): Groups[] {
  const parent = new Int32Array(start.length);
  for (let n = 0; n < parent.length; n++) parent[n] = n;
  const groups: Groups[] = [];
  // From the top down: what hangs together on one floor does so on all below it.
  for (let floor = links.length - 1; floor >= 0; floor--) {
    joinAll(parent, links[floor]);
    const area = new Int32Array(start.length);
    const members = new Int32Array(start.length);
    for (let n = 0; n < start.length; n++) {
      if (floors[n] <= floor) continue;
      // A parent comes before its child and has been brought to its root already.
      const root = parent[parent[n]];
      parent[n] = root;
      area[root] += end[n] - start[n];
      members[root]++;
    }
    groups[floor] = collect(parent, area, members, minimum);
  }
  return groups;
}

/** Fills the links of both sides. */
function link({ start, end, floors, given, proposed }: Stretches, width: number): void {
  for (const one of [...proposedLinks, ...givenLinks]) one.count = 0;
  const touch = (a: number, b: number) => {
    const floor = Math.min(floors[a], floors[b]) - 1;
    if (proposed[a] === proposed[b]) add(proposedLinks[floor], a, b);
    if (given[a] === given[b]) add(givenLinks[floor], a, b);
  };
  let above = 0;
  let rowFirst = 0;
  let rowEnd = 0;
  for (let n = 0; n < start.length; n++) {
    if (start[n] >= rowEnd) {
      // What lies more than one row up touches nothing here.
      above = start[n] < rowEnd + width ? rowFirst : n;
      rowFirst = n;
      rowEnd = (Math.floor(start[n] / width) + 1) * width;
    }
    while (above < rowFirst && end[above] < start[n] - width) above++;
    for (let a = above; a < rowFirst && start[a] <= end[n] - width; a++) touch(a, n);
    if (n > rowFirst && end[n - 1] === start[n]) touch(n - 1, n);
  }
}

/** By the highest floor both stretches reach; kept from one picture to the next. */
const proposedLinks = [noLinks(), noLinks(), noLinks()];
const givenLinks = [noLinks(), noLinks(), noLinks()];

function noLinks(): Links {
  return { count: 0, first: new Int32Array(4096), second: new Int32Array(4096) };
}

function add(links: Links, a: number, b: number): void {
  if (links.count === links.first.length) {
    links.first = doubled(links.first);
    links.second = doubled(links.second);
  }
  links.first[links.count] = a;
  links.second[links.count++] = b;
}

/** The earlier root wins, so a root is always the first of its group. */
function joinAll(parent: Int32Array, { count, first, second }: Links): void {
  for (let k = 0; k < count; k++) {
    const a = rootOf(parent, first[k]);
    const b = rootOf(parent, second[k]);
    if (a < b) parent[b] = a;
    else if (b < a) parent[a] = b;
  }
}

function rootOf(parent: Int32Array, n: number): number {
  while (parent[n] !== n) {
    parent[n] = parent[parent[n]];
    n = parent[n];
  }
  return n;
}

/** `parent`: of each stretch its root; `area` and `members`: of each root how many pixels and stretches it holds. */
function collect(parent: Int32Array, area: Int32Array, members: Int32Array, minimum: number): Groups {
  const roots: number[] = [];
  for (let n = 0; n < area.length; n++) if (area[n] >= minimum) roots.push(n);
  const first = new Int32Array(roots.length + 1);
  // From here on where the next member of each group goes.
  const next = members;
  for (let g = 0; g < roots.length; g++) {
    first[g + 1] = first[g] + members[roots[g]];
    next[roots[g]] = first[g];
  }
  const member = new Int32Array(first[roots.length]);
  for (let n = 0; n < parent.length; n++) if (area[parent[n]] >= minimum) member[next[parent[n]]++] = n;
  return { count: roots.length, first, member, area: Int32Array.from(roots, (root) => area[root]) };
}
