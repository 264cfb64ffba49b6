import { describe, expect, it } from 'vitest';
import { MERGES, NAMED_TTA } from '../../common/ensemble.ts';
import { compileMember } from '../../main/engine/onnx/compile/compile.ts';
import { decodeModel } from '../../main/engine/onnx/proto.ts';
import {
  chainFor,
  readingOf,
  throughChain,
  throughWindow,
  type TestMember,
  type TestSettings,
} from '../support/chain.ts';
import { convolutionModel, type ConvolutionModel } from '../support/convolution.ts';
import { noisePicture } from '../support/noise-picture.ts';

const K = 4;
const [WIDTH, HEIGHT] = [20, 14];
const picture = noisePicture(WIDTH, HEIGHT, K);
const everywhere = Uint32Array.from({ length: WIDTH * HEIGHT }, (_, i) => i);

const member = (seed: number, model: Partial<ConvolutionModel> = {}, others: Partial<TestMember> = {}): TestMember => ({
  file: convolutionModel({ classes: K, seed, ...model }),
  ...others,
});

const coarse = { stride: 2, resize: 'sizes' } as const;
const phases = { factor: 2, width: WIDTH / 2, height: HEIGHT / 2, rows: 3 };

const WAYS: [string, typeof throughChain, TestMember[], Partial<TestSettings>][] = [
  ['whole', throughChain, [member(1), member(2)], {}],
  ['of a known size', throughChain, [member(1, coarse), member(2)], { sized: true }],
  ['in the order of phases', throughChain, [member(1, coarse), member(2, coarse)], { phases }],
  ['in the order of phases, one member', throughChain, [member(1, coarse)], { phases }],
  ['as a window', throughWindow, [member(1), member(2)], {}],
  ['of old operators', throughChain, [member(1, { opset: 11 })], {}],
];

/** p of every channel at one place. */
const at = (log: Float32Array, place: number, channels: number, temperature = 1) => {
  const powers = [...log.subarray(place * channels, (place + 1) * channels)].map((z) => Math.exp(z / temperature));
  const total = temperature === 1 ? 1 : powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
};

describe.each(MERGES)('what is sampled, merged by %s', (merge) => {
  describe.each(WAYS)('%s', (_way, through, members, settings) => {
    const whole = { classes: K, merge, tta: NAMED_TTA.hflip, ...settings };

    it('is a distribution, and the one planes are made of: p of whichever class is given', async () => {
      for (const k of [0, K - 1]) {
        const given = new Uint8Array(WIDTH * HEIGHT).fill(k);
        const { planes, log } = await through(members, { ...picture, given }, whole, everywhere);
        for (const place of everywhere) {
          const p = at(log, place, K);
          expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
          expect(Math.abs(planes.pGiven[place] - 255 * p[k])).toBeLessThanOrEqual(0.51);
          expect(Math.abs(planes.confidence[place] - 255 * Math.max(...p))).toBeLessThanOrEqual(0.51);
          expect(p[planes.label[place]]).toBeCloseTo(Math.max(...p), 5);
        }
      }
    });

    it('is asked for at some places in any strip, or none, and changes no plane', async () => {
      const all = await through(members, picture, whole, everywhere);
      expect((await through(members, picture, whole)).planes).toEqual(all.planes);
      for (const places of [[], [0], [3, 77, 78, 200, 279], [279]]) {
        const { planes, log } = await through(members, picture, whole, Uint32Array.from(places));
        expect(planes).toEqual(all.planes);
        expect([...log]).toEqual(places.flatMap((place) => [...all.log.subarray(place * K, (place + 1) * K)]));
      }
    });

    it.each([0.5, 1.7])('tempered by %d: the same labels, the powers of p', async (temperature) => {
      const [plain, found] = await Promise.all(
        [1, temperature].map((temperature) => through(members, picture, { ...whole, temperature }, everywhere)),
      );
      expect(found.log).toEqual(plain.log);
      expect(found.planes.label).toEqual(plain.planes.label);
      expect(found.planes.disagreement).toEqual(plain.planes.disagreement);
      for (const place of everywhere) {
        const p = at(plain.log, place, K, temperature);
        const given = picture.given?.[place] ?? 255;
        expect(Math.abs(found.planes.confidence[place] - 255 * Math.max(...p))).toBeLessThanOrEqual(0.51);
        const expected = given < K ? 255 * p[given] : 255;
        expect(Math.abs(found.planes.pGiven[place] - expected)).toBeLessThanOrEqual(0.51);
      }
    });
  });
});

describe('members that tell more apart than the dataset', () => {
  const members = [member(1, { classes: 6 }, { classMap: [0, 1, 1, null, 3, null] }), member(2)];

  it('are sampled with all else as one more channel, which counts when p is tempered', async () => {
    const channels = K + 1;
    const settings = { classes: K };
    const { log } = await throughChain(members, picture, settings, everywhere);
    const tempered = await throughChain(members, picture, { ...settings, temperature: 2 }, everywhere);
    expect(log.length).toBe(everywhere.length * channels);
    for (const place of everywhere) {
      expect(at(log, place, channels).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
      const p = at(log, place, channels, 2).slice(0, K);
      expect(Math.abs(tempered.planes.confidence[place] - 255 * Math.max(...p))).toBeLessThanOrEqual(0.51);
    }
  });
});

describe('a temperature of 1', () => {
  it('adds nothing to a graph', () => {
    const one = member(1);
    const graph = (temperature?: number) => {
      const chain = chainFor([one], picture, { classes: K, temperature });
      return compileMember(decodeModel(one.file), readingOf(one), { chain, first: true, last: true, multiple: 1 });
    };
    expect(graph(1)).toEqual(graph());
    expect(graph(2)).not.toEqual(graph());
  });
});
