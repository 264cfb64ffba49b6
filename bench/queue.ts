/**
 * How long a window takes to show the queue of a large scan, to have all of it, and to answer; and its memory:
 *
 *     node bench/queue.ts [--pictures 5000] [--cases 40]
 *
 * The scan is made up: tiny pictures, scores spread as those of street scenes are. The browser is a real one.
 */
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { CASE_KINDS, type CaseRow, type SampleResult } from '../common/case.ts';
import { PLAIN } from '../common/ensemble.ts';
import { FEATURES } from '../common/features.ts';
import { encodeMask } from '../main/engine/images.ts';
import { wholeRle } from '../common/rle.ts';
import { packPlanes, planesFile, writePlanes } from '../main/engine/inference/results/planes.ts';
import { toLine } from '../main/engine/inference/results/line.ts';
import { writeRecord } from '../main/engine/inference/results/record.ts';
import { projectOf } from '../main/engine/project.ts';
import { findBrowser } from '../tests/support/browser.ts';
import { built, serving } from '../tests/support/program.ts';
import { noise } from '../tests/support/random.ts';

/** Share of the cases that score at least so much: 468 pictures of street scenes, 19,451 cases. */
const SPREAD = [
  [0.9, 0.003],
  [0.5, 0.01],
  [0.1, 0.045],
  [0.05, 0.08],
  [0.02, 0.188],
  [0.01, 0.353],
  [0.005, 0.602],
  [0.002, 1],
] as const;
const CLASSES = 11;
/** Pixels of a picture's side. */
const SIDE = 16;
/** Pictures with a case that scores more have pixels, so that a verdict can be given. */
const LIKELY = 0.9;

/** Results that the window has taken in, by its own store. A string: this program has no IndexedDB, the page has. */
const CURSOR = `(async () => {
  const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith('winnow-'));
  if (!name) return 0;
  return new Promise((done) => {
    const asked = indexedDB.open(name);
    asked.onerror = () => done(0);
    asked.onsuccess = () => {
      const read = asked.result.transaction('meta').objectStore('meta').get('progress');
      read.onsuccess = () => (done(read.result?.cursor ?? 0), asked.result.close());
    };
  });
})()`;

const { values } = parseArgs({
  options: { pictures: { type: 'string', default: '5000' }, cases: { type: 'string', default: '40' } },
});
const [pictures, each] = [Number(values.pictures), Number(values.cases)];
/** Pictures written at a time. */
const BATCH = 500;
const place = await mkdtemp(join(tmpdir(), 'winnow-queue-'));
const folder = join(place, 'dataset');
const { executablePath, args } = await findBrowser();
const browser = await chromium.launch({ executablePath, args });
await built();
await makeScan();
const starting = performance.now();
const server = await serving([folder], { WINNOW_HOME: place });
try {
  say(`${pictures} pictures, ${pictures * each} cases; the program starts and opens the folder`, starting);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await look(page, 'a new window', () => page.goto(server.address));
  await report(page);
  await look(page, 'the same window again', () => page.reload());
  await answers(page);
  await report(page);
} finally {
  await browser.close();
  await server.stop();
  await rm(place, { recursive: true, force: true });
}

function say(what: string, start: number): void {
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(2)} s`);
}

/** Until the queue shows its first case, and until everything that is listed is stored. */
async function look(page: Page, what: string, come: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await come();
  await page
    .getByText(/^Review/)
    .first()
    .waitFor({ timeout: 300_000 });
  await page.keyboard.press('4');
  await firstOf(page).waitFor({ timeout: 600_000 });
  say(`${what}: the queue is there`, start);
  while ((await page.evaluate<number>(CURSOR)) < pictures) await page.waitForTimeout(200);
  say(`${what}: all of it`, start);
}

/** Each time until the list shows what was asked for. */
async function answers(page: Page): Promise<void> {
  const kinds = page.getByRole('group', { name: 'Kind' });
  await time(page, 'cases of a kind', () => kinds.getByRole('button', { name: /^missing/ }).click());
  await time(page, 'all of them', () => kinds.getByRole('button', { name: /^All/ }).click());
  const classes = page.getByLabel('Class, given or proposed');
  await time(page, 'cases of a class', () => classes.selectOption({ index: 3 }));
  await time(page, 'all of them', () => classes.selectOption({ index: 0 }));
  const search = page.getByRole('searchbox');
  await time(page, 'pictures by name', () => search.fill('s0001'));
  await time(page, 'all of them', () => search.fill(''));
  await search.blur();
  const title = page.getByRole('region', { name: 'Case' }).getByRole('heading').first();
  for (const verdict of ['a', 'k', 'a']) {
    const before = await title.textContent();
    const start = performance.now();
    await page.keyboard.press(verdict);
    while ((await title.textContent()) === before) await page.waitForTimeout(5);
    say('a verdict, until the next case is shown', start);
    await page.getByText(/^Learned from/).waitFor();
    await page.waitForTimeout(500);
  }
  await time(page, 'weaker cases listed', () => page.keyboard.press('Shift+L'));
}

async function time(page: Page, what: string, ask: () => Promise<unknown>): Promise<void> {
  const size = () => firstOf(page).getAttribute('aria-setsize', { timeout: 600_000 });
  const before = await size();
  const start = performance.now();
  await ask();
  while ((await size()) === before) await page.waitForTimeout(5);
  say(what, start);
}

function firstOf(page: Page) {
  return page.getByRole('listbox', { name: 'Cases, worst first' }).getByRole('option').first();
}

/** What its scripts hold after everything unused was let go. */
async function report(page: Page): Promise<void> {
  const client = await page.context().newCDPSession(page);
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize } = await client.send('Runtime.getHeapUsage');
  await client.detach();
  console.log(`memory of the page: ${(usedSize / 2 ** 20).toFixed(0)} MB`);
}

async function makeScan(): Promise<void> {
  const random = noise(7);
  const names = Array.from({ length: pictures }, (_, n) => `s${String(n).padStart(6, '0')}`);
  await Promise.all(['images', 'masks'].map((name) => mkdir(join(folder, name), { recursive: true })));
  const tiny = await encodeMask({
    width: SIDE,
    height: SIDE,
    bits: 8,
    palette: null,
    alpha: null,
    data: new Uint8Array(SIDE * SIDE),
  });
  const classes = Array.from({ length: CLASSES }, (_, index) => index);
  await writeFile(join(folder, 'classes.json'), JSON.stringify({ classes: classes.map((index) => `class ${index}`) }));
  const project = await projectOf(folder);
  const results = join(project.cache, 'abcd', 'results.jsonl');
  await mkdir(dirname(results), { recursive: true });
  await writeRecord(project, { ...PLAIN, version: 3, key: 'abcd', classes, members: [] });
  const file = await open(results, 'w');
  let id = 0;
  for (let at = 0; at < names.length; at += BATCH) {
    const batch = names.slice(at, at + BATCH);
    const paths = batch.flatMap((name) => ['images', 'masks'].map((kind) => join(folder, kind, `${name}.png`)));
    await Promise.all(paths.map((path) => writeFile(path, tiny)));
    for (const sample of batch) {
      const cases = Array.from({ length: each }, () => caseOf(sample, ++id, random));
      const facts = { labelled: true, heldOut: true, width: SIDE, height: SIDE, score: 0.5, softmin: 0.5 };
      const result: SampleResult = { sample, cases, ...facts };
      await file.write(`${JSON.stringify(toLine(result, { stat: '', hash: '' }))}\n`);
      if (cases.some(({ score }) => score > LIKELY)) await writePixels(planesFile(project, 'abcd', sample), result);
    }
  }
  await file.close();
}

/** What a verdict is written with. */
async function writePixels(file: string, { sample, width, height, cases }: SampleResult): Promise<void> {
  const rle = wholeRle(width, height);
  const header = { sample, width, height, cases: cases.map((row) => ({ ...row, rle })) };
  await writePlanes(file, packPlanes(new Uint8Array(4 * width * height), header));
}

function caseOf(sample: string, number: number, random: () => number): CaseRow {
  const given = Math.floor(random() * CLASSES);
  return {
    ...{ id: number.toString(16).padStart(16, '0'), sample, kind: CASE_KINDS[number % 4] },
    ...{ given, proposed: (given + 1 + Math.floor(random() * (CLASSES - 1))) % CLASSES, bbox: [2, 2, 8, 8], area: 64 },
    ...{ score: scoreAt(random()), pGiven: 0.1, agreement: 0.9, disagreement: 0.1, displacement: 3, passes: null },
    features: FEATURES.map(() => Math.round(random() * 1000) / 1000),
    heldOut: true,
  };
}

/** The score that a share of all cases reaches; between the points of SPREAD straight in its logarithm. */
function scoreAt(share: number): number {
  const after = SPREAD.findIndex(([, reached]) => share <= reached);
  const [low, reached] = SPREAD[after];
  const [high, before] = after ? SPREAD[after - 1] : [1, 0];
  const t = (share - before) / (reached - before);
  return Math.round(high * (low / high) ** t * 1e6) / 1e6;
}
