import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The project folder. */
export const root = resolve(import.meta.dirname, '..');

export const inRoot = (...parts) => join(root, ...parts);

/** Node 24, which the package `node` brings along; where that is missing, the Node this runs under. */
export function node24() {
  const binary = inRoot('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(binary) ? binary : process.execPath;
}

/** npm runs a script in the project folder; paths in its arguments are meant from where the person stands. */
export const standing = () =>
  (process.env.npm_lifecycle_script?.includes('scripts/') && process.env.INIT_CWD) || process.cwd();
