import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { decide } from '../../main/engine/decide.ts';
import { encodeMask } from '../../main/engine/images.ts';
import { Confusion } from '../../main/engine/measures/confusion.ts';
import { evaluate } from '../../main/engine/measures/iou.ts';
import { noise } from '../support/random.ts';
import { caseOf, prepare, type Prepared } from '../support/workspace.ts';

describe('the confusion matrix', () => {
  it('gives what is worked out by hand', () => {
    const confusion = new Confusion(4);
    // reference 0 0 0 1 1 1 - 2; predicted 0 0 1 1 1 - 0 0 (- is ignore; class 3 is nowhere)
    confusion.add(Uint8Array.of(0, 0, 0, 1, 1, 1, 255, 2), Uint8Array.of(0, 0, 1, 1, 1, 255, 0, 0));
    // 0: TP 2, FP 1 (the last), FN 1; 1: TP 2, FP 1, FN 1 (nothing predicted); 2: TP 0, FP 0, FN 1
    expect(confusion.iou()).toEqual([2 / 4, 2 / 4, 0, null]);
    expect(confusion.miou()).toBeCloseTo(1 / 3, 12);
  });

  it('is the same over parts as over the whole, and perfect for what is equal', () => {
    const random = noise(9);
    const draw = () => Uint8Array.from({ length: 900 }, () => [0, 1, 2, 255][Math.floor(4 * random())]);
    const [reference, predicted] = [draw(), draw()];
    const whole = new Confusion(3);
    whole.add(reference, predicted);
    const parts = new Confusion(3);
    for (const at of [0, 300, 600]) parts.add(reference.subarray(at, at + 300), predicted.subarray(at, at + 300));
    expect(parts.counts).toEqual(whole.counts);
    const same = new Confusion(3);
    same.add(reference, reference);
    expect(same.iou()).toEqual([1, 1, 1]);
  });

  it('of nothing has no mean', () => {
    expect(new Confusion(3).miou()).toBeNull();
  });
});

describe('evaluation', () => {
  let p: Prepared;
  afterEach(() => p.remove());

  async function writeReferences(folder: string, ids = [0, 1, 2, 3]) {
    const { width, height, truth } = p.shapes;
    for (const { name, image } of p.workspace.dataset.samples) {
      const file = join(folder, image.slice(image.indexOf('/') + 1).replace('.jpg', '.png'));
      await mkdir(dirname(file), { recursive: true });
      const data = (truth.get(name) ?? new Uint8Array()).map((value) => ids[value]);
      await writeFile(file, await encodeMask({ width, height, data, bits: 8, palette: null, alpha: null }));
    }
    return folder;
  }

  it('compares given, proposed and cleaned labels, and follows the decisions', async () => {
    p = await prepare({ labelled: 4, unlabelled: 1, ids: [5, 6, 7, 8], subfolders: true });
    const folder = await writeReferences(join(p.folder, 'truth'), [5, 6, 7, 8]);
    const before = await evaluate(p.workspace, folder);
    const whole = new Confusion(4);
    for (const [name, given] of p.shapes.given) whole.add(p.shapes.truth.get(name) ?? given, given);
    expect(before.given.miou).toBeCloseTo(whole.miou() ?? -1, 12);
    expect(before.given.iou).toMatchObject({ ground: 1, bar: 1 });
    expect(before.given.iou.disc).toBeLessThan(0.9);
    expect(before.cleaned).toEqual(before.given);
    expect(before.proposed).toMatchObject({ miou: 1, samples: 4 });
    expect(before.pseudo).toMatchObject({ miou: 1, samples: 1 });
    const ids = p.workspace.dataset.samples
      .filter((_, n) => n === 1 || n === 3)
      .map(({ name }) => caseOf(p.workspace, name));
    await decide(p.workspace, 'ann', 'accept', ids);
    const after = await evaluate(p.workspace, folder);
    expect(after.given).toEqual(before.given);
    expect(after.cleaned.miou).toBe(1);
  });

  it('goes on past references that cannot be used, and refuses a folder without any', async () => {
    p = await prepare();
    const folder = await writeReferences(join(p.folder, 'truth'));
    await writeFile(join(folder, 's000.png'), 'no picture');
    const small = { width: 2, height: 2, data: new Uint8Array(4), bits: 8, palette: null, alpha: null } as const;
    await writeFile(join(folder, 's001.png'), await encodeMask(small));
    const { given, findings } = await evaluate(p.workspace, folder);
    expect(given.samples).toBe(2);
    expect(findings.map(({ file }) => file).sort()).toEqual(['s000.png', 's001.png']);
    await mkdir(join(p.folder, 'empty'));
    await expect(evaluate(p.workspace, join(p.folder, 'empty'))).rejects.toThrow('found none');
    await expect(evaluate(p.workspace, join(p.folder, 'missing'))).rejects.toThrow(
      'Expected a folder of reference masks',
    );
  });
});
