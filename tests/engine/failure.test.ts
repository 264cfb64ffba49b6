import { expect, it } from 'vitest';
import { failureOf } from '../../main/engine/inference/device/failure.ts';

it.each([
  [
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    'the CUDA libraries are not installed (docs/gpu.md)',
  ],
  ['Failed to get a WebGPU adapter: No supported adapters.', 'no GPU adapter was found'],
  ['/onnxruntime_src/core/x.cc:123 void f() a == b was false. Sizes differ.\n  at y', 'Sizes differ'],
  ['Out of memory.', 'Out of memory'],
])('tells what a library means: %s', (said, told) => expect(failureOf(new Error(said))).toBe(told));
