import { describe, expect, it } from 'vitest';
import { addTo, Profiler, stagesOf } from '../../main/engine/inference/device/profile.ts';
import type { Task } from '../../main/engine/inference/protocol.ts';
import type { Pixels } from '../../main/engine/inference/source.ts';
import { GraphBuilder } from '../../main/engine/onnx/builder.ts';
import { ElementType } from '../../main/engine/onnx/model.ts';
import { encodeModel, makeModel, makeNode, makeValueInfo } from '../../main/engine/onnx/proto.ts';

const value = (name: string) =>
  makeValueInfo({ name, type: { tensorType: { elemType: ElementType.float32, shape: { dim: [] } } } });

/** Prepared by us, run through a network, and added to what the member before left. */
function compiled(): Uint8Array {
  const graph = new GraphBuilder(13, 'winnow.');
  const prepared = graph.add('Cast', ['winnow.pixels'], {}, 'winnow.prepared');
  graph.nodes.push(makeNode({ opType: 'Conv', name: '/head/Conv', input: [prepared, 'weight'], output: ['logits'] }));
  graph.add('Exp', ['logits'], {}, 'winnow.exp');
  graph.add('Neg', ['winnow.sums'], {}, 'winnow.neg');
  graph.add('Add', ['winnow.exp', 'winnow.neg'], {}, 'winnow.planes');
  return encodeModel(
    makeModel({
      irVersion: 8n,
      opsetImport: [{ domain: '', version: 13n }],
      graph: {
        name: 'compiled',
        node: graph.nodes,
        input: [value('winnow.pixels'), value('winnow.sums')],
        output: [value('winnow.planes')],
      },
    }),
  );
}

describe('how the time of a graph divides', () => {
  it('is told by what leads to what', () => {
    const stage = stagesOf(compiled());
    const names = ['winnow.prepared', '/head/Conv', 'winnow.exp', 'winnow.neg', 'winnow.planes'];
    expect(names.map(stage)).toEqual(['pre', 'model', 'post', 'post', 'post']);
    expect(stage('ReorderInput_token_7')).toBe('model');
  });

  it('leaves out the first run, and what is no operator', () => {
    const node = (name: string, ts: number, dur: number) => ({ cat: 'Node', name: `${name}_kernel_time`, ts, dur });
    const run = (ts: number) => ({ cat: 'Session', name: 'model_run', ts, dur: 9 });
    const split = { pre: 0, model: 0, post: 0 };
    const events = [run(10), node('a', 11, 500), run(20), node('a', 21, 3), node('b', 22, 4)];
    addTo(split, events, (name) => (name === 'a' ? 'pre' : 'post'));
    expect(split).toEqual({ pre: 3, model: 0, post: 4 });
  });

  it('is not asked where that would cost more than a hundredth of the scan', async () => {
    // Loading takes 0.3 s and a picture 0.1 s: loading and two runs have to be less than a hundredth of all pictures.
    const asked = async (pictures: number) => {
      let times = 0;
      const split = { pre: 0.1, model: 0.8, post: 0.1 };
      const profiler = new Profiler(pictures, () => Promise.resolve((times++, split)));
      for (const seconds of [0.3, 0.1, 0.1, 0.1, 0.1, 0.1]) await profiler.after({} as Task, {} as Pixels, seconds);
      return times;
    };
    expect(await asked(490)).toBe(0);
    expect(await asked(510)).toBe(1);
  });
});
