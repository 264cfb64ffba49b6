import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, type Page } from '@playwright/test';

/** What a person does, in the order of the work; each ends when the window shows that it is done. */

/** From the start page of a browser: the folder picker is Winnow's own. */
export async function openFolder(page: Page, folder: string): Promise<void> {
  await page.getByRole('button', { name: /^Open folder/ }).click();
  await pick(page, folder);
  await expect(page.getByRole('heading', { level: 1, name: basename(folder) })).toBeVisible();
}

/** From the start page: draws the demo where it is missing, and opens it with its models. */
export async function openDemo(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Open the demo/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'demo' })).toBeVisible({ timeout: 300_000 });
}

export async function addModels(page: Page, folder: string): Promise<void> {
  await chooseModels(page);
  await pick(page, folder);
  await expect(page.getByRole('table', { name: 'Members' })).toBeVisible();
}

export async function chooseModels(page: Page): Promise<void> {
  await page.keyboard.press('2');
  await page
    .getByRole('button', { name: /^Add models/ })
    .first()
    .click();
}

/** Types a path into Winnow's own picker and takes it. */
export async function pick(page: Page, path: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Path' }).fill(`${path}/`);
  const verb = page.getByRole('dialog').getByRole('button', { name: /^(Choose|Add all in) / });
  await expect(verb).toContainText(basename(path));
  await verb.click();
  await expect(page.getByRole('dialog')).toBeHidden();
}

/** What the members make of one picture by its name. */
export async function tryOn(page: Page, name: string): Promise<void> {
  await page.keyboard.press('2');
  const field = page.getByRole('textbox', { name: 'Picture to try on' });
  await field.fill(name);
  await field.press('Enter');
  await expect(field).not.toBeFocused();
  await page.keyboard.press('t');
  await expect(page.getByRole('list', { name: 'Maps' })).toBeVisible({ timeout: 60_000 });
  await expect(field).toHaveValue(name);
}

/** Turns the picture as well, and looks at what the members make of one: merged, where they are unsure, and what it costs. */
export async function tryOnPicture(page: Page): Promise<void> {
  await page.keyboard.press('2');
  await page.getByRole('button', { name: 'vflip' }).click();
  await expect(page.getByRole('radio', { name: 'flip', exact: true })).toBeChecked();
  await page.keyboard.press('z');
  await expect(page.getByRole('radio', { name: 'hflip', exact: true })).toBeChecked();
  await page.keyboard.press('t');
  const maps = page.getByRole('list', { name: 'Maps' });
  await expect(maps).toBeVisible({ timeout: 60_000 });
  await expect(maps.getByRole('listitem')).toHaveText([
    /Picture/,
    /Given label/,
    /Merge/,
    /Confidence/,
    /Disagreement/,
  ]);
  await expect(page.getByText('the whole scan')).toBeVisible();
  await page.keyboard.press('Space');
  await expect(page.getByRole('dialog', { name: /Merge/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
}

/** Starts the scan by key and waits for its end. */
export async function scan(page: Page): Promise<void> {
  await page.keyboard.press('3');
  const start = page.getByRole('main').getByRole('button', { name: /^(Scan|Scan again|Go on with the scan)( S)?$/ });
  await expect(start).toBeEnabled();
  await page.keyboard.press('s');
  await expect(page.getByRole('button', { name: /^Review \d/ })).toBeVisible({ timeout: 300_000 });
}

export async function openReview(page: Page): Promise<void> {
  await page.keyboard.press('4');
  await expect(page.getByRole('listbox', { name: 'Cases, worst first' }).getByRole('option').first()).toBeVisible();
  await expect(page.getByLabel('The picture with its labels')).toBeVisible();
  await settled(page);
  // Cases that were found after the queue was made wait to be taken in.
  const arrived = page.getByRole('button', { name: /new cases?/ });
  if (await arrived.isVisible()) await arrived.click();
  await expect(arrived).toBeHidden();
}

/** How many cases have got which verdict, from the bar below. */
export async function expectReviewed(page: Page, text: string | RegExp): Promise<void> {
  await expect(page.locator('footer').last()).toContainText(text);
}

/** Measures, and opens the confusion matrix by keyboard. */
export async function openConfusion(page: Page): Promise<void> {
  await page.keyboard.press('6');
  const sections = page.getByRole('navigation', { name: 'Sections' });
  const measure = page.getByRole('button', { name: /^Measure/ });
  await expect(measure).toBeVisible();
  if (!(await sections.isVisible())) await page.keyboard.press('m');
  await expect(sections).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('j');
  await expect(page.getByRole('grid', { name: 'Confusion matrix' })).toBeVisible();
}

/** Clicks the cell that is looked at, and lands in the review of its cases alone. */
export async function reviewConfused(page: Page, given: string, proposed: string): Promise<void> {
  const cell = page.getByRole('gridcell', { name: `given ${given}, proposed ${proposed}` });
  await expect(cell).toHaveAttribute('aria-label', /: [\d,]+ pixels$/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: `${given} → ${proposed}` })).toBeVisible();
  const cases = page.getByRole('listbox', { name: 'Cases, worst first' }).getByRole('option');
  await expect(cases.first()).toBeVisible();
}

/** Saves the plot in view by key; returns what came as a file. */
export async function savePlot(page: Page, as: 'svg' | 'csv'): Promise<{ name: string; content: string }> {
  const coming = page.waitForEvent('download');
  await page.keyboard.press(as === 'svg' ? 's' : 'c');
  const download = await coming;
  const content = await readFile(await download.path(), 'utf8');
  return { name: download.suggestedFilename(), content };
}

/** From the order that so many verdicts taught to that of the scan, and back. */
export async function turnOrder(page: Page, verdicts: number): Promise<void> {
  const order = page.getByRole('button', { name: /^(Learned|As scanned)/ });
  await expect(order).toContainText(`Learned from ${verdicts} verdicts`);
  await page.keyboard.press('l');
  await expect(order).toContainText('As scanned');
  await page.keyboard.press('l');
  await expect(order).toContainText('Learned');
}

export async function openPseudo(page: Page): Promise<void> {
  await page.keyboard.press('5');
  await expect(page.getByRole('button', { name: /^Accept all/ })).toBeEnabled();
}

/** Thresholds by class: one class left out by hand, then the same share of each, gone on with by hand; all by keyboard. */
export async function chooseThresholds(page: Page, left: string): Promise<void> {
  await openPseudo(page);
  const [all, row] = [page.getByRole('button', { name: /^Accept all/ }), page.getByRole('row', { name: left })];
  await page.keyboard.press('v');
  await expect(all).toContainText('by class');
  await page.keyboard.press('n');
  await expect(row).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('x');
  await expect(row.getByRole('spinbutton')).toHaveValue('');
  await expect(row.getByRole('cell', { name: '0%', exact: true })).toBeVisible();
  await page.keyboard.press('v');
  await expect(all).toContainText('at 50% a class');
  await page.keyboard.press('+');
  await expect(all).toContainText('at 51% a class');
  await page.keyboard.press('e');
  await expect(all).toContainText('by class');
  await expect(row.getByRole('spinbutton')).not.toHaveValue('');
}

export async function acceptPseudoLabels(page: Page): Promise<void> {
  await openPseudo(page);
  await page.getByRole('button', { name: /^Accept all/ }).click();
  await expect(page.getByText(/^\d+ pictures? of \d+ accepted$/)).toBeVisible();
}

export async function openExport(page: Page): Promise<void> {
  await page.keyboard.press('7');
  await expect(page.getByRole('textbox', { name: 'Where it goes' })).toBeVisible();
}

export async function exportTo(page: Page, out: string): Promise<void> {
  await openExport(page);
  await page.getByRole('textbox', { name: 'Where it goes' }).fill(out);
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Export/ })
    .click();
  await expect(page.getByRole('region', { name: 'Result' })).toContainText(out, { timeout: 60_000 });
}

/** Nothing more is loaded, drawn or moved. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => undefined)));
  });
  await page.waitForTimeout(400);
}
