import { open, stat, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { ElementType, type Graph, type Model, type Tensor } from './model.ts';

/** TensorProto.DataLocation */
const INSIDE = 0;

/** Bytes an element takes, by TensorProto.DataType. */
const ELEMENT_BYTES: Record<number, number> = { 1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 16: 2 };

/** Where the weights of one tensor lie outside the model. */
interface Place {
  tensor: Tensor;
  /** absolute */
  file: string;
  /** in bytes */
  offset: number;
  length: number;
}

/** Tensors whose weights lie in files beside the model, those inside subgraphs and Constant nodes among them. */
export const tensorsOutside = (model: Model): Tensor[] =>
  model.graph ? [...tensorsOf(model.graph)].filter((tensor) => tensor.externalData.length) : [];

/** Files beside the model in `file` that hold weights of it, absolute. */
export const filesOutside = (model: Model, file: string): string[] => [
  ...byFile(tensorsOutside(model).map((tensor) => placeOf(tensor, file))).keys(),
];

/** Size in bytes of the files that hold weights of the model in `file`. Throws where they are not all there. */
export async function bytesOutside(model: Model, file: string): Promise<number> {
  const places = tensorsOutside(model).map((tensor) => placeOf(tensor, file));
  let bytes = 0;
  for (const [path, inside] of byFile(places)) {
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) throw missing(path, inside);
    for (const place of inside) checkEnd(place, found.size);
    bytes += found.size;
  }
  return bytes;
}

/** Reads weights that lie in files beside the model into it, so that it is whole by itself. Throws where they are not all there. */
export async function takeWeightsIn(model: Model, file: string): Promise<void> {
  const places = tensorsOutside(model).map((tensor) => placeOf(tensor, file));
  for (const [path, inside] of byFile(places)) {
    const handle = await open(path).catch(() => null);
    if (!handle) throw missing(path, inside);
    try {
      const { size } = await handle.stat();
      for (const place of inside) {
        checkEnd(place, size);
        place.tensor.rawData = await read(handle, place);
        place.tensor.externalData = [];
        place.tensor.dataLocation = INSIDE;
      }
    } finally {
      await handle.close();
    }
  }
}

export function* tensorsOf(graph: Graph): Generator<Tensor> {
  yield* graph.initializer;
  for (const node of graph.node)
    for (const { t, g, graphs } of node.attribute) {
      if (t) yield t;
      for (const inner of g ? [g, ...graphs] : graphs) yield* tensorsOf(inner);
    }
}

function placeOf(tensor: Tensor, model: string): Place {
  const entry = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = normalize((entry.get('location') ?? '').replaceAll('\\', '/'));
  // Files elsewhere are none of a model's business: onnx and onnxruntime refuse them as well.
  if (isAbsolute(location) || location === '.' || location === '..' || location.startsWith(`..${sep}`))
    throw new Error(`Expected the weights of ${tensor.name} in the folder of the model, found ${location}.`);
  const offset = Number(entry.get('offset') ?? 0);
  const length = Number(entry.get('length') ?? bytesOf(tensor));
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0)
    throw new Error(
      `Expected where the weights of ${tensor.name} begin and end in ${location}, found no such numbers.`,
    );
  return { tensor, file: join(dirname(model), location), offset, length };
}

const bytesOf = ({ dims, dataType }: Tensor): number =>
  (ELEMENT_BYTES[dataType] ?? ELEMENT_BYTES[ElementType.float32]) *
  dims.reduce((product, size) => product * Number(size), 1);

const byFile = (places: Place[]): Map<string, Place[]> => Map.groupBy(places, ({ file }) => file);

const missing = (path: string, [{ tensor }]: Place[]) =>
  new Error(`Expected its weights in the file ${path}, found no such file (${tensor.name} lies there).`);

function checkEnd({ tensor, file, offset, length }: Place, size: number): void {
  if (offset + length > size)
    throw new Error(`Expected ${tensor.name} up to byte ${offset + length} of ${file}, found a file of ${size} bytes.`);
}

/** A read takes fewer bytes than this at once. */
const MOST = 2 ** 30;

async function read(handle: FileHandle, { offset, length }: Place): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(MOST, length - done), offset + done);
    if (!bytesRead) throw new Error(`Expected ${length} bytes of weights, found ${done}.`);
    done += bytesRead;
  }
  return bytes;
}
