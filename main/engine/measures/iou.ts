import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Finding, SampleRow } from '../../../common/dataset.ts';
import { labelTable, readGiven, toIndexes } from '../dataset/labels.ts';
import { InputError, messageOf } from '../errors.ts';
import { readMask } from '../images.ts';
import { readPlanes } from '../inference/results/planes.ts';
import { inParallel, type Count, type Long } from '../long.ts';
import { indexOfLabel, replay } from '../masks/replay.ts';
import type { Workspace } from '../workspace.ts';
import { Confusion } from './confusion.ts';
import { findReferences } from './references.ts';

export interface Iou {
  /** mean over the classes present in the reference or the prediction; null: nothing to compare */
  miou: number | null;
  /** by class name; null: neither in the reference nor predicted */
  iou: Record<string, number | null>;
  /** pictures compared */
  samples: number;
}

export interface Evaluation {
  given: Iou;
  /** the scan's proposals for labelled pictures */
  proposed: Iou;
  /** the given labels with everything decided about them */
  cleaned: Iou;
  /** the scan's proposals for pictures without mask, where a reference has them */
  pseudo?: Iou;
  findings: Finding[];
}

/**
 * Given, proposed and cleaned labels against reference masks (PNG of class ids, named as the dataset's own), each as one
 * confusion matrix over the set; pixels the reference ignores do not count. Throws InputError where no reference fits.
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
  const tally = () => new Tally(classMap.classes.map(({ name }) => name));
  const [given, proposed, cleaned, pseudo] = [tally(), tally(), tally(), tally()];
  const findings: Finding[] = [];
  let done = 0;

  const proposalOf = async ({ name }: SampleRow) =>
    results.scan === null ? null : ((await readPlanes(project, results.scan, name))?.planes.label ?? null);
  const compare = async (sample: SampleRow, file: string) => {
    const mask = await readMask(join(masksDir, file));
    if (mask.width !== sample.width || mask.height !== sample.height)
      throw new Error(
        `Expected ${sample.width}×${sample.height} pixels as in ${sample.image}, found ${mask.width}×${mask.height}.`,
      );
    const reference = toIndexes(mask, table);
    const proposal = await proposalOf(sample);
    if (!sample.mask) {
      if (proposal) pseudo.add(reference, proposal);
      return;
    }
    const label = (await readGiven(dataset, sample)).given;
    const paints = journal.paintsOf(sample.name);
    given.add(reference, label);
    cleaned.add(reference, replay(label, mask.width, mask.height, paints, indexOfLabel(classMap)).data);
    if (proposal) proposed.add(reference, proposal);
  };
  const lane = async ({ sample, file }: (typeof pairs)[number]) => {
    await compare(sample, file).catch((error: unknown) => findings.push({ file, problem: messageOf(error) }));
    onProgress?.({ done: ++done, total: pairs.length });
  };
  await inParallel(pairs, availableParallelism() + 1, lane, signal);
  const measured = { given: given.iou, proposed: proposed.iou, cleaned: cleaned.iou };
  return { ...measured, ...(pseudo.samples && { pseudo: pseudo.iou }), findings };
}

class Tally {
  samples = 0;
  private readonly names: string[];
  private readonly confusion: Confusion;

  constructor(names: string[]) {
    this.names = names;
    this.confusion = new Confusion(names.length);
  }

  add(reference: Uint8Array, predicted: Uint8Array): void {
    this.confusion.add(reference, predicted);
    this.samples++;
  }

  get iou(): Iou {
    const values = this.confusion.iou();
    const iou = Object.fromEntries(this.names.map((name, i) => [name, values[i]]));
    return { miou: this.confusion.miou(), iou, samples: this.samples };
  }
}
