import { expect, type Page } from '@playwright/test';

/** Collects whatever the page complains about; the journey ends with none of it. */
export function watch(page: Page): { expectSilence: () => void } {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  return { expectSilence: () => expect(complaints).toEqual([]) };
}
