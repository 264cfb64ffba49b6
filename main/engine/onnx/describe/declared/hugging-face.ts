import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Preprocessing } from '../../../../../common/ensemble.ts';
import { readJson, type Declared } from './declared.ts';

/** config.json of a model (transformers 5.23, configuration_utils.py). */
const Config = z.object({
  architectures: z.array(z.string()).nullish(),
  model_type: z.string().nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  /** the label set of a dataset by name, as some repositories have it */
  num_labels: z.number().int().positive().nullish(),
});

const Triple = z.array(z.number()).length(3);

/** preprocessor_config.json (transformers 5.23, image_processing_segformer.py and its sisters; before 4.24 `reduce_labels`). */
const Preprocessor = z.object({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  size: z
    .union([z.number().int().positive(), z.record(z.string(), z.number())])
    .nullish()
    .catch(null),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: Triple.nullish(),
  image_std: Triple.nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  do_reduce_labels: z.boolean().nullish(),
  reduce_labels: z.boolean().nullish(),
  size_divisor: z.number().int().positive().nullish(),
  ensure_multiple_of: z.number().int().positive().nullish(),
});

type Config = z.infer<typeof Config>;
type Preprocessor = z.infer<typeof Preprocessor>;

/**
 * What a Hugging Face folder says: config.json and preprocessor_config.json beside the model (optimum), or one folder up
 * where the model lies in `onnx` (transformers.js).
 */
export async function readHuggingFace(model: string): Promise<Declared | null> {
  const own = dirname(model);
  const folders = basename(own) === 'onnx' ? [own, dirname(own)] : [own];
  for (const folder of folders) {
    const config = await readJson(join(folder, 'config.json'), Config, 'a model configuration of transformers');
    const named = await readJson(join(folder, 'preprocessor_config.json'), Preprocessor, 'how to prepare pictures');
    // Somebody else's config.json has neither.
    if (named || config?.architectures || config?.id2label) return declaredBy(config, named);
  }
  return null;
}

function declaredBy(config: Config | null, preprocessor: Preprocessor | null): Declared {
  const reduced = preprocessor?.do_reduce_labels ?? preprocessor?.reduce_labels ?? false;
  const unlike = unlikeOf(config?.architectures?.[0]);
  const classNames = namesOf(config);
  return {
    by: 'Hugging Face',
    ...(reduced && { note: 'reduce_labels: id 0 of the masks is ignored, class k of the model is their id k + 1' }),
    ...(preprocessor && { preprocessing: preprocessingOf(preprocessor) }),
    ...(preprocessor && sizeOf(preprocessor)),
    ...(classNames && { classNames }),
    ...(unlike && { unlike }),
  };
}

/** id2label in the order of the ids; `LABEL_0` is what stands there where nobody gave names. */
function namesOf(config: Config | null): string[] | undefined {
  const labels = Object.entries(config?.id2label ?? {}).sort(([a], [b]) => Number(a) - Number(b));
  const gaps = labels.some(([id], i) => Number(id) !== i);
  const names = labels.map(([, name]) => name);
  return names.length && !gaps && !names.every((name) => /^LABEL_\d+$/.test(name)) ? names : undefined;
}

/** Image processors that take ImageNet's "standard" 0.5 where no mean is written; all others take ImageNet's own. */
const STANDARD = /^(Beit|Data2Vec|DPT|MobileNetV2|MobileNetV1|ViT)/;
const HALF = [0.5, 0.5, 0.5];

function preprocessingOf(one: Preprocessor): Partial<Preprocessing> {
  const type = one.image_processor_type ?? one.feature_extractor_type ?? '';
  const scale = one.do_rescale === false ? 1 : (one.rescale_factor ?? 1 / 255);
  const channels = one.do_flip_channel_order ? 'bgr' : 'rgb';
  // MobileViT's processor knows no normalisation and writes nothing of it.
  const normalized = one.do_normalize ?? (one.image_mean !== undefined || !type.startsWith('MobileViT'));
  if (!normalized) return { channels, scale, mean: [0, 0, 0], std: [1, 1, 1] };
  const usual = STANDARD.test(type) ? { mean: HALF, std: HALF } : {};
  return {
    ...{ channels, scale, ...usual },
    ...(one.image_mean && { mean: one.image_mean }),
    ...(one.image_std && { std: one.image_std }),
  };
}

/** `size` as {height, width}, or one number for both, as it was written before 4.24; other forms keep the picture's own. */
function sizeOf({
  do_resize,
  size,
  size_divisor,
  ensure_multiple_of,
}: Preprocessor): Pick<Declared, 'size' | 'multiple'> {
  const side = typeof size === 'number' ? { height: size, width: size } : size;
  const multiple = size_divisor ?? ensure_multiple_of;
  const whole = do_resize !== false && side?.height && side.width;
  return {
    ...(whole && { size: { width: side.width, height: side.height } }),
    ...(multiple && { multiple }),
  };
}

/** What an architecture is for is the end of its name: SegformerForSemanticSegmentation. */
const UNLIKE: [RegExp, string][] = [
  [/ForObjectDetection$/, 'an object detector'],
  [/ForImageClassification$/, 'a classifier of whole pictures'],
  [/ForDepthEstimation$/, 'a network for depth'],
  [/^(Sam|Sam2|EdgeTam)\w*Model$/, 'a Segment Anything model, which asks for prompts and knows no classes'],
];

function unlikeOf(architecture: string | undefined): string | null {
  const what = UNLIKE.find(([pattern]) => pattern.test(architecture ?? ''))?.[1];
  return what ? `${what} (${architecture} in config.json)` : null;
}
