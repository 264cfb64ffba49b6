/**
 * How well planted errors foretell what share of the real ones is found:
 *
 *     node bench/planted.ts --data DATASET --project PROJECT --truth TRUTH [--errors N] [--seeds N]
 *
 * PROJECT holds a scan of DATASET. TRUTH is as bench/quality.ts has it: masks/ and errors.json. The real errors are judged
 * as the planted ones are; those under 120 pixels do not count. Shares with their 95 % Wilson interval.
 */
import { parseArgs } from 'node:util';
import { CASE_KINDS, type CaseKind } from '../common/case.ts';
import { OBJECT_SIZES } from '../common/insights.ts';
import type { Found, PlantedReport } from '../common/planted.ts';
import { wilson } from '../common/wilson.ts';
import type { Planted } from '../main/engine/planted/copies.ts';
import { judge, type Outcome } from '../main/engine/planted/judge.ts';
import { plantErrors } from '../main/engine/planted/planted.ts';
import { reportOf } from '../main/engine/planted/report.ts';
import { openWorkspace } from '../main/engine/workspace.ts';
import { workerFile } from '../main/program.ts';
import { openKnown } from './quality/known.ts';
import { SMALLEST_ERROR } from './quality/report.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    project: { type: 'string' },
    truth: { type: 'string' },
    errors: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '1' },
  },
});
if (!values.data || !values.project || !values.truth)
  throw new Error('Expected --data DATASET --project PROJECT --truth TRUTH.');
const { data, project: projectFolder, truth } = values as { data: string; project: string; truth: string };

const workspace = await openWorkspace(data, projectFolder);
const { dataset, results } = workspace;
const scan = results.scan ?? '';
const classes = dataset.classMap.classes.length;

const real = reportOf(
  { scan, settings: { seed: 0, errors: 0 }, samples: results.scanned, leastScore: 0.5 },
  await realOutcomes(),
  [...results.all()].flatMap(({ cases }) => cases.map(({ score }) => score)),
  classes,
);
const reports: PlantedReport[] = [];
for (let seed = 1; seed <= Number(values.seeds); seed++)
  reports.push(await plantErrors(workspace, { seed, errors: Number(values.errors) }, { workerFile }));
const planted = (of: (report: PlantedReport) => Found | null): Found =>
  reports.map(of).reduce<Found>((sum, one) => (one ? add(sum, one) : sum), { planted: 0, covered: 0, found: 0 });

console.log(
  `real errors ${real.all.planted}; planted ${planted(({ all }) => all).planted} with ${reports.length} seeds`,
);
console.log('\nfound from 0.5 up: real | planted; covered: real | planted');
row(
  'all',
  real.all,
  planted(({ all }) => all),
);
for (const kind of CASE_KINDS)
  row(
    kind,
    real.kinds[kind],
    planted(({ kinds }) => kinds[kind]),
  );
for (const size of OBJECT_SIZES)
  row(
    size,
    real.sizes[size],
    planted(({ sizes }) => sizes[size]),
  );
dataset.classMap.classes.forEach(({ name }, k) =>
  row(
    name,
    real.classes[k] ?? zero(),
    planted((one) => one.classes[k]),
  ),
);

console.log('\nshare found by least score: real | planted, with each seed');
for (const [at, { leastScore, share, cases }] of real.curve.entries()) {
  if (at % 5) continue;
  const shares = reports.map(({ curve }) => curve[at].share);
  const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
  console.log(
    `${leastScore.toFixed(2)}  ${cases} cases  ${share.toFixed(3)} | ${mean.toFixed(3)}  ${shares.map((one) => one.toFixed(3)).join(' ')}`,
  );
}
process.exit(0);

async function realOutcomes(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const picture of (await openKnown(data, projectFolder, truth)).pictures()) {
    const { width, height } = picture.sample;
    const errors = picture.errors().map(({ kind, mask }): Planted => {
      const pixels = Int32Array.from([...mask.keys()].filter((i) => mask[i]));
      return { kind: kind.replace('_', '-') as CaseKind, class: commonest(pixels, picture.truth), pixels };
    });
    outcomes.push(...judge(errors, await picture.cases(), width, height).filter(({ area }) => area >= SMALLEST_ERROR));
  }
  return outcomes;
}

function commonest(pixels: Int32Array, labels: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const i of pixels) counts[labels[i]]++;
  return counts.indexOf(Math.max(...counts));
}

function row(name: string, of: Found, by: Found): void {
  if (!of.planted && !by.planted) return;
  const share = (part: number, { planted: whole }: Found) => {
    const { low, high } = wilson(part, whole);
    return whole ? `${(part / whole).toFixed(3)} (${low.toFixed(2)}–${high.toFixed(2)}) of ${whole}` : '–';
  };
  console.log(
    `${name}  ${share(of.found, of)} | ${share(by.found, by)};  ${share(of.covered, of)} | ${share(by.covered, by)}`,
  );
}

function zero(): Found {
  return { planted: 0, covered: 0, found: 0 };
}

function add(a: Found, b: Found): Found {
  return { planted: a.planted + b.planted, covered: a.covered + b.covered, found: a.found + b.found };
}
