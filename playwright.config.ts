import { defineConfig } from '@playwright/test';
import { findBrowser } from './tests/support/browser.ts';

const { executablePath, args } = await findBrowser();

/** The whole job in a real browser. One at a time: a scan takes all the cores there are. */
export default defineConfig({
  testDir: 'tests/journey',
  globalSetup: './tests/journey/setup.ts',
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath, args },
    trace: 'retain-on-failure',
  },
});
