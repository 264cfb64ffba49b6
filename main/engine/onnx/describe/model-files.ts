import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

/**
 * ONNX files in a folder, in natural order of names; a path that is no folder stays as it is. Of a folder of transformers.js,
 * where one network lies in several precisions in `onnx`, model.onnx or the first of them.
 */
export async function modelFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) return [path];
  const files = await onnxIn(path);
  if (files.length) return files;
  const below = await onnxIn(join(path, 'onnx'));
  return below
    .filter((file) => basename(file) === 'model.onnx')
    .concat(below)
    .slice(0, 1);
}

async function onnxIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const natural = new Intl.Collator('en', { numeric: true }).compare;
  const models = names.filter((name) => extname(name).toLowerCase() === '.onnx');
  return models.sort(natural).map((name) => join(folder, name));
}
