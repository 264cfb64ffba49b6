import type { ModelInfo } from '../../../common/scan.ts';

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

const near = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) < 1e-3);

/** What a model is fed: `RGB 480 × 360 · ImageNet`, and in full with its mean and standard deviation. */
export function describeInput({ preprocessing, inputs }: Pick<ModelInfo, 'preprocessing' | 'inputs'>) {
  const { channels, scale, mean, std } = preprocessing;
  const imagenet = near(mean, IMAGENET.mean) && near(std, IMAGENET.std);
  const plain = mean.every((m) => m === 0) && std.every((s) => s === 1);
  const normalised = imagenet ? 'ImageNet' : plain ? `÷ ${scale}` : 'own mean, std';
  const size = sizeText(inputs.at(0)?.shape ?? []);
  const layout = channels.toUpperCase();
  return {
    short: `${layout} ${size} · ${normalised}`,
    long: `${layout} ÷ ${scale}, mean ${mean.join(', ')}, std ${std.join(', ')}; ${size}. A file NAME.json beside the model changes this.`,
  };
}

/** Of N×3×H×W. */
function sizeText(shape: readonly (number | string)[]): string {
  const [height, width] = shape.slice(-2);
  return typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0
    ? `${width} × ${height}`
    : 'any size';
}
