import { readFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { giveBack } from '../inference/memory.ts';
import { filesOutside, takeWeightsIn } from './external.ts';
import type { Model } from './model.ts';
import { decodeModel } from './proto.ts';
import { raiseOperators } from './raise.ts';
import { composeQueries } from './describe/queries.ts';

/**
 * A model from its file, whole: old operators are brought to a version that can be built on (raise.ts), masks of queries are
 * put together (queries.ts), weights that lie in files beside it are read in. Weights are views of what was read, not
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

/** All files a model consists of: its own, and those with its weights. */
export async function filesOf(file: string): Promise<string[]> {
  const { model, bytes } = await readGraph(file);
  const outside = filesOutside(model, file);
  letGo(bytes);
  return [file, ...outside];
}

/** Gives the bytes of a model back, which is empty from then on. Buffers of Node that share their memory stay. */
export function letGo(bytes: Uint8Array): void {
  if (bytes.length === bytes.buffer.byteLength) giveBack(bytes);
}

function decode(bytes: Uint8Array): Model {
  let model: Model;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    throw new Error(
      `Expected an ONNX model, found ${otherText(bytes) ?? `bytes that are none (${messageOf(error)})`}.`,
      {
        cause: error,
      },
    );
  }
  if (!model.graph?.node.length) throw new Error('Expected an ONNX model, found a file without a graph.');
  raiseOperators(model);
  composeQueries(model);
  return model;
}

/** What a download that went wrong leaves in place of a model; null: none of these. */
function otherText(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart();
  if (start.startsWith('version https://git-lfs')) return 'a pointer of Git LFS: `git lfs pull` gets the model itself';
  return /^<(!doctype|html|\?xml)/i.test(start) ? 'a web page' : null;
}
