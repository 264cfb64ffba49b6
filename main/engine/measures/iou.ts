import { join } from 'node:path';
import type { Finding, SampleRow } from '../../../common/dataset.ts';
import type { Recall, ThresholdSweep } from '../../../common/insights.ts';
import type { Planes } from '../../../common/planes.ts';
import { labelTable, readGiven, toIndexes } from '../dataset/labels.ts';
import { InputError, messageOf } from '../errors.ts';
import { readMask } from '../images.ts';
import { readPlanes } from '../inference/results/planes.ts';
import { inParallel, type Count, type Long } from '../long.ts';
import { indexOfLabel, replay } from '../masks/replay.ts';
import type { Workspace } from '../workspace.ts';
import { Agreement } from './agreement.ts';
import { meanOf } from './confusion.ts';
import { JointCounts } from './joint-counts.ts';
import { lanesFor } from './lanes.ts';
import { findReferences } from './references.ts';
import { sweepThreshold } from './sweep.ts';

/** Label maps against reference maps; shares 0..1. */
export interface Iou {
  /** mean over the classes present in the reference or the prediction; null: nothing to compare */
  miou: number | null;
  /** by class name; null: neither in the reference nor predicted */
  iou: Record<string, number | null>;
  /** share of the reference's pixels that have its class; null: it has none */
  accuracy: number | null;
  /** IoU of what lies near outlines (boundary.ts) */
  boundaryMiou: number | null;
  boundaryIou: Record<string, number | null>;
  /** objects of the reference, all classes together, and those of which at least half of the pixels have its class */
  recall: Recall[];
  /** pictures compared */
  samples: number;
}

/** Proposals, which have a confidence: of two classes also by threshold; null where none was compared. */
export interface ProposedIou extends Iou {
  sweep?: ThresholdSweep | null;
}

export interface Evaluation {
  given: Iou;
  /** the scan's proposals for labelled pictures */
  proposed: ProposedIou;
  /** the given labels with everything decided about them */
  cleaned: Iou;
  /** the scan's proposals for pictures without mask, where a reference has them */
  pseudo?: ProposedIou;
  findings: Finding[];
}

/**
 * Given, proposed and cleaned labels against reference masks (PNG of class ids, named as the dataset's own), counted over
 * the whole set; pixels the reference ignores do not count. Throws InputError where no reference fits.
 */
export async function evaluate(
  { dataset, project, journal, results }: Workspace,
  masksDir: string,
  { signal, onProgress }: Long<Count> = {},
): Promise<Evaluation> {
  await journal.refresh();
  const pairs = await findReferences(dataset, masksDir);
  if (!pairs.length)
    throw new InputError(
      `Expected reference masks named like the pictures of ${dataset.name} in ${masksDir}, found none.`,
    );
  const { classMap } = dataset;
  const table = labelTable(classMap);
  const names = classMap.classes.map(({ name }) => name);
  const [given, cleaned] = [new Agreement(names.length), new Agreement(names.length)];
  const [proposed, pseudo] = [new Proposals(names.length), new Proposals(names.length)];
  const findings: Finding[] = [];
  let done = 0;

  const proposalOf = async ({ name }: SampleRow) =>
    results.scan === null ? null : ((await readPlanes(project, results.scan, name))?.planes ?? null);
  const compare = async (sample: SampleRow, file: string) => {
    const mask = await readMask(join(masksDir, file));
    if (mask.width !== sample.width || mask.height !== sample.height)
      throw new Error(
        `Expected ${sample.width}×${sample.height} pixels as in ${sample.image}, found ${mask.width}×${mask.height}.`,
      );
    const reference = toIndexes(mask, table);
    const proposal = await proposalOf(sample);
    const { width, height } = mask;
    const label = sample.mask ? (await readGiven(dataset, sample)).given : null;
    if (proposal) (label ? proposed : pseudo).add(reference, proposal);
    if (!label) return;
    const paints = journal.paintsOf(sample.name);
    given.add(reference, label, width, height);
    cleaned.add(reference, replay(label, width, height, paints, indexOfLabel(classMap)).data, width, height);
  };
  const lane = async ({ sample, file }: (typeof pairs)[number]) => {
    await compare(sample, file).catch((error: unknown) => findings.push({ file, problem: messageOf(error) }));
    onProgress?.({ done: ++done, total: pairs.length });
  };
  await inParallel(pairs, lanesFor(pairs.map(({ sample }) => sample)), lane, signal);
  return {
    given: describe(given, names),
    proposed: { ...describe(proposed.agreement, names), ...proposed.sweep },
    cleaned: describe(cleaned, names),
    ...(pseudo.agreement.samples && { pseudo: { ...describe(pseudo.agreement, names), ...pseudo.sweep } }),
    findings,
  };
}

function describe({ confusion, boundary, objects, samples }: Agreement, names: string[]): Iou {
  const byName = (values: (number | null)[]) => Object.fromEntries(names.map((name, k) => [name, values[k]]));
  const boundaryIou = boundary.iou();
  return {
    miou: confusion.miou(),
    iou: byName(confusion.iou()),
    accuracy: confusion.accuracy(),
    boundaryMiou: meanOf(boundaryIou),
    boundaryIou: byName(boundaryIou),
    recall: objects.overall(),
    samples,
  };
}

/** Proposals and how sure they are. */
class Proposals {
  readonly agreement: Agreement;
  private readonly counts: JointCounts;

  constructor(classes: number) {
    this.agreement = new Agreement(classes);
    this.counts = new JointCounts(classes);
  }

  add(reference: Uint8Array, planes: Planes): void {
    this.agreement.add(reference, planes.label, planes.width, planes.height);
    if (this.counts.classes === 2) this.counts.add(planes, reference);
  }

  /** Nothing where there are not two classes. */
  get sweep(): Pick<ProposedIou, 'sweep'> {
    if (this.counts.classes !== 2) return {};
    return { sweep: this.agreement.samples ? sweepThreshold(this.counts) : null };
  }
}
