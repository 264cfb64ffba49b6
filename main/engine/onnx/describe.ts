import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { ModelInfo } from '../../../common/scan.ts';
import { messageOf } from '../errors.ts';
import { channelsOf, endsInSoftmax } from './ending.ts';
import { ElementType, elementName, opsetOf, shapeOf, type Model, type ValueInfo } from './model.ts';
import { mapOutput, networkOf, realInputs } from './network.ts';
import { decodeModel } from './proto.ts';

/** NAME.json beside NAME.onnx: how pictures have to be prepared. Other keys are somebody else's and stay unread. */
const Sidecar = z.object({
  channels: z.enum(['rgb', 'bgr']).optional(),
  /** what a byte 0..255 is multiplied with before mean and standard deviation */
  scale: z.number().positive().optional(),
  mean: z.array(z.number()).length(3).optional(),
  std: z.array(z.number().positive()).length(3).optional(),
  activation: z.enum(['logits', 'probabilities']).optional(),
  fold: z.number().int().min(0).nullable().optional(),
});

/** ImageNet's. Mean and standard deviation are in the order in which the network takes the channels. */
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** The oldest operators in which everything Winnow adds can be said. */
const OLDEST_OPSET = 11;

/** Reads ONNX files, or those in folders, in natural order of names. What cannot be used is a row with a `problem`. */
export async function describeModels(paths: string[]): Promise<ModelInfo[]> {
  const files = (await Promise.all(paths.map((path) => modelFiles(resolve(path))))).flat();
  return Promise.all([...new Set(files)].map(describeModel));
}

async function modelFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => extname(name).toLowerCase() === '.onnx');
  const natural = new Intl.Collator('en', { numeric: true }).compare;
  return names.sort(natural).map((name) => join(path, name));
}

async function describeModel(file: string): Promise<ModelInfo> {
  const info = unknownModel(file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return { ...info, problem: `Expected an ONNX file at ${file}, found ${messageOf(error)}.` };
  }
  try {
    const described = { ...info, bytes: bytes.length, ...look(decode(bytes)) };
    return { ...described, ...(await readSidecar(file, described)) };
  } catch (error) {
    return { ...info, bytes: bytes.length, problem: messageOf(error) };
  }
}

function unknownModel(file: string): ModelInfo {
  const name = basename(file, extname(file));
  const fold = /fold(\d+)$/i.exec(name);
  return {
    file,
    name,
    bytes: 0,
    inputs: [],
    outputs: [],
    layout: 'nchw',
    output: '',
    classes: null,
    classNames: null,
    size: null,
    multiple: 1,
    fold: fold ? Number(fold[1]) : null,
    activation: 'logits',
    preprocessing: { channels: 'rgb', scale: 1 / 255, mean: MEAN, std: STD },
    declared: null,
    problem: null,
  };
}

function decode(bytes: Uint8Array): Model {
  let model: Model;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    throw new Error(`Expected an ONNX model, found bytes that are none (${messageOf(error)}).`, { cause: error });
  }
  if (!model.graph?.node.length) throw new Error('Expected an ONNX model, found a file without a graph.');
  return model;
}

function look(model: Model): Pick<ModelInfo, 'inputs' | 'outputs' | 'output' | 'classes' | 'activation' | 'problem'> {
  const graph = model.graph ?? { input: [], output: [], initializer: [] as never[] };
  const inputs = model.graph ? realInputs(model.graph) : [];
  const facts = { inputs: inputs.map(describeValue), outputs: graph.output.map(describeValue) };
  const problem = problemOf(model, inputs);
  if (problem) return { ...facts, output: '', classes: null, activation: 'logits', problem };
  const network = networkOf(model);
  const activation = endsInSoftmax(network) ? 'probabilities' : 'logits';
  return { ...facts, output: network.output.name, classes: channelsOf(network), activation, problem: null };
}

function describeValue(value: ValueInfo): ModelInfo['inputs'][number] {
  const type = elementName(value.type?.tensorType?.elemType ?? 0);
  return { name: value.name, type, shape: shapeOf(value) ?? [] };
}

/** Why a network cannot be run on pictures, in one sentence. */
function problemOf(model: Model, inputs: ValueInfo[]): string | null {
  const opset = opsetOf(model);
  if (opset < OLDEST_OPSET)
    return `Expected ONNX operators of version ${OLDEST_OPSET} or later, found ${opset || 'none declared'}.`;
  if (inputs.length !== 1) return `Expected one input, found ${inputs.length}.`;
  const [{ type, shape }] = inputs.map(describeValue);
  if (type !== 'float32') return `Expected an input of float32, found ${type}.`;
  if (shape.length !== 4) return `Expected an input of rank 4 (N×3×H×W), found ${shapeText(shape)}.`;
  if (typeof shape[1] === 'number' && shape[1] !== 3)
    return `Expected an input of 3 channels (N×3×H×W), found ${shapeText(shape)}.`;
  if (typeof shape[0] === 'number' && shape[0] !== 1)
    return `Expected an input for 1 picture or any number, found ${shapeText(shape)}.`;
  const output = model.graph && mapOutput(model.graph);
  if (!output)
    return `Expected an output of rank 4 (N×K×h×w), found ${model.graph?.output.map((value) => shapeText(shapeOf(value) ?? [])).join(', ')}.`;
  const given = output.type?.tensorType?.elemType ?? ElementType.float32;
  if (given !== ElementType.float32) return `Expected an output of float32, found ${elementName(given)}.`;
  const outside = model.graph?.initializer.find((tensor) => tensor.externalData.length);
  return outside ? `Expected the weights inside the file, found ${outside.name} in a file of its own.` : null;
}

const shapeText = (shape: readonly (number | string)[]) => shape.join('×') || 'a single number';

async function readSidecar(file: string, info: ModelInfo): Promise<Partial<ModelInfo>> {
  const sidecar = file.slice(0, -extname(file).length) + '.json';
  let text: string;
  try {
    text = await readFile(sidecar, 'utf8');
  } catch {
    return {};
  }
  try {
    const { activation, fold, ...preprocessing } = Sidecar.parse(JSON.parse(text));
    return {
      preprocessing: { ...info.preprocessing, ...preprocessing },
      activation: activation ?? info.activation,
      fold: fold === undefined ? info.fold : fold,
      declared: 'sidecar',
    };
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : messageOf(error);
    return { problem: info.problem ?? `Expected how to prepare pictures in ${basename(sidecar)}, found ${what}.` };
  }
}
