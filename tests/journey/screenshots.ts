import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, type Page } from '@playwright/test';
import { findBrowser } from '../support/browser.ts';
import { built, root, serving } from '../support/program.ts';
import {
  acceptPseudoLabels,
  openConfusion,
  openDemo,
  openExport,
  openReview,
  openPseudo,
  scan,
  settled,
  tryOn,
} from './steps.ts';

/** Draws the pictures of the README from the demo: at 1440×900 into docs/screenshots, at 1024×700 into the folder named. */
const small = process.argv.at(2);
await built();
const home = await mkdtemp(join(tmpdir(), 'winnow-screenshots-'));
const server = await serving([], { WINNOW_HOME: home });
const { executablePath, args } = await findBrowser();
const browser = await chromium.launch({ executablePath, args });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(server.address);
  await shoot(page, 'start');
  await openDemo(page);
  await tryOn(page, 'sort-0144');
  await shoot(page, 'models');
  await scan(page);
  await shoot(page, 'scan');
  // A window that comes after the scan has every case in its place from the start.
  await page.reload();
  await expect(page.getByRole('button', { name: /^Review \d/ })).toBeVisible();
  await settled(page);
  await openReview(page);
  for (const key of ['a', 'a', 'a', 'k', 'a']) {
    await page.keyboard.press(key);
    await settled(page);
  }
  await shoot(page, 'review');
  await openConfusion(page);
  await shoot(page, 'insights');
  await openPseudo(page);
  await shoot(page, 'pseudo');
  await acceptPseudoLabels(page);
  await openExport(page);
  await page.getByRole('textbox', { name: 'Where it goes' }).fill('/data/sorting-belt-cleaned');
  await shoot(page, 'export');
} finally {
  await browser.close();
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

async function shoot(page: Page, name: string): Promise<void> {
  for (const toast of await page.getByRole('button', { name: 'Dismiss' }).all()) await toast.click();
  await settled(page);
  const folder = join(root, 'docs', 'screenshots');
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(join('docs', 'screenshots', `${name}.png`));
  if (!small) return;
  await mkdir(small, { recursive: true });
  await page.setViewportSize({ width: 1024, height: 700 });
  await settled(page);
  await page.screenshot({ path: join(small, `${name}.png`) });
  await page.setViewportSize({ width: 1440, height: 900 });
}
