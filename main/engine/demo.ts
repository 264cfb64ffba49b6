import { access, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawDemo } from '../../resources/demo/recipe.ts';
import type { Count, Long } from './long.ts';

/** The demo dataset at `<home>/demo`, drawn first where it is missing, and the models trained on it, absolute. */
export async function openableDemo(
  home: string,
  long: Long<Count> = {},
): Promise<{ folder: string; models: string[] }> {
  const folder = join(home, 'demo');
  await drawDemo(folder, long);
  return { folder, models: await demoModels() };
}

async function demoModels(): Promise<string[]> {
  const models = join(await packageRoot(), 'resources', 'demo', 'models');
  const names = await readdir(models).catch(() => []);
  return names
    .filter((name) => name.endsWith('.onnx'))
    .sort()
    .map((name) => join(models, name));
}

/** The folder that holds package.json, from the source files as well as from the built ones. */
async function packageRoot(): Promise<string> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = await access(join(folder, 'package.json')).then(
      () => true,
      () => false,
    );
    if (found) return folder;
    if (dirname(folder) === folder)
      throw new Error(`Expected package.json in a folder above ${import.meta.url}, found none.`);
  }
}
