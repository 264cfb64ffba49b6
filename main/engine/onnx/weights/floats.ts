/// <reference lib="es2025.float16" />
import { ElementType, elementName, type Tensor } from '../model.ts';
import { changed } from './weights.ts';

/** Values of a tensor, whatever their precision. */
export type Floats = Float16Array | Float32Array | Float64Array;

/** TensorProto.DataType of float64. */
const FLOAT64 = 11;

/** Fields that only tensors without raw data have. */
interface Typed {
  /** float16 as bits */
  int32Data?: number[];
  doubleData?: number[];
}

const isKnown = (type: number) => type === ElementType.float32 || type === ElementType.float16 || type === FLOAT64;

/** Whether `readFloats` can read it. */
export const holdsFloats = ({ dataType }: Pick<Tensor, 'dataType'>): boolean => isKnown(dataType);

/** Elements of a tensor by its shape. */
export const elementsOf = ({ dims }: Pick<Tensor, 'dims'>): number =>
  dims.reduce((product, size) => product * Number(size), 1);

/** The values of a tensor of float16, float32 or float64, row by row. Throws Error where they are not as many as its shape says. */
export function readFloats(tensor: Tensor): Floats {
  const values = valuesOf(tensor);
  if (values.length !== elementsOf(tensor))
    throw new Error(
      `Expected ${elementsOf(tensor)} values in ${tensor.name} (${tensor.dims.join('×')}), found ${values.length}.`,
    );
  return values;
}

function valuesOf(tensor: Tensor & Typed): Floats {
  const { dataType, rawData, floatData, int32Data = [], doubleData = [] } = tensor;
  // A copy, because bytes of a file seldom lie where values of several bytes may.
  const { buffer } = Uint8Array.from(rawData);
  const isRaw = rawData.length > 0;
  if (dataType === ElementType.float32) return isRaw ? new Float32Array(buffer) : Float32Array.from(floatData);
  if (dataType === FLOAT64) return isRaw ? new Float64Array(buffer) : Float64Array.from(doubleData);
  if (dataType === ElementType.float16) return new Float16Array(isRaw ? buffer : Uint16Array.from(int32Data).buffer);
  throw new Error(`Expected floats in ${tensor.name}, found ${elementName(dataType)}.`);
}

/** The same tensor with other values, each rounded once to the tensor's precision. */
export function withFloats(tensor: Tensor, values: ArrayLike<number>): Tensor {
  const { dataType } = tensor;
  const typed =
    dataType === FLOAT64
      ? Float64Array.from(values)
      : dataType === ElementType.float16
        ? Float16Array.from(values)
        : Float32Array.from(values);
  const rawData = new Uint8Array(typed.buffer);
  return changed<Tensor & Typed>(tensor, { rawData, floatData: [], int32Data: [], doubleData: [] });
}
