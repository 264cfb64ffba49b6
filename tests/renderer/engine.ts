import { JUDGED } from '../../common/features.ts';
import 'fake-indexeddb/auto';
import type { CasesPage, Method, Params, Reply, ResultsPage, StudioEvent } from '../../common/api.ts';
import { CASE_KINDS, type CaseRow, type SampleResult, type Verdict } from '../../common/case.ts';
import type { JournalChange } from '../../common/journal.ts';
import { scoresOf } from '../../common/scores.ts';
import type { Engine } from '../../renderer/sync.ts';

export const CLASSES = ['road', 'tree', 'car', 'traffic light'].map((name, id) => ({ id, name, color: '#000000' }));

/** A case whose facts follow from its number. */
export function makeCase(sample: string, n: number): CaseRow {
  return {
    id: `${sample}-${n}`,
    sample,
    kind: CASE_KINDS[n % 4],
    given: n % CLASSES.length,
    proposed: (n + 1) % CLASSES.length,
    bbox: [n, n, 10, 10],
    area: 80,
    score: (((n * 37) % 101) + 2) / 103,
    pGiven: 0.1,
    agreement: 0.9,
    disagreement: 0.05,
    displacement: 6,
    passes: { seeing: 1, of: 2 },
    features: [...JUDGED.map((_, i) => i / 8), 0, 0],
    heldOut: true,
  };
}

export function makeResult(sample: string, numbers: readonly number[]): SampleResult {
  const cases = numbers.map((n) => makeCase(sample, n));
  return { sample, score: 0.5, softmin: 0.5, labelled: true, heldOut: true, width: 100, height: 100, cases };
}

/** Answers as the engine does, from memory: one list of results, one list of journal lines, several windows. */
export class FakeEngine implements Engine {
  scan: string | null = 'scan-1';
  results: SampleResult[] = [];
  lines: Pick<JournalChange, 'id' | 'author' | 'type' | 'cases'>[] = [];
  calls: Method[] = [];
  /** told of each call before it is answered */
  heard: (method: Method, params: unknown) => void = () => undefined;
  /** the next `decide` fails with these words */
  refuse: string | null = null;
  /** every call fails */
  away = false;
  private readonly windows = new Set<(event: StudioEvent) => void>();

  listen(window: (event: StudioEvent) => void) {
    this.windows.add(window);
  }

  add(...results: SampleResult[]) {
    this.results.push(...results);
    this.tell({ type: 'results', dataset: 'd', scan: this.scan ?? '', count: this.results.length });
  }

  async call<M extends Method>(method: M, params: Params<M>): Promise<Reply<M>> {
    this.calls.push(method);
    this.heard(method, params);
    await Promise.resolve();
    if (this.away) throw new Error('The engine is away.');
    const answer = this.answer(method, params as never);
    return answer as Reply<M>;
  }

  private answer(method: Method, params: never): unknown {
    if (method === 'results') return this.page(params);
    if (method === 'choose') return this.choose(params);
    if (method === 'cases') return this.find(params);
    if (method === 'decisions') return this.since((params as Params<'decisions'>).since);
    if (method === 'decide') return this.decide(params);
    if (method === 'undo') return this.undo(params);
    throw new Error(`Expected no call of ${method}.`);
  }

  private page({ after, limit, least = 0 }: Params<'results'>): ResultsPage {
    const start = Math.min(after, this.results.length);
    const touched = new Set(this.lines.flatMap(({ cases }) => cases.map(({ id }) => id)));
    const listed = ({ id, score }: CaseRow) => score >= least || touched.has(id);
    const some = this.results.slice(start, start + limit);
    const rows = some.map((result) => ({ ...result, cases: result.cases.filter(listed) }));
    const next = start + rows.length;
    const scores = scoresOf(this.all().map(({ score }) => score));
    return { scan: this.scan, rows, next, more: next < this.results.length, scores };
  }

  /** The last result of each picture counts. */
  all(cursor = this.results.length): CaseRow[] {
    const latest = new Map(this.results.slice(0, cursor).map((result) => [result.sample, result]));
    return [...latest.values()].flatMap(({ cases }) => cases);
  }

  private choose({ choice, cursor, below, after, limit }: Params<'choose'>): CasesPage {
    const text = choice.text.toLowerCase();
    const passing = this.all(cursor).filter(
      ({ kind, given, proposed, sample }) =>
        (choice.kind === null || kind === choice.kind) &&
        (choice.class === null || given === choice.class || proposed === choice.class) &&
        (choice.given === null || given === choice.given) &&
        (choice.proposed === null || proposed === choice.proposed) &&
        [sample, CLASSES[given].name, CLASSES[proposed].name].some((name) => name.toLowerCase().includes(text)),
    );
    const weak = passing.filter(({ score }) => score < below).sort((a, b) => b.score - a.score);
    const rows = weak.slice(after, after + limit);
    return { scan: this.scan, count: passing.length, rows, more: after + limit < weak.length };
  }

  private find({ ids }: Params<'cases'>) {
    const wanted = new Set(ids);
    return { scan: this.scan, rows: this.all().filter(({ id }) => wanted.has(id)) };
  }

  decide({ author, verdict, cases }: Params<'decide'>): JournalChange {
    if (this.refuse) throw new Error(this.refuse);
    return this.append(author, 'verdict', verdict, cases);
  }

  undo({ author }: Params<'undo'>): JournalChange {
    const cases = this.lines.at(-1)?.cases.map(({ id }) => id) ?? [];
    return this.append(author, 'undo', null, cases);
  }

  private append(author: string, type: JournalChange['type'], verdict: Verdict | null, ids: string[]) {
    // A verdict on one case alone tells what was found there; one on many tells nothing of any.
    const found = ids.length === 1 && verdict && verdict !== 'skip' ? { error: verdict !== 'keep' } : {};
    const cases = ids.map((id) => ({ id, verdict, ...found }));
    this.lines.push({ id: `line-${this.lines.length}`, author, type, cases });
    const change = this.since(this.lines.length - 1);
    this.tell({ type: 'journal', dataset: 'd', change });
    return change;
  }

  private since(seq: number): JournalChange {
    const lines = this.lines.slice(seq);
    const { id, author, type } = this.lines.at(-1) ?? { id: '', author: '', type: 'verdict' as const };
    const cases = [...new Map(lines.flatMap((line) => line.cases).map((one) => [one.id, one])).values()];
    const rest = { text: '', samples: [], pseudo: [], canUndo: this.lines.length > 0, canRedo: false };
    return { seq: this.lines.length, id, author, type, cases, ...rest };
  }

  private tell(event: StudioEvent) {
    for (const window of this.windows) window(event);
  }
}

let stores = 0;
/** A dataset id nobody used before: its store is empty. */
export const freshDataset = () => `test-${++stores}`;
