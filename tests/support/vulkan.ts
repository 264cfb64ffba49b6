import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const ICD = 'vk_swiftshader_icd.json';

/** The package that carries a Chromium for Linux on x64 packs its software Vulkan by itself. */
const PACKED = join(
  import.meta.dirname,
  '..',
  '..',
  'node_modules',
  '@sparticuz',
  'chromium',
  'bin',
  'swiftshader.tar.br',
);

/** Folders in which a Chromium keeps its software Vulkan: of the system, and Playwright's own. */
function folders(): string[] {
  const { PLAYWRIGHT_BROWSERS_PATH } = process.env;
  const own = PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright');
  const browsers = existsSync(own) ? readdirSync(own).map((name) => join(own, name)) : [];
  return [
    ...['/usr/lib/chromium', '/usr/lib/chromium-browser', '/usr/lib64/chromium-browser', '/opt/google/chrome'],
    ...browsers.flatMap((folder) => [join(folder, 'chrome-linux'), join(folder, 'chrome-linux64')]),
  ];
}

function unpacked(into: string): string | null {
  if (process.arch !== 'x64' || !existsSync(PACKED)) return null;
  execFileSync('tar', ['-x', '-C', into], { input: brotliDecompressSync(readFileSync(PACKED)) });
  return existsSync(join(into, ICD)) ? into : null;
}

/** The environment in which WebGPU finds a device made of software; null: there is none on this machine. */
export function softwareVulkan(temporary: string): Record<string, string> | null {
  if (process.platform !== 'linux') return null;
  const folder = folders().find((one) => existsSync(join(one, ICD))) ?? unpacked(temporary);
  if (!folder) return null;
  const paths = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { VK_ICD_FILENAMES: join(folder, ICD), XDG_RUNTIME_DIR: temporary, LD_LIBRARY_PATH: paths };
}
