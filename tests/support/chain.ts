import type { Merge, TtaSettings } from '../../common/ensemble.ts';
import { NO_TTA } from '../../common/ensemble.ts';
import { splitPlanes, type Planes } from '../../common/planes.ts';
import type { Tensor } from '../../main/engine/inference/sessions.ts';
import { chainOf, type Chain, type Reading } from '../../main/engine/onnx/compile/chain.ts';
import {
  carriedBy,
  compileFinish,
  compileMember,
  compilePatch,
  nextOf,
  patchValues,
  Value,
} from '../../main/engine/onnx/compile/compile.ts';
import { fromPhases, phasedSize, toPhases, type Phases } from '../../main/engine/onnx/compile/phases.ts';
import { feedPlaces, putColumns } from '../../main/engine/onnx/compile/places.ts';
import { decodeModel } from '../../main/engine/onnx/proto.ts';
import { load } from './ort.ts';

/** ImageNet's. */
export const preprocessing: Reading['preprocessing'] = {
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** How a member is read where nothing is said about it. */
export const READING: Reading = {
  activation: 'logits',
  preprocessing,
  layout: 'nchw',
  output: 'output',
  multiple: 1,
  weight: 1,
  sizes: [null],
  classMap: null,
};

export interface TestMember extends Partial<Reading> {
  file: Uint8Array;
}

export interface TestPicture {
  width: number;
  height: number;
  /** RGB */
  pixels: Uint8Array;
  /** class indexes; null: not labelled */
  given: Uint8Array | null;
}

export interface TestSettings {
  classes: number;
  tta?: TtaSettings;
  merge?: Merge;
  /** the sessions are made for the picture's size */
  sized?: boolean;
  phases?: Phases | null;
  temperature?: number;
}

/** Indexes of pixels, and log p̄ there as `throughChain` and `throughWindow` find it, [place][channel]. */
export interface Sampled {
  planes: Planes;
  log: Float32Array;
}

export const readingOf = ({ file: _file, ...reading }: TestMember): Reading => ({ ...READING, ...reading });

export function chainFor(members: TestMember[], picture: TestPicture, settings: TestSettings): Chain {
  const { classes, tta = NO_TTA, merge = 'mean', sized = false, phases = null, temperature } = settings;
  const size = sized || phases ? { width: picture.width, height: picture.height } : null;
  const all = members.map((member) => ({ model: decodeModel(member.file), reading: readingOf(member) }));
  const labelled = picture.given !== null;
  return { ...chainOf(all, { tta, merge, temperature, classes, labelled, size, sumByProduct: true }), phases };
}

/** The planes of a picture as a chain of compiled members gives them. */
export const runChain = async (members: TestMember[], picture: TestPicture, settings: TestSettings): Promise<Planes> =>
  (await throughChain(members, picture, settings)).planes;

/** The same, and log p̄ at `places`. */
export async function throughChain(
  members: TestMember[],
  picture: TestPicture,
  settings: TestSettings,
  places?: Uint32Array,
): Promise<Sampled> {
  const { width, height, given } = picture;
  const chain = { ...chainFor(members, picture, settings), sampled: places !== undefined };
  const { phases } = chain;
  const at = feedPlaces(places ?? [], width, phases);
  let sums: Record<string, Tensor> = {};
  for (const [i, member] of members.entries()) {
    const last = i === members.length - 1;
    const role = { chain, first: i === 0, last, multiple: 1 };
    const feeds: Record<string, Tensor> = { ...sums, [Value.pixels]: pixelsOf(picture) };
    if (last && given)
      feeds[Value.given] = phases
        ? { type: 'uint8', data: toPhases(given, phases), dims: [1, ...phasedSize(phases)] }
        : { type: 'uint8', data: given, dims: [1, height, width] };
    if (last && places) Object.assign(feeds, at.feeds);
    const out = await once(compileMember(decodeModel(member.file), readingOf(member), role), feeds);
    const planes = last && (out[Value.planes].data as Uint8Array);
    if (planes)
      return {
        planes: splitPlanes(phases ? fromPhases(planes, phases) : planes, width, height),
        log: inOrder(out, at.order, places),
      };
    sums = Object.fromEntries(carriedBy(chain).map((name) => [name, out[nextOf(name)]]));
  }
  throw new Error('no members');
}

/** The same by way of one window as large as the picture. */
export const runAsWindow = async (members: TestMember[], picture: TestPicture, settings: TestSettings) =>
  (await throughWindow(members, picture, settings)).planes;

export async function throughWindow(
  members: TestMember[],
  picture: TestPicture,
  settings: TestSettings,
  places?: Uint32Array,
): Promise<Sampled> {
  const { width, height, given } = picture;
  const chain = { ...chainFor(members, picture, { ...settings, sized: true }), sampled: places !== undefined };
  const at = feedPlaces(places ?? [], width, null);
  const sums: Record<string, Tensor> = {};
  for (const member of members) {
    const graph = compilePatch(decodeModel(member.file), readingOf(member), chain);
    const out = await once(graph, { [Value.pixels]: pixelsOf(picture) });
    for (const name of patchValues(chain)) {
      const found = out[name].data as Float32Array;
      const before = sums[name]?.data as Float32Array | undefined;
      const greatest = chain.merge === 'max' && name === Value.sums;
      const data = found.map((value, i) =>
        !before ? value : greatest ? Math.max(value, before[i]) : value + before[i],
      );
      sums[name] = { ...out[name], type: 'float32', dims: out[name].dims, data };
    }
  }
  if (given) sums[Value.given] = { type: 'uint8', data: given, dims: [1, height, width] };
  if (places) Object.assign(sums, at.feeds);
  const out = await once(compileFinish(chain), sums);
  const planes = splitPlanes(out[Value.planes].data as Uint8Array, width, height);
  return { planes, log: inOrder(out, at.order, places) };
}

function inOrder(out: Record<string, Tensor>, order: Int32Array, places?: Uint32Array): Float32Array {
  if (!places) return new Float32Array();
  const { data, dims } = out[Value.sample];
  const log = new Float32Array(places.length * dims[0]);
  putColumns(data as Float32Array, order, dims[0], log);
  return log;
}

const pixelsOf = ({ pixels, width, height }: TestPicture): Tensor => ({
  type: 'uint8',
  data: pixels,
  dims: [1, height, width, 3],
});

async function once(graph: Uint8Array, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await load(graph, 'cpu');
  const out = await session.run(feeds);
  await session.release();
  return out;
}
