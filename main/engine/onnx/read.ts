import { readFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { takeWeightsIn } from './external.ts';
import type { Model } from './model.ts';
import { decodeModel } from './proto.ts';
import { composeQueries } from './queries.ts';

/**
 * A model from its file, whole: masks of queries are put together (queries.ts), weights that lie in files beside it are read in. Weights are views of what was read, not
 * copies. Throws where it is none, in one sentence.
 */
export async function readModel(file: string): Promise<Model> {
  const { model } = await readGraph(file);
  await takeWeightsIn(model, file);
  return model;
}

/** A model from its file, and the bytes it is a view of. Weights that lie in files beside it stay there. */
export async function readGraph(file: string): Promise<{ model: Model; bytes: Uint8Array }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new Error(`Expected an ONNX file at ${file}, found ${messageOf(error)}.`, { cause: error });
  }
  return { model: decode(bytes), bytes };
}

function decode(bytes: Uint8Array): Model {
  let model: Model;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    throw new Error(`Expected an ONNX model, found bytes that are none (${messageOf(error)}).`, { cause: error });
  }
  if (!model.graph?.node.length) throw new Error('Expected an ONNX model, found a file without a graph.');
  composeQueries(model);
  return model;
}
