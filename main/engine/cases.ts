import type { CasesPage, Found, ResultsPage } from '../../common/api.ts';
import type { CaseChoice } from '../../common/case.ts';
import type { ClassInfo } from '../../common/dataset.ts';
import type { CaseTest } from './inference/results/columns.ts';
import type { Results } from './inference/results/results.ts';
import { touchedIn } from './journal/touched.ts';
import type { Workspace } from './workspace.ts';

/** A page of results with the cases a window lists: those of at least this score, and those somebody ever decided. */
export function resultsPage(
  { results, journal }: Pick<Workspace, 'results' | 'journal'>,
  { after, limit, least = 0 }: { after: number; limit: number; least?: number },
): ResultsPage {
  return results.page(after, limit, least, least > 0 ? touchedIn(journal) : undefined);
}

/** By id, in no order; ids the current scan does not have are left out. */
export function findCases({ results }: Pick<Workspace, 'results'>, ids: readonly string[]): Found {
  return { scan: results.scan, rows: [...results.findCases(ids).values()] };
}

interface Wanted {
  choice: CaseChoice;
  cursor: number;
  below: number;
  after: number;
  limit: number;
}

/** Looks at every case there is: some milliseconds a million. */
export function chooseCases({ results, dataset }: Pick<Workspace, 'results' | 'dataset'>, wanted: Wanted): CasesPage {
  const { choice, cursor, below, after, limit } = wanted;
  const passing = results.placesOf(cursor, testOf(choice, dataset.classMap.classes));
  const places = limit ? passing.filter((at) => results.scoreAt(at) < below) : [];
  const rows = results.rowsAt(highest(results, places, after + limit).slice(after));
  return { scan: results.scan, count: passing.length, rows, more: after + limit < places.length };
}

/** The first `count` of `places` by score; equal ones in the order they were found. */
function highest(results: Results, places: number[], count: number): number[] {
  let few = places;
  if (places.length > count) {
    const scores = Float64Array.from(places, (at) => results.scoreAt(at)).sort();
    const least = scores[scores.length - count];
    few = places.filter((at) => results.scoreAt(at) >= least);
  }
  return few.sort((a, b) => results.scoreAt(b) - results.scoreAt(a) || a - b).slice(0, count);
}

function testOf(choice: CaseChoice, classes: readonly ClassInfo[]): (sample: string) => CaseTest | null {
  const text = choice.text.trim().toLowerCase();
  const isNamed = (name: string) => name.toLowerCase().includes(text);
  const test: CaseTest = (kind, given, proposed) =>
    (choice.kind === null || kind === choice.kind) &&
    (choice.class === null || given === choice.class || proposed === choice.class) &&
    (choice.given === null || given === choice.given) &&
    (choice.proposed === null || proposed === choice.proposed);
  const named = new Set(classes.flatMap(({ name }, index) => (isNamed(name) ? [index] : [])));
  const testNamed: CaseTest | null = named.size
    ? (kind, given, proposed) => (named.has(given) || named.has(proposed)) && test(kind, given, proposed)
    : null;
  return (sample) => (!text || isNamed(sample) ? test : testNamed);
}
