import { expect, test } from 'vitest';
import { DEFAULT_LAYERS, LAYERS, panesOf } from '../../renderer/canvas/layers.ts';
import { Recent } from '../../renderer/canvas/recent.ts';
import { thinned } from '../../renderer/canvas/thin.ts';

const stage = { width: 800 };

test('every arrangement covers the stage once, without a gap', () => {
  for (const arrangement of ['divided', 'beside', 'stacked'] as const)
    for (const held of [null, 'given', 'proposed', 'picture'] as const) {
      const panes = panesOf(arrangement, 0.37, DEFAULT_LAYERS, held, stage);
      expect(panes[0].from).toBe(0);
      expect(panes.at(-1)?.to).toBe(800);
      panes.slice(1).forEach((pane, i) => expect(pane.from).toBe(panes[i].to));
    }
});

test('divided, both sides are parts of one view; side by side, two whole views', () => {
  const [given, proposed] = panesOf('divided', 0.25, DEFAULT_LAYERS, null, stage);
  expect([given.left, given.width, given.to, proposed.left, proposed.width]).toEqual([0, 800, 200, 0, 800]);
  const beside = panesOf('beside', 0.25, DEFAULT_LAYERS, null, stage);
  expect(beside.map(({ left, width }) => [left, width])).toEqual([
    [0, 400],
    [400, 400],
  ]);
});

test('the given side never shows the proposal, nor the other way round', () => {
  const [given, proposed] = panesOf('divided', 0.5, DEFAULT_LAYERS, null, stage);
  expect([given.opacity.given, given.opacity.proposed]).toEqual([0.5, 0]);
  expect([proposed.opacity.given, proposed.opacity.proposed]).toEqual([0, 0.5]);
});

test('a held key shows its layer alone, even where it is switched off', () => {
  const layers = { ...DEFAULT_LAYERS, given: { on: false, opacity: 0.4 } };
  const [given] = panesOf('beside', 0.5, layers, 'given', stage);
  expect([given.opacity.given, given.opacity.proposed]).toEqual([0.4, 0]);
  const [bare] = panesOf('divided', 0.5, layers, 'picture', stage);
  expect(LAYERS.filter((layer) => bare.opacity[layer] > 0)).toEqual(['picture']);
});

test('a map larger than the largest texture is thinned; only values that were there come out', () => {
  const data = Uint8Array.from({ length: 100 * 30 }, (_, i) => (i % 100 < 50 ? 3 : 7));
  const thin = thinned(data, { width: 100, height: 30 }, 40);
  expect([thin.width, thin.height]).toEqual([34, 10]);
  expect(new Set(thin.data)).toEqual(new Set([3, 7]));
  expect([thin.data[0], thin.data[33]]).toEqual([3, 7]);
  expect(thinned(data, { width: 100, height: 30 }, 100).data).toBe(data);
});

test('what was loaded last is kept up to the limit, and asked for once', async () => {
  const loaded: string[] = [];
  const dropped: string[] = [];
  const recent = new Recent({
    limit: 25,
    load: async (key) => {
      loaded.push(key);
      return { key, bytes: 10 };
    },
    drop: ({ key }) => dropped.push(key),
  });
  await Promise.all([recent.get('a'), recent.get('a'), recent.get('b')]);
  await recent.get('a');
  await recent.get('c');
  expect(loaded).toEqual(['a', 'b', 'c']);
  await expect.poll(() => dropped).toEqual(['b']);
  await recent.get('b');
  expect(loaded).toEqual(['a', 'b', 'c', 'b']);
});

test('something larger than the limit is shown all the same, and a failure is tried again', async () => {
  let fails = true;
  const recent = new Recent({
    limit: 5,
    load: async () => {
      if (fails) throw new Error('gone');
      return { bytes: 10 };
    },
  });
  await expect(recent.get('a')).rejects.toThrow('gone');
  fails = false;
  await expect(recent.get('a')).resolves.toEqual({ bytes: 10 });
});
