import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { COLORS, makeShapes, makeTemporary, type Shapes, type ShapesOptions } from './dataset.ts';
import { writePointwiseModel } from './onnx.ts';

/** A dataset with known label errors, and two fold models that see them. */
export interface Job {
  /** holds everything below */
  place: string;
  folder: string;
  models: string;
  shapes: Shapes;
  remove: () => Promise<void>;
}

export async function makeJob(options: ShapesOptions = {}): Promise<Job> {
  const { folder: place, remove } = await makeTemporary();
  const folder = join(place, 'shapes');
  const models = join(place, 'models');
  const shapes = await makeShapes(folder, { labelled: 8, unlabelled: 4, width: 96, height: 64, ...options });
  const folds = Object.fromEntries([...shapes.given.keys()].map((name, i) => [name, i % 2]));
  await writeFile(join(folder, 'folds.json'), JSON.stringify(folds));
  for (const fold of [0, 1])
    await writePointwiseModel(join(models, `fold${fold}.onnx`), { classes: COLORS, sharpness: 50 + 20 * fold });
  return { place, folder, models, shapes, remove };
}

/** (path, relative) → SHA-256 of every file below a folder, without the project folder in it. */
export async function hashesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashes: Record<string, string> = {};
  for (const file of files.sort()) {
    const name = relative(folder, file);
    if (!name.startsWith('.winnow'))
      hashes[name] = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
  }
  return hashes;
}
