import { NO_SCAN } from '../../common/idle.ts';
import { describe, expect, test } from 'vitest';
import type { ScanPlan, ScanState } from '../../common/scan.ts';
import { bytes, counted, duration, level, percent, rate } from '../../renderer/format.ts';
import { asFolder, nameOf, shortPath, splitTyped } from '../../renderer/paths.ts';
import { scanSentence } from '../../renderer/views/scan/progress-text.ts';
import { ruleSentences } from '../../renderer/views/scan/rule.ts';

describe('figures', () => {
  test.each([
    [0, '0%'],
    [1, '100%'],
    [0.0002, '<0.1%'],
    [0.9996, '>99.9%'],
    [0.042, '4.2%'],
    [0.424, '42%'],
    [0.996, '99.6%'],
  ])('share %d', (share, text) => expect(percent(share)).toBe(text));

  test.each([
    [0.4, '0 s'],
    [59.6, '1 min 00 s'],
    [185, '3 min 05 s'],
    [7800, '2 h 10 min'],
  ])('%d seconds', (seconds, text) => expect(duration(seconds)).toBe(text));

  test('thresholds have two decimals, three where they need them', () => {
    expect([0.9, 0.905, 1, 0.29].map(level)).toEqual(['0.90', '0.905', '1.00', '0.29']);
  });

  test('counts, sizes and speeds', () => {
    expect(counted(1, 'class', 'classes')).toBe('1 class');
    expect(counted(1204, 'picture')).toBe('1,204 pictures');
    expect([380, 1_020_000, 2.5e9].map(bytes)).toEqual(['0.4 kB', '1.0 MB', '2.5 GB']);
    expect([1.84, 213.7].map(rate)).toEqual(['1.8/s', '214/s']);
  });
});

describe('paths of either system', () => {
  test('names', () => expect(['/a/b', '/a/b/', 'C:\\a\\b.onnx', '/'].map(nameOf)).toEqual(['b', 'b', 'b.onnx', '/']));

  test('what is typed is a folder and the beginning of a name', () => {
    expect(splitTyped('/data/cam')).toEqual({ folder: '/data/', start: 'cam' });
    expect(splitTyped('D:\\data\\')).toEqual({ folder: 'D:\\data\\', start: '' });
  });

  test('folders end in the separator they use', () => {
    expect(['/a', '/a/', 'C:\\a', '/'].map(asFolder)).toEqual(['/a/', '/a/', 'C:\\a\\', '/']);
  });

  test('long ones keep their end and their length', () => {
    const path = '/a/very/long/path/that/goes/on/and/on/datasets/camvid';
    const short = shortPath(path, 24);
    expect(short.length).toBeLessThanOrEqual(24);
    expect(short).toBe('…/and/on/datasets/camvid');
    expect(shortPath('/a/b', 24)).toBe('/a/b');
  });
});

describe('the out-of-fold rule', () => {
  const plan: ScanPlan = {
    scan: 'k',
    members: 5,
    heldOut: 468,
    heldOutMembers: [1, 1],
    inFold: 0,
    notHeldOut: 0,
    unlabelled: 233,
    folds: '/data/folds.json',
    foldsProblem: null,
  };

  test('one model a fold', () => {
    expect(ruleSentences(plan)).toEqual([
      '468 labelled pictures are each scored by the 1 model that did not train on them.',
      '233 unlabelled pictures by all 5 models.',
    ]);
  });

  test('several models a fold, not as many for each', () => {
    expect(ruleSentences({ ...plan, heldOutMembers: [2, 3], inFold: 0, unlabelled: 0 })).toEqual([
      '468 labelled pictures are each scored by the 2 to 3 models that did not train on them.',
    ]);
  });

  test('who looks again', () => {
    expect(ruleSentences({ ...plan, inFold: 1 })[1]).toMatch(/^Their cases are looked at again by 1 model that did: /);
    expect(ruleSentences({ ...plan, heldOut: 1, inFold: 4 })[1]).toMatch(/^Its cases .* by 4 models that did: /);
  });

  test('no held-out model is said, never passed over', () => {
    const sentences = ruleSentences({
      ...plan,
      members: 1,
      heldOut: 0,
      heldOutMembers: [0, 0],
      inFold: 0,
      notHeldOut: 468,
    });
    expect(sentences[0]).toBe(
      '468 labelled pictures are scored by the 1 model, which may have learned the labels: trust these scores less.',
    );
    expect(ruleSentences({ ...plan, notHeldOut: 12 })[1]).toMatch(/^12 others are scored by all 5 models, which may/);
  });

  test('nothing without models', () => expect(ruleSentences({ ...plan, members: 0 })).toEqual([]));
});

describe('where a scan stands', () => {
  const state: ScanState = {
    ...NO_SCAN,
    phase: 'running',
    total: 701,
    scanned: 100,
    cached: 50,
    failed: 1,
    findings: [],
    cases: 1204,
    seconds: 33,
    rate: 20,
    secondsLeft: 27,
    provider: 'cpu',
    processes: 2,
  };
  const say = (change: Partial<ScanState>, before = 0) => scanSentence({ ...state, ...change }, before, 701);

  test.each([
    [{ phase: 'idle' } as const, 0, 'Nothing is scanned with these models and settings yet.'],
    [{ phase: 'idle' } as const, 701, 'All 701 pictures are scanned.'],
    [{ phase: 'running' } as const, 0, '151 of 701 pictures, 50 of them from before.'],
    [{ phase: 'cancelled' } as const, 0, 'Stopped at 151 of 701 pictures. Scan goes on from here.'],
    [{ phase: 'done' } as const, 0, '151 pictures in 33 s: 1,204 cases to look at.'],
    [{ phase: 'failed', problem: 'Expected a model.' } as const, 0, 'Expected a model.'],
  ])('%j', (change, before, sentence) => expect(say(change, before)).toBe(sentence));
});
