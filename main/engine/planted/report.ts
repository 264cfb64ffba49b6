import { CASE_KINDS, type CaseKind } from '../../../common/case.ts';
import { objectSize, OBJECT_SIZES } from '../../../common/insights.ts';
import type { Found, PlantedReport } from '../../../common/planted.ts';
import type { Outcome } from './judge.ts';

/** Steps of the curve from 1 down to 0. */
const STEPS = 50;

type Facts = Pick<PlantedReport, 'scan' | 'settings' | 'samples' | 'leastScore'>;

/** Adds up. `queue`: scores of all cases of the scan itself; `classes`: how many the dataset has. */
export function reportOf(
  facts: Facts,
  outcomes: readonly Outcome[],
  queue: readonly number[],
  classes: number,
): PlantedReport {
  const found = (some: readonly Outcome[]) => count(some, facts.leastScore);
  return {
    ...facts,
    all: found(outcomes),
    kinds: each(CASE_KINDS, (kind) => found(outcomes.filter((one) => one.kind === kind))),
    classes: Array.from({ length: classes }, (_, index) => {
      const own = outcomes.filter((one) => one.class === index);
      return own.length ? found(own) : null;
    }),
    sizes: each(OBJECT_SIZES, (size) => found(outcomes.filter(({ area }) => objectSize(area) === size))),
    confusion: each(CASE_KINDS, (kind) => each(CASE_KINDS, (as) => countAs(outcomes, kind, as))),
    curve: curveOf(outcomes, queue),
  };
}

function count(outcomes: readonly Outcome[], leastScore: number): Found {
  const scores = outcomes.flatMap(({ found }) => found?.score ?? []);
  const found = scores.filter((score) => score >= leastScore).length;
  return { planted: outcomes.length, covered: scores.length, found };
}

const countAs = (outcomes: readonly Outcome[], kind: CaseKind, as: CaseKind): number =>
  outcomes.filter((one) => one.kind === kind && one.found?.kind === as).length;

function curveOf(outcomes: readonly Outcome[], queue: readonly number[]): PlantedReport['curve'] {
  const scores = outcomes.map(({ found }) => found?.score ?? -1);
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const leastScore = 1 - step / STEPS;
    const atLeast = (some: readonly number[]) => some.reduce((sum, score) => sum + Number(score >= leastScore), 0);
    return { leastScore, share: outcomes.length ? atLeast(scores) / outcomes.length : 0, cases: atLeast(queue) };
  });
}

const each = <K extends string, V>(keys: readonly K[], value: (key: K) => V) =>
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;
