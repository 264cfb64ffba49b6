import { describe, expect, it } from 'vitest';
import { NAMED_TTA, NO_TTA, type InputSize, type TtaSettings } from '../../common/ensemble.ts';
import { countPasses } from '../../common/passes.ts';
import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import { tensor } from '../../main/engine/onnx/compile/compile.ts';
import { encodeModel, makeModel } from '../../main/engine/onnx/proto.ts';
import { AS_IT_IS, passesOf } from '../../main/engine/onnx/compile/tta.ts';
import { addTurn, inverseOf, turnOf } from '../../main/engine/onnx/compile/turns.ts';
import { runAsWindow, runChain } from '../support/chain.ts';
import { expectClose } from '../support/close.ts';
import { convolutionModel, type ConvolutionModel } from '../support/convolution.ts';
import { noisePicture } from '../support/noise-picture.ts';
import { pointwiseModel } from '../support/onnx.ts';
import { load } from '../support/ort.ts';
import { flip, rot90, vflip, type ClassMaps } from '../support/probabilities.ts';
import { referencePlanes } from '../support/reference.ts';

const EVERYTHING: TtaSettings = { ...NO_TTA, hflip: true, vflip: true, rot90: true };

describe('passes', () => {
  it('are the distinct combinations', () => {
    expect(passesOf(NO_TTA)).toEqual([AS_IT_IS]);
    expect(passesOf(NAMED_TTA.hflip).length).toBe(2);
    expect(passesOf(NAMED_TTA.flip).length).toBe(4);
    expect(passesOf({ ...NO_TTA, rot90: true }).length).toBe(4);
    expect(passesOf(NAMED_TTA.d4).length).toBe(8);
    expect(passesOf(EVERYTHING).length).toBe(8);
    expect(passesOf({ ...NAMED_TTA.hflip, scales: [0.5, 1, 0.5], multiply: [0.9], add: [0, 0.1] }).length).toBe(16);
  });

  it.each<[InputSize | null, number[]]>([
    [{ scale: 0.5 }, [2]],
    [{ scale: 1 }, []],
    [{ scale: 3 }, [1 / 3]],
  ])('begin with the picture as it is, and know it again: %j × %j', (size, scales) => {
    const passes = passesOf({ ...NO_TTA, scales }, [null, size]);
    expect(passes[0]).toEqual(AS_IT_IS);
    const own = passes.filter((pass) => 'scale' in pass.size && pass.size.scale === 1);
    expect(own).toEqual([AS_IT_IS]);
  });

  it('of a network of one size are not told apart by size', () => {
    expect(passesOf({ ...NAMED_TTA.hflip, scales: [0.5] }, [null, { scale: 2 }], { fixed: true }).length).toBe(2);
  });

  it('are as many as the settings were said to come to', () => {
    const sizes: InputSize[] = [{ scale: 0.5 }, { width: 30, height: 20 }, { scale: 1 }];
    for (const turns of [...Object.values(NAMED_TTA), EVERYTHING])
      for (const scales of [[], [2, 0.75], [0.5, 1]])
        for (const add of [[], [0.1]])
          for (const fixed of [false, true]) {
            const tta = { ...turns, scales, add, multiply: add };
            expect(passesOf(tta, sizes, { fixed }).length).toBe(countPasses(tta, sizes, fixed));
          }
  });
});

describe('turns', () => {
  const maps: ClassMaps = { width: 3, height: 2, at: [[1], [2], [3], [4], [5], [6]] };
  const turned = async (how: (graph: GraphBuilder, value: string) => string) => {
    const graph = new GraphBuilder(17);
    graph.add('Identity', [how(graph, 'x')], {}, 'y');
    const whole = {
      ...{ name: 'turn', node: graph.nodes, initializer: graph.initializers },
      ...{ input: [tensor('x', 'float32', [1, 1, 2, 3])], output: [tensor('y', 'float32', null)] },
    };
    const opsetImport = [{ domain: '', version: 17n }];
    const session = await load(encodeModel(makeModel({ irVersion: 8n, opsetImport, graph: whole })), 'cpu');
    const x = { type: 'float32', data: Float32Array.from(maps.at.flat()), dims: [1, 1, 2, 3] } as const;
    const { y } = await session.run({ x });
    await session.release();
    const at = [...(y.data as Float32Array)].map((value) => [value]);
    return { width: y.dims[3], height: y.dims[2], at };
  };

  it.each([0, 1, 2, 3].flatMap((quarters) => [0, 1, 2, 3].map((flips) => [flips, quarters])))(
    'are mirrored, then turned, and undone: flips %i, quarters %i',
    async (flips, quarters) => {
      const [mirrored, upended] = [flips % 2 === 1, flips > 1];
      const turn = turnOf(mirrored, upended, quarters);
      const first = mirrored ? flip(maps) : maps;
      expect(await turned((graph, x) => addTurn(graph, x, turn))).toEqual(
        rot90(upended ? vflip(first) : first, quarters),
      );
      const back = (graph: GraphBuilder, x: string) => addTurn(graph, addTurn(graph, x, turn), inverseOf(turn));
      expect(await turned(back)).toEqual(maps);
    },
  );
});

const K = 4;
const picture = noisePicture(21, 13, K);

function member(model: Partial<ConvolutionModel> = {}, others: object = {}) {
  const { stride, resize, fixed } = model;
  const plain = { classes: K, seed: 3, stride, resize, fixed };
  return { file: convolutionModel({ ...plain, ...model }), logits: convolutionModel(plain), channels: K, ...others };
}

describe('a compiled member is what plain arithmetic gives', () => {
  it.each<[string, TtaSettings]>([
    ['turns', EVERYTHING],
    ['scales', { ...NO_TTA, hflip: true, scales: [0.5, 1.25] }],
    ['colours', { ...NO_TTA, multiply: [0.8, 1.2], add: [-0.1, 0.3] }],
    ['turns, scales and colours', { ...NAMED_TTA.d4, scales: [0.75], multiply: [1.1], add: [] }],
  ])('of %s', async (_, tta) => {
    const members = [member()];
    const expected = await referencePlanes(members, picture, { classes: K, tta });
    expectClose(await runChain(members, picture, { classes: K, tta }), expected);
    expectClose(await runChain(members, picture, { classes: K, tta, sized: true }), expected);
    expectClose(await runAsWindow(members, picture, { classes: K, tta }), expected);
  });

  it.each<[string, (InputSize | null)[]]>([
    ['half', [{ scale: 0.5 }]],
    ['101 → 50 → 101', [{ scale: 0.495 }]],
    ['several', [null, { scale: 0.5 }, { scale: 1.5 }, { width: 16, height: 24 }]],
  ])('of input sizes: %s', async (_, sizes) => {
    const odd = noisePicture(101, 37, K);
    const members = [member({}, { sizes })];
    const tta = NAMED_TTA.d4;
    const expected = await referencePlanes(members, odd, { classes: K, tta });
    // A network that never sees the picture's own size is judged for disagreement where it decides.
    const planes: ('confidence' | 'pGiven')[] = ['confidence', 'pGiven'];
    const how = sizes[0] === null ? {} : { planes };
    expectClose(await runChain(members, odd, { classes: K, tta }), expected, how);
    expectClose(await runChain(members, odd, { classes: K, tta, sized: true }), expected, how);
  });

  it.each([
    ['coarse', { stride: 4 }],
    ['upsampled to a size', { stride: 4, resize: 'sizes' }],
    ['of a network of one size, not square', { fixed: { width: 16, height: 10 } }],
    ['of one size and upsampled by factors', { fixed: { width: 16, height: 8 }, stride: 4, resize: 'factors' }],
    ['of multiples of 8, upsampled', { stride: 2, resize: 'factors', multiple: 8 }],
  ] as const)(
    'where its map is %s',
    async (_, { multiple = 1, ...model }: Partial<ConvolutionModel> & { multiple?: number }) => {
      const members = [member(model, { multiple, fixed: model.fixed })];
      const settings = { classes: K, tta: { ...NAMED_TTA.d4, scales: [0.5] } };
      const expected = await referencePlanes(members, picture, settings);
      const closeness = { planes: ['confidence', 'pGiven'] as ('confidence' | 'pGiven')[] };
      expectClose(await runChain(members, picture, settings), expected, closeness);
      expectClose(await runChain(members, picture, { ...settings, sized: true }), expected, closeness);
      expectClose(await runAsWindow(members, picture, settings), expected);
    },
  );

  it.each([EVERYTHING, NAMED_TTA.none])('where pixels keep their order of phase: %j', async (tta) => {
    const even = noisePicture(24, 16, K);
    const members = [member({ stride: 4, resize: 'sizes' }), member({ stride: 4, resize: 'factors', seed: 8 })];
    const phases = { factor: 4, width: 6, height: 4, rows: 3 };
    expectClose(
      await runChain(members, even, { classes: K, tta, phases }),
      await runChain(members, even, { classes: K, tta }),
    );
  });
});

it('turning changes nothing for a network that looks at single pixels', async () => {
  const colours = [
    [200, 30, 40],
    [40, 180, 60],
    [50, 60, 210],
    [120, 120, 120],
  ];
  for (const options of [{}, { stride: 4, resize: true }]) {
    const members = [{ file: pointwiseModel({ classes: colours, sharpness: 8, ...options }) }];
    const square = noisePicture(16, 24, K);
    const found = await runChain(members, square, { classes: K, tta: EVERYTHING });
    expectClose(found, await runChain(members, square, { classes: K }));
    expect(found.disagreement.every((value) => value === 0)).toBe(true);
  }
});
