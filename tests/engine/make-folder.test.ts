import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from '../../main/engine/make-folder.ts';
import { makeProject, projectOf } from '../../main/engine/project.ts';

let place: string;

beforeEach(async () => (place = await mkdtemp(join(tmpdir(), 'winnow-folder-'))));
afterEach(() => rm(place, { recursive: true, force: true }));

const isFolder = async (path: string) => (await stat(path)).isDirectory();

describe('making a folder', () => {
  it('makes those above it too, and names the topmost that was missing', async () => {
    expect(await makeFolder(join(place, 'a/b/c'))).toBe(join(place, 'a'));
    expect(await isFolder(join(place, 'a/b/c'))).toBe(true);
    expect(await makeFolder(join(place, 'a/b/d/e'))).toBe(join(place, 'a/b/d'));
    expect(await makeFolder(join(place, 'a/b/d/e'))).toBeUndefined();
  });

  it('may be done by several at once', async () => {
    const all = Array.from({ length: 20 }, (_, n) => makeFolder(join(place, 'x/y/z', String(n % 3))));
    await Promise.all(all);
    for (const n of [0, 1, 2]) expect(await isFolder(join(place, 'x/y/z', String(n)))).toBe(true);
  });

  it('may be done in a folder that others are about to make', async () => {
    for (let round = 0; round < 200; round++) {
      const above = join(place, String(round));
      await Promise.all([makeFolder(above), makeFolder(join(above, 'a')), makeFolder(join(above, 'b'))]);
      expect(await isFolder(join(above, 'a')), above).toBe(true);
    }
  });

  it('ends where a file is in the way', async () => {
    await writeFile(join(place, 'file'), '');
    await expect(makeFolder(join(place, 'file'))).rejects.toThrow('EEXIST');
    await expect(makeFolder(join(place, 'file/deeper/still'))).rejects.toThrow('ENOTDIR');
  });

  // Only Linux has a place that says so.
  it.skipIf(process.platform !== 'linux')(
    'ends where nothing can be made and nothing is said to be there',
    async () => {
      await expect(makeFolder('/proc/winnow/cache')).rejects.toThrow('ENOENT');
    },
  );
});

it('a project that cannot be made is named in one sentence', async () => {
  await writeFile(join(place, 'file'), '');
  const project = await projectOf(place, join(place, 'file'));
  await expect(makeProject(project)).rejects.toThrow(
    `Expected a project folder that can be made at ${join(place, 'file')}, found ENOTDIR`,
  );
});
