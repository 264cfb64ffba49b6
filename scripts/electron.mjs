import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Electron's executable if it is installed, else null. Importing `electron` would start a download instead. */
export function electronBinary() {
  let folder;
  try {
    folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return null;
  }
  const named = existsSync(join(folder, 'path.txt')) ? readFileSync(join(folder, 'path.txt'), 'utf8') : null;
  const elsewhere = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const binary = elsewhere ? join(elsewhere, named ?? 'electron') : named && join(folder, 'dist', named);
  return binary && existsSync(binary) ? binary : null;
}

export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Why there can be no window here, as the end of a sentence; null: there can. */
export function noWindow() {
  if (!electronBinary()) return "Electron's binary is not installed";
  if (!hasDisplay()) return 'there is no display';
  // Electron's sandbox refuses root, and Winnow does not run without the sandbox.
  if (process.platform === 'linux' && process.getuid() === 0) return "Electron's sandbox does not run as root";
  return null;
}
