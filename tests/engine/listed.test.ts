import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CASE_KINDS, type CaseChoice, type CaseRow, type SampleResult } from '../../common/case.ts';
import { PLAIN } from '../../common/ensemble.ts';
import { expectedErrors } from '../../common/expected.ts';
import { FEATURES } from '../../common/features.ts';
import { recalibrate } from '../../common/recalibration.ts';
import { countOf, noScores, scoresOf } from '../../common/scores.ts';
import { stoppingOf } from '../../common/stopping.ts';
import { chooseCases, findCases, resultsPage } from '../../main/engine/cases.ts';
import { toLine } from '../../main/engine/inference/results/line.ts';
import { writeRecord } from '../../main/engine/inference/results/record.ts';
import { reviewedOf } from '../../main/engine/reviewed.ts';
import { closeWorkspace, openWorkspace, type Workspace } from '../../main/engine/workspace.ts';
import { makeShapes, makeTemporary } from '../support/dataset.ts';
import { noise } from '../support/random.ts';

const PICTURES = 40;
const EACH = 30;
const ANY: CaseChoice = { kind: null, class: null, given: null, proposed: null, text: '' };
let workspace: Workspace;
let remove: () => Promise<void>;
let append: (result: SampleResult) => Promise<void>;
let rows: CaseRow[];

beforeEach(async () => {
  const temporary = await makeTemporary();
  const { folder } = await makeShapes(join(temporary.folder, 'dataset'), {});
  workspace = await openWorkspace(folder);
  const { project, results, dataset } = workspace;
  remove = async () => {
    await closeWorkspace(workspace);
    await temporary.remove();
  };
  const file = join(project.cache, 'abcd', 'results.jsonl');
  await mkdir(dirname(file), { recursive: true });
  const classes = dataset.classMap.classes.map(({ id }) => id);
  await writeRecord(project, { ...PLAIN, version: 3, key: 'abcd', classes, members: [] });
  append = async (result) => {
    await appendFile(file, `${JSON.stringify(toLine(result, { stat: '', hash: '' }))}\n`);
    await results.refresh();
  };
  await results.use('abcd');
  const random = noise(11);
  rows = [];
  for (let n = 0; n < PICTURES; n++) {
    const result = resultOf(`area-${n % 4}/s${n}`, n, () => Math.round(random() ** 12 * 1e6) / 1e6);
    rows.push(...result.cases);
    await append(result);
  }
});
afterEach(() => remove());

/** Most cases score next to nothing, as those of a scan do. */
function resultOf(sample: string, number: number, score: () => number): SampleResult {
  const cases = Array.from({ length: EACH }, (_, i): CaseRow => {
    const facts = { pGiven: 0.1, agreement: 1, disagreement: 0, displacement: 3, passes: null, heldOut: true };
    return {
      ...{ id: (1 + number * EACH + i).toString(16).padStart(16, '0'), sample, kind: CASE_KINDS[i % 4] },
      ...{ given: i % 3, proposed: 3 - (i % 3), bbox: [i, i, 4, 4], area: 16, score: score(), ...facts },
      features: FEATURES.map(() => 0),
    };
  });
  return { sample, score: 0.5, softmin: 0.5, labelled: true, heldOut: true, width: 64, height: 64, cases };
}

const accept = ({ id, sample, kind, score }: CaseRow) => ({
  ...{ case: id, sample, kind, score, given: 0, proposed: 1, paint: [] },
});
const idsOf = (some: readonly CaseRow[]) => some.map(({ id }) => id);
const listed = (least?: number) => {
  const page = resultsPage(workspace, { after: 0, limit: 1000, least });
  return page.rows.flatMap(({ cases }) => cases);
};

test('a page holds the cases from a score on, and whatever somebody decided; without one it holds all', async () => {
  expect(listed()).toEqual(rows);
  expect(idsOf(listed(0.01))).toEqual(idsOf(rows.filter(({ score }) => score >= 0.01)));
  const [weak] = rows.filter(({ score }) => score < 0.001);
  await workspace.journal.append('me', { type: 'verdict', verdict: 'accept', items: [accept(weak)] });
  const decided = rows.filter(({ id, score }) => score >= 0.01 || id === weak.id);
  expect(idsOf(listed(0.01))).toEqual(idsOf(decided));
  const { sample } = rows[5];
  const cases = idsOf(rows.filter((row) => row.sample === sample));
  await workspace.journal.append('me', { type: 'picture', sample, cases, paint: [] });
  expect(idsOf(listed(1)).toSorted()).toEqual([...new Set([...cases, weak.id])].toSorted());
});

test('whatever is left out is counted and comes when asked for, highest score first and each case once', () => {
  const { classes } = workspace.dataset.classMap;
  const named = (index: number, text: string) => classes[index].name.toLowerCase().includes(text);
  const choices: [CaseChoice, (row: CaseRow) => boolean][] = [
    [ANY, () => true],
    [{ ...ANY, kind: 'extra' }, ({ kind }) => kind === 'extra'],
    [{ ...ANY, class: 2 }, ({ given, proposed }) => given === 2 || proposed === 2],
    [{ ...ANY, given: 1, proposed: 2 }, ({ given, proposed }) => given === 1 && proposed === 2],
    [{ ...ANY, text: ' AREA-1/' }, ({ sample }) => sample.includes('area-1/')],
    [{ ...ANY, text: 'dis' }, ({ given, proposed }) => named(given, 'dis') || named(proposed, 'dis')],
    [{ ...ANY, text: 'nothing like it' }, () => false],
  ];
  for (const [choice, passes] of choices) {
    const passing = rows.filter(passes);
    const weak = passing.filter(({ score }) => score < 0.01).map(({ score }) => score);
    const found: CaseRow[] = [];
    for (let [after, more] = [0, true]; more; after += 70) {
      const page = chooseCases(workspace, { choice, cursor: PICTURES, below: 0.01, after, limit: 70 });
      expect(page).toMatchObject({ scan: 'abcd', count: passing.length });
      found.push(...page.rows);
      ({ more } = page);
    }
    expect(new Set(idsOf(found)).size).toBe(weak.length);
    expect(found.every(passes)).toBe(true);
    expect(found.map(({ score }) => score)).toEqual(weak.toSorted((a, b) => b - a));
  }
  const some = chooseCases(workspace, { choice: ANY, cursor: 3, below: 1, after: 0, limit: 0 });
  expect(some).toMatchObject({ count: 3 * EACH, rows: [], more: false });
  expect(findCases(workspace, [rows[7].id, 'ffffffffffffffff']).rows).toEqual([rows[7]]);
});

test('what is expected to be left takes in every case, listed or not', async () => {
  await append(resultOf(rows[0].sample, 0, () => 0.003));
  const all = resultsPage(workspace, { after: 0, limit: 1000 }).rows.flatMap(({ cases }) => cases);
  expect(all).toHaveLength(PICTURES * EACH);
  const seen = all.toSorted((a, b) => b.score - a.score).slice(0, 20);
  for (const row of seen)
    await workspace.journal.append('me', { type: 'verdict', verdict: 'accept', items: [accept(row)] });
  const reviewed = await reviewedOf(workspace);
  expect(reviewed.all.count).toEqual(scoresOf(all.map(({ score }) => score)).count);
  expect(resultsPage(workspace, { after: 0, limit: 1, least: 0.01 }).scores).toEqual(reviewed.all);
  const open = scoresOf(all.filter((row) => !seen.includes(row)).map(({ score }) => score));
  const errors = scoresOf(seen.map(({ score }) => score));
  const { left } = stoppingOf(reviewed);
  const truth = expectedErrors(open, recalibrate(errors, noScores()));
  expect(left).toMatchObject({ low: truth.low, high: truth.high });
  expect(left.expected).toBeCloseTo(truth.expected, 9);
  // They matter: most of the cases are too weak to be listed.
  expect(countOf(open)).toBeGreaterThan(2 * listed(0.01).length);
});
