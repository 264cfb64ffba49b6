import type { Chain, Reading } from '../onnx/compile/chain.ts';
import type { Model } from '../onnx/model.ts';
import { phasesOf, type Phases } from '../onnx/compile/phases.ts';
import { compileProbes, type Probe } from '../onnx/compile/probe.ts';
import type { Load } from './sessions.ts';

/** How all members upsample pictures of `size`, if they all do it alike; null: they do not. See phases.ts. */
export async function phasesFor(
  members: readonly { model: Model; reading: Reading }[],
  settings: Pick<Chain, 'tta' | 'classes'>,
  size: { width: number; height: number },
  load: Load,
): Promise<Phases | null> {
  const each = members.map(async ({ model, reading }) => {
    const probes = compileProbes(model, reading, settings, size);
    if (!probes) return null;
    return alike(await Promise.all(probes.map((probe) => tell(probe, size, settings.classes, load))));
  });
  return alike(await Promise.all(each.map((one) => one.catch(() => null))));
}

/** The strips of the one with most classes fit all. */
function alike(all: (Phases | null)[]): Phases | null {
  const [first] = all;
  if (!first || !all.every((one) => one?.factor === first.factor)) return null;
  return { ...first, rows: Math.min(...all.map((one) => one?.rows ?? first.rows)) };
}

async function tell(
  { graph, swapped }: Probe,
  size: { width: number; height: number },
  classes: number,
  load: Load,
): Promise<Phases | null> {
  const session = await load(graph, 'cpu');
  const [[, channels, ...place]] = session.shapes;
  await session.release();
  const [height, width] = swapped ? place.toReversed() : place;
  const known = typeof channels === 'number' && typeof height === 'number' && typeof width === 'number';
  return known ? phasesOf({ height, width }, size, Math.max(classes, channels)) : null;
}
