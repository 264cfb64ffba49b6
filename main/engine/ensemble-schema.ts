import { z } from 'zod';
import {
  ACTIVATIONS,
  BLENDS,
  MERGES,
  NAMED_TTA,
  type Activation,
  type Blend,
  type MemberSettings,
  type Merge,
} from '../../common/ensemble.ts';

/** The words of common/ensemble.ts as they come from outside: settings, calls, ensemble files. */

const oneOf = <T extends string>(all: readonly T[]) => z.enum(all as [T, ...T[]]);

/** A name, or the transforms one by one. */
export const ttaSettings = z.union([
  oneOf(Object.keys(NAMED_TTA) as (keyof typeof NAMED_TTA)[]).transform((name) => NAMED_TTA[name]),
  z.strictObject({
    hflip: z.boolean().default(false),
    vflip: z.boolean().default(false),
    rot90: z.boolean().default(false),
    scales: z.array(z.number().min(0.1).max(8)).default([]),
    multiply: z.array(z.number().positive()).default([]),
    add: z.array(z.number()).default([]),
  }),
]);

export const mergeSetting = oneOf<Merge>(MERGES);

export const temperatureSetting = z.number().min(0.05).max(20).optional();

export const windowSettings = z.object({
  size: z.number().int().min(32).max(8192),
  overlap: z.number().min(0).max(0.9).default(0.5),
  blend: oneOf<Blend>(BLENDS).default('gaussian'),
  keep: z.number().min(0.1).max(1).default(1),
});

const inputSize = z.union([
  z.strictObject({ width: z.number().int().min(8).max(16384), height: z.number().int().min(8).max(16384) }),
  z.strictObject({ scale: z.number().min(0.1).max(8) }),
]);

export const preprocessingSettings = z.object({
  channels: z.enum(['rgb', 'bgr']),
  /** what a byte 0..255 is multiplied with before mean and standard deviation */
  scale: z.number().positive(),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number().positive()).length(3),
});

const member = z.object({
  file: z.string().min(1),
  weight: z.number().positive().optional(),
  fold: z.number().int().min(0).nullable().optional(),
  sizes: z.array(inputSize).max(16).optional(),
  preprocessing: preprocessingSettings.partial().optional(),
  activation: oneOf<Activation>(ACTIVATIONS).optional(),
  output: z.string().optional(),
  classMap: z.array(z.number().int().min(0).max(254).nullable()).max(1000).optional(),
});

export const memberSettings: z.ZodType<MemberSettings> = member;

/** As people write it: strict, and one size need not stand in a list. */
export const memberInFile: z.ZodType<MemberSettings> = z
  .strictObject({ ...member.shape, preprocessing: z.strictObject(preprocessingSettings.partial().shape).optional() })
  .extend({ size: inputSize.optional() })
  .transform(({ size, sizes, ...rest }) => {
    const all = [...(size ? [size] : []), ...(sizes ?? [])];
    return all.length ? { ...rest, sizes: all } : rest;
  });
