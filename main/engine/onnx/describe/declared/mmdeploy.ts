import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { readJson, type Declared } from './declared.ts';

/** What MMDeploy writes beside end2end.onnx (mmdeploy 1.3, backend/sdk/export_info.py). */
const Deploy = z.object({
  /** `Segmentor`, `Detector`, `Classifier`, … (utils/constants.py) */
  task: z.string(),
  models: z.array(z.object({ net: z.string().nullish() })).nullish(),
});

const Transform = z.looseObject({
  type: z.string(),
  mean: z.array(z.number()).length(3).optional(),
  std: z.array(z.number().positive()).length(3).optional(),
  to_rgb: z.boolean().optional(),
  size_divisor: z.number().int().positive().nullish(),
});

const Pipeline = z.object({
  pipeline: z.object({
    tasks: z.array(
      z.object({
        name: z.string().optional(),
        module: z.string().optional(),
        transforms: z.array(Transform).optional(),
        params: z.looseObject({ num_classes: z.number().int().positive().nullish() }).nullish(),
      }),
    ),
  }),
});

const Detail = z.object({
  codebase: z.object({ task: z.string().nullish(), codebase: z.string().nullish() }).nullish(),
  codebase_config: z.object({ task: z.string().nullish(), with_argmax: z.boolean().nullish() }).nullish(),
});

/** Names of tasks in detail.json and deploy.json, for what is no semantic segmentation. */
const SEMANTIC = ['Segmentation', 'Segmentor'];

export async function readMmdeploy(model: string): Promise<Declared | null> {
  const file = (name: string) => join(dirname(model), name);
  const deploy = await readJson(file('deploy.json'), Deploy, 'what MMDeploy exported');
  const pipeline = await readJson(file('pipeline.json'), Pipeline, 'a pipeline of MMDeploy');
  if (!deploy && !pipeline) return null;
  // A folder may hold other models as well.
  if (deploy?.models?.length && !deploy.models.some(({ net }) => net === basename(model))) return null;
  const detail = await readJson(file('detail.json'), Detail, 'details of an export by MMDeploy');
  const task = detail?.codebase?.task ?? detail?.codebase_config?.task ?? deploy?.task;
  const transforms = pipeline?.pipeline.tasks.flatMap((one) => one.transforms ?? []) ?? [];
  const normalize = transforms.find(({ type }) => type === 'Normalize');
  const divisor = transforms.find((one) => one.size_divisor)?.size_divisor;
  return {
    by: 'MMDeploy',
    // mmcv.imnormalize works on bytes and turns pictures, which OpenCV reads as BGR, to RGB first.
    preprocessing: normalize
      ? {
          channels: (normalize.to_rgb ?? true) ? 'rgb' : 'bgr',
          scale: 1,
          mean: normalize.mean ?? [0, 0, 0],
          std: normalize.std ?? [1, 1, 1],
        }
      : undefined,
    ...(detail?.codebase_config?.with_argmax && { activation: 'ids' }),
    ...(divisor && { multiple: divisor }),
    ...(task &&
      !SEMANTIC.includes(task) && { unlike: `an export for ${task} (${deploy ? 'deploy.json' : 'detail.json'})` }),
  };
}
