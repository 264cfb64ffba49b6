import { describe, expect, it } from 'vitest';
import { IGNORE } from '../../common/dataset.ts';
import type { Planes } from '../../common/planes.ts';
import { NAMED_TTA } from '../../common/ensemble.ts';
import { compileProbes } from '../../main/engine/onnx/compile/probe.ts';
import { fromPhases, phasesOf, toPhases, type Phases } from '../../main/engine/onnx/compile/phases.ts';
import { decodeModel } from '../../main/engine/onnx/proto.ts';
import { preprocessing, READING, runChain } from '../support/chain.ts';
import { pointwiseModel, type PointwiseModel } from '../support/onnx.ts';
import { load, runBare } from '../support/ort.ts';
import { flip, information, planesOf, resize, softmax, toMaps, type ClassMaps } from '../support/probabilities.ts';
import { noise } from '../support/random.ts';

type Tta = 'none' | 'hflip';

const WIDTH = 22;
const HEIGHT = 14;
const CLASSES = [
  [200, 30, 40],
  [40, 180, 60],
  [50, 60, 210],
  [120, 120, 120],
];
const K = CLASSES.length;
const { mean: MEAN, std: STD } = preprocessing;

const random = noise(5);
const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, () => 256 * random());
const given = Uint8Array.from({ length: WIDTH * HEIGHT }, () => (random() < 0.2 ? IGNORE : Math.floor(K * random())));

type Options = Omit<PointwiseModel, 'classes'>;
const build = (options: Options) => pointwiseModel({ classes: CLASSES, sharpness: 8, slope: 4, ...options });

/** The planes of the test picture as a chain of compiled members gives them. */
const run = (
  members: Options[],
  tta: Tta,
  labels: Uint8Array | null = given,
  { sized = false, phases = null }: { sized?: boolean; phases?: Phases | null } = {},
): Promise<Planes> =>
  runChain(
    members.map((member) => ({ file: build(member), activation: member.activation ?? 'logits' })),
    { width: WIDTH, height: HEIGHT, pixels, given: labels },
    { classes: K, tta: NAMED_TTA[tta], sized, phases },
  );

/** Probabilities of one pass on the model's own output grid, by the model as it is and plain arithmetic. */
async function bare(options: Options, flipped: boolean): Promise<ClassMaps> {
  const picture = new Float32Array(3 * WIDTH * HEIGHT);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const from = y * WIDTH + (flipped ? WIDTH - 1 - x : x);
        picture[(c * HEIGHT + y) * WIDTH + x] = (pixels[from * 3 + c] / 255 - MEAN[c]) / STD[c];
      }
  const { data, dims } = await runBare(build(options), picture, WIDTH, HEIGHT);
  const maps = toMaps(data as Float32Array, K, dims[3], dims[2]);
  const p = options.activation === 'probabilities' ? maps : softmax(maps);
  return flipped ? flip(p) : p;
}

async function passesOf(members: Options[], tta: Tta): Promise<ClassMaps[]> {
  const turns = tta === 'hflip' ? [false, true] : [false];
  return Promise.all(members.flatMap((member) => turns.map((flipped) => bare(member, flipped))));
}

const whole = (maps: ClassMaps) => resize(maps, WIDTH, HEIGHT);

/** Bytes may differ by rounding, labels where two classes are as good as equal. */
function expectClose(found: Planes, expected: Planes) {
  for (const plane of ['confidence', 'disagreement', 'pGiven'] as const) {
    const worst = found[plane].reduce((most, value, i) => Math.max(most, Math.abs(value - expected[plane][i])), 0);
    expect(worst, plane).toBeLessThanOrEqual(1);
  }
  expect([...found.label].filter((value, i) => value !== expected.label[i]).length).toBeLessThanOrEqual(2);
}

describe('a compiled member', () => {
  describe.each([11, 13, 17, 18, 21])('in operators of version %i', (opset) => {
    it.each(['logits', 'probabilities'] as const)(
      'gives what plain arithmetic gives: %s at every pixel',
      async (activation) => {
        const member = { opset, activation };
        const passes = await passesOf([member], 'hflip');
        expectClose(await run([member], 'hflip'), planesOf(passes, information(passes), given));
      },
    );

    it('gives what plain arithmetic gives: a coarse map', async () => {
      const member = { opset, stride: 4 };
      const passes = await passesOf([member], 'hflip');
      expectClose(await run([member], 'hflip'), planesOf(passes.map(whole), whole(information(passes)), given));
    });

    it('gives what plain arithmetic gives: logits upsampled inside the network', async () => {
      const passes = await passesOf([{ opset, stride: 4, resize: true }], 'hflip');
      const coarse = await passesOf([{ opset, stride: 4 }], 'hflip');
      const found = await run([{ opset, stride: 4, resize: true }], 'hflip');
      expectClose(found, planesOf(passes, whole(information(coarse)), given));
    });

    it.each(['none', 'hflip'] as const)('gives the same with pixels in the order of phases: %s', async (tta) => {
      const members = [
        { opset, stride: 2, resize: true },
        { opset: 17, stride: 2, resize: true, sharpness: 3 },
      ];
      for (const rows of [HEIGHT / 2, 3]) {
        const phases = { factor: 2, width: WIDTH / 2, height: HEIGHT / 2, rows };
        for (const labels of [given, null]) {
          expectClose(await run(members, tta, labels, { phases }), await run(members, tta, labels));
          expectClose(await run([members[0]], tta, labels, { phases }), await run([members[0]], tta, labels));
        }
      }
    });

    it('adds up with others, of other versions and endings', async () => {
      const members = [
        { opset, sharpness: 3 },
        { opset: 17, stride: 2 },
        { opset: 13, activation: 'probabilities' as const },
      ];
      const passes = (await passesOf(members, 'hflip')).map(whole);
      expectClose(await run(members, 'hflip'), planesOf(passes, information(passes), given));
    });
  });

  it.each([
    [2, { factor: 2, width: 11, height: 7, rows: 7 }],
    [4, null],
  ])('tells how much it upsamples by: stride %i', async (stride, expected) => {
    const size = { width: WIDTH, height: HEIGHT };
    const settings = { tta: NAMED_TTA.hflip, classes: K };
    const probes = compileProbes(decodeModel(build({ stride, resize: true })), READING, settings, size);
    if (!probes) throw new Error('Expected a probe.');
    expect(probes.length).toBe(1);
    const session = await load(probes[0].graph, 'cpu');
    await session.release();
    const [, classes, height, width] = session.shapes[0].map(Number);
    expect(classes).toBe(K);
    expect(phasesOf({ height, width }, size, K)).toEqual(expected);
  });

  it('puts bytes in order of phase and back', () => {
    const bytes = Uint8Array.from({ length: 3 * 4 * 3 * 3 }, (_, i) => i);
    for (const rows of [3, 2]) {
      const phases = { factor: 3, width: 4, height: 3, rows };
      const phased = toPhases(bytes, phases);
      // Phase (1, 2) at place (1, 3) of the first strip: row 3·1 + 1, column 3·3 + 2.
      expect(phased[(1 * 3 + 2) * rows * 4 + 1 * 4 + 3]).toBe(4 * 12 + 11);
      // Phase (2, 0) at the place (2, 1): row 3·2 + 2, column 3·1.
      const before = rows === 3 ? (2 * 3 * 3 + 2) * 4 : 2 * 9 * 4 + 2 * 3 * 4;
      expect(phased[before + 1]).toBe(8 * 12 + 3);
      expect(fromPhases(phased, phases)).toEqual(bytes);
      expect(fromPhases(Uint8Array.from([...phased, ...phased]), phases)).toEqual(
        Uint8Array.from([...bytes, ...bytes]),
      );
    }
  });

  it('puts them in the same order four at a time', () => {
    for (const [factor, width, height, rows] of [
      [4, 8, 5, 2],
      [8, 4, 3, 3],
      [12, 4, 2, 1],
    ]) {
      const phases = { factor, width, height, rows };
      const bytes = Uint8Array.from({ length: factor ** 2 * width * height }, (_, i) => (i * 37) ^ (i >> 8));
      // Off the grain of memory, bytes go one by one.
      const askew = new Uint8Array(bytes.length + 1).subarray(1);
      askew.set(bytes);
      const phased = toPhases(bytes, phases);
      expect(toPhases(askew, phases)).toEqual(phased);
      expect(fromPhases(phased, phases)).toEqual(bytes);
      askew.set(phased);
      expect(fromPhases(askew, phases)).toEqual(bytes);
    }
  });

  it('has nothing to tell of what is not upsampled', () => {
    const size = { width: WIDTH, height: HEIGHT };
    const settings = { tta: NAMED_TTA.none, classes: K };
    for (const options of [{}, { stride: 2 }, { fixed: { width: 8, height: 8 }, stride: 2, resize: true }])
      expect(compileProbes(decodeModel(build(options)), READING, settings, size)).toBeNull();
  });

  it('takes the grid of the first where all are coarse', async () => {
    const members = [{ stride: 4 }, { stride: 2, sharpness: 3 }];
    const found = await run(members, 'none');
    const passes = await passesOf(members, 'none');
    const expected = planesOf(passes.map(whole), information(passes.map(whole)), given);
    expect(found.confidence).toEqual(expected.confidence);
    expect(found.disagreement.some((value) => value > 0)).toBe(true);
  });

  it('gives the same where the size of the picture is known beforehand', async () => {
    const members = [{ stride: 4, resize: true }, { stride: 2 }];
    expect(await run(members, 'hflip', given, { sized: true })).toEqual(await run(members, 'hflip'));
  });

  it('says 255 for p(given) where nothing is given, and knows no disagreement of one pass', async () => {
    const { pGiven, disagreement } = await run([{}], 'none', null);
    expect(pGiven.every((value) => value === 255)).toBe(true);
    expect(disagreement.every((value) => value === 0)).toBe(true);
  });

  it('brings pictures to the size a network was fixed to, and probabilities back', async () => {
    const fixed = { width: 11, height: 7 };
    const found = await run([{ fixed, slope: 0 }], 'none');
    expect(found.label.length).toBe(WIDTH * HEIGHT);
    const same = await run([{ fixed: { width: WIDTH, height: HEIGHT }, slope: 0 }], 'none');
    expectClose(same, await run([{ slope: 0 }], 'none'));
  });

  it('feeds blue first where the network was trained so', async () => {
    const turned = CLASSES.map(([r, g, b]) => [b, g, r]);
    // The network's weights expect ImageNet's mean and deviation in its own order of channels.
    const member = {
      file: pointwiseModel({ classes: turned, sharpness: 8 }),
      preprocessing: { ...preprocessing, channels: 'bgr' as const },
    };
    const picture = { width: WIDTH, height: HEIGHT, pixels, given: null };
    const { label } = await runChain([member], picture, { classes: K });
    expect(label).toEqual((await run([{ slope: 0 }], 'none', null)).label);
  });
});

describe('laws of merging', () => {
  it('flipping changes nothing for a network that does not mind it', async () => {
    const member = { slope: 0 };
    const flipped = await run([member], 'hflip');
    expectClose(flipped, await run([member], 'none'));
    expect(flipped.disagreement.every((value) => value === 0)).toBe(true);
  });

  it('a member twice is the member', async () => {
    expectClose(await run([{}, {}], 'hflip'), await run([{}], 'hflip'));
  });

  it('the order of members does not matter', async () => {
    const [a, b, c] = [{ sharpness: 3 }, { sharpness: 20, slope: -2 }, { stride: 2 }];
    expectClose(await run([a, b, c], 'hflip'), await run([c, a, b], 'hflip'));
  });
});
