import type { Lineage } from './lineage.ts';
import { elementName, shapeOf, type Graph } from '../model.ts';
import { realInputs } from '../network.ts';

/** An output as far as its kind of network shows in it. */
interface Port {
  name: string;
  /** of the input `?` where unknown */
  shape: (number | string)[] | null;
  integer: boolean;
  text: string;
}

interface Facts {
  inputs: Port[];
  outputs: Port[];
  operators: ReadonlySet<string>;
}

/** What a network is that is no semantic segmentation, and why it cannot be used; null: nothing speaks against it. */
export function refusalOf({ graph }: Lineage): string | null {
  const facts: Facts = {
    inputs: realInputs(graph).map(portOf),
    outputs: graph.output.map(portOf),
    operators: operatorsIn(graph),
  };
  for (const kind of KINDS) {
    const found = kind(facts);
    if (found) return refusal(found);
  }
  return null;
}

/** `what` begins with its article. */
export const refusal = (what: string): string => `Expected a semantic segmentation network, found ${what}.`;

const named = (ports: readonly Port[], pattern: RegExp) => ports.find(({ name }) => pattern.test(name));
const ofRank = (ports: readonly Port[], rank: number) => ports.filter(({ shape }) => shape?.length === rank);

const NO_MAP = 'which finds single objects and has no scores of classes at every pixel';

/** In order: the first that knows a network names it. */
const KINDS: ((facts: Facts) => string | null)[] = [
  ({ inputs }) => {
    const prompt = named(
      inputs,
      /^(point_coords|input_points|point_labels|input_labels|input_boxes|image_embeddings?|mask_input)$/,
    );
    return prompt
      ? `the mask decoder of a Segment Anything model, which asks for prompts (${prompt.name}) and knows no classes`
      : null;
  },
  ({ outputs }) => {
    const features = named(outputs, /^(image_embeddings?|image_embed|high_res_feats_\d)$/);
    return features
      ? `the picture encoder of a Segment Anything model, whose output ${features.text} holds features, not classes`
      : null;
  },
  ({ outputs }) => {
    if (!named(outputs, /^pred_boxes$/)) return null;
    const masks = named(outputs, /^pred_masks$/);
    return masks
      ? `a DETR panoptic network (${masks.text}), ${NO_MAP}`
      : `a DETR object detector (boxes in pred_boxes), ${NO_MAP}`;
  },
  ({ outputs }) => {
    const boxes =
      named(outputs, /box|^dets?$/i) ??
      outputs.find(({ shape, integer }) => shape?.length === 2 && shape[1] === 4 && !integer);
    const labels = named(outputs, /label|class|score|num_det/i) ?? ofRank(outputs, 1).find(({ integer }) => integer);
    if (!boxes || !labels || outputs.length < 2) return null;
    const masks = named(outputs, /mask/i) ?? ofRank(outputs, 4)[0];
    return masks
      ? `an instance segmentation network of the Mask R-CNN kind (${boxes.text}, ${masks.text}), ${NO_MAP}`
      : `an object detector (${boxes.text}), ${NO_MAP}`;
  },
  ({ outputs }) => {
    const [boxes] = ofRank(outputs, 3).filter(({ integer }) => !integer);
    const [masks] = ofRank(outputs, 4).filter(({ shape }) => shape?.[1] === 32);
    return boxes && masks
      ? `an instance segmentation network of the YOLO kind (boxes ${boxes.text}, mask prototypes ${masks.text}), ${NO_MAP}`
      : null;
  },
  ({ operators }) => {
    const suppression = [...operators].find((one) => /NonMaxSuppression|NMS/i.test(one));
    return suppression ? `an object detector (it ends in ${suppression}), ${NO_MAP}` : null;
  },
  ({ outputs }) => {
    const heads = ofRank(outputs, 5);
    return heads.length ? `an object detector of the YOLO kind (${heads[0].text}), ${NO_MAP}` : null;
  },
  ({ outputs }) => {
    const depth = named(outputs, /depth|disparity/i);
    return depth && outputs.length === 1 ? `a network for depth (${depth.text}), which knows no classes` : null;
  },
  ({ outputs }) => {
    const features = named(outputs, /^(last_hidden_state|pooler_output)$/);
    return features ? `a backbone without a head (${features.text}), whose features are no classes` : null;
  },
  ({ outputs }) =>
    outputs.length > 0 && outputs.every(({ shape, integer }) => shape && shape.length <= 2 && !integer)
      ? `a classifier of whole pictures (${outputs[0].text}), which has no scores of classes at every pixel`
      : null,
];

/** Looked at only where no output is shaped like a map of classes. */
export function unlikeMap({ graph }: Lineage): string {
  const outputs = graph.output.map(portOf);
  const [boxes] = ofRank(outputs, 3).filter(({ shape, integer }) => !integer && shape && isBoxes(shape));
  if (boxes) return refusal(`an object detector of the YOLO kind (boxes ${boxes.text}), ${NO_MAP}`);
  return `Expected an output of rank 4 (N×K×h×w or N×h×w×K) or ids of rank 3, found ${outputs.map(({ text }) => text).join(', ')}.`;
}

/** Boxes × what is known of each, either way round: 1×84×8400, 1×25200×85. */
function isBoxes([, b, c]: readonly (number | string)[]): boolean {
  const [few, many] = typeof b === 'number' && typeof c === 'number' ? [Math.min(b, c), Math.max(b, c)] : [b, c];
  if (typeof few === 'number' && typeof many === 'number') return few >= 5 && many >= 8 * few;
  return /anchor|box/i.test(`${b} ${c}`);
}

function portOf(value: Graph['output'][number]): Port {
  const shape = shapeOf(value);
  const type = elementName(value.type?.tensorType?.elemType ?? 0);
  const text = shape?.length ? `${value.name} ${shape.join('×')}` : value.name;
  return { name: value.name, shape, integer: /int|bool/.test(type), text };
}

function operatorsIn(graph: Graph): Set<string> {
  const all = new Set<string>();
  for (const { opType, attribute } of graph.node) {
    all.add(opType);
    for (const { g, graphs } of attribute)
      for (const inner of g ? [g, ...graphs] : graphs) for (const one of operatorsIn(inner)) all.add(one);
  }
  return all;
}
