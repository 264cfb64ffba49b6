import { z } from 'zod';
import { ACTIVATIONS, type Activation } from '../../../../../common/ensemble.ts';
import { beside, readJson, type Declared } from './declared.ts';

/** NAME.json beside NAME.onnx, Winnow's own. Other keys are somebody else's and stay unread. */
const Sidecar = z.object({
  channels: z.enum(['rgb', 'bgr']).optional(),
  /** what a byte 0..255 is multiplied with before mean and standard deviation */
  scale: z.number().positive().optional(),
  mean: z.array(z.number()).length(3).optional(),
  std: z.array(z.number().positive()).length(3).optional(),
  activation: z.enum(ACTIVATIONS as readonly [Activation, ...Activation[]]).optional(),
  output: z.string().optional(),
  /** names in the order of the channels */
  classes: z.array(z.string()).min(1).optional(),
  size: z.object({ width: z.number().int().positive(), height: z.number().int().positive() }).optional(),
  multiple: z.number().int().positive().optional(),
  fold: z.number().int().min(0).nullable().optional(),
});

export async function readSidecar(model: string): Promise<Declared | null> {
  const sidecar = await readJson(beside(model), Sidecar, 'how to prepare pictures');
  if (!sidecar) return null;
  const { channels, scale, mean, std, activation, output, classes, size, multiple, fold } = sidecar;
  const preprocessing = {
    ...(channels && { channels }),
    ...(scale && { scale }),
    ...(mean && { mean }),
    ...(std && { std }),
  };
  return { by: 'sidecar', preprocessing, activation, output, classNames: classes, size, multiple, fold };
}
