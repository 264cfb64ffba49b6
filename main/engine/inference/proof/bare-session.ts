import type { Preprocessing } from '../../../../common/ensemble.ts';
import type { ModelInfo } from '../../../../common/scan.ts';
import { Cancelled } from '../../errors.ts';
import { Bare, toFacts, type BareFacts } from '../../onnx/compile/bare.ts';
import type { Provider } from '../protocol.ts';
import type { Runtime } from '../runtime.ts';
import type { Session, Tensor } from '../sessions.ts';
import type { Pixels } from '../source.ts';

export type Picture = Pick<Pixels, 'rgb' | 'width' | 'height'>;

/** One network by itself, loaded in a process of its own. */
export interface BareNetwork {
  provider: Provider;
  /** `labels`: width × height of the model's classes, to be given back. Rejects where the network does not take the picture. */
  run(picture: Picture, reading: Preprocessing): Promise<{ labels: Float32Array; facts: BareFacts }>;
  close(): Promise<void>;
}

/** Networks that halve the picture several times often run on multiples of this only. */
const USUAL_MULTIPLE = 32;

/** `session`: of the graph that bareNetwork makes, in `runtime`, which ends with it. */
export function networkIn(runtime: Runtime, session: Session, provider: Provider, info: ModelInfo): BareNetwork {
  let { multiple } = info;
  let proven = false;
  const attempt = ({ rgb, width, height }: Picture, reading: Preprocessing) => {
    const { channels, scale, mean, std } = reading;
    const up = (size: number) => Math.ceil(size / multiple) * multiple;
    const size = info.size ?? info.resize ?? { width: up(width), height: up(height) };
    return session.run({
      [Bare.pixels]: { type: 'uint8', data: channels === 'rgb' ? rgb : backwards(rgb), dims: [1, height, width, 3] },
      [Bare.size]: { type: 'int64', data: BigInt64Array.of(BigInt(size.height), BigInt(size.width)), dims: [2] },
      [Bare.factor]: perChannel(std.map((deviation) => scale / deviation)),
      [Bare.offset]: perChannel(mean.map((value, i) => -value / std[i])),
    });
  };
  return {
    provider,
    async run(pixels, reading) {
      const made = await attempt(pixels, reading).catch((error: unknown) => {
        // A first run that failed may have failed for the picture's size.
        if (proven || info.size || error instanceof Cancelled || multiple % USUAL_MULTIPLE === 0) throw error;
        multiple = USUAL_MULTIPLE % multiple === 0 ? USUAL_MULTIPLE : multiple * USUAL_MULTIPLE;
        return attempt(pixels, reading);
      });
      proven = true;
      const facts = toFacts(made[Bare.facts].data as Float32Array);
      return { labels: made[Bare.labels].data as Float32Array, facts };
    },
    close: () => runtime.close(),
  };
}

const perChannel = (values: readonly number[]): Tensor => ({
  type: 'float32',
  data: Float32Array.from(values),
  dims: [1, 3, 1, 1],
});

/** The channels of every pixel in the other order. */
function backwards(rgb: Uint8Array): Uint8Array {
  const bgr = new Uint8Array(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    bgr[i] = rgb[i + 2];
    bgr[i + 1] = rgb[i + 1];
    bgr[i + 2] = rgb[i];
  }
  return bgr;
}
