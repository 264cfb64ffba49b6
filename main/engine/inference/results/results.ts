import { closeSync, openSync, readSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResultsPage } from '../../../../common/api.ts';
import type { CaseRow, SampleResult } from '../../../../common/case.ts';
import { addScore, noScores, type Scores } from '../../../../common/scores.ts';
import type { Project } from '../../project.ts';
import { CaseColumns, type CaseTest } from './columns.ts';
import { addSparse, emptyHistogram, sumOverClasses } from './histogram.ts';
import { parseLine, type ResultLine } from './line.ts';
import { currentScan, readRecord, scanFolder } from './record.ts';
import { readLines } from './tail.ts';

/** Where one line lies. */
interface Place {
  file: string;
  at: number;
  bytes: number;
}

/** One line in memory: everything but the cases, which lie in columns, and the histogram, of which the sum over classes stays. */
interface Entry extends Omit<SampleResult, 'cases'> {
  place: Place;
  stat: string;
  hash: string;
  /** cases[first … first + count) */
  first: number;
  count: number;
  confidence: Uint32Array | null;
}

/**
 * The results of the current scan as far as they are known: a reader of results*.jsonl that follows what this and other
 * processes append. Holds some 100 bytes a picture and 70 a case (and 512 a picture without mask).
 */
export class Results {
  /** key of the current scan; null: nothing scanned yet */
  scan: string | null = null;
  /** true while a scan of this process fills them: what other processes begin meanwhile does not change the subject */
  held = false;
  /** all cases by score */
  scores: Scores = noScores();
  /** [class index][bin]: confidence of the scanned pictures without mask, taken together */
  histogram: number[][] = [];

  private readonly project: Project;
  private log: (Entry | null)[] = [];
  private latest = new Map<string, number>();
  private cases = new CaseColumns();
  private tails = new Map<string, number>();
  private listeners = new Set<() => void>();
  private reading: Promise<void> = Promise.resolve();

  constructor(project: Project) {
    this.project = project;
  }

  /** Lines so far: where `page` ends. A picture that was scanned again has more than one. */
  get count(): number {
    return this.log.length;
  }

  /** Pictures so far. */
  get scanned(): number {
    return this.latest.size;
  }

  /** Results in the order they were made, from line `after` on, with the cases that score `least` or more, and `others`. */
  page(after: number, limit: number, least = 0, others?: ReadonlyMap<string, ReadonlySet<string>>): ResultsPage {
    const rows: SampleResult[] = [];
    let next = Math.min(Math.max(0, after), this.log.length);
    for (; next < this.log.length && rows.length < limit; next++) {
      const entry = this.log[next];
      if (entry) rows.push(this.toResult(entry, least, others?.get(entry.sample)));
    }
    return { scan: this.scan, rows, next, more: next < this.log.length, scores: this.scores };
  }

  /** Places of the cases in the first `cursor` lines that pass. `testOf` is asked once a picture; null: none of it passes. */
  placesOf(cursor: number, testOf: (sample: string) => CaseTest | null): number[] {
    const places: number[] = [];
    for (let line = 0; line < Math.min(cursor, this.log.length); line++) {
      const entry = this.log[line];
      const test = entry && testOf(entry.sample);
      if (!entry || !test) continue;
      const end = entry.first + entry.count;
      for (let at = entry.first; at < end; at++) if (this.cases.meets(at, test)) places.push(at);
    }
    return places;
  }

  scoreAt(place: number): number {
    return this.cases.score(place);
  }

  rowsAt(places: readonly number[]): CaseRow[] {
    return places.flatMap((at) => {
      const entry = this.log[this.cases.holder[at]];
      return entry ? [this.cases.row(at, entry.sample, entry.heldOut)] : [];
    });
  }

  get(sample: string): SampleResult | undefined {
    const entry = this.entry(sample);
    return entry && this.toResult(entry);
  }

  /** The cases of these ids, by id; ids the current scan does not have are left out. */
  findCases(ids: readonly string[]): Map<string, CaseRow> {
    return new Map(this.rowsAt([...this.cases.find(ids).values()]).map((row) => [row.id, row]));
  }

  /** Scores of these ids, without making their rows; ids the current scan does not have are left out. */
  scoresOf(ids: readonly string[]): Map<string, number> {
    const scores = new Map<string, number>();
    for (const [id, at] of this.cases.find(ids))
      if (this.log[this.cases.holder[at]]) scores.set(id, this.cases.score(at));
    return scores;
  }

  /** One result a picture, in the order they were made. */
  *all(): Generator<SampleResult> {
    for (const entry of this.log) if (entry) yield this.toResult(entry);
  }

  /** Cases of a picture, without making them. */
  caseCount(sample: string): number {
    return this.entry(sample)?.count ?? 0;
  }

  /** Size and time of change, and hash of the bytes, that the picture had when it was scanned. */
  source(sample: string): { stat: string; hash: string } | undefined {
    return this.entry(sample);
  }

  /** [bin]: pixels of a picture without mask by confidence, all classes together; null for any other. */
  confidence(sample: string): Uint32Array | null {
    return this.entry(sample)?.confidence ?? null;
  }

  /** [class index][bin]: the same by class, read from disk. */
  sampleHistogram(sample: string): number[][] | null {
    const line = this.line(sample);
    if (!line?.confidence) return null;
    const histogram = emptyHistogram(this.histogram.length);
    addSparse(histogram, line.confidence, 1);
    return histogram;
  }

  /** The picture's line as it was written, read from disk. */
  line(sample: string): ResultLine | null {
    const place = this.entry(sample)?.place;
    return place ? parseLine(readPlace(place)) : null;
  }

  /** Called after results were added or the scan changed; returns its undo. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Makes `scan` the current one and reads what there is of it. */
  async use(scan: string | null): Promise<void> {
    const record = scan === null ? null : await readRecord(this.project, scan);
    await this.reading.catch(() => {});
    this.scan = scan;
    this.log = [];
    this.latest = new Map();
    this.cases = new CaseColumns();
    this.scores = noScores();
    this.tails = new Map();
    this.histogram = emptyHistogram(record?.classes.length ?? 0);
    await this.refresh();
    this.tell();
  }

  /** Picks up the lines that were appended since, by this process or another. */
  refresh(): Promise<void> {
    return (this.reading = this.reading.catch(() => {}).then(() => this.read()));
  }

  /** The same, and if another process has begun another scan since, on to that. */
  async follow(): Promise<void> {
    const newest = this.held ? this.scan : await currentScan(this.project);
    if (this.held || newest === null || newest === this.scan) await this.refresh();
    else await this.use(newest);
  }

  close(): void {
    this.listeners.clear();
  }

  private async read(): Promise<void> {
    if (this.scan === null) return;
    const before = this.log.length;
    const folder = scanFolder(this.project, this.scan);
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((name) => /^results.*\.jsonl$/.test(name)).sort()) {
      const file = join(folder, name);
      const read = (text: string, at: number) => this.add(text, { file, at, bytes: Buffer.byteLength(text) });
      this.tails.set(file, await readLines(file, this.tails.get(file) ?? 0, read));
    }
    if (this.log.length > before) this.tell();
  }

  private add(text: string, place: Place): void {
    const line = parseLine(text);
    if (!line) return;
    this.forget(line.sample);
    const first = this.cases.length;
    line.cases.forEach((tuple, i) => this.cases.push(tuple, this.log.length, passesIn(line, i)));
    const { sample, score, softmin, labelled, heldOut, width, height, stat, hash } = line;
    const facts = { sample, score, softmin, labelled, heldOut, width, height, stat, hash };
    const confidence = line.confidence ? sumOverClasses(line.confidence) : null;
    if (line.confidence) addSparse(this.histogram, line.confidence, 1);
    this.latest.set(sample, this.log.length);
    for (let at = first; at < this.cases.length; at++) addScore(this.scores, this.cases.score(at));
    this.log.push({ ...facts, place, first, count: line.cases.length, confidence });
  }

  /** A picture scanned again leaves its place in the order empty, so that pages already handed out stay true. */
  private forget(sample: string): void {
    const index = this.latest.get(sample);
    if (index === undefined) return;
    const old = this.log[index]?.confidence ? this.line(sample) : null;
    if (old?.confidence) addSparse(this.histogram, old.confidence, -1);
    const { first = 0, count = 0 } = this.log[index] ?? {};
    for (let at = first; at < first + count; at++) addScore(this.scores, this.cases.score(at), -1);
    this.log[index] = null;
  }

  private entry(sample: string): Entry | undefined {
    const index = this.latest.get(sample);
    return index === undefined ? undefined : (this.log[index] ?? undefined);
  }

  private toResult({ first, count, ...entry }: Entry, least = 0, others?: ReadonlySet<string>): SampleResult {
    const { sample, score, softmin, labelled, heldOut, width, height } = entry;
    const cases: CaseRow[] = [];
    for (let at = first; at < first + count; at++)
      if (this.cases.score(at) >= least || others?.has(this.cases.id(at)))
        cases.push(this.cases.row(at, sample, heldOut));
    return { sample, score, softmin, labelled, heldOut, width, height, cases };
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

/** Reads the results of the scan that was started last. */
export async function openResults(project: Project): Promise<Results> {
  const results = new Results(project);
  await results.use(await currentScan(project));
  return results;
}

function passesIn({ passes }: ResultLine, at: number): CaseRow['passes'] {
  return passes ? { seeing: passes.seeing[at] ?? 0, of: passes.of } : null;
}

function readPlace({ file, at, bytes }: Place): string {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    readSync(handle, buffer, 0, bytes, at);
    return buffer.toString('utf8');
  } finally {
    closeSync(handle);
  }
}
