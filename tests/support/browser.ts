import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium as playwright } from '@playwright/test';

export interface Browser {
  /** where it was found, for the report */
  origin: string;
  executablePath: string;
  args: string[];
}

/** WebGL2 without a graphics card; a sandbox needs a user that is not root. */
const ARGS = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/**
 * A Chromium to test with: the one `WINNOW_CHROMIUM` names, the system's, Playwright's own, or the one inside the package
 * @sparticuz/chromium (Linux on x64), which `WINNOW_CHROMIUM=package` asks for. The package's own switches are left out:
 * they turn off what the journey relies on, separate processes and the same-origin policy.
 */
export async function findBrowser(): Promise<Browser> {
  const named = process.env.WINNOW_CHROMIUM;
  if (named === 'package') return packaged();
  if (named) return { origin: 'WINNOW_CHROMIUM', executablePath: named, args: ARGS };
  const system = systemBrowser();
  if (system) return { origin: 'system', executablePath: system, args: ARGS };
  const own = playwright.executablePath();
  if (existsSync(own)) return { origin: 'playwright', executablePath: own, args: ARGS };
  return packaged();
}

async function packaged(): Promise<Browser> {
  const { default: chromium } = await import('@sparticuz/chromium');
  return { origin: '@sparticuz/chromium', executablePath: await chromium.executablePath(), args: ARGS };
}

function systemBrowser(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const { ProgramFiles = '', LOCALAPPDATA = '' } = process.env;
  const elsewhere = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    join(ProgramFiles, 'Google/Chrome/Application/chrome.exe'),
    join(LOCALAPPDATA, 'Google/Chrome/Application/chrome.exe'),
  ];
  return [...onPath, ...elsewhere].find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
