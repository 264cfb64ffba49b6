import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRle, wholeRle } from '../../common/rle.ts';
import {
  acceptCases,
  acceptPicture,
  acceptPseudo,
  changeOf,
  decide,
  decisionsSince,
  redo,
  undo,
} from '../../main/engine/decide.ts';
import { packPlanes, planesFile, writePlanes } from '../../main/engine/inference/results/planes.ts';
import { learnFrom } from '../../main/engine/learned.ts';
import { readCleaned } from '../../main/engine/masks/replay.ts';
import { pretendScan } from '../support/scan.ts';
import { caseOf, prepare, type Prepared } from '../support/workspace.ts';

// Every odd picture has its disc (1) labelled as a box (2); the proposal is the truth.
let p: Prepared;
const NOBODY = new Set<string>();
const truth = (sample: string) => p.shapes.truth.get(sample);
const given = (sample: string) => p.shapes.given.get(sample);
const cleaned = (sample: string) => readCleaned(p.workspace, sample);

beforeEach(async () => {
  p = await prepare({ ids: [10, 20, 30, 40], ignore: 99 });
});
afterEach(() => p.remove());

describe('a verdict', () => {
  it('of accept takes the proposal in the region, in class ids, and undo gives the given label back', async () => {
    const id = caseOf(p.workspace, 's001');
    const change = await decide(p.workspace, 'ann', 'accept', [id]);
    expect(change).toMatchObject({
      seq: 1,
      author: 'ann',
      type: 'verdict',
      text: 'Accepted disc in s001',
      cases: [{ id, verdict: 'accept', error: true }],
      samples: ['s001'],
      canUndo: true,
      canRedo: false,
    });
    expect(p.workspace.journal.paintsOf('s001').map(({ label }) => label)).toEqual([20]);
    expect(await cleaned('s001')).toEqual(truth('s001'));
    expect(await cleaned('s003')).toEqual(given('s003'));
    const back = await undo(p.workspace, 'ann', NOBODY);
    expect(back).toMatchObject({
      text: 'Undid: accepted disc in s001',
      cases: [{ id, verdict: null }],
      canUndo: false,
      canRedo: true,
    });
    expect(await cleaned('s001')).toEqual(given('s001'));
    expect(await redo(p.workspace, 'ann', NOBODY)).toMatchObject({
      text: 'Redid: accepted disc in s001',
      canUndo: true,
    });
    expect(await cleaned('s001')).toEqual(truth('s001'));
    expect(await redo(p.workspace, 'ann', NOBODY)).toBeNull();
  });

  it('of ignore takes the label away, of keep and skip changes nothing', async () => {
    const id = caseOf(p.workspace, 's001');
    const region = given('s001')?.map((value, i) => (value === truth('s001')?.[i] ? value : 255));
    await decide(p.workspace, 'ann', 'ignore', [id]);
    expect(await cleaned('s001')).toEqual(region);
    for (const verdict of ['keep', 'skip'] as const) {
      expect((await decide(p.workspace, 'ann', verdict, [id])).text).toMatch(/^(Kept|Skipped) box in s001$/);
      expect(await cleaned('s001')).toEqual(given('s001'));
    }
  });

  it('on many cases is one unit of undo', async () => {
    const ids = ['s001', 's003'].map((sample) => caseOf(p.workspace, sample));
    const change = await decide(p.workspace, 'ann', 'accept', [...ids].reverse());
    expect(change.text).toBe('Accepted 2 cases in 2 pictures');
    expect(change.cases.map(({ id }) => id)).toEqual([...ids].reverse());
    await undo(p.workspace, 'ann', NOBODY);
    expect(ids.map((id) => p.workspace.journal.verdictOf(id))).toEqual([null, null]);
  });

  it('on more cases than are looked up one by one finds them all, also after another scan', async () => {
    await p.remove();
    p = await prepare({ labelled: 24, unlabelled: 0 });
    const samples = [...p.shapes.given.keys()].filter((_, n) => n % 2);
    for (const round of [1, 2]) {
      const ids = samples.map((sample) => caseOf(p.workspace, sample));
      const change = await decide(p.workspace, 'ann', 'accept', [...ids, 'ffffffffffffffff', 'no id']);
      expect(change.cases.map(({ id }) => id)).toEqual(ids);
      expect(change.samples).toEqual(samples);
      expect(change.text).toContain('2 left out: Expected case ffffffffffffffff');
      expect(change.seq).toBe(round);
      await pretendScan(p.workspace, p.shapes);
    }
  });

  it('paints each pixel as proposed where a region is proposed to be several classes, and leaves out what is not', async () => {
    const { project } = p.workspace;
    const { width, height } = p.shapes;
    const [detail] = p.workspace.results.get('s001')?.cases ?? [];
    const label = Uint8Array.from({ length: width * height }, (_, i) => [1, 3, 255][i % 3]);
    const whole = { ...detail, rle: wholeRle(width, height) };
    const bytes = Buffer.concat([label, label, label, label]);
    const packed = packPlanes(bytes, { sample: 's001', width, height, cases: [whole] });
    await writePlanes(planesFile(project, 'scan1', 's001'), packed);
    await decide(p.workspace, 'ann', 'accept', [detail.id]);
    const paints = p.workspace.journal.paintsOf('s001');
    expect(paints.map((paint) => paint.label).sort()).toEqual([20, 40]);
    const disc = decodeRle(paints.find((paint) => paint.label === 20)?.rle ?? '', width, height);
    expect(disc).toEqual(label.map((value) => (value === 1 ? 1 : 0)));
    expect(await cleaned('s001')).toEqual(label.map((value, i) => (value === 255 ? (given('s001')?.[i] ?? 0) : value)));
  });

  it('that cannot be given is said in one sentence, and what can be given is given', async () => {
    const [here, gone] = ['s001', 's003'].map((sample) => caseOf(p.workspace, sample));
    await expect(decide(p.workspace, 'ann', 'accept', ['0123456789abcdef'])).rejects.toThrow('found none: scan again');
    await rm(planesFile(p.workspace.project, 'scan1', 's003'));
    await expect(decide(p.workspace, 'ann', 'accept', [gone])).rejects.toThrow('the proposal for s003');
    expect(p.workspace.journal.seq).toBe(0);
    const change = await decide(p.workspace, 'ann', 'accept', [here, gone]);
    expect(change.text).toContain('1 left out: Expected the proposal for s003');
    expect(change.cases).toMatchObject([{ id: here, verdict: 'accept' }]);
  });
});

describe('a whole picture', () => {
  it('takes the proposal everywhere, and a case kept afterwards takes its region back', async () => {
    const change = await acceptPicture(p.workspace, 'ann', 's001');
    const id = caseOf(p.workspace, 's001');
    expect(change).toMatchObject({ type: 'picture', text: 'Accepted the whole proposal for s001', samples: ['s001'] });
    expect(change.cases).toContainEqual({ id, verdict: 'accept' });
    expect(await cleaned('s001')).toEqual(truth('s001'));
    await decide(p.workspace, 'ann', 'keep', [caseOf(p.workspace, 's001')]);
    expect(await cleaned('s001')).toEqual(given('s001'));
    expect(p.workspace.journal.verdictOf(id)).toBe('keep');
    await undo(p.workspace, 'ann', NOBODY);
    expect(await cleaned('s001')).toEqual(truth('s001'));
    expect(p.workspace.journal.verdictOf(id)).toBe('accept');
    const undone = await undo(p.workspace, 'ann', NOBODY);
    expect(undone?.cases).toContainEqual({ id, verdict: null });
    expect(await cleaned('s001')).toEqual(given('s001'));
  });

  it('also replaces what was decided before, and leaves what was given as ignore', async () => {
    await decide(p.workspace, 'ann', 'ignore', [caseOf(p.workspace, 's001')]);
    await acceptPicture(p.workspace, 'ann', 's001');
    expect(await cleaned('s001')).toEqual(truth('s001'));
    const { dataset } = p.workspace;
    dataset.classMap = { ...dataset.classMap, classes: dataset.classMap.classes.slice(0, 2) };
    // Without the classes box and bar, the disc labelled as box is given as ignore.
    await undo(p.workspace, 'ann', NOBODY);
    await undo(p.workspace, 'ann', NOBODY);
    await acceptPicture(p.workspace, 'ann', 's001');
    expect(await cleaned('s001')).toEqual(given('s001')?.map((value) => (value > 1 ? 255 : value)));
  });

  it('without mask or without proposal is refused', async () => {
    await expect(acceptPicture(p.workspace, 'ann', 's004')).rejects.toThrow('Expected a labelled picture');
    await expect(acceptPicture(p.workspace, 'ann', 'nowhere')).rejects.toThrow('found none');
  });
});

describe('accepting by score', () => {
  it('takes every open case from that score up, once', async () => {
    const { journal, results } = p.workspace;
    const area = results.get('s001')?.cases[0]?.area;
    expect(await acceptCases(p.workspace, 'cli', 0.85)).toMatchObject({ accepted: 1, pixels: area, problems: [] });
    expect(journal.verdictOf(caseOf(p.workspace, 's001'))).toBe('accept');
    expect(journal.verdictOf(caseOf(p.workspace, 's003'))).toBeNull();
    await decide(p.workspace, 'ann', 'keep', [caseOf(p.workspace, 's003')]);
    const { seq } = journal;
    expect(await acceptCases(p.workspace, 'cli', 0)).toEqual({ accepted: 0, pixels: 0, action: null, problems: [] });
    expect(journal.seq).toBe(seq);
    expect(journal.verdictOf(caseOf(p.workspace, 's003'))).toBe('keep');
  });

  it('makes them ignore where that is asked for', async () => {
    const area = p.workspace.results.get('s001')?.cases[0]?.area;
    const done = await acceptCases(p.workspace, 'cli', 0.85, 'ignore');
    expect(done).toMatchObject({ accepted: 1, pixels: area, problems: [] });
    expect(p.workspace.journal.verdictOf(caseOf(p.workspace, 's001'))).toBe('ignore');
  });
});

describe('accepting by what verdicts taught', () => {
  it('is refused where nobody has looked at a case for itself', async () => {
    await expect(acceptCases(p.workspace, 'cli', 0, 'accept', 'verdicts')).rejects.toThrow(
      'Expected verdicts on cases one by one to learn from, found none.',
    );
  });

  it('takes by the score there is after the verdicts, and says what is expected of them', async () => {
    const one = caseOf(p.workspace, 's001');
    const other = caseOf(p.workspace, 's003');
    const scanned = p.workspace.results.findCases([other]).get(other)?.score ?? 0;
    await decide(p.workspace, 'ann', 'keep', [one]);
    const lower = learnFrom(p.workspace).get(other) ?? 1;
    expect(lower).toBeLessThan(scanned);
    expect((await acceptCases(p.workspace, 'cli', scanned, 'accept', 'verdicts')).accepted).toBe(0);
    await undo(p.workspace, 'ann', NOBODY);
    await decide(p.workspace, 'ann', 'accept', [one]);
    const higher = learnFrom(p.workspace).get(other) ?? 0;
    expect(higher).toBeGreaterThan(scanned);
    const { accepted, action } = await acceptCases(p.workspace, 'cli', higher, 'accept', 'verdicts');
    expect(accepted).toBe(1);
    expect(p.workspace.journal.find(action ?? '')?.line.action).toHaveProperty('expected', higher);
  });
});

describe('pseudo-labels', () => {
  it('are accepted for all scanned pictures without mask, or for some', async () => {
    const { journal } = p.workspace;
    const change = await acceptPseudo(p.workspace, 'ann', 0.9, null);
    expect(change.pseudo).toEqual(['s004', 's005'].map((sample) => ({ sample, accepted: 0.9 })));
    expect(change.text).toBe('Accepted pseudo-labels of 2 pictures at 0.9');
    await acceptPseudo(p.workspace, 'ann', 0.5, ['s005']);
    expect(['s004', 's005'].map((sample) => journal.pseudoOf(sample)?.threshold)).toEqual([0.9, 0.5]);
    await undo(p.workspace, 'ann', NOBODY);
    expect(journal.pseudoOf('s005')).toMatchObject({ threshold: 0.9, scan: 'scan1' });
  });

  it('are refused for a threshold that is none, labelled pictures and strangers', async () => {
    for (const threshold of [0, 1.1, Number.NaN])
      await expect(acceptPseudo(p.workspace, 'ann', threshold, null)).rejects.toThrow('Expected a threshold');
    for (const sample of ['s000', 'nowhere'])
      await expect(acceptPseudo(p.workspace, 'ann', 0.9, [sample])).rejects.toThrow(`found ${sample}`);
  });
});

describe('what windows are told', () => {
  it('is the state of all that was touched, since any line', async () => {
    const id = caseOf(p.workspace, 's001');
    await decide(p.workspace, 'ann', 'accept', [id]);
    await acceptPseudo(p.workspace, 'ann', 0.9, ['s004']);
    await undo(p.workspace, 'ann', NOBODY);
    const all = await decisionsSince(p.workspace, 'ben', 0, new Set(['ann', 'ben']));
    expect(all).toMatchObject({
      seq: 3,
      type: 'undo',
      text: '3 decisions',
      cases: [{ id, verdict: 'accept' }],
      pseudo: [{ sample: 's004', accepted: null }],
      canUndo: false,
      canRedo: false,
    });
    expect(await decisionsSince(p.workspace, 'ben', 3, NOBODY)).toMatchObject({
      seq: 3,
      text: '',
      cases: [],
      canUndo: true,
    });
    const [first] = p.workspace.journal.lines(0);
    expect(changeOf(p.workspace, first)).toMatchObject({ seq: 1, id: first.id, text: 'Accepted disc in s001' });
  });
});
