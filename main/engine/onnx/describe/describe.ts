import { basename, extname, resolve } from 'node:path';
import type { ModelInfo } from '../../../../common/scan.ts';
import { messageOf } from '../../errors.ts';
import { declarationsOf, withDeclared } from './declarations.ts';
import type { Declared } from './declared/declared.ts';
import { entranceOf, type Entrance } from './entrance.ts';
import { bytesOutside } from '../external.ts';
import { Lineage } from './lineage.ts';
import { activationOf, classesOf } from './meaning.ts';
import { elementName, opsetOf, shapeOf, type Model, type ValueInfo } from '../model.ts';
import { modelFiles } from './model-files.ts';
import { realInputs } from '../network.ts';
import { mainOutput, mapOutputs, type MapOutput } from './outputs.ts';
import { OLDEST_OPSET } from '../raise.ts';
import { letGo, readGraph } from '../read.ts';
import { refusal, refusalOf, unlikeMap } from './refusal.ts';

/** ImageNet's. Mean and standard deviation are in the order in which the network takes the channels. */
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** Types of input that pictures can be brought to. */
const INPUT_TYPES = ['float32', 'float16', 'uint8'];

/** Reads ONNX files, or those in folders, in natural order of names. What cannot be used is a row with a `problem`. */
export async function describeModels(paths: string[]): Promise<ModelInfo[]> {
  const files = (await Promise.all(paths.map((path) => modelFiles(resolve(path))))).flat();
  const models: ModelInfo[] = [];
  // One after the other: together they may be larger than the memory.
  for (const file of new Set(files)) models.push(await describeModel(file));
  return models;
}

async function describeModel(file: string): Promise<ModelInfo> {
  const unknown = unknownModel(file);
  try {
    const { model, bytes } = await readGraph(file);
    const info = await describeGraph({ ...unknown, bytes: bytes.length }, model);
    letGo(bytes);
    return info;
  } catch (error) {
    return { ...unknown, problem: messageOf(error) };
  }
}

async function describeGraph(unknown: ModelInfo, model: Model): Promise<ModelInfo> {
  const { file } = unknown;
  let info = unknown;
  try {
    const declarations = await declarationsOf(model, file);
    info = look(info, model, declarations);
    info = withDeclared(info, declarations);
    return { ...info, bytes: info.bytes + (await bytesOutside(model, file)) };
  } catch (error) {
    return { ...info, ...portsOf(model), problem: info.problem ?? messageOf(error) };
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
    resize: null,
    fold: fold ? Number(fold[1]) : null,
    activation: 'logits',
    preprocessing: { channels: 'rgb', scale: 1 / 255, mean: MEAN, std: STD },
    declared: null,
    problem: null,
  };
}

/** What the graph shows. Throws why it cannot be run on pictures, in one sentence. */
function look(unknown: ModelInfo, model: Model, declarations: readonly Declared[]): ModelInfo {
  const info = { ...unknown, ...portsOf(model) };
  const { graph } = model;
  const opset = opsetOf(model);
  if (!graph || opset < OLDEST_OPSET)
    throw new Error(`Expected ONNX operators of version ${OLDEST_OPSET} or later, found ${opset || 'none declared'}.`);
  const lineage = new Lineage(graph);
  const unlike = declarations.find((one) => one.unlike)?.unlike;
  const refused = unlike === undefined ? refusalOf(lineage) : refusal(unlike);
  if (refused) throw new Error(refused);
  const inputs = realInputs(graph);
  if (inputs.length !== 1)
    throw new Error(`Expected one input, found ${inputs.length} (${inputs.map(({ name }) => name).join(', ')}).`);
  const entrance = entranceOf(lineage, inputs[0]);
  checkInput(describeValue(inputs[0]), entrance);
  const place = placeOf(info, entrance);
  const output = chosenOutput(mapOutputs(lineage, place), place, declarations);
  if (!output) throw new Error(unlikeMap(lineage));
  const { layout, size, multiple, preparation } = entrance;
  return {
    ...info,
    ...{ layout, size, multiple },
    output: output.name,
    classes: classesOf(output),
    activation: activationOf(lineage, output),
    ...(preparation && { preprocessing: preparation, declared: 'the network itself' }),
  };
}

function chosenOutput(
  outputs: MapOutput[],
  place: (number | string)[],
  declarations: readonly Declared[],
): MapOutput | undefined {
  const named = declarations.find((one) => one.output !== undefined)?.output;
  if (named === undefined) return mainOutput(outputs, place);
  const found = outputs.find(({ name }) => name === named);
  if (!found)
    throw new Error(
      `Expected ${named} among the maps the network gives, found ${outputs.map(({ name }) => name).join(', ') || 'none'}.`,
    );
  return found;
}

/** Height and width of the input as they are declared. */
const placeOf = ({ inputs: [{ shape }] }: ModelInfo, { layout }: Entrance) =>
  layout === 'nchw' ? shape.slice(2) : shape.slice(1, 3);

function portsOf({ graph }: Model): Pick<ModelInfo, 'inputs' | 'outputs'> {
  return {
    inputs: graph ? realInputs(graph).map(describeValue) : [],
    outputs: graph ? graph.output.map(describeValue) : [],
  };
}

function describeValue(value: ValueInfo): ModelInfo['inputs'][number] {
  const type = elementName(value.type?.tensorType?.elemType ?? 0);
  return { name: value.name, type, shape: shapeOf(value) ?? [] };
}

function checkInput({ type, shape }: ModelInfo['inputs'][number], { channels }: Entrance): void {
  if (!INPUT_TYPES.includes(type)) throw new Error(`Expected an input of ${INPUT_TYPES.join(', ')}, found ${type}.`);
  if (shape.length !== 4)
    throw new Error(`Expected an input of rank 4 (N×3×H×W or N×H×W×3), found ${shapeText(shape)}.`);
  if (channels !== null && channels !== 3)
    throw new Error(
      `Expected an input of 3 channels (N×3×H×W or N×H×W×3), found ${channels} channels (${shapeText(shape)}).`,
    );
  if (typeof shape[0] === 'number' && shape[0] !== 1)
    throw new Error(`Expected an input for 1 picture or any number, found ${shapeText(shape)}.`);
}

const shapeText = (shape: readonly (number | string)[]) => shape.join('×') || 'no shape declared';
