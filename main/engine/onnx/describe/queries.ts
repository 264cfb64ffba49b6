import { GraphBuilder } from '../builder.ts';
import { sizeOfAxis } from './channels.ts';
import { Lineage } from './lineage.ts';
import { opsetOf, type Model } from '../model.ts';
import { makeValueInfo } from '../proto.ts';

/** Outputs of MaskFormer and Mask2Former as transformers names them. */
const CLASSES = 'class_queries_logits';
const MASKS = 'masks_queries_logits';

/** The map made of them. */
export const SEMANTIC = 'semantic';

/**
 * MaskFormer and Mask2Former give masks and a class for each: class_queries_logits [N, Q, K + 1], the last for no object,
 * and masks_queries_logits [N, Q, h, w]. What a pixel is follows from both (post_process_semantic_segmentation in
 * transformers 5.23): Σ over queries of softmax(class) · sigmoid(mask). That is put in as the output `semantic` [N, K, h, w]
 * in place of the two, scores of each class on its own. Other models stay as they are.
 */
export function composeQueries(model: Model): void {
  const { graph } = model;
  const types = [CLASSES, MASKS].map(
    (name) => graph?.output.find((one) => one.name === name)?.type?.tensorType?.elemType,
  );
  const [elemType] = types;
  if (!graph || elemType === undefined || types.includes(undefined)) return;
  const lineage = new Lineage(graph);
  const known = sizeOfAxis(lineage, CLASSES, 2);
  const [, , height, width] = (lineage.shapeOf(MASKS) ?? []).map(String);
  const builder = new GraphBuilder(opsetOf(model), 'queries.');
  addMap(builder);
  graph.node.push(...builder.nodes);
  graph.initializer.push(...builder.initializers);
  const classes = known === null ? { dimParam: 'classes' } : { dimValue: BigInt(known - 1) };
  const dim = [{ dimParam: 'batch' }, classes, sizeNamed(height), sizeNamed(width)];
  const map = makeValueInfo({ name: SEMANTIC, type: { tensorType: { elemType, shape: { dim } } } });
  graph.output = [map, ...graph.output.filter((one) => ![CLASSES, MASKS].includes(one.name))];
}

function addMap(graph: GraphBuilder): void {
  const perQuery = graph.add('Softmax', [CLASSES], { axis: 2 });
  // All but the last, which stands for no object.
  const [start, end, axis] = [0, -1, 2].map((one) => graph.int64s([one]));
  const shares = graph.add('Slice', [perQuery, start, end, axis]);
  const masks = graph.add('Sigmoid', [MASKS]);
  const flat = graph.add('Reshape', [masks, graph.int64s([0, 0, -1])]);
  const summed = graph.add('MatMul', [graph.add('Transpose', [shares], { perm: [0, 2, 1] }), flat]);
  const place = graph.add('Concat', [graph.int64s([0, 0]), graph.sizeOf(masks, 2)], { axis: 0 });
  graph.add('Reshape', [summed, place], {}, SEMANTIC);
}

/** Sizes of masks are a quarter of the picture's, whatever they are called. */
const sizeNamed = (size = '?') => (/^\d+$/.test(size) ? { dimValue: BigInt(size) } : { dimParam: `mask_${size}` });
