import type { Finding } from '../../../common/dataset.ts';
import { PLANES } from '../../../common/planes.ts';
import { chainOf, type Chain, type Reading } from '../onnx/compile/chain.ts';
import { carriedBy, compileMember, nextOf, Value, type Role } from '../onnx/compile/compile.ts';
import type { Model } from '../onnx/model.ts';
import { fromPhases, phasedSize, toPhases, type Phases } from '../onnx/compile/phases.ts';
import { firstLine, MemberError, Members, USUAL_MULTIPLE, type Opened } from './members.ts';
import { feedPlaces, putColumns, type PlaceFeeds } from '../onnx/compile/places.ts';
import { giveBack } from './memory.ts';
import type { Vote } from '../noise/votes.ts';
import { Patches } from './windows/patches.ts';
import { phasesFor } from './phases-for.ts';
import type { Plan, Provider, Task } from './protocol.ts';
import type { Pixels } from './source.ts';
import { votedAlone, votesIn } from './votes.ts';

/** A tensor on its way in or out. */
export interface Tensor {
  type: 'float32' | 'uint8' | 'int64';
  data: Float32Array | Uint8Array | BigInt64Array;
  dims: readonly number[];
}

/** A loaded graph. What it returns is the caller's, to be given back as soon as it is used up: see memory.ts. */
export interface Session {
  /** of the outputs, in their order, as far as the runtime can tell before it has run: names stand for unknown sizes */
  shapes: readonly (readonly (number | string)[])[];
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

export type Load = (graph: Uint8Array, provider: Provider) => Promise<Session>;

/** What is made of one picture. */
export interface Made {
  /** the four planes of common/planes.ts, 4 × width × height bytes */
  planes: Uint8Array;
  /** log p̄ at the places asked for, [place][channel]: the classes and, where members say more, all else; null: unlabelled */
  sample: Float32Array | null;
  /** what each pass says, members in their order; null: unlabelled */
  votes: readonly Vote[] | null;
}

interface Read {
  model: Model;
  reading: Reading;
}

/** One member in its place of the chain, loaded. */
interface Link extends Read {
  member: number;
  role: Role;
  session: Session;
  /** has run on at least one picture: what fails from then on is the picture's fault */
  proven: boolean;
}

/** Width and height of a picture that every network takes. */
const BLANK = 256;

/**
 * The sessions of one chain of members at a time: tasks come sorted by chain, so a process holds the sessions of one
 * held-out group.
 */
export class Sessions {
  private readonly plan: Pick<Plan, 'members' | 'classMap' | 'tta' | 'merge' | 'temperature' | 'window'>;
  private readonly provider: Provider;
  private readonly members: Members;
  /** what pictures run in where they run in windows */
  private readonly patches: Patches | null;
  private key = '';
  private links: Link[] = [];
  /** the places asked for last, as inputs: they are mostly the same ones */
  private fed: { places: Uint32Array; width: number; phases: Phases | null; at: PlaceFeeds } | null = null;

  constructor(plan: Sessions['plan'], provider: Provider, load: Load, note: (finding: Finding) => void) {
    this.plan = plan;
    this.provider = provider;
    this.members = new Members(plan.members, provider, load, note);
    this.patches = plan.window && new Patches(this.settings, plan.window, this.members);
  }

  /**
   * `places`: indexes of pixels, ascending, of which all of p̄ is asked for; labelled pictures only. Throws MemberError where
   * a member cannot be run at all.
   */
  async run(
    { members, size }: Pick<Task, 'members' | 'size'>,
    pixels: Pixels,
    places: Uint32Array = NOWHERE,
  ): Promise<Made> {
    if (this.patches) return this.patches.run(members, pixels, places);
    const { width, height, rgb, given } = pixels;
    const expected = size?.width === width && size.height === height;
    await this.use(members, given !== null, expected ? size : null);
    const feeds: Record<string, Tensor> = { [Value.pixels]: { type: 'uint8', data: rgb, dims: [1, height, width, 3] } };
    const phases = this.links[0]?.role.chain.phases ?? null;
    if (given)
      feeds[Value.given] = phases
        ? { type: 'uint8', data: toPhases(given, phases), dims: [1, ...phasedSize(phases)] }
        : { type: 'uint8', data: given, dims: [1, height, width] };
    const at = given && this.feed(places, width, phases);
    Object.assign(feeds, at?.feeds);
    const picture = { [Value.pixels]: feeds[Value.pixels] };
    const votes: Vote[] = [];
    let sums: Record<string, Tensor> = {};
    for (const link of this.links) {
      const out = await this.step(link, { ...(link.role.last ? feeds : picture), ...sums });
      for (const { data } of Object.values(sums)) giveBack(data);
      votes.push(...votesIn(out));
      if (link.role.last) {
        if (given && phases) giveBack(feeds[Value.given].data);
        const planes = inRows(out[Value.planes].data as Uint8Array, link.role.chain);
        return {
          planes,
          votes: given && (link.role.chain.voted ? votes : [votedAlone(planes, pixels)]),
          sample: at && inOrder(out[Value.sample], at.order, places.length),
        };
      }
      sums = asInputs(out, link.role.chain);
    }
    throw new Error('Expected a chain of at least one member.');
  }

  async release(): Promise<void> {
    const links = this.links;
    this.links = [];
    this.key = '';
    for (const { session } of links) await session.release();
    await this.patches?.release();
  }

  private feed(places: Uint32Array, width: number, phases: Phases | null): PlaceFeeds {
    const { fed } = this;
    if (fed?.places === places && fed.width === width && fed.phases === phases) return fed.at;
    const at = feedPlaces(places, width, phases);
    this.fed = { places, width, phases, at };
    return at;
  }

  private async use(members: readonly number[], labelled: boolean, size: Chain['size']): Promise<void> {
    const key = JSON.stringify([members, labelled, size]);
    if (key === this.key) return;
    await this.release();
    const read = await Promise.all(members.map((member) => this.members.read(member, size)));
    const chain = await this.chainFor(read, labelled, size);
    for (const [i, one] of read.entries()) {
      const role: Role = { chain, first: i === 0, last: i === members.length - 1, multiple: 1 };
      const { session, multiple } = await this.create(members[i], one, role);
      this.links.push({ ...one, member: members[i], role: { ...role, multiple }, session, proven: false });
    }
    this.key = key;
  }

  private async chainFor(read: readonly Read[], labelled: boolean, size: Chain['size']): Promise<Chain> {
    const settings = { ...this.settings, labelled, sampled: labelled, voted: labelled, size };
    // On a GPU a Resize costs next to nothing.
    const phases = this.provider === 'cpu' && size ? await phasesFor(read, settings, size, this.members.load) : null;
    return { ...chainOf(read, settings), phases };
  }

  private get settings() {
    const { tta, merge, temperature, classMap } = this.plan;
    return { tta, merge, temperature, classes: classMap.classes.length, sumByProduct: this.provider === 'cpu' };
  }

  private async step(link: Link, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    let out: Record<string, Tensor>;
    try {
      out = await link.session.run(feeds);
    } catch (error) {
      if (link.proven) throw error;
      out = await this.retry(link, feeds, error);
    }
    link.proven = true;
    return out;
  }

  /** A first run that failed may have failed for the picture's size; if not, the member cannot be used. */
  private async retry(link: Link, feeds: Record<string, Tensor>, error: unknown): Promise<Record<string, Tensor>> {
    await link.session.release();
    link.role = { ...link.role, multiple: USUAL_MULTIPLE };
    link.session = (await this.create(link.member, link, link.role)).session;
    try {
      return await link.session.run(feeds);
    } catch {
      if (await this.runsAlone(link)) throw error;
      const expected = `Expected a network that gives ${link.role.chain.classes} classes for any picture`;
      throw new MemberError(link.member, `${expected}, found ${firstLine(error)}`);
    }
  }

  /** Whether a member runs on a picture that nothing is wrong with. */
  private async runsAlone({ member, model }: Link): Promise<boolean> {
    const anySize = { model, reading: this.members.info(member) };
    const chain = await this.chainFor([anySize], false, null);
    const { session } = await this.create(member, anySize, { chain, first: true, last: true, multiple: 1 });
    const data = new Uint8Array(BLANK * BLANK * 3);
    const picture: Tensor = { type: 'uint8', data, dims: [1, BLANK, BLANK, 3] };
    return session
      .run({ [Value.pixels]: picture })
      .then(
        () => true,
        () => false,
      )
      .finally(() => session.release());
  }

  private create(member: number, { model, reading }: Read, role: Role): Promise<Opened> {
    const compile = (multiple: number) => compileMember(model, reading, { ...role, multiple });
    return this.members.open(member, compile, role.multiple);
  }
}

const NOWHERE = new Uint32Array();

function inOrder({ data, dims }: Tensor, order: Int32Array, places: number): Float32Array {
  const [channels] = dims;
  const sample = new Float32Array(places * channels);
  putColumns(data as Float32Array, order, channels, sample);
  giveBack(data);
  return sample;
}

function inRows(planes: Uint8Array, { phases, passes }: Chain): Uint8Array {
  if (!phases) return planes;
  // One pass cannot disagree with itself.
  const rows = fromPhases(planes, phases, passes === 1 ? PLANES.indexOf('disagreement') : null);
  giveBack(planes);
  return rows;
}

/** What a member gave out as what the next one takes in. */
const asInputs = (outputs: Record<string, Tensor>, chain: Chain): Record<string, Tensor> =>
  Object.fromEntries(carriedBy(chain).map((name) => [name, outputs[nextOf(name)]]));
