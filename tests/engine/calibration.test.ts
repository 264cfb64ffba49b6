import { describe, expect, it } from 'vitest';
import { calibratePixels, Measured } from '../../main/engine/calibration/calibrate.ts';
import { fitTemperature, sum } from '../../main/engine/calibration/fit.ts';
import { fromGreatest, type LabelledPixels } from '../../main/engine/calibration/pixels.ts';
import fixture from '../fixtures/calibration/reference.json' with { type: 'json' };
import { noise } from '../support/random.ts';

const K = 4;
const PIXELS = 4000;

/** Pixels of random distributions, their labels drawn from p^(1/true temperature), some of them then set to `wrong`. */
function synthetic(truth: number, { seed = 1, pictures = 6, share = 0, wrong = 2, scale = 1 } = {}): LabelledPixels[] {
  const random = noise(seed);
  return Array.from({ length: pictures }, (_, n) => {
    const log = Float32Array.from({ length: PIXELS * K }, () => 8 * random() * scale);
    const given = Uint8Array.from({ length: PIXELS }, (_, i) => {
      const powers = [...log.subarray(i * K, (i + 1) * K)].map((z) => Math.exp(z / scale / truth));
      let left = random() * powers.reduce((a, b) => a + b);
      const drawn = powers.findIndex((power) => (left -= power) < 0);
      return random() < share ? wrong : drawn < 0 ? K - 1 : drawn;
    });
    const places = Uint32Array.from({ length: PIXELS }, (_, i) => i);
    const border = Uint8Array.from({ length: PIXELS }, (_, i) => i % 2);
    return { sample: `picture ${n}`, channels: K, log: fromGreatest(log, K), places, given, border };
  });
}

const fitted = (pixels: LabelledPixels[], robust = true) => fitTemperature(pixels, { classes: K, robust });

describe('a fitted temperature', () => {
  it.each([0.5, 1, 1.6, 3])('is the one labels were drawn at: %d', async (truth) => {
    for (const robust of [true, false]) {
      const { temperature } = await fitted(synthetic(truth), robust);
      expect(Math.abs(Math.log(temperature / truth))).toBeLessThan(0.05);
    }
  });

  it('grows as logits do, and does not mind the order of pictures', async () => {
    const one = await fitted(synthetic(1.6), false);
    const twice = await fitted(synthetic(1.6, { scale: 2 }), false);
    expect(twice.temperature / one.temperature).toBeCloseTo(2, 2);
    const turned = await fitted(synthetic(1.6).reverse(), false);
    expect(turned.temperature).toBeCloseTo(one.temperature, 4);
  });

  it.each([0.05, 0.2])('holds against wrong labels that all say one class, and says how many: %d', async (share) => {
    const noisy = synthetic(1, { share });
    const [robust, plain] = [await fitted(noisy), await fitted(noisy, false)];
    expect(Math.abs(Math.log(robust.temperature))).toBeLessThan(0.06);
    expect(plain.temperature).toBeGreaterThan(1.15);
    expect(robust.wrong[2] / share).toBeGreaterThan(0.8);
    expect(sum(robust.wrong) / share).toBeLessThan(1.25);
    expect(sum(plain.wrong)).toBe(0);
  });

  it('stays within bounds where labels say nothing of one, or everything', async () => {
    const pixels = synthetic(1, { pictures: 2 });
    const least = (z: Float32Array, best: number) =>
      Uint8Array.from({ length: PIXELS }, (_, i) => {
        const own = [...z.subarray(i * K, (i + 1) * K)];
        return own.indexOf(Math[best ? 'max' : 'min'](...own));
      });
    const always = pixels.map((one) => ({ ...one, given: least(one.log, 1) }));
    const never = pixels.map((one) => ({ ...one, given: least(one.log, 0) }));
    expect((await fitted(always, false)).temperature).toBeCloseTo(0.05, 5);
    expect((await fitted(never, false)).temperature).toBeCloseTo(20, 5);
  });

  it('is cancelled when it is asked to', async () => {
    const signal = AbortSignal.abort();
    await expect(fitTemperature(synthetic(1), { classes: K, signal })).rejects.toThrow('Cancelled');
  });
});

describe('beside NumPy and SciPy', () => {
  const { classes, temperature, log, given } = fixture;
  const border = Uint8Array.from(given, (_, i) => (i % 3 === 0 ? 1 : 0));
  const places = Uint32Array.from(given, (_, i) => i);
  const pixels = {
    ...{ sample: 'fixture', channels: classes, places, border },
    ...{ log: fromGreatest(log, classes), given: Uint8Array.from(given) },
  };

  it.each(fixture.measured)('NLL and ECE at $temperature', (expected) => {
    const measured = new Measured(classes);
    measured.add(pixels, expected.temperature);
    const { nll, reliability } = measured.result;
    expect(nll).toBeCloseTo(expected.nll, 5);
    expect(reliability.overall.ece).toBeCloseTo(expected.ece, 5);
    expect(reliability.border.ece).toBeCloseTo(expected.border, 5);
    expect(reliability.interior.ece).toBeCloseTo(expected.interior, 5);
    for (const [k, ece] of expected.classes.entries()) expect(reliability.classes[k]?.ece).toBeCloseTo(ece, 5);
  });

  it('the temperature of least NLL, and that of the likeliest share of wrong labels', async () => {
    const plain = await fitTemperature([pixels], { classes, robust: false });
    expect(plain.temperature).toBeCloseTo(temperature.plain, 3);
    const robust = await fitTemperature([pixels], { classes });
    expect(robust.temperature).toBeCloseTo(temperature.robust, 2);
    for (const [k, share] of temperature.wrong.entries()) expect(robust.wrong[k]).toBeCloseTo(share, 3);
  });
});

describe('a calibration', () => {
  it('measures each half at the temperature of the other, and improves what is off', async () => {
    const off = await calibratePixels(synthetic(2), K);
    if (!off) throw new Error('Expected a calibration.');
    expect(off).toMatchObject({ samples: 6, pixels: 6 * PIXELS });
    expect(off.after.nll).toBeLessThan(off.before.nll);
    expect(off.before.reliability.overall.ece).toBeGreaterThan(0.1);
    expect(off.after.reliability.overall.ece).toBeLessThan(0.02);
    const { overall, border, interior, classes } = off.after.reliability;
    const parts = [[overall], [border, interior], classes];
    for (const part of parts)
      expect(part.flatMap((one) => one?.pixels ?? []).reduce((a, b) => a + b, 0)).toBe(6 * PIXELS);
  });

  it('leaves calibrated probabilities as they are', async () => {
    const fine = await calibratePixels(synthetic(1), K);
    expect(fine?.temperature).toBeCloseTo(1, 1);
    expect(fine?.before.reliability.overall.ece).toBeLessThan(0.02);
    expect(Math.abs((fine?.after.nll ?? 9) - (fine?.before.nll ?? 0))).toBeLessThan(2e-3);
  });

  it('has no diagram of a class that is never proposed, and is none of a single picture', async () => {
    const pixels = synthetic(1).map((one) => ({
      ...one,
      log: one.log.map((value, i) => (i % K === 3 ? -30 : value)),
    }));
    expect((await calibratePixels(pixels, K))?.before.reliability.classes[3]).toBeNull();
    expect(await calibratePixels(pixels.slice(0, 1), K)).toBeNull();
  });
});
