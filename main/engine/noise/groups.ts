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

function groupSide(stretches: Stretches, links: Links[], minimum: number): Groups[] {
  const trees = plant(stretches);
  const groups: Groups[] = [];
  // From the top down: what hangs together on one floor does so on all below it.
  for (let floor = links.length - 1; floor >= 0; floor--) {
    joinAll(trees, links[floor]);
    groups[floor] = collect(trees, stretches.floors, floor, minimum);
  }
  return groups;
}

/** Fills the links of both sides. */
function link(stretches: Stretches, width: number): void {
  const { start, end } = stretches;
  for (const one of [...proposedLinks, ...givenLinks]) one.count = 0;
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
    const from = start[n] - width;
    const to = end[n] - width;
    while (above < rowFirst && end[above] < from) above++;
    for (let a = above; a < rowFirst && start[a] <= to; a++) touch(stretches, a, n);
    if (n > rowFirst && end[n - 1] === start[n]) touch(stretches, n - 1, n);
  }
}

function touch({ floors, given, proposed }: Stretches, a: number, b: number): void {
  const floor = (floors[a] < floors[b] ? floors[a] : floors[b]) - 1;
  if (proposed[a] === proposed[b]) add(proposedLinks[floor], a, b);
  if (given[a] === given[b]) add(givenLinks[floor], a, b);
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

/** The earlier root wins, so a root is always the first of its group; it has the pixels and stretches of all. */
function joinAll({ parent, area, members }: Trees, { count, first, second }: Links): void {
  for (let k = 0; k < count; k++) {
    const a = rootOf(parent, first[k]);
    const b = rootOf(parent, second[k]);
    if (a === b) continue;
    const root = a < b ? a : b;
    const child = a < b ? b : a;
    parent[child] = root;
    area[root] += area[child];
    members[root] += members[child];
  }
}

function rootOf(parent: Int32Array, n: number): number {
  while (parent[n] !== n) {
    parent[n] = parent[parent[n]];
    n = parent[n];
  }
  return n;
}

/** The groups of stretches that reach more floors than `floor`. */
function collect(
  { parent, area, members, next, member }: Trees,
  floors: Uint8Array,
  floor: number,
  minimum: number,
): Groups {
  const first: number[] = [];
  const areas: number[] = [];
  let end = 0;
  for (let n = 0; n < floors.length; n++) {
    if (floors[n] <= floor) continue;
    // A parent comes before its child and has been brought to its root already.
    const root = parent[parent[n]];
    parent[n] = root;
    if (area[root] < minimum) continue;
    if (root === n) {
      first.push(end);
      areas.push(area[n]);
      next[n] = end;
      end += members[n];
    }
    member[next[root]++] = n;
  }
  const count = areas.length;
  return { count, first: Int32Array.from([...first, end]), member: member.slice(0, end), area: Int32Array.from(areas) };
}

/** Stretches joined to trees, of each root the pixels and stretches of its tree, and where its next member goes. */
interface Trees {
  parent: Int32Array;
  area: Int32Array;
  members: Int32Array;
  next: Int32Array;
  /** members of all groups, group by group */
  member: Int32Array;
}

/** Each stretch by itself. Held until the next call: the memory is used again. */
function plant({ start, end }: Stretches): Trees {
  if (trees.parent.length < start.length) {
    const none = () => new Int32Array(2 * start.length);
    trees = { parent: none(), area: none(), members: none(), next: none(), member: none() };
  }
  const { parent, area, members } = trees;
  for (let n = 0; n < start.length; n++) {
    parent[n] = n;
    area[n] = end[n] - start[n];
    members[n] = 1;
  }
  return trees;
}

const nothing = new Int32Array(0);
let trees: Trees = { parent: nothing, area: nothing, members: nothing, next: nothing, member: nothing };
