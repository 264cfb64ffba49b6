import { describe, expect, test } from 'vitest';
import { NAMED_TTA, NO_TTA, type MemberSettings } from '../../common/ensemble.ts';
import type { ModelInfo, ScanPlan } from '../../common/scan.ts';
import type { Proof, Reading } from '../../common/trial.ts';
import { classesOf, problemOf, withMember } from '../../renderer/members.ts';
import { recipe, ttaName, ttaText } from '../../renderer/recipe.ts';
import { forecast } from '../../renderer/views/models/forecast.ts';
import { ensembleKind } from '../../renderer/views/models/recognise.ts';
import {
  normalisation,
  NORMALISATIONS,
  normalisationName,
  parseNumbers,
  parseSize,
  readingText,
  sizeText,
} from '../../renderer/views/models/reading-text.ts';
import { advice, unjudgedText } from '../../renderer/views/models/words.ts';

const IMAGENET = { channels: 'rgb' as const, scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const MODEL: ModelInfo = {
  file: '/m/fold0.onnx',
  name: 'fold0',
  bytes: 1e6,
  inputs: [{ name: 'x', type: 'float32', shape: ['n', 3, 'h', 'w'] }],
  outputs: [
    { name: 'y', type: 'float32', shape: ['n', 11, 'h', 'w'] },
    { name: 'aux', type: 'float32', shape: ['n', 5, 'h', 'w'] },
  ],
  layout: 'nchw',
  output: 'y',
  classes: 11,
  classNames: null,
  size: null,
  resize: null,
  multiple: 1,
  fold: 0,
  activation: 'logits',
  preprocessing: IMAGENET,
  declared: null,
  problem: null,
};
const { file } = MODEL;

describe('what is decided about a member', () => {
  test('is kept only where it differs from what the file says', () => {
    const set = (change: Omit<MemberSettings, 'file'>, before: MemberSettings[] = []) =>
      withMember(before, MODEL, change);
    expect(set({ weight: 2 })).toEqual([{ file, weight: 2 }]);
    expect(set({ weight: 1 }, [{ file, weight: 2 }])).toEqual([]);
    expect(set({ fold: 0 }, [{ file, fold: 3 }])).toEqual([]);
    expect(set({ fold: null })).toEqual([{ file, fold: null }]);
    expect(set({ sizes: [{ scale: 1 }] }, [{ file, sizes: [{ scale: 0.5 }] }])).toEqual([]);
    expect(set({ preprocessing: { ...IMAGENET, channels: 'bgr' } })).toEqual([
      { file, preprocessing: { channels: 'bgr' } },
    ]);
    expect(set({ preprocessing: IMAGENET }, [{ file, preprocessing: { scale: 1 } }])).toEqual([]);
  });

  test('a declared size is the usual one, and the picture’s own is then a decision', () => {
    const resized = { ...MODEL, resize: { width: 512, height: 512 } };
    expect(withMember([], resized, { sizes: [{ width: 512, height: 512 }] })).toEqual([]);
    expect(withMember([], resized, { sizes: [{ scale: 1 }] })).toEqual([{ file, sizes: [{ scale: 1 }] }]);
  });

  test('leaves the others alone', () => {
    const other = { file: '/m/other.onnx', weight: 3 };
    expect(withMember([other], MODEL, { weight: 2 })).toEqual([other, { file, weight: 2 }]);
  });
});

describe('whether a member can take part', () => {
  const problem = (own: Omit<MemberSettings, 'file'>, expected = 11, info = MODEL) =>
    problemOf(info, { file, ...own }, expected, 'camvid');

  test('as its file says', () => {
    expect(problem({})).toBeNull();
    expect(problem({}, 9)).toBe('Expected 9 classes as in camvid, found 11: map them.');
    expect(problem({}, 9, { ...MODEL, problem: 'Expected an ONNX model.' })).toBe('Expected an ONNX model.');
  });

  test('with another output', () => {
    expect(classesOf(MODEL, { file, output: 'aux' })).toBe(5);
    expect(problem({ output: 'aux' })).toMatch(/found 5/);
    expect(problem({ output: 'aux' }, 5)).toBeNull();
    expect(problem({ output: 'gone' })).toMatch(/^Expected an output gone, found y, aux/);
  });

  test('with a class map', () => {
    const map = Array.from({ length: 11 }, (_, i) => (i < 9 ? i : null));
    expect(problem({ classMap: map }, 9)).toBeNull();
    expect(problem({ classMap: map }, 8)).toMatch(/below 8 in the class map, found 8/);
    expect(problem({ classMap: [0, 1] }, 9)).toMatch(/11 entries, found 2/);
    expect(problem({ classMap: map.map(() => null) }, 9)).toMatch(/found none/);
  });
});

describe('what kind of ensemble it is', () => {
  const named = (...folds: (number | null)[]) => folds.map((fold, i) => ({ name: `m${i}`, fold }));

  test.each([
    [[0, 1, 2, 3, 4], '5-fold ensemble: each labelled picture scored by the one member that did not see it.'],
    [[0, 0, 1, 1], '2-fold ensemble of 4 members: each labelled picture scored by the 2 members that did not see it.'],
    [[0, 1, 3], /Fold 2 has no member\.$/],
    [[0, 1, null], /1 member of no fold: unlabelled pictures only\.$/],
  ])('folds %j', (folds, sentence) => expect(ensembleKind(named(...folds))).toMatch(sentence));

  test('seeds and epochs have no held-out member, and it is said', () => {
    const like = (name: string) => [1, 2, 3].map((i) => ({ name: `${name}${i}`, fold: null }));
    expect(ensembleKind(like('net-seed'))).toMatch(/^Ensemble of 3 seeds\. No member was held out/);
    expect(ensembleKind(like('epoch'))).toMatch(/^Ensemble of 3 epochs of one run\./);
    expect(ensembleKind(like('net'))).toBeNull();
    expect(ensembleKind(named(0))).toBeNull();
  });
});

describe('passes a picture', () => {
  const plan: ScanPlan = {
    scan: 'k',
    members: 3,
    heldOut: 10,
    heldOutMembers: [1, 1],
    inFold: 0,
    notHeldOut: 0,
    unlabelled: 5,
    folds: null,
    foldsProblem: null,
  };
  const members = [
    { fold: 0, passes: 2 },
    { fold: 1, passes: 6 },
    { fold: null, passes: 4 },
  ];

  test('of labelled pictures by who did not see them, of unlabelled ones by all', () => {
    expect(forecast(members, plan)).toEqual({ labelled: [2, 6], unlabelled: 12 });
    expect(forecast(members, { ...plan, notHeldOut: 1, unlabelled: 0 })).toEqual({
      labelled: [2, 12],
      unlabelled: null,
    });
    expect(forecast(members, { ...plan, heldOut: 0 })).toEqual({ labelled: null, unlabelled: 12 });
  });

  test('pictures without a held-out member are said, with their number', () => {
    expect(unjudgedText(plan)).toBeNull();
    expect(unjudgedText({ ...plan, notHeldOut: 1204 })).toMatch(/^1,204 labelled pictures have no held-out member/);
    expect(unjudgedText({ ...plan, heldOut: 0, notHeldOut: 10 })).toMatch(/^No labelled picture has/);
  });
});

describe('how an ensemble is put together, in few words', () => {
  test('names where there are some', () => {
    expect(Object.entries(NAMED_TTA).map(([name, tta]) => [name, ttaName(tta)])).toEqual(
      Object.keys(NAMED_TTA).map((name) => [name, name]),
    );
    expect(ttaName({ ...NO_TTA, scales: [0.5] })).toBeNull();
    expect(ttaText({ ...NAMED_TTA.d4, scales: [0.5, 2] })).toBe('d4 · 3 scales');
    expect(ttaText({ ...NO_TTA, vflip: true, rot90: true, add: [0.1] })).toBe('vflip × rot90 · 2 brightnesses');
  });

  test('members, augmentation, merge and windows', () => {
    expect(recipe(5, { tta: NAMED_TTA.hflip, merge: 'mean', window: null })).toBe('5 members · hflip');
    expect(recipe(2, { tta: NO_TTA, merge: 'mean', temperature: 0.92353, window: null })).toBe('2 members · T 0.924');
    const window = { size: 512, overlap: 0.5, blend: 'hann' as const, keep: 1 };
    expect(recipe(1, { tta: NO_TTA, merge: 'vote', window })).toBe('1 member · vote · windows of 512');
  });
});

describe('how a model is read', () => {
  test('every normalisation has its name in either order of channels, and no two are alike', () => {
    for (const { name } of NORMALISATIONS)
      for (const channels of ['rgb', 'bgr'] as const) {
        const made = normalisation(name, channels);
        expect(made && normalisationName(made)).toBe(name);
      }
    expect(
      normalisationName({ channels: 'rgb', scale: 1, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] }),
    ).toBe('−1 to 1');
    expect(normalisationName({ ...IMAGENET, mean: [0.1, 0.2, 0.3] })).toBeNull();
    expect(readingText({ preprocessing: IMAGENET, activation: 'ids' })).toBe('RGB · ImageNet · class ids');
  });

  test('what is typed as a size', () => {
    expect(['0.75', '×1.5', '512x384', '512 × 384', 'x', '20', '3x4'].map(parseSize)).toEqual([
      { scale: 0.75 },
      { scale: 1.5 },
      { width: 512, height: 384 },
      { width: 512, height: 384 },
      null,
      null,
      null,
    ]);
    for (const text of ['×0.75', '512×384']) {
      const size = parseSize(text);
      expect(size && sizeText(size)).toBe(text);
    }
  });

  test('what is typed as numbers', () => {
    expect(parseNumbers('1.25, 0.75 0.75', 0.1, 8)).toEqual([0.75, 1.25]);
    expect(parseNumbers('−0.1; 0.1', -1, 1)).toEqual([-0.1, 0.1]);
    expect(parseNumbers('', 0, 1)).toEqual([]);
    expect(parseNumbers('a', 0, 1)).toBeNull();
    expect(parseNumbers('9', 0.1, 8)).toBeNull();
  });

  test('what to do about a proof', () => {
    const reading = (miou: number, scale: number): Reading => ({
      activation: 'logits',
      preprocessing: { ...IMAGENET, scale },
      miou,
      samples: 16,
    });
    const proof = (declared: Reading, best: Reading) => ({ declared, readings: [best, declared] }) as Proof;
    const [usual, bytes] = [reading(0.51, 1 / 255), reading(0.512, 1)];
    expect(advice(proof(usual, usual), null)).toBe('The usual reading is the best: 51.0% mIoU.');
    expect(advice(proof(usual, bytes), 'the sidecar')).toMatch(/^What the sidecar declares is the best/);
    expect(advice(proof(reading(0.04, 1), usual), null)).toMatch(
      /^RGB · ImageNet · logits reads 51\.0% mIoU, .*use the best/,
    );
    expect(advice(proof(reading(0.01, 1), reading(0.05, 1)), null)).toMatch(/^No reading fits/);
  });
});
