import { NO_TTA } from '../../common/ensemble.ts';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDataset } from '../../main/engine/dataset/open.ts';
import { acceptPicture, acceptPseudo, decide, undo } from '../../main/engine/decide.ts';
import { exportPreview, exportTrainSet, type ExportOptions } from '../../main/engine/export/merge.ts';
import type { Threshold } from '../../common/pseudo.ts';
import { encodeMask, readMask, type MaskFile } from '../../main/engine/images.ts';
import { planesFile } from '../../main/engine/inference/results/planes.ts';
import { boxPaint, item, verdict } from '../support/actions.ts';
import { COLORS, type ShapesOptions } from '../support/dataset.ts';
import { caseOf, prepare, type Prepared } from '../support/workspace.ts';

let p: Prepared;
afterEach(() => p.remove());

const exportTo = (out: string, options: Partial<ExportOptions> = {}) =>
  exportTrainSet(p.workspace, out, { replace: false, version: '1.2.3', ...options });
const inDataset = (file: string) => join(p.shapes.folder, file);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const hashes = files.map(async (file) => [relative(folder, file), sha256(await readFile(file))] as const);
  return Object.fromEntries((await Promise.all(hashes)).sort());
}

const sourceFiles = async () =>
  Object.fromEntries(Object.entries(await filesOf(p.shapes.folder)).filter(([file]) => !file.startsWith('.winnow')));

interface ManifestFile {
  thresholds: (number | object)[];
  samples: { name: string; origin: string; pixelsChanged: number; verdicts: { line: string; verdict: string }[] }[];
  counts: Record<string, number>;
}
const manifestOf = async (out: string) =>
  JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as ManifestFile;

const KINDS: [string, ShapesOptions][] = [
  ['8-bit grey', { ids: [0, 1, 2, 3] }],
  ['2-bit grey', { bits: 2 }],
  ['4-bit grey', { bits: 4, ids: [3, 5, 7, 9], ignore: 15 }],
  ['16-bit grey', { bits: 16, ids: [1000, 2000, 3000, 40_000], ignore: 65_535 }],
  ['8-bit palette', { palette: true, ids: [0, 4, 5, 6] }],
  ['2-bit palette', { palette: true, bits: 2 }],
];

describe.each(KINDS)('an export of %s masks', (_, options) => {
  it('copies untouched masks byte for byte and changes others in their own kind', async () => {
    p = await prepare(options);
    const ids = options.ids ?? [0, 1, 2, 3];
    await decide(p.workspace, 'ann', 'accept', [caseOf(p.workspace, 's001')]);
    const before = await sourceFiles();
    const out = join(p.folder, 'out');
    const result = await exportTo(out);
    expect(result).toMatchObject({ samples: 4, untouched: 3, cleaned: 1, pseudo: 0, findings: [] });
    for (const name of ['s000', 's002', 's003'])
      expect(await readFile(join(out, `masks/${name}.png`))).toEqual(await readFile(inDataset(`masks/${name}.png`)));
    const [was, is] = await Promise.all([readMask(inDataset('masks/s001.png')), readMask(join(out, 'masks/s001.png'))]);
    expect([is.bits, is.palette]).toEqual([was.bits, was.palette]);
    expect([...is.data]).toEqual([...(p.shapes.truth.get('s001') ?? [])].map((value) => ids[value]));
    expect(await sourceFiles()).toEqual(before);
  });

  it('writes pseudo-labels in the same kind, what is under the threshold as ignore', async () => {
    p = await prepare(options);
    const ids = options.ids ?? [0, 1, 2, 3];
    await acceptPseudo(p.workspace, 'ann', 0.9, ['s005']);
    const out = join(p.folder, 'out');
    expect(await exportTo(out)).toMatchObject({ samples: 5, untouched: 4, pseudo: 1 });
    const mask = await readMask(join(out, 'masks/s005.png'));
    expect(mask.bits).toBe(options.bits === 16 ? 16 : 8);
    const ignore = options.ignore ?? 255;
    // The ground is proposed with less confidence than 0.9, shapes with more.
    expect([...mask.data]).toEqual(
      [...(p.shapes.truth.get('s005') ?? [])].map((value) => (value ? ids[value] : ignore)),
    );
    expect(mask.palette?.[ids[1]]).toEqual(options.palette ? COLORS[1] : undefined);
  });

  it('writes pseudo-labels by class, and with equal thresholds the very files of one for all', async () => {
    p = await prepare(options);
    const ids = options.ids ?? [0, 1, 2, 3];
    const masks = async (threshold: Threshold) => {
      await acceptPseudo(p.workspace, 'ann', threshold, null);
      const out = join(p.folder, 'out');
      await exportTo(out, { replace: true });
      const { 'manifest.json': _lines, ...files } = await filesOf(out);
      return files;
    };
    for (const threshold of [0.5, 0.784, 0.786, 0.9, 1])
      expect(await masks(new Array<number>(4).fill(threshold))).toEqual(await masks(threshold));
    await masks([0.5, null, 0.9, 1]);
    const ignore = options.ignore ?? 255;
    const { data } = await readMask(join(p.folder, 'out', 'masks/s005.png'));
    const keeps = [true, false, true, false];
    expect([...data]).toEqual([...(p.shapes.truth.get('s005') ?? [])].map((k) => (keeps[k] ? ids[k] : ignore)));
  });
});

describe('an export', () => {
  it('opens as a dataset of its own, with the labels that were decided', async () => {
    p = await prepare({ ignore: null, subfolders: true });
    const row = (n: number) => p.workspace.dataset.samples[n].name;
    await decide(p.workspace, 'ann', 'accept', [caseOf(p.workspace, row(1))]);
    await acceptPseudo(p.workspace, 'ann', 0.9, null);
    const out = join(p.folder, 'deep', 'er', 'out');
    await exportTo(out);
    const opened = await openDataset(out);
    expect(opened.findings).toEqual([]);
    expect(opened.classMap).toEqual({ ...p.workspace.dataset.classMap, ignore: 255 });
    expect(opened.samples.map(({ image, mask }) => [image, mask])).toContainEqual([
      'images/a/s004.jpg',
      'masks/a/s004.png',
    ]);
    expect(opened.samples.every(({ mask }) => mask)).toBe(true);
    const train = await readFile(join(out, 'train.txt'), 'utf8');
    expect(train.split('\n').sort()).toEqual(['', 'a/s000', 'a/s002', 'a/s004', 'b/s001', 'b/s003', 'b/s005']);
  });

  it('declares no ignore value that nobody needs', async () => {
    p = await prepare({ ignore: null });
    await decide(p.workspace, 'ann', 'accept', [caseOf(p.workspace, 's001')]);
    await exportTo(join(p.folder, 'out'));
    expect((await openDataset(join(p.folder, 'out'))).classMap.ignore).toBeNull();
  });

  it('says in its manifest where every label came from', async () => {
    p = await prepare();
    const id = caseOf(p.workspace, 's001');
    const accepted = await decide(p.workspace, 'ann', 'accept', [id]);
    const kept = await decide(p.workspace, 'ann', 'keep', [caseOf(p.workspace, 's003')]);
    const pseudo = await acceptPseudo(p.workspace, 'ann', 0.9, ['s004']);
    const out = join(p.folder, 'out');
    await exportTo(out);
    const manifest = await manifestOf(out);
    expect(manifest).toMatchObject({
      tool: { name: 'winnow', version: '1.2.3' },
      scans: [
        {
          key: 'scan1',
          tta: NO_TTA,
          merge: 'mean',
          window: null,
          models: [{ file: 'fold0.onnx', fold: 0, sha256: 'ab'.repeat(32) }],
        },
      ],
      thresholds: [0.9],
      counts: { samples: 5, untouched: 3, cleaned: 1, pseudo: 1 },
      findings: [],
    });
    expect(manifest.samples.map(({ name }) => name)).toEqual(['s000', 's001', 's002', 's003', 's004']);
    const disc = p.shapes.truth.get('s001')?.filter((value) => value === 1).length;
    expect(manifest.samples[1]).toEqual({
      name: 's001',
      image: 'images/s001.jpg',
      mask: 'masks/s001.png',
      origin: 'cleaned',
      pixelsChanged: disc,
      verdicts: [{ line: accepted.id, verdict: 'accept', case: id, kind: 'wrong-class', given: 2, proposed: 1 }],
      source: {
        image: { file: 'images/s001.jpg', sha256: sha256(await readFile(inDataset('images/s001.jpg'))) },
        mask: { file: 'masks/s001.png', sha256: sha256(await readFile(inDataset('masks/s001.png'))) },
      },
    });
    expect(manifest.samples[3]).toMatchObject({ origin: 'given', verdicts: [{ line: kept.id, verdict: 'keep' }] });
    expect(manifest.samples[4]).toMatchObject({ origin: 'pseudo', threshold: 0.9, scan: 'scan1', line: pseudo.id });
  });

  it('names thresholds by class once, by the line that chose them', async () => {
    p = await prepare({ labelled: 2, unlabelled: 4, ids: [7, 20, 30, 40] });
    await acceptPseudo(p.workspace, 'ann', 0.9, ['s002']);
    const { id } = await acceptPseudo(p.workspace, 'ann', [0.5, 0.6, null, 0.933], ['s003', 's004']);
    const out = join(p.folder, 'out');
    await exportTo(out);
    const { thresholds, samples } = await manifestOf(out);
    expect(thresholds).toEqual([0.9, { line: id, byClass: { 7: 0.5, 20: 0.6, 30: null, 40: 0.933 } }]);
    expect(samples.slice(2)).toMatchObject([
      { threshold: 0.9 },
      { threshold: 'by class', line: id },
      { threshold: 'by class', line: id },
    ]);
  });

  it('of the same decisions is the same to the byte', async () => {
    p = await prepare({ labelled: 9, unlabelled: 4 });
    await decide(p.workspace, 'ann', 'accept', [caseOf(p.workspace, 's001')]);
    await acceptPseudo(p.workspace, 'ann', 0.9, null);
    await exportTo(join(p.folder, 'one'));
    await exportTo(join(p.folder, 'two'));
    expect(await filesOf(join(p.folder, 'two'))).toEqual(await filesOf(join(p.folder, 'one')));
  });

  it('takes a mask that was changed and changed back for untouched', async () => {
    p = await prepare();
    const { width, height } = p.shapes;
    const there = boxPaint(3, width, height, 0, 0, 5);
    const back = { ...there, label: 0 };
    expect(p.shapes.given.get('s000')?.[0]).toBe(0);
    await p.workspace.journal.append('ann', verdict('accept', item('x', 's000', [there]), item('y', 's000', [back])));
    const out = join(p.folder, 'out');
    expect(await exportTo(out)).toMatchObject({ untouched: 4, cleaned: 0 });
    expect(await readFile(join(out, 'masks/s000.png'))).toEqual(await readFile(inDataset('masks/s000.png')));
  });

  it('widens a mask only as far as what was decided needs', async () => {
    p = await prepare({ ignore: null });
    const { width, height } = p.shapes;
    const zeros: MaskFile = {
      width,
      height,
      data: new Uint8Array(width * height),
      bits: 1,
      palette: null,
      alpha: null,
    };
    for (const name of ['s001', 's003']) await writeFile(inDataset(`masks/${name}.png`), await encodeMask(zeros));
    await decide(p.workspace, 'ann', 'accept', [caseOf(p.workspace, 's001')]);
    await acceptPicture(p.workspace, 'ann', 's003');
    const out = join(p.folder, 'out');
    await exportTo(out);
    const [disc, all] = await Promise.all(['s001', 's003'].map((name) => readMask(join(out, `masks/${name}.png`))));
    expect(disc.bits).toBe(1);
    expect([...disc.data]).toEqual([...(p.shapes.truth.get('s001') ?? [])].map((value) => (value === 1 ? 1 : 0)));
    expect([all.bits, [...all.data]]).toEqual([8, [...(p.shapes.truth.get('s003') ?? [])]]);
  });

  it('links pictures, or copies them when asked; masks are never linked', async () => {
    p = await prepare();
    await exportTo(join(p.folder, 'links'));
    await exportTo(join(p.folder, 'copies'), { pictures: 'copy' });
    const inode = async (file: string) => (await stat(file)).ino;
    const original = await inode(inDataset('images/s000.jpg'));
    expect(await inode(join(p.folder, 'links/images/s000.jpg'))).toBe(original);
    expect(await inode(join(p.folder, 'copies/images/s000.jpg'))).not.toBe(original);
    expect(await inode(join(p.folder, 'links/masks/s000.png'))).not.toBe(await inode(inDataset('masks/s000.png')));
  });

  it('leaves out what cannot be read, and says so', async () => {
    p = await prepare();
    await decide(p.workspace, 'ann', 'accept', [caseOf(p.workspace, 's001')]);
    await acceptPseudo(p.workspace, 'ann', 0.9, null);
    await writeFile(inDataset('masks/s001.png'), 'no mask');
    await rm(inDataset('images/s002.jpg'));
    await rm(planesFile(p.workspace.project, 'scan1', 's005'));
    const out = join(p.folder, 'out');
    const { findings, ...counts } = await exportTo(out);
    expect(counts).toMatchObject({ samples: 3, untouched: 2, cleaned: 0, pseudo: 1 });
    expect(findings.map(({ file }) => file)).toEqual(['images/s002.jpg', 'masks/s001.png', 'unlabeled/s005.jpg']);
    expect(await manifestOf(out)).toMatchObject({
      findings,
      samples: [{ name: 's000' }, { name: 's003' }, { name: 's004' }],
    });
    expect((await readdir(join(out, 'images'))).sort()).toEqual(['s000.jpg', 's003.jpg', 's004.jpg']);
  });

  it('of nothing is refused', async () => {
    p = await prepare({ labelled: 0 });
    await expect(exportTo(join(p.folder, 'out'))).rejects.toThrow(
      'Expected labelled pictures or accepted pseudo-labels',
    );
    expect(await readdir(p.folder)).toEqual(['dataset']);
  });

  it('is foretold by its preview', async () => {
    p = await prepare();
    expect(exportPreview(p.workspace)).toEqual({ untouched: 4, cleaned: 0, pseudo: 0, left: 2 });
    await decide(p.workspace, 'ann', 'accept', [caseOf(p.workspace, 's001')]);
    await acceptPseudo(p.workspace, 'ann', 0.9, ['s004']);
    expect(exportPreview(p.workspace)).toEqual({ untouched: 3, cleaned: 1, pseudo: 1, left: 1 });
    await undo(p.workspace, 'ann', new Set());
    expect(exportPreview(p.workspace)).toEqual({ untouched: 3, cleaned: 1, pseudo: 0, left: 2 });
  });
});
