import type { Activation, Merge, TtaSettings } from '../../../../common/ensemble.ts';
import type { Member } from '../../inference/member.ts';
import { endingOf } from './ending.ts';
import { formOf, type Form } from './form.ts';
import { opsetOf, type Model } from '../model.ts';
import { networkOf, type Network } from '../network.ts';
import type { Phases } from './phases.ts';
import { withoutSoftmax } from './softmax.ts';
import { takenSize } from './picture.ts';
import { passesOf, type Pass } from './tta.ts';

/** What of a member its graph depends on. */
export type Reading = Pick<
  Member,
  'activation' | 'preprocessing' | 'layout' | 'output' | 'multiple' | 'weight' | 'sizes' | 'classMap'
> & {
  /** the map is known to be of the size of the input, or not to be; absent: what the file says */
  whole?: boolean;
};

/** What all members of a chain share. Members run one after the other, each adding its passes to the sums. */
export interface Chain {
  tta: TtaSettings;
  merge: Merge;
  /** of the dataset */
  classes: number;
  /**
   * Classes, and where members tell apart what is no class of the dataset one more for that: so every pass is a whole
   * distribution up to the planes, where what is left over has no say.
   */
  channels: number;
  /** classes that no member can say */
  unsaid: number[];
  /** of all members */
  passes: number;
  /** weights of all passes together, where the lightest weighs 1 */
  total: number;
  /** weight of the lightest pass, in the measure of Reading.weight */
  lightest: number;
  /** the last member takes the given labels and returns p(given) */
  labelled: boolean;
  /** the last member takes places as well and returns the whole p̄ there, see places.ts */
  sampled?: boolean;
  /** each member returns what its single passes say as well, see votes.ts; of one pass alone the planes tell */
  voted?: boolean;
  /** of the merged p̄, see temperature.ts; absent: 1 */
  temperature?: number;
  /**
   * The one size of picture the chain is for; null: any. Knowing it, the runtime works out beforehand what networks
   * compute from their input's size, a third of their operators and a twentieth of their time.
   */
  size: { width: number; height: number } | null;
  /**
   * Where disagreement is computed. `coarse`: on the grid of the first member's own output, before it was brought to the
   * size of the picture, and upsampled from there; `full`: at every pixel, where a member decides at every pixel.
   */
  grid: 'coarse' | 'full';
  /** sums over classes as a product with a row of ones: on a CPU five times as fast as ReduceSum, on a GPU less exact */
  sumByProduct: boolean;
  /**
   * All members end in coarse logits of one size that are upsampled by a whole factor; given labels and planes go in and
   * come out in the order of phases.ts. Null: row by row. Only for chains of one size.
   */
  phases: Phases | null;
}

export type ChainSettings = Pick<
  Chain,
  'tta' | 'merge' | 'classes' | 'labelled' | 'sampled' | 'voted' | 'temperature' | 'size' | 'sumByProduct'
>;

/** A member as a function: its network, how that is fed and read, and how often it runs. */
export interface Part {
  network: Network;
  form: Form;
  /** of the network's output, which need not be the file's: see withoutSoftmax */
  activation: Activation;
  /** classes the network tells apart */
  classes: number;
  passes: Pass[];
}

export function partOf(model: Model, reading: Reading, { tta, classes: own }: Pick<Chain, 'tta' | 'classes'>): Part {
  const whole = networkOf(model, reading.output || undefined);
  const form = formOf(whole, reading.layout, reading.activation);
  const passes = passesOf(tta, reading.sizes, { fixed: form.input.fixed !== null });
  const part = { network: whole, form, classes: reading.classMap?.length ?? own, passes };
  const { activation } = reading;
  const canStrip = activation === 'probabilities' && form.output.rank === 4 && !form.binary;
  const network = canStrip ? withoutSoftmax(whole, form.output.layout, opsetOf(model)) : null;
  if (!network) return { ...part, activation };
  const output = { ...form.output, type: network.output.type?.tensorType?.elemType ?? 0 };
  return { ...part, network, form: { ...form, output }, activation: 'logits' };
}

/** The chain of these members, in any order. Throws Error where a member has no such output. */
export function chainOf(members: readonly { model: Model; reading: Reading }[], settings: ChainSettings): Chain {
  const parts = members.map(({ model, reading }) => ({ reading, ...partOf(model, reading, settings) }));
  const passes = parts.reduce((sum, part) => sum + part.passes.length, 0);
  const lightest = Math.min(...parts.map(({ reading, passes }) => reading.weight / passes.length));
  const said = saidBy(
    parts.map(({ reading }) => reading),
    settings.classes,
  );
  return {
    ...settings,
    // Of one pass the geometric mean and the maximum are the pass itself.
    merge: passes === 1 && settings.merge !== 'vote' ? 'mean' : settings.merge,
    channels: settings.classes + (said.has(null) ? 1 : 0),
    unsaid: all(settings.classes).filter((k) => !said.has(k)),
    passes,
    total: parts.reduce((sum, { reading }) => sum + reading.weight / lightest, 0),
    lightest,
    grid: parts.some((part) => decidesAtEveryPixel(part, part.reading, settings.size)) ? 'full' : 'coarse',
    phases: null,
    voted: settings.voted === true && passes > 1,
  };
}

/** Of one pass of this member; 1: the lightest of the chain. */
export const weightOf = (chain: Chain, reading: Reading, part: Part): number =>
  reading.weight / part.passes.length / chain.lightest;

/** Classes of the dataset that some of these members can say; null: what is none of them. */
export const saidBy = (members: readonly Pick<Reading, 'classMap'>[], classes: number): ReadonlySet<number | null> =>
  new Set(members.flatMap(({ classMap }) => classMap ?? all(classes)));

const all = (count: number) => Array.from({ length: count }, (_, k) => k);

const decidesAtEveryPixel = ({ network, form, activation, passes }: Part, reading: Reading, size: Chain['size']) =>
  endingOf(network, activation, form, reading.whole).kind === 'full' &&
  passes.some((pass) => takenSize(pass, form.input, reading.multiple, size) === 'own');
