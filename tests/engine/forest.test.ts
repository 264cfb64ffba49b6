import { describe, expect, it } from 'vitest';
import { margin, readForest, type WrittenTree } from '../../main/engine/noise/forest.ts';
import { noise } from '../support/random.ts';

const FEATURES = 5;
const next = noise(8);

/** Leaves are split at random, so that trees are lopsided and nodes lie in any order. */
function grow(leaves: number): WrittenTree {
  const tree: WrittenTree = [next()];
  for (let n = 1; n < leaves; n++) {
    const ends = tree.flatMap((node, at) => (typeof node === 'number' ? [at] : []));
    const at = ends[Math.floor(next() * ends.length)];
    tree[at] = [Math.floor(next() * FEATURES), Math.round(2000 * next() - 1000) / 1000, tree.length];
    tree.push(next() - 0.5, next() - 0.5);
  }
  return tree;
}

/** One question after the other, from the root. */
function walked(trees: WrittenTree[], features: number[]): number {
  return trees.reduce((sum, tree) => {
    let node = tree[0];
    while (typeof node !== 'number') node = tree[node[2] + (features[node[0]] > Math.fround(node[1]) ? 1 : 0)];
    return sum + Math.fround(node);
  }, -2);
}

describe('a forest', () => {
  it('says what each of its trees ends in, added up', () => {
    const trees = [1, 2, 3, 7, 12, 31, 32].map(grow);
    const forest = readForest({ base: -2, trees });
    for (let n = 0; n < 300; n++) {
      const features = Array.from({ length: FEATURES }, () => Math.round(2400 * next() - 1200) / 1000);
      expect(margin(forest, features)).toBe(walked(trees, features));
    }
  });

  it('goes left where a feature is what is asked for', () => {
    const forest = readForest({ base: 0, trees: [[[0, 0.5, 1], 1, 2]] });
    expect([0.4, 0.5, 0.6].map((feature) => margin(forest, [feature]))).toEqual([1, 1, 2]);
  });

  it('has no tree of more leaves than a number has bits', () => {
    expect(() => readForest({ base: 0, trees: [grow(33)] })).toThrow('found one of 33');
  });
});
