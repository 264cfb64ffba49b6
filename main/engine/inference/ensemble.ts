import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ClassMap, Finding, SampleRow } from '../../../common/dataset.ts';
import { IN_FOLD_MEMBERS, type ModelInfo, type ScanSettings } from '../../../common/scan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { InputError } from '../errors.ts';
import { describeModels } from '../onnx/describe/describe.ts';
import { filesOf } from '../onnx/read.ts';
import { readFolds, type Folds } from './folds.ts';
import { memberOf, type Member } from './member.ts';
import type { ScanRecord } from './results/record.ts';

/** Changes whenever the same models and settings would give other results than before. */
const ALGORITHM = 7;

/** The members of a scan and which of them did not see a picture in training. */
export interface Ensemble {
  /** usable ones, in an order that does not depend on how they were named */
  members: Member[];
  /** fold of a sample by name, and the file they were read from, absolute; null: none */
  folds: ReadonlyMap<string, number>;
  foldsFile: string | null;
  /** members that trained on a picture and are asked for a second look, at most; see inFoldFor */
  inFold: number;
  record: ScanRecord;
  /** models that cannot be used */
  findings: Finding[];
}

/** Throws InputError where no model can be used or the folds asked for cannot be read. */
export async function openEnsemble(dataset: Dataset, settings: ScanSettings): Promise<Ensemble> {
  if (!dataset.classMap.classes.length)
    throw new InputError(
      `Expected classes in ${dataset.folder}, from its masks or as classes.json names them, found none.`,
    );
  const described = await describeModels(settings.models);
  const findings: Finding[] = [];
  const usable: Usable[] = [];
  for (const info of described) {
    const { members, problems } = membersOf(info, settings, dataset.classMap);
    findings.push(...[...problems].map((problem) => ({ file: info.file, problem })));
    const sha256 = members.length ? await hashFiles(await filesOf(info.file)) : '';
    usable.push(...members.map((member) => ({ member, sha256 })));
  }
  if (!usable.length) throw noModel(findings);
  usable.sort((a, b) => identity(a).localeCompare(identity(b)));
  const { of: folds, listed, file: foldsFile } = await readFolds(dataset, settings, findings);
  const members = usable.map(({ member }) => member);
  const inFold = folds.size ? (settings.inFold ?? IN_FOLD_MEMBERS) : 0;
  const record = recordOf(dataset, settings, usable, listed, inFold);
  return { members, folds, foldsFile, inFold, findings, record };
}

/** One model file as the members it makes: one, or as many as are set up by hand. `problems`: why it makes fewer. */
function membersOf(info: ModelInfo, settings: ScanSettings, { classes }: ClassMap) {
  const byHand = settings.members.filter(({ file }) => file === info.file);
  const all = (byHand.length ? byHand : [undefined]).map((own) => memberOf(info, own, classes));
  const problems = all.map((member) => info.problem ?? classProblem(info, member, classes.length));
  return {
    members: all.filter((_, i) => problems[i] === null),
    problems: new Set(problems.filter((problem) => problem !== null)),
  };
}

export function noModel(findings: readonly Finding[]): InputError {
  const why = findings.map(({ file, problem }) => `${file}: ${problem}`).join(' ');
  return new InputError(`Expected at least one usable model, found none. ${why}`.trim());
}

/**
 * Out-of-fold rule: a labelled picture is scored by the members that were held out of its fold, all others by all members.
 * Returns indexes in `members`; `alive` leaves out members that turned out not to run.
 */
export function membersFor(
  { members, folds }: Pick<Ensemble, 'members' | 'folds'>,
  sample: SampleRow,
  alive: (member: number) => boolean,
): { members: number[]; heldOut: boolean } {
  const all = members.map((_, i) => i).filter(alive);
  // Nobody trains on a picture that has no mask.
  if (sample.mask === null) return { members: all, heldOut: true };
  const fold = folds.get(sample.name);
  const heldOut = fold === undefined ? [] : all.filter((i) => members[i].fold === fold);
  return heldOut.length ? { members: heldOut, heldOut: true } : { members: all, heldOut: false };
}

/** Why a member's classes cannot be those of the dataset; null: they can. */
export function classProblem(
  { classes }: Pick<ModelInfo, 'classes'>,
  { classMap }: Pick<Member, 'classMap'>,
  expected: number,
): string | null {
  if (classMap) {
    if (classes !== null && classMap.length !== classes)
      return `Expected a class map for its ${classes} classes, found one for ${classMap.length}.`;
    const beyond = classMap.find((index) => index !== null && index >= expected);
    return beyond === undefined ? null : `Expected class indexes below ${expected} in its class map, found ${beyond}.`;
  }
  if (classes === null || classes === expected) return null;
  return `Expected ${expected} classes as in the dataset or a class map, found ${classes} classes: map them in the Models view, or see \`winnow describe MODEL --dataset DIR\`.`;
}

interface Usable {
  member: Member;
  sha256: string;
}

/** What of a member its results depend on. */
const identity = ({ member: { file: _file, name: _name, ...rest }, sha256 }: Usable) => JSON.stringify([sha256, rest]);

function recordOf(
  dataset: Dataset,
  settings: ScanSettings,
  usable: Usable[],
  listed: Folds['listed'],
  inFold: number,
): ScanRecord {
  const { tta, merge, temperature = 1, window } = settings;
  const classes = dataset.classMap.classes.map(({ id }) => id);
  const sortedFolds = listed.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const how = [tta, merge, window, ...(temperature === 1 ? [] : [temperature]), ...(inFold ? [{ inFold }] : [])];
  const parts = [ALGORITHM, how, classes, dataset.classMap.ignore, usable.map(identity), sortedFolds];
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  const members = usable.map(({ member, sha256 }) => ({ ...member, sha256 }));
  const composed = { tta, merge, ...(temperature !== 1 && { temperature }), window };
  return { version: 3, key, classes, ...composed, ...(inFold && { inFold }), members };
}

/** Of the files one after the other. */
async function hashFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files)
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
