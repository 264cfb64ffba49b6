import { readFile, writeFile } from 'node:fs/promises';
import { decodeModel, encodeModel } from '../main/engine/onnx/proto.ts';

/**
 * Writes a network whose last convolution tells `classes` classes apart instead of its own: weights of its own classes, over
 * and over. What comes out means nothing, and takes as long as if it did.
 */
export async function retrained(file: string, classes: number, to: string): Promise<string> {
  const model = decodeModel(await readFile(file));
  const { graph } = model;
  const last = graph?.node.findLast(({ opType }) => opType === 'Conv');
  if (!graph || !last) throw new Error(`Expected a network with a convolution in ${file}, found none.`);
  for (const name of last.input.slice(1)) {
    const tensor = graph.initializer.find((one) => one.name === name);
    if (!tensor) throw new Error(`Expected the weights ${name} in ${file}, found none.`);
    const each = tensor.rawData.length / Number(tensor.dims[0]);
    const own = Number(tensor.dims[0]);
    tensor.rawData = Buffer.concat(
      Array.from({ length: classes }, (_, k) => tensor.rawData.subarray((k % own) * each, ((k % own) + 1) * each)),
    );
    tensor.dims = [BigInt(classes), ...tensor.dims.slice(1)];
  }
  for (const { type } of graph.output) {
    const dim = type?.tensorType?.shape?.dim;
    if (dim) dim[1].dimValue = BigInt(classes);
  }
  await writeFile(to, encodeModel(model));
  return to;
}
