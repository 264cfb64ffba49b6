import { CLEAR_MARGIN } from '../../../../common/advice.ts';
import type { ModelInfo } from '../../../../common/scan.ts';
import type { Proof, Reading } from '../../../../common/trial.ts';
import { labelTable } from '../../dataset/labels.ts';
import type { Dataset } from '../../dataset/dataset.ts';
import { Cancelled, InputError, messageOf } from '../../errors.ts';
import type { Count } from '../../long.ts';
import { describeModels } from '../../onnx/describe/describe.ts';
import { activationOf, together } from './activation.ts';
import { openBareNetwork, type BareOptions } from './bare-network.ts';
import type { BareNetwork } from './bare-session.ts';
import { matchClasses, miouOf, type Overlap } from './class-map.ts';
import { readFolds } from '../folds.ts';
import { halve, type Contender, type Contest } from './halving.ts';
import { choosePictures } from './pictures.ts';
import { plausibleReadings } from './readings.ts';
import { decodeSource, readSource, type Pixels } from '../source.ts';

export interface ProofOptions extends BareOptions {
  /** labelled pictures to try on; fewer where there are fewer */
  samples?: number;
  /** see readFolds; null: the dataset's own if it has any */
  folds?: string | null;
  /** runs of the network; fewer in all where it turns out to be slow */
  onProgress?: (runs: Count) => void;
}

const SAMPLES = 16;

/**
 * Tries the plausible ways to read one model on labelled pictures, and finds which of its classes are which. The bare
 * network runs in a process of its own: every order of channels with every usual normalisation and the declared one (see
 * readings.ts), ways that do badly on the first pictures being dropped (see halving.ts). Each way is measured with the class
 * map that suits it best, so that classes in another order do not look like wrong colours. What the output holds shows in
 * its values. Pictures are held out of the model's fold where folds are known. Whatever stands in the way is the proof's
 * `problem`; rejects with Cancelled once the signal fires, which ends the process.
 */
export async function proveModel(dataset: Dataset, model: string, options: ProofOptions): Promise<Proof> {
  const [info] = await describeModels([model]);
  if (!info) throw new InputError(`Expected an ONNX file, found none in ${model}.`);
  if (info.problem !== null) return unproved(info, info.problem);
  const { of: folds } = await readFolds(dataset, { folds: options.folds ?? null }, []);
  const pictures = choosePictures(dataset, info.fold, folds, options.samples ?? SAMPLES);
  if (!pictures.length)
    return unproved(info, `Expected labelled pictures to try it on, found none in ${dataset.name}.`);
  const table = labelTable(dataset.classMap);
  const read = async (picture: (typeof pictures)[number]) =>
    decodeSource(await readSource(dataset.folder, picture), table);
  let network: BareNetwork | null = null;
  try {
    network = await openBareNetwork(info, options, await read(pictures[0]).catch(() => undefined));
    const reads = pictures.map((picture) => () => read(picture));
    return await proveWith(network, info, dataset, reads, options.onProgress);
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return unproved(info, messageOf(error));
  } finally {
    await network?.close();
  }
}

/** Where a model runs, found by loading and running it; `problem`: why it does not run anywhere, one sentence. */
export async function locateModel(
  info: ModelInfo,
  options: BareOptions,
): Promise<{ provider: string | null; problem: string | null }> {
  if (info.problem !== null) return { provider: null, problem: info.problem };
  try {
    const network = await openBareNetwork(info, options);
    await network.close();
    return { provider: network.provider, problem: null };
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return { provider: null, problem: messageOf(error) };
  }
}

async function proveWith(
  network: BareNetwork,
  info: ModelInfo,
  dataset: Dataset,
  pictures: (() => Promise<Pixels>)[],
  onProgress: ProofOptions['onProgress'],
): Promise<Proof> {
  const classes = dataset.classMap.classes.map(({ name }) => name);
  const match = (overlap: Overlap) => matchClasses(overlap, { model: info.classNames, dataset: classes });
  const measure = (overlap: Overlap) => {
    const { classMap } = match(overlap);
    const miou = miouOf(overlap, classMap);
    // Swapped colours look like swapped classes: of two ways that do as well, classes in their order speak for one.
    const isInOrder = classMap.length === classes.length && classMap.every((to, from) => to === from);
    return { miou, worth: isInOrder ? miou + CLEAR_MARGIN : miou };
  };
  const worth = (overlap: Overlap) => measure(overlap).worth;
  const readings = plausibleReadings(info.preprocessing, info.inputs[0]?.type === 'uint8');
  const contest = await halve(network, readings, pictures, { worth, classes: classes.length, onProgress });
  const [declared] = contest.contenders;
  if (!declared.samples) {
    const why = contest.problems[0]?.split('\n')[0].replace(/\.$/, '');
    return unproved(info, `Expected a network that runs on pictures of ${dataset.name}, found ${why}.`);
  }
  const ranked = contest.contenders
    .map((one) => ({ ...one, ...measure(one.overlap) }))
    .sort((a, b) => b.samples - a.samples || b.worth - a.worth);
  const [best] = ranked;
  return {
    file: info.file,
    samples: declared.samples,
    ...readingsOf(ranked, info, contest),
    ...match(best.overlap),
    overlap: best.overlap,
    classNames: best.overlap.map((_, m) => info.classNames?.[m] ?? String(m)),
    provider: network.provider,
    seconds: contest.seconds,
    problem: null,
  };
}

/** Every way with the activation its values show; where another is declared, the declared way comes right behind its like. */
function readingsOf(
  ranked: (Contender & { miou: number })[],
  info: ModelInfo,
  { facts }: Contest,
): Pick<Proof, 'declared' | 'readings'> {
  const activation = activationOf(together(facts), info.activation);
  const readings = ranked.map(({ preprocessing, miou, samples }): Reading => ({
    ...{ activation, preprocessing, miou, samples },
  }));
  const at = readings.findIndex(({ preprocessing }) => preprocessing === info.preprocessing);
  if (activation === info.activation) return { declared: readings[at], readings };
  const declared = { ...readings[at], activation: info.activation };
  return { declared, readings: readings.toSpliced(at + 1, 0, declared) };
}

function unproved({ file, activation, preprocessing, classNames }: ModelInfo, problem: string): Proof {
  const declared: Reading = { activation, preprocessing, miou: 0, samples: 0 };
  const nothing = { samples: 0, classMap: [], mapped: [], overlap: [], provider: '', seconds: 0 };
  return { file, declared, readings: [declared], ...nothing, classNames: classNames ?? [], problem };
}
