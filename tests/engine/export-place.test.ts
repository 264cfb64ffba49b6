import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptPseudo } from '../../main/engine/decide.ts';
import { exportTrainSet, type ExportOptions } from '../../main/engine/export/merge.ts';
import { exportStems } from '../../main/engine/export/names.ts';
import { prepare, type Prepared } from '../support/workspace.ts';

let p: Prepared;
let out: string;
beforeEach(async () => {
  p = await prepare({ labelled: 12, unlabelled: 2 });
  out = join(p.folder, 'out');
});
afterEach(() => p.remove());

const exportTo = (place: string, options: Partial<ExportOptions> = {}) =>
  exportTrainSet(p.workspace, place, { replace: false, version: '1.2.3', ...options });
const beside = async () => (await readdir(p.folder)).sort();

describe('the place of an export', () => {
  it('is never in or around the dataset, the cache or the project', async () => {
    const { folder } = p.shapes;
    const link = join(p.folder, 'link');
    await symlink(folder, link);
    const places = ['images', 'new', '.', '..', '.winnow', '.winnow/cache/x', 'masks/a/b'].map((way) =>
      join(folder, way),
    );
    for (const place of [...places, link, join(link, 'images'), '/'])
      for (const replace of [false, true])
        await expect(exportTo(place, { replace }), place).rejects.toThrow(
          /Expected an export folder (apart from|outside)/,
        );
    expect(await beside()).toEqual(['dataset', 'link']);
  });

  it('is new or empty', async () => {
    await mkdir(out);
    await exportTo(out);
    await expect(exportTo(out)).rejects.toThrow(`Expected an empty or new folder at ${out}`);
    await writeFile(join(p.folder, 'file'), '');
    await expect(exportTo(join(p.folder, 'file'))).rejects.toThrow('found a file');
    expect(await beside()).toEqual(['dataset', 'file', 'out']);
  });

  it('is taken over as a whole when asked', async () => {
    await mkdir(join(out, 'old'), { recursive: true });
    await writeFile(join(out, 'old', 'file'), 'old');
    await exportTo(out, { replace: true });
    expect((await readdir(out)).sort()).toEqual(['classes.json', 'images', 'manifest.json', 'masks', 'train.txt']);
    expect(await beside()).toEqual(['dataset', 'out']);
  });

  it('keeps what was there when the export is cancelled, and is never half filled', async () => {
    await mkdir(out);
    await writeFile(join(out, 'mine'), 'mine');
    for (const when of [1, 5, 12]) {
      const stop = new AbortController();
      const onProgress = ({ done }: { done: number }) => done === when && stop.abort();
      await expect(exportTo(out, { replace: true, signal: stop.signal, onProgress })).rejects.toThrow('Cancelled');
      await expect(exportTo(join(p.folder, 'a/b'), { signal: stop.signal })).rejects.toThrow('Cancelled');
      expect(await beside()).toEqual(['dataset', 'out']);
    }
    const stop = new AbortController();
    const early = { signal: stop.signal, onProgress: () => stop.abort() };
    await expect(exportTo(join(p.folder, 'a/b'), early)).rejects.toThrow('Cancelled');
    expect(await beside()).toEqual(['dataset', 'out']);
    expect(await readFile(join(out, 'mine'), 'utf8')).toBe('mine');
  });

  it('holds the old or the new after a kill at any moment, and the next export clears up', async () => {
    await acceptPseudo(p.workspace, 'ann', 0.9, null);
    await exportTo(out);
    const before = await readFile(join(out, 'manifest.json'));
    const program = join(import.meta.dirname, '..', 'support', 'export.ts');
    for (const progress of [1, 4, 9, 14]) {
      const child = spawn(process.execPath, [program, p.shapes.folder, out], { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (text.split('\n').some((line) => Number(line) >= progress)) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const names = await beside();
      if (names.includes('out')) expect((await readdir(out)).length).toBe(5);
      await exportTo(out, { replace: true });
      expect(await beside()).toEqual(['dataset', 'out']);
      expect(await readFile(join(out, 'manifest.json'))).toEqual(before);
    }
  });

  it('gets back what a killed export had put aside', async () => {
    await exportTo(out);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'close');
    const stop = new AbortController();
    let aside = '';
    const look = async () => (aside = (await beside()).find((name) => name.startsWith('.out-')) ?? '');
    const watching: Promise<unknown>[] = [];
    await exportTo(join(p.folder, 'out'), {
      replace: true,
      signal: stop.signal,
      onProgress: () => watching.push(look()),
    });
    await Promise.all(watching);
    const dead = aside.replace(/-\d+-([0-9a-f]{8})\.tmp$/, `-${child.pid}-$1-old.tmp`);
    expect(dead).toMatch(/^\.out-.*-old\.tmp$/);
    await rename(out, join(p.folder, dead));
    await expect(exportTo(out)).rejects.toThrow('Expected an empty or new folder');
    expect(await beside()).toEqual(['dataset', 'out']);
  });
});

describe('names in an export', () => {
  const row = (image: string, mask: string | null) => ({ name: image, image, mask, width: 1, height: 1 });
  const stems = (...rows: ReturnType<typeof row>[]) => [...exportStems(rows).entries()];

  it('are paths below the folder of pictures, labelled first where two want the same', () => {
    expect(
      stems(
        row('unlabeled/a.jpg', null),
        row('images/a.jpg', 'masks/a.png'),
        row('images/sub/a.b.jpg', 'masks/sub/a.b.png'),
      ),
    ).toEqual([
      ['images/a.jpg', 'a'],
      ['images/sub/a.b.jpg', 'sub/a.b'],
      ['unlabeled/a.jpg', 'a-2'],
    ]);
  });

  it('differ in more than case and extension', () => {
    const names = stems(row('images/A.jpg', 'm'), row('images/a.png', 'm'), row('images/a-2.png', 'm')).map(
      ([, stem]) => stem,
    );
    expect(names).toEqual(['A', 'a-2', 'a-2-2']);
  });
});
