import { expect, it } from 'vitest';
import { firstLineOf } from '../../main/engine/errors.ts';

it('takes what a library says without where in its source it says so', () => {
  const place =
    '/onnxruntime_src/onnxruntime/core/graph/utils.h:46 void onnxruntime::f(const std::map<int>&, bool, int) ';
  expect(firstLineOf(new Error(`${place}Opset 99 is under development.\nat f`))).toBe('Opset 99 is under development');
  expect(firstLineOf('plain.')).toBe('plain');
});
