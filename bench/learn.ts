/**
 * What verdicts teach the order of the queue, with known truth as the reviewer:
 *
 *     node bench/learn.ts --data DATASET --project PROJECT --truth TRUTH [--verdicts 200] [--next 300]
 *     node bench/learn.ts --cases FILE [--verdicts 200] [--next 300]
 *
 * A case is right where at least half of its pixels are wrongly labelled. Counted are right cases among the next ones. On a
 * dataset the scores were fitted on, --cases takes them as they were on pictures held out: the first list of what
 * `bench/fit.ts --cases FILE` writes.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { tableOf } from '../common/case-table.ts';
import { draw } from '../common/draw.ts';
import { expectedErrors } from '../common/expected.ts';
import { learn, learnedScores, type Lesson } from '../common/learn.ts';
import { AT_THEIR_WORD } from '../common/recalibration.ts';
import { scoresOf } from '../common/scores.ts';
import { tellCases, type Told } from './quality/right.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    project: { type: 'string' },
    truth: { type: 'string' },
    cases: { type: 'string' },
    verdicts: { type: 'string', default: '200' },
    next: { type: 'string', default: '300' },
  },
});
const verdicts = Number(values.verdicts);
const next = Number(values.next);

const cases = await read();
const table = tableOf(cases);
const asScanned = Float64Array.from(cases, (_, i) => -i);
let fits = 0;
let seconds = 0;

async function read(): Promise<Told[]> {
  const { data, project, truth, cases: file } = values;
  if (file) {
    const [first] = JSON.parse(await readFile(file, 'utf8')) as Told[][];
    return first.sort((a, b) => b.score - a.score);
  }
  if (!data || !project || !truth)
    throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH, or --cases FILE.');
  return tellCases(data, project, truth);
}

/** Scores after these lessons; higher comes first. */
function scoresAfter(lessons: Lesson[]): Float64Array {
  const start = performance.now();
  const learned = learn(table, lessons);
  const scores = learned ? learnedScores(table, learned) : asScanned;
  fits++;
  seconds += (performance.now() - start) / 1000;
  return scores;
}

/** Of the cases without a lesson, how many of the first `count` are right. */
function rightAmong(scores: Float64Array, lessons: Lesson[], count: number): number {
  const known = new Set(lessons.map(({ index }) => index));
  const rest = [...cases.keys()].filter((i) => !known.has(i)).sort((a, b) => scores[b] - scores[a]);
  return rest.slice(0, count).filter((i) => cases[i].right).length;
}

/** `count` verdicts more, each on the case that comes first when it is given. */
function review(lessons: Lesson[], count: number): Lesson[] {
  const all = [...lessons];
  const known = new Set(lessons.map(({ index }) => index));
  while (all.length < Math.min(lessons.length + count, cases.length)) {
    const scores = scoresAfter(all);
    let best = -1;
    for (let i = 0; i < scores.length; i++) if (!known.has(i) && (best < 0 || scores[i] > scores[best])) best = i;
    known.add(best);
    all.push(truthOf(best));
  }
  return all;
}

/** What is accepted unseen after these lessons, from `least` up, and what is said of it beforehand. */
function manyAtOnce(lessons: Lesson[], least: number): string {
  const known = new Set(lessons.map(({ index }) => index));
  const scores = scoresAfter(lessons);
  const chosen = [...cases.keys()].filter((i) => !known.has(i) && scores[i] >= least);
  if (!chosen.length) return `many at once from ${least} up: none`;
  const { expected, low, high } = expectedErrors(scoresOf(chosen.map((i) => scores[i])), AT_THEIR_WORD);
  const right = chosen.filter((i) => cases[i].right).length;
  const share = (n: number) => `${Math.round((100 * n) / chosen.length)} %`;
  const told = `${share(expected)} expected, ${share(low)} to ${share(high)}`;
  return `many at once from ${least} up: ${chosen.length} cases, ${share(right)} right; ${told}`;
}

const truthOf = (index: number): Lesson => ({ index, error: cases[index].right });
const rightIn = (lessons: Lesson[]) => lessons.filter(({ index }) => cases[index].right).length;
const first = (count: number) => Array.from({ length: Math.min(count, cases.length) }, (_, i) => truthOf(i));
const against = (found: number, base: number) => `${found} against ${base} (${(found / base).toFixed(2)}×)`;

console.log(`cases ${cases.length}, right ${cases.filter(({ right }) => right).length}`);

const scanned = first(verdicts);
const base = rightAmong(asScanned, scanned, next);
const taught = rightAmong(scoresAfter(scanned), scanned, next);
console.log(`\nas scanned: ${rightIn(scanned)} right among ${verdicts}, ${base} among the next ${next}`);
console.log(`the same ${verdicts} verdicts, the next ${next} as learned: ${against(taught, base)}`);

const reviewed = review([], verdicts);
const left = rightAmong(asScanned, reviewed, next);
const fixed = rightAmong(scoresAfter(reviewed), reviewed, next);
const onward = rightIn(review(reviewed, next)) - rightIn(reviewed);
console.log(`\nreviewed as learned: ${against(rightIn(reviewed), rightIn(scanned))} among ${verdicts}`);
console.log(`the next ${next} of what is left then, in the order of that moment: ${against(fixed, left)}`);
console.log(
  `the next ${next}, learning on: ${against(onward, base)} of cases ${verdicts + 1} to ${verdicts + next} as scanned`,
);
console.log(`all ${verdicts + next}: ${against(rightIn(reviewed) + onward, rightIn(scanned) + base)}`);

for (const least of [0.7, 0.5, 0.3]) console.log(manyAtOnce(reviewed, least));

const ten = first(10);
console.log(
  `\n10 verdicts: the next ${next} ${against(rightAmong(scoresAfter(ten), ten, next), rightAmong(asScanned, ten, next))}`,
);
const misled = Array.from({ length: 20 }, (_, n) => {
  const wrong = draw(`absurd ${n}`, 10, 3);
  return rightAmong(
    scoresAfter(ten.map((lesson, i) => ({ ...lesson, error: lesson.error !== wrong.includes(i) }))),
    ten,
    next,
  );
});
console.log(
  `three of ten absurd, 20 draws: the next ${next} ${against(misled.reduce((a, b) => a + b) / 20, rightAmong(asScanned, ten, next))}, worst ${Math.min(...misled)}`,
);
console.log(`\n${fits} fits and scorings, ${((1000 * seconds) / fits).toFixed(1)} ms each`);
