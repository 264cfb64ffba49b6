import { InvalidArgumentError } from 'commander';
import { NAMED_TTA, type TtaSettings } from '../../common/ensemble.ts';
import { temperatureSetting, ttaSettings, windowSettings } from '../engine/ensemble-schema.ts';

/** Options every command about a dataset has. */
export interface Common {
  project?: string;
  json?: boolean;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number from 1 up.');
  return value;
}

export function numberFrom0(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('Expected a whole number from 0 up.');
  return value;
}

export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError('Expected a port number, 0 to 65535.');
  return value;
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return value;
}

/** A share or a confidence that something has to reach. */
export function confidence(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1))
    throw new InvalidArgumentError('Expected a number over 0 and up to 1.');
  return value;
}

/** `NAME=T` or `NAME=none`, any number of times. A name may hold `=` itself. */
export function classThreshold(text: string, before = new Map<string, number | null>()): Map<string, number | null> {
  const at = text.lastIndexOf('=');
  const [name, value] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (!name) throw new InvalidArgumentError('Expected NAME=T, for example pole=0.7.');
  if (before.has(name)) throw new InvalidArgumentError(`Expected one threshold for ${name}, found a second.`);
  return new Map(before).set(name, value === 'none' ? null : confidence(value));
}

/** `I/N`: part I of N, counted from 1. */
export function shard(text: string): [number, number] {
  const [part, parts] = text.split('/').map(Number);
  if (!Number.isInteger(part) || !Number.isInteger(parts) || part < 1 || part > parts)
    throw new InvalidArgumentError('Expected I/N with I from 1 to N, for example 2/4.');
  return [part, parts];
}

/** 0: none. */
export function windowSize(text: string): number {
  const value = Number(text);
  if (text.trim() !== '0' && !windowSettings.shape.size.safeParse(value).success)
    throw new InvalidArgumentError('Expected a side of 32 to 8192 pixels, or 0 for none.');
  return value;
}

export function overlap(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !windowSettings.shape.overlap.safeParse(value).success)
    throw new InvalidArgumentError('Expected a share from 0 to 0.9.');
  return value;
}

export function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !temperatureSetting.safeParse(value).success)
    throw new InvalidArgumentError('Expected a temperature from 0.05 to 20.');
  return value;
}

const LISTS = { scale: 'scales', multiply: 'multiply', add: 'add' } as const;

/** Names and lists with commas between them: `d4`, `hflip,vflip`, `hflip,scale=0.75/1.25,multiply=0.9/1.1,add=0.1`. */
export function tta(text: string): TtaSettings {
  let settings: Record<string, unknown> = { ...NAMED_TTA.none };
  for (const part of text.split(',')) {
    const [name, values] = part.split('=');
    if (values !== undefined && Object.hasOwn(LISTS, name))
      settings[LISTS[name as keyof typeof LISTS]] = values
        .split('/')
        .map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
    else if (name === 'rot90' && values === undefined) settings.rot90 = true;
    else if (values === undefined && Object.hasOwn(NAMED_TTA, name))
      settings = merged(settings, NAMED_TTA[name as keyof typeof NAMED_TTA]);
    else settings.scales = [Number.NaN];
  }
  const parsed = ttaSettings.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(
    `Expected ${Object.keys(NAMED_TTA).join(', ')}, rot90, or scale=, multiply=, add= with numbers such as 0.75/1.25, with commas between.`,
  );
}

/** What either asks for. */
const merged = (settings: Record<string, unknown>, { hflip, vflip, rot90 }: TtaSettings) => ({
  ...settings,
  hflip: settings.hflip || hflip,
  vflip: settings.vflip || vflip,
  rot90: settings.rot90 || rot90,
});
