import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { basename } from 'node:path/posix';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Finding, SampleRow } from '../../../common/dataset.ts';
import type { ScanSettings } from '../../../common/scan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { withoutExtension } from '../dataset/pairs.ts';
import { InputError, messageOf } from '../errors.ts';
import { parseJson } from '../json.ts';

/** Which pictures each fold's models were held out of. */
export interface Folds {
  /** fold by sample name */
  of: ReadonlyMap<string, number>;
  /** as the file has them, each name once: part of what a scan is */
  listed: [name: string, fold: number][];
  /** what they were read from, absolute; null: there is none */
  file: string | null;
}

type Listed = Map<string, number>;

/** Those of the dataset, the first that is there. */
const OWN = ['folds.json', 'folds.csv'];

const Json = z.record(z.string(), z.number().int());

/**
 * The folds of a dataset's pictures, from a JSON file `{name: fold}` or a table with a column `fold` (see listTable); names
 * are those of samples, or of files, with or without folders and extension. Those asked for have to be there and to name
 * pictures of the dataset, or it throws InputError; what is wrong with those of the dataset itself is a finding.
 */
export async function readFolds(
  dataset: Pick<Dataset, 'folder' | 'samples'>,
  { folds: asked }: Pick<ScanSettings, 'folds'>,
  findings: Finding[],
): Promise<Folds> {
  for (const name of OWN) {
    const file = asked ?? join(dataset.folder, name);
    try {
      const listed = list(file, await readFile(file, 'utf8'));
      const of = foldBySample(dataset.samples, listed);
      if (listed.size && !of.size) throw new Error(`${few([...listed.keys()])}, no picture of the dataset among them`);
      return { of, listed: [...listed], file };
    } catch (error) {
      if (asked === null && (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      const problem = `Expected names of pictures with their fold in ${file}, found ${messageOf(error)}.`;
      if (asked !== null) throw new InputError(problem);
      findings.push({ file: name, problem });
    }
  }
  return { of: new Map(), listed: [], file: null };
}

const few = (names: string[]) =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');

/** Throws what was found instead, as the end of a sentence without its full stop. */
function list(file: string, text: string): Listed {
  return /\.(csv|tsv|txt)$/i.test(file) ? listTable(text) : new Map(Object.entries(parseJson(text, Json)));
}

const FOLD = /^(k|cv|val)?[ _-]?folds?([ _-]?(id|no|number|index))?$/i;
/** Headers of the column with names, the likeliest first. */
const NAME = [/^(sample|stem|name)$/i, /^(image|img|picture|photo|file|path)/i, /(name|image|file|path)/i, /id$/i];

/**
 * A table of names and folds, separated by commas, semicolons or tabs: one column headed `fold` (or `kfold`, `cv_fold` …) and
 * one of names (`image_id`, `filename` …, else the first), or two columns without a header. A fold left empty, or below 0 as
 * some mark what is in none, is none.
 */
function listTable(text: string): Listed {
  const rows = parse(text, {
    ...{ bom: true, delimiter: [',', ';', '\t'], trim: true },
    ...{ skip_empty_lines: true, relax_column_count: true },
  });
  const [header = []] = rows;
  const foldAt = header.findIndex((one) => FOLD.test(one));
  const isHeaded = foldAt >= 0;
  if (!isHeaded && !(header.length === 2 && isWhole(header[1])))
    throw new Error(`a table without a column \`fold\` (${header.join(', ') || 'nothing'})`);
  const named = NAME.map((one) => header.findIndex((title, at) => at !== foldAt && one.test(title)));
  const first = header.findIndex((title, at) => at !== foldAt && title !== '');
  const [name, fold] = isHeaded ? [named.find((at) => at >= 0) ?? first, foldAt] : [0, 1];
  const listed: Listed = new Map();
  for (const row of isHeaded ? rows.slice(1) : rows) {
    const [key = '', value = ''] = [row[name], row[fold]];
    if (value === '' || Number(value) < 0) continue;
    if (!isWhole(value)) throw new Error(`the fold ${value} of ${key}`);
    if ((listed.get(key) ?? Number(value)) !== Number(value))
      throw new Error(`folds ${listed.get(key)} and ${value} of ${key}`);
    listed.set(key, Number(value));
  }
  return listed;
}

const isWhole = (value: string) => value !== '' && Number.isInteger(Number(value));

function foldBySample(samples: readonly SampleRow[], listed: Listed): Map<string, number> {
  const folds = new Map<string, number>();
  const others: Listed = new Map(listed);
  for (const { name } of samples) {
    const fold = listed.get(name);
    if (fold === undefined) continue;
    folds.set(name, fold);
    others.delete(name);
  }
  if (!others.size) return folds;
  const called = callNames(samples);
  for (const [key, fold] of others) {
    const name = formsOf(key).map((form) => called.get(form)).find((one) => one !== undefined); // prettier-ignore
    if (name && !folds.has(name)) folds.set(name, fold);
  }
  return folds;
}

/** Samples by every form of their name and file; null where several have it. */
function callNames(samples: readonly SampleRow[]): Map<string, string | null> {
  const called = new Map<string, string | null>();
  for (const { name, image } of samples)
    for (const form of new Set([...formsOf(image), name.normalize('NFC')]))
      called.set(form, called.has(form) ? null : name);
  return called;
}

/** What a file may be called: its path, that without extension, its name, and that without extension. */
function formsOf(path: string): string[] {
  const whole = path.normalize('NFC').replaceAll('\\', '/');
  const name = basename(whole);
  return [whole, withoutExtension(whole), name, withoutExtension(name)];
}
