import type { WindowSettings } from '../../../../common/ensemble.ts';
import { chainOf, type Chain, type ChainSettings, type Reading } from '../../onnx/compile/chain.ts';
import { compileFinish, compilePatch, patchValues, Value } from '../../onnx/compile/compile.ts';
import { feedPlaces, putColumns } from '../../onnx/compile/places.ts';
import type { Model } from '../../onnx/model.ts';
import type { Block } from './canvas.ts';
import { firstLine, MemberError, USUAL_MULTIPLE, type Members } from '../members.ts';
import { giveBack } from '../memory.ts';
import type { Made, Session, Tensor } from '../sessions.ts';
import type { Pixels } from '../source.ts';
import { votedAlone, votesIn } from '../votes.ts';
import { WindowVotes } from './votes.ts';
import { runWindows, type WindowRun } from './windowed.ts';
import { layWindows } from './windows.ts';

interface Patch {
  member: number;
  model: Model;
  reading: Reading;
  session: Session;
  /** has run: what fails from then on is not for its size */
  proven: boolean;
}

/** The sessions for pictures that run in windows: of each member one made for the window's size, and one that makes planes. */
export class Patches {
  private readonly settings: Omit<ChainSettings, 'labelled' | 'sampled' | 'voted' | 'size'>;
  private readonly window: WindowSettings;
  private readonly members: Members;
  private key = '';
  private chain: Chain | null = null;
  private patches: Patch[] = [];
  private finish: Session | null = null;

  constructor(settings: Patches['settings'], window: WindowSettings, members: Members) {
    this.settings = settings;
    this.window = window;
    this.members = members;
  }

  /** See Sessions.run. Throws MemberError where a member cannot be run at all. */
  async run(members: readonly number[], pixels: Pixels, places: Uint32Array): Promise<Made> {
    const { chain, finish } = await this.use(members, pixels.given !== null);
    const sample = pixels.given && new Float32Array(places.length * chain.channels);
    const votes = chain.voted ? this.votesFor(pixels) : null;
    const names = patchValues(chain);
    const layers = names.map((name) => (name === Value.entropy ? 1 : chain.channels));
    const from = layers.map((_, i) => layers.slice(0, i).reduce((sum, count) => sum + count, 0));
    const run: WindowRun = {
      depth: layers.reduce((sum, count) => sum + count, 0),
      patch: async (rgb, add, column, row) => {
        let greatest: Float32Array | null = null;
        let pass = 0;
        for (const patch of this.patches) {
          const out = await this.runPatch(patch, chain, rgb);
          for (const [i, name] of names.entries()) {
            const values = out[name].data as Float32Array;
            if (name === Value.sums && chain.merge === 'max') greatest = greaterOf(greatest, values);
            else add({ layer: from[i], values });
          }
          for (const vote of votesIn(out)) votes?.put(column, row, pass++, vote);
        }
        if (greatest) add({ layer: 0, values: greatest });
      },
      finish: async (block, given) => {
        const feeds = names.map((name, i) => [name, layersOf(block, from[i], layers[i])] as const);
        const labels = given && ({ type: 'uint8', data: given, dims: [1, block.height, block.width] } satisfies Tensor);
        const sums = Object.fromEntries(feeds);
        if (!labels || !sample) return (await finish.run(sums))[Value.planes].data as Uint8Array;
        const { inside, at } = placesIn(block, places, pixels.width);
        const out = await finish.run({ ...sums, [Value.given]: labels, ...at.feeds });
        const order = at.order.map((i) => inside[i] ?? -1);
        putColumns(out[Value.sample].data as Float32Array, order, chain.channels, sample);
        return out[Value.planes].data as Uint8Array;
      },
    };
    const planes = await runWindows(run, this.window, pixels);
    return { planes, sample, votes: pixels.given && (votes?.all ?? [votedAlone(planes, pixels)]) };
  }

  private votesFor({ width, height }: Pixels): WindowVotes {
    return new WindowVotes(layWindows(width, this.window), layWindows(height, this.window));
  }

  async release(): Promise<void> {
    const sessions = [...this.patches.map(({ session }) => session), ...(this.finish ? [this.finish] : [])];
    this.patches = [];
    this.finish = null;
    this.chain = null;
    this.key = '';
    for (const session of sessions) await session.release();
  }

  private async use(members: readonly number[], labelled: boolean): Promise<{ chain: Chain; finish: Session }> {
    const key = `${members.join()} ${labelled}`;
    if (!this.chain || key !== this.key) await this.open(members, labelled);
    if (!this.chain) throw new Error('Expected a chain of at least one member.');
    this.finish ??= await this.members.load(compileFinish({ ...this.chain, sumByProduct: true }), 'cpu');
    this.key = key;
    return { chain: this.chain, finish: this.finish };
  }

  private async open(members: readonly number[], labelled: boolean): Promise<void> {
    await this.release();
    const size = { width: this.window.size, height: this.window.size };
    const read = await Promise.all(members.map((member) => this.members.read(member, size)));
    const chain = chainOf(read, { ...this.settings, size, labelled, sampled: labelled, voted: labelled });
    this.chain = chain;
    for (const [i, { model, reading }] of read.entries()) {
      const member = members[i];
      const compile = (multiple: number) => compilePatch(model, reading, chain, { multiple });
      const { session } = await this.members.open(member, compile);
      this.patches.push({ member, model, reading, session, proven: false });
    }
  }

  private async runPatch(patch: Patch, chain: Chain, rgb: Uint8Array): Promise<Record<string, Tensor>> {
    const { size } = this.window;
    const feeds: Record<string, Tensor> = { [Value.pixels]: { type: 'uint8', data: rgb, dims: [1, size, size, 3] } };
    if (patch.proven) return patch.session.run(feeds);
    const out = await patch.session.run(feeds).catch(() => this.retry(patch, chain, feeds));
    const [, channels] = out[Value.sums].dims;
    if (channels !== chain.channels)
      throw new MemberError(patch.member, `Expected ${chain.channels} classes, found ${channels}.`);
    patch.proven = true;
    return out;
  }

  /** A first run that failed may have failed for the window's size; if not, the member cannot be used. */
  private async retry(patch: Patch, chain: Chain, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    const { member, model, reading } = patch;
    await patch.session.release();
    const compile = (multiple: number) => compilePatch(model, reading, chain, { multiple });
    patch.session = (await this.members.open(member, compile, USUAL_MULTIPLE)).session;
    try {
      return await patch.session.run(feeds);
    } catch (error) {
      const { size } = this.window;
      const expected = `Expected a network that gives ${chain.classes} classes for windows of ${size} pixels`;
      throw new MemberError(member, `${expected}, found ${firstLine(error)}`);
    }
  }
}

/** The larger of the two at each place, in `a`; `b` is used up. */
function greaterOf(a: Float32Array | null, b: Float32Array): Float32Array {
  if (!a) return b;
  for (let i = 0; i < a.length; i++) if (b[i] > a[i]) a[i] = b[i];
  giveBack(b);
  return a;
}

/** Which of the places lie in a block, and these as inputs. */
function placesIn({ x, y, width, height }: Block, places: Uint32Array, stride: number) {
  const inside: number[] = [];
  const local: number[] = [];
  for (let i = firstFrom(places, y * stride); i < places.length && places[i] < (y + height) * stride; i++) {
    const column = (places[i] % stride) - x;
    if (column < 0 || column >= width) continue;
    inside.push(i);
    local.push((Math.floor(places[i] / stride) - y) * width + column);
  }
  return { inside, at: feedPlaces(local, width, null) };
}

/** Index of the first of these ascending values that is at least `least`. */
function firstFrom(values: Uint32Array, least: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function layersOf({ values, width, height }: Block, from: number, count: number): Tensor {
  const plane = width * height;
  const data = values.subarray(from * plane, (from + count) * plane);
  return { type: 'float32', data, dims: [1, count, height, width] };
}
